"""The health answer is red when something that was owed has waited too long, and says which part it is."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from bihuan.ground.journal.models import Reaction, Watch
from bihuan.ground.journal.reactions import wake_overdue, watched
from bihuan.ground.worktime import clock
from bihuan.service.cases.models import Case
from bihuan.service.commitments.actions import climb, mark_at_risk, mark_broken
from bihuan.service.commitments.models import Promise, Rung
from bihuan.service.notices.models import Notice
from bihuan.web.look import health
from bihuan.web.look.duties import duties, waiting
from tests.makers import a_case, company, settle

pytestmark = pytest.mark.django_db
LIMIT = 120


def asked(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/healthz")
    return answer.status_code, answer.json()


def swept() -> None:
    """The clock has just run."""
    watched("notices", lambda now: 0, now=clock.now())


def quiet_case(*, ago: timedelta) -> Case:
    """A case so old; everything it woke is done, and nothing of it is due."""
    now = clock.now()
    case = a_case(company(), channel="app", now=now - ago)
    settle(now)
    Promise.objects.update(due_at=now + timedelta(hours=1), warn_next_at=None)
    Notice.objects.update(state=Notice.SENT)
    return case


def test_all_is_well_when_the_clock_runs_and_nothing_waits(client: Client) -> None:
    swept()
    assert asked(client) == (
        200,
        {
            "status": "ok",
            "database": "ok",
            "migrations": "ok",
            "journal": "ok",
            "bookings": "ok",
            "search": "ok",
            "clock": "ok",
            "promises": "ok",
            "reactions": "ok",
            "notices": "ok",
            "replay": "ok",
            "failed_reactions": 0,
            "oldest_seconds": {"breach": 0, "warning": 0, "step": 0, "reaction": 0, "notice": 0},
        },
    )


def test_a_clock_that_never_ran_is_red(client: Client) -> None:
    status, told = asked(client)
    assert (status, told["clock"]) == (503, "no sweep has run yet")


def test_a_clock_that_stopped_is_red_above_the_limit(client: Client) -> None:
    swept()
    Watch.objects.update(ran_at=clock.now() - timedelta(seconds=LIMIT - 5))
    assert asked(client)[0] == 200
    Watch.objects.update(ran_at=clock.now() - timedelta(seconds=LIMIT + 5))
    status, told = asked(client)
    assert (status, told["clock"]) == (503, "no sweep has run lately")


@pytest.mark.parametrize("column", ["due_at", "warn_next_at"])
def test_a_promise_not_acted_on_is_red_above_the_limit(client: Client, column: str) -> None:
    quiet_case(ago=timedelta(hours=1))
    swept()
    [first, *_] = Promise.objects.filter(state=Promise.RUNNING)
    states = []
    for seconds in (LIMIT - 10, LIMIT + 10):
        Promise.objects.filter(id=first.id).update(**{column: clock.now() - timedelta(seconds=seconds)})
        status, told = asked(client)
        states.append((status, told["promises"]))
    assert states == [(200, "ok"), (503, "a due promise was not acted on")]
    mark_broken(clock.now())
    mark_at_risk(clock.now())
    Rung.objects.all().delete()
    settle(clock.now())
    Notice.objects.update(state=Notice.SENT)
    assert asked(client)[0] == 200


def test_a_step_of_a_ladder_not_taken_is_red_until_it_is(client: Client) -> None:
    case = quiet_case(ago=timedelta(hours=1))
    swept()
    promise = Promise.objects.filter(case=case, state=Promise.RUNNING, about="first_response").get()
    Rung.objects.create(promise=promise, level=1, due_at=clock.now() - timedelta(seconds=LIMIT + 10))
    assert asked(client)[0] == 503
    assert climb(clock.now()) == 1
    assert duties(clock.now())["step"].seconds == 0


def test_a_reaction_handed_to_a_dead_worker_again_and_again_stays_as_old_as_it_is(client: Client) -> None:
    swept()
    now = clock.now()
    a_case(company(), now=now - timedelta(seconds=LIMIT + 10))
    wake_overdue(now)
    assert Reaction.objects.filter(next_at__lt=now).count() == 0
    status, told = asked(client)
    assert (status, told["reactions"], told["oldest_seconds"]["reaction"] >= LIMIT + 10) == (
        503,
        "a reaction waits too long",
        True,
    )


def test_a_reaction_that_waits_for_its_next_try_is_not_late(client: Client) -> None:
    a_case(company(), now=clock.now() - timedelta(seconds=LIMIT + 10))
    Reaction.objects.update(attempts=1, next_at=clock.now() + timedelta(minutes=5))
    assert duties(clock.now())["reaction"].seconds == 0


def test_a_notice_nobody_sends_is_red_above_the_limit(client: Client) -> None:
    quiet_case(ago=timedelta(hours=1))
    swept()
    [first, *_] = Notice.objects.order_by("id")
    due = clock.now() - timedelta(seconds=LIMIT + 10)
    Notice.objects.filter(id=first.id).update(state=Notice.WAITING, next_at=due)
    status, told = asked(client)
    assert (status, told["notices"]) == (503, "a notice waits too long")


def test_the_limit_is_a_setting(client: Client, settings: Settings) -> None:
    swept()
    Watch.objects.update(ran_at=clock.now() - timedelta(seconds=LIMIT + 5))
    settings.BIHUAN_DUTY_LIMIT_SECONDS = 2 * LIMIT
    assert asked(client)[0] == 200


def test_tables_that_are_missing_are_red(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    swept()
    monkeypatch.setitem(health._seen, "unapplied", True)
    monkeypatch.setitem(health._seen, "looked", -health.LOOK_AGAIN_SECONDS)
    MigrationRecorder.Migration.objects.filter(app="journal", name__startswith="0003").delete()
    assert asked(client) == (503, {"status": "ill", "database": "ok", "migrations": "unapplied"})


def test_what_waits_is_counted_by_sort() -> None:
    now = clock.now()
    case = quiet_case(ago=timedelta(hours=1))
    running = Promise.objects.filter(case=case, state=Promise.RUNNING).count()
    Promise.objects.filter(case=case).update(due_at=now - timedelta(seconds=1))
    assert waiting(now) == {"breach": running, "warning": 0, "step": 0, "reaction": 0, "notice": 0}
