"""`manage.py explain` and the arithmetic behind it: whoever doubts a due time can reckon it again."""

from datetime import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import translation

from bihuan.service.cases.models import Case
from bihuan.service.commitments.actions import climb, mark_at_risk, mark_broken
from bihuan.service.commitments.explaining import explain_promises
from bihuan.service.commitments.models import Promise, Rest
from bihuan.service.commitments.profiles_in_use import commitments_in_force
from tests.makers import NOW, a_case, company, later

pytestmark = pytest.mark.django_db


def explained(case: Case, now: datetime, *, about: str, language: str = "en") -> list[str]:
    """The lines about one metric."""
    with translation.override(language):
        told, found = explain_promises(case, now=now), []
        title = Promise.objects.filter(case=case, about=about).get().clause
        taking = False
        for line in told:
            taking = (f" {title} " in line) if line and not line.startswith(" ") else taking and bool(line)
            if taking:
                found.append(line)
    return found


@pytest.mark.demand("S3-140")
def test_the_arithmetic_names_clause_calendar_and_due_time() -> None:
    case = a_case(company(), channel="app")
    base = commitments_in_force().base()
    row = Promise.objects.get(case=case, about="first_response")
    assert explained(case, later(minutes=10), about="first_response") == [
        (
            "First contact — clause first_response of profile default, "
            f"version {base.version} (source {base.clause('first_response').source})"
        ),
        "  began:    2026-11-23 10:00:00",
        f"  allowed:  2 h 0 min on the calendar cn-contact, version {row.calendar_version}",
        "  due:      2026-11-23 12:00:00",
        "  warnings: 0 of 1 told (at 75% of its time)",
        "            the next at 2026-11-23 11:30:00",
        "  step 1:   Supervisor — 2 h 0 min after it is broken, if it is",
        "  step 2:   Manager — 8 h 0 min after it is broken, if it is",
        "  result:   running",
    ]


def test_rests_are_told_apart_by_whether_they_stopped_this_clock() -> None:
    case = a_case(company(), channel="app")
    Rest.objects.create(case=case, began_at=later(hours=1), ended_at=later(hours=3), reason="parts")
    Rest.objects.create(case=case, began_at=later(hours=5), reason="customer")
    law = explained(case, later(hours=6), about="statutory_remedy")
    assert [line for line in law if "rest:" in line] == [
        (
            "  no rest:  2026-11-23 11:00:00 to 2026-11-23 13:00:00 (Waiting for parts): this clock runs on for that "
            "reason, counted"
        ),
        "  rest:     2026-11-23 15:00:00 to now (Waiting for the customer, 1 h 0 min on the wall), not counted",
    ]
    solve = explained(case, later(hours=6), about="solve")
    assert len([line for line in solve if line.startswith("  rest:")]) == 2


@pytest.mark.demand("X-21")
def test_warnings_steps_taken_and_steps_ahead_are_told() -> None:
    case = a_case(company(), channel="app")
    mark_at_risk(later(minutes=95))
    mark_broken(later(hours=3))
    climb(later(hours=4, minutes=30))
    told = explained(case, later(hours=5), about="first_response")
    assert "  warnings: 1 of 1 told (at 75% of its time)" in told
    assert "  step 1:   Supervisor — told at 2026-11-23 14:30:00" in told
    assert [line for line in told if line.startswith("  step 2:   Manager — ahead, at ")]
    assert told[-1] == "  result:   broken, and still owed"


def test_how_it_ended_stands_with_both_times() -> None:
    case = a_case(company(), channel="app")
    rows = Promise.objects.filter(case=case, about="solve")
    rows.update(state="kept", open=False, ended_at=later(hours=9), ended_how="done", worked_seconds=7 * 3600)
    rows.update(warn_next_at=None)
    told = explained(case, later(hours=10), about="solve")
    assert told[-2:] == [
        "  result:   kept at 2026-11-23 19:00:00",
        "  took:     7 h 0 min on its clock, 9 h 0 min on the wall",
    ]
    rows.update(state="broken", ended_how="missed")
    assert explained(case, later(hours=10), about="solve")[-2] == (
        "  result:   broken: given up by us at 2026-11-23 19:00:00"
    )


def test_a_year_without_published_days_off_is_marked() -> None:
    case = a_case(company(), channel="app")
    Promise.objects.filter(case=case).update(provisional=True, known_through=2025)
    told = explained(case, NOW, about="solve")
    assert "            its days off are known to the end of 2025" in told
    assert (
        "            provisional: the days off of 2026 are not published; reckoned again when they are"
        in told
    )


@pytest.mark.parametrize(("language", "words"), [("en", "due:"), ("zh-hans", "到期")])
def test_the_command_speaks_both_languages_and_names_no_customer(language: str, words: str) -> None:
    case = a_case(company(), channel="app")
    out = StringIO()
    call_command("explain", case.number, "--language", language, stdout=out)
    told = out.getvalue()
    assert (case.number in told, words in told) == (True, True)
    assert ("张三丰" in told, "不制冷" in told) == (False, False)
