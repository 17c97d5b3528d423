"""The journal: nothing can be changed or taken away, chains never fork, and reactions happen once, or are seen."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any, ClassVar

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import strategies as st

from bihuan import flow
from bihuan.ground.journal.actions import lock_chains, open_chain, record, record_all, writing
from bihuan.ground.journal.chain import Link, canonical, faults, hash_of
from bihuan.ground.journal.entries import link_of
from bihuan.ground.journal.event import CLOCK, KINDS, Event, Upcaster
from bihuan.ground.journal.models import Chain, Entry, Reaction
from bihuan.ground.journal.queries import failed_reactions, faults_of, story_of
from bihuan.ground.journal.reactions import ATTEMPTS, carry_out, run_again, wake, wake_overdue
from bihuan.ground.journal.story import STORY, on

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Rang(Event):
    kind: ClassVar[str] = "tests.rang"
    times: int = 1


@pytest.fixture(autouse=True)
def _own_story() -> Iterator[None]:
    """Tests tell a story of their own; afterwards the house's is told again."""
    yield
    flow.begin()


def ring(chain: int | None, times: int = 1, *, now: datetime = NOW) -> None:
    with transaction.atomic():
        record(Rang(subject_id=1, times=times), by=CLOCK, now=now, chain=chain)


# Append-only


@pytest.mark.django_db
@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE journal_entry SET body = '{}'",
        "UPDATE journal_entry SET happened_at = recorded_at, seq = seq",
        "DELETE FROM journal_entry",
        "TRUNCATE journal_entry CASCADE",
    ],
)
def test_the_database_itself_refuses_to_change_an_entry(deed: str) -> None:
    if deed.startswith("TRUNCATE") and connection.vendor == "sqlite":
        pytest.skip("SQLite knows no TRUNCATE")
    chain = open_chain()
    ring(chain)
    before = list(Entry.objects.values())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(deed)
    assert list(Entry.objects.values()) == before


