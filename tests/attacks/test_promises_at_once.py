"""Clocks, agents and administrators at the same instant: each thing is told once, and one base is in force."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from bihuan.ground.journal.queries import faults_of, story_of
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.cases.talking import chase, note
from bihuan.service.commitments.actions import climb, mark_at_risk, mark_broken
from bihuan.service.commitments.keeping import put_in_force
from bihuan.service.commitments.models import ProfileVersion, Promise, Rung
from tests import makers
from tests.makers import NOW, later

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], Any]) -> list[Exception]:
    """Do these in threads of their own, begun together; what failed."""
    barrier, failed = Barrier(len(deeds)), list[Exception]()

    def run(deed: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            deed()
        except Exception as trouble:
            failed.append(trouble)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def told(case: Case, kind: str) -> int:
    assert not faults_of(case.chain_id)
    return [fact.event.kind for fact in story_of(case.chain_id)].count(kind)


def test_of_bases_put_in_force_at_once_exactly_one_holds_and_reports_become_cases() -> None:
    made = makers.company()
    swap = [partial(put_in_force, name, now=NOW, confirmed=True) for name in ("feedback", "default")]
    reports = [partial(makers.a_case, made, channel="app") for _ in range(4)]
    for _ in range(3):
        assert at_once(*swap, *swap, *reports) == []
        assert ProfileVersion.objects.filter(active=True, sort="base").count() == 1
    assert Case.objects.count() == 12
    assert all(Promise.objects.filter(case=case).exists() for case in Case.objects.all())


def test_clocks_and_an_agent_at_the_due_second_tell_each_thing_once() -> None:
    made = makers.company()
    for _ in range(4):
        case = makers.a_case(made, channel="app")
        mine = Promise.objects.get(case=case, about="first_response")
        assert mine.due_at is not None
        due, after = mine.due_at, mine.due_at + timedelta(seconds=1)
        contact = partial(note, case, "已联系", by=made.actor(Role.AGENT), now=due, contact="phone")
        failed = at_once(
            partial(mark_broken, after), partial(mark_broken, after), partial(mark_at_risk, due), contact
        )
        assert failed == []
        mine.refresh_from_db()
        assert (mine.state, mine.open, mine.ended_at) == (Promise.KEPT, False, due)
        facts = [fact.event for fact in story_of(case.chain_id)]
        about = [one.kind for one in facts if getattr(one, "promise_id", 0) == mine.id]
        assert about.count("promise.kept") == 1
        assert about.count("promise.broken") == about.count("promise.breach_withdrawn") <= 1
        assert not faults_of(case.chain_id)


def test_a_step_that_is_due_while_the_promise_is_kept_is_taken_or_dropped_never_both() -> None:
    made = makers.company()
    for _ in range(4):
        case = makers.a_case(made, channel="app", now=NOW)
        mark_broken(later(days=1))
        contact = partial(note, case, "已联系", by=made.actor(Role.AGENT), now=later(days=3), contact="phone")
        assert at_once(partial(climb, later(days=3)), partial(climb, later(days=3)), contact) == []
        steps = Rung.objects.filter(promise__case=case, promise__about="first_response")
        assert steps.exists()
        assert not steps.filter(told_at__isnull=True, dropped_at__isnull=True).exists()
        assert not steps.filter(told_at__isnull=False, dropped_at__isnull=False).exists()
        climbed = Rung.objects.filter(promise__case=case, told_at__isnull=False).count()
        assert told(case, "promise.escalated") == climbed


def test_many_chases_at_once_are_each_a_promise_and_the_chain_is_sound() -> None:
    made = makers.company()
    case = makers.a_case(made, channel="app")
    agent = made.actor(Role.AGENT)
    mine = [Case.objects.get(id=case.id) for _ in range(12)]
    deeds = [partial(chase, one, by=agent, now=later(minutes=at + 1)) for at, one in enumerate(mine)]
    failed = at_once(*deeds)
    assert failed == []
    assert told(case, "case.chased") == 12
    case.refresh_from_db()
    assert case.chases == 12
    assert Promise.objects.filter(case=case, began_at__gt=NOW, about="chase").count() == 12