@pytest.mark.django_db
def test_a_bulk_update_or_delete_by_the_program_is_refused_as_well() -> None:
    ring(open_chain())
    for deed in (lambda: Entry.objects.update(kind="x"), lambda: Entry.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()


# Chains


@pytest.mark.django_db(transaction=True)
def test_a_chain_never_forks_however_many_write_to_it_at_once() -> None:
    chain, troubles = open_chain(), []

    def write(worker: int) -> None:
        try:
            for number in range(6):
                ring(chain, worker * 100 + number)
        except Exception as error:
            troubles.append(error)
        finally:
            connection.close()

    threads = [Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (troubles, faults_of(chain), Chain.objects.get(id=chain).length) == ([], [], 24)
    assert len({fact.event.times for fact in story_of(chain)}) == 24


@pytest.mark.django_db
def test_two_entries_at_one_step_are_refused_by_the_database() -> None:
    chain = open_chain()
    ring(chain)
    entry = Entry.objects.get(chain_id=chain)
    entry.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.save(force_insert=True)


def links(count: int) -> list[tuple[Link, str]]:
    made: list[tuple[Link, str]] = []
    previous = ""
    for seq in range(1, count + 1):
        link = Link(
            chain=1, seq=seq, previous=previous, kind="tests.rang", version=1,
            body=canonical({"times": seq}), happened_at=NOW, recorded_at=NOW + timedelta(seconds=seq),
        )  # fmt: skip
        previous = hash_of(link)
        made.append((link, previous))
    return made


def judged(chain: list[tuple[Link, str]], of: list[tuple[Link, str]]) -> list[str]:
    return faults(iter(chain), length=len(of), last=of[-1][1])


TAMPERINGS: Mapping[str, Callable[[Link], Link]] = {
    "body": lambda link: replace(link, body=link.body.replace("}", ',"x":1}')),
    "kind": lambda link: replace(link, kind="tests.rung"),
    "version": lambda link: replace(link, version=2),
    "happened": lambda link: replace(link, happened_at=link.happened_at - timedelta(microseconds=1)),
    "recorded": lambda link: replace(link, recorded_at=link.recorded_at + timedelta(days=1)),
}


@given(st.integers(1, 8), st.data())
def test_whatever_is_altered_in_whatever_entry_is_found(count: int, data: Any) -> None:
    whole = links(count)
    assert judged(whole, whole) == []
    place = data.draw(st.integers(0, count - 1))
    alter = TAMPERINGS[data.draw(st.sampled_from(sorted(TAMPERINGS)))]
    tampered = list(whole)
    tampered[place] = (alter(whole[place][0]), whole[place][1])
    assert judged(tampered, whole) != []
    rehashed = list(whole)
    rehashed[place] = (alter(whole[place][0]), hash_of(alter(whole[place][0])))
    assert judged(rehashed, whole) != []


@given(st.integers(2, 8), st.data())
def test_a_missing_moved_or_added_entry_is_found(count: int, data: Any) -> None:
    whole = links(count)
    place = data.draw(st.integers(0, count - 1))
    swapped = [*whole]
    other = (place + 1) % count
    swapped[place], swapped[other] = swapped[other], swapped[place]
    assert judged(whole[:place] + whole[place + 1 :], whole) != []
    assert judged(swapped, whole) != []
    assert judged([*whole, whole[-1]], whole) != []


@pytest.mark.django_db
def test_what_is_stored_verifies_and_the_zone_of_a_time_does_not_matter() -> None:
    from zoneinfo import ZoneInfo

    chain = open_chain()
    ring(chain, now=NOW.astimezone(ZoneInfo("Asia/Shanghai")))
    entry = Entry.objects.get(chain_id=chain)
    assert (faults_of(chain), hash_of(link_of(entry))) == ([], entry.hash)


def test_floats_have_no_one_text_and_are_refused() -> None:
    with pytest.raises(TypeError):
        canonical({"deep": [{"price": 1.5}]})


@pytest.mark.django_db(transaction=True)
def test_the_journal_is_written_inside_a_transaction_only() -> None:
    with pytest.raises(RuntimeError):
        record(Rang(subject_id=1), by=CLOCK, now=NOW)


@pytest.mark.django_db
def test_what_fails_leaves_nothing_and_what_surrounds_it_stays() -> None:
    chain = open_chain()
    with transaction.atomic(), writing():
        record(Rang(subject_id=1, times=1), by=CLOCK, now=NOW, chain=chain)
        with pytest.raises(ValueError), transaction.atomic(), writing():
            record(Rang(subject_id=1, times=2), by=CLOCK, now=NOW, chain=chain)
            raise ValueError
        record_all([Rang(subject_id=1, times=3)], by=CLOCK, now=NOW, chain=chain)
    assert ([fact.event.times for fact in story_of(chain)], faults_of(chain)) == ([1, 3], [])


@pytest.mark.django_db
def test_a_fact_from_the_future_is_written_as_now() -> None:
    chain = open_chain()
    with transaction.atomic():
        record(Rang(subject_id=1), by=CLOCK, now=NOW, chain=chain, happened_at=NOW + timedelta(hours=1))
    assert story_of(chain)[0].happened_at == NOW


# Events grow


def test_an_older_shape_reads_as_todays() -> None:
    def minutes(facts: dict[str, Any]) -> dict[str, Any]:
        return {"subject_id": facts["subject_id"], "seconds": facts["minutes"] * 60}

    @dataclass(frozen=True, kw_only=True)
    class Waited(Event):
        kind: ClassVar[str] = "tests.waited"
        version: ClassVar[int] = 2
        upcasters: ClassVar[Mapping[int, Upcaster]] = {1: minutes}
        seconds: int
        codes: tuple[str, ...] = ()

    try:
        assert Waited.read({"subject_id": 3, "minutes": 5}, version=1) == Waited(subject_id=3, seconds=300)
        told = {"subject_id": 3, "seconds": 9, "codes": ["a"], "unknown": 1}
        assert Waited.read(told, version=2) == Waited(subject_id=3, seconds=9, codes=("a",))
    finally:
        del KINDS["tests.waited"]


def test_two_events_cannot_share_a_name() -> None:
    with pytest.raises(TypeError):

        class Rung(Event):
            kind: ClassVar[str] = "tests.rang"


# Reactions

ran: list[int] = []


def writes_a_chain(fact: Any) -> None:
    ran.append(fact.event.times)
    Chain.objects.create(length=0, last="made by a reaction")


def fails(fact: Any) -> None:
    Chain.objects.create(length=0, last="made by a reaction")
    raise RuntimeError("张三 13800138000")


@pytest.mark.django_db
def test_a_reaction_writes_once_however_often_it_is_woken() -> None:
    STORY.follow([on(Rang, later=[writes_a_chain])])
    ran.clear()
    ring(open_chain())
    reaction = Reaction.objects.get()
    assert [carry_out(reaction.id, now=NOW) for _ in range(3)] == [True, False, False]
    assert (ran, Chain.objects.filter(last="made by a reaction").count()) == ([1], 1)


@pytest.mark.django_db
def test_a_failing_reaction_waits_longer_each_time_then_is_seen_and_can_be_run_again() -> None:
    STORY.follow([on(Rang, later=[fails])])
    ring(open_chain())
    reaction, waits = Reaction.objects.get(), []
    for _ in range(ATTEMPTS):
        assert carry_out(reaction.id, now=NOW) is False
        reaction.refresh_from_db()
        waits.append(reaction.next_at - NOW)
    assert waits == sorted(waits) and waits[0] == timedelta(seconds=5) and waits[-1] == timedelta(hours=1)
    assert (reaction.state, Chain.objects.filter(last="made by a reaction").count()) == (Reaction.FAILED, 0)
    (seen,) = failed_reactions()
    assert (seen.attempts, "13800138000" in seen.trouble, "张三" in seen.trouble) == (ATTEMPTS, False, False)
    STORY.follow([on(Rang, later=[fails, writes_a_chain])])
    run_again(reaction.id, now=NOW)
    reaction.refresh_from_db()
    assert (reaction.state, reaction.attempts) == (Reaction.WAITING, 0)


@pytest.mark.django_db
def test_a_reaction_whose_task_was_lost_is_woken_by_the_sweep() -> None:
    STORY.follow([on(Rang, later=[writes_a_chain])])
    ring(open_chain())
    assert (wake_overdue(NOW + timedelta(seconds=5)), wake_overdue(NOW + timedelta(seconds=11))) == (0, 1)


@pytest.mark.django_db
def test_what_is_urgent_goes_before_what_waits_already() -> None:
    for lines in ([on(Rang, later=[fails])], [on(Rang, later=[writes_a_chain], urgent=True)]):
        STORY.follow(lines)
        ring(open_chain())
    due = DBTaskResult.objects.ready().first()
    assert due is not None
    (asked,) = due.args_kwargs["args"]
    assert [STORY.is_urgent(Reaction.objects.get(id=number).name) for number in asked] == [True]


def fails_at_two(fact: Any) -> None:
    Chain.objects.create(length=0, last="made by a reaction")
    if fact.event.times == 2:
        raise RuntimeError


@pytest.mark.django_db
def test_reactions_woken_together_stand_alone_all_the_same() -> None:
    STORY.follow([on(Rang, later=[fails_at_two])])
    for times in (1, 2, 3):
        ring(open_chain(), times)
    woken = list(Reaction.objects.order_by("id"))
    wake.call([one.id for one in woken])
    states = list(Reaction.objects.order_by("id").values_list("state", "attempts"))
    made = Chain.objects.filter(last="made by a reaction").count()
    assert (states, made) == ([("done", 1), ("waiting", 1), ("done", 1)], 2)
    wake.call([woken[0].id])
    assert Chain.objects.filter(last="made by a reaction").count() == 2


@pytest.mark.django_db
def test_a_hundred_stories_are_written_at_the_price_of_one() -> None:
    STORY.follow([])
    chains = [open_chain() for _ in range(100)]
    with transaction.atomic(), CaptureQueriesContext(connection) as seen, writing():
        lock_chains(chains)
        for chain in chains:
            record(Rang(subject_id=1), by=CLOCK, now=NOW, chain=chain)
    assert len(seen) == 3  # a lock, the entries, the heads
    assert [fault for chain in chains for fault in faults_of(chain)] == []


# A worker that is killed

WORKER = """
import os, sys, time
sys.path.insert(0, os.getcwd())
import django
django.setup()
from datetime import UTC, datetime
from bihuan.ground.journal.models import Chain
from bihuan.ground.journal.reactions import carry_out
from bihuan.ground.journal.story import STORY
from tests.ground.journal import test_journal

def slow(fact):
    Chain.objects.create(length=0, last="made by a reaction")
    print("in the middle", flush=True)
    time.sleep(60)

STORY._later["tests.ground.journal.test_journal.writes_a_chain"] = slow
carry_out(int(sys.argv[1]), now=datetime.now(UTC))
"""


def address() -> str:
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite://{told['NAME']}"
    return f"postgresql://{told['USER']}:{told['PASSWORD']}@/{told['NAME']}?host={told['HOST']}"


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_reaction_leaves_nothing_half_done() -> None:
    STORY.follow([on(Rang, later=[writes_a_chain])])
    ran.clear()
    ring(open_chain())
    reaction = Reaction.objects.get()
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(reaction.id)],
        env={**os.environ, "DATABASE_URL": address()},
        stdout=subprocess.PIPE,
    )
    assert worker.stdout is not None and worker.stdout.readline() == b"in the middle\n"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    for _ in range(50):
        reaction.refresh_from_db()
        if wake_overdue(NOW + timedelta(minutes=1)):
            break
        time.sleep(0.1)
    assert (reaction.state, Chain.objects.filter(last="made by a reaction").count()) == (Reaction.WAITING, 0)
    assert carry_out(reaction.id, now=NOW) is True
    assert (ran, Chain.objects.filter(last="made by a reaction").count()) == ([1], 1)
