"""Hostile profiles, races and odd moments: every refusal is a sentence, and no promise keeps a report from a case."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from bihuan.ground.journal.queries import faults_of
from bihuan.ground.worktime.actions import keep_calendar
from bihuan.registers.access.roles import Role
from bihuan.service.commitments.errors import NoSuchMonth
from bihuan.service.commitments.keeping import put_in_force, upload_profile
from bihuan.service.commitments.models import ProfileVersion, Promise
from bihuan.service.commitments.profiles_in_use import forget_cached
from bihuan.service.commitments.trying_out import ask
from tests import makers
from tests.makers import NOW

pytestmark = pytest.mark.django_db

HEAD = 'name = "hostile"\nversion = 1\nsort = "overlay"\ntitle_zh = "测试"\ntitle_en = "Test"\n'
CLAUSE = """
[clauses.quick]
title_zh = "快"
title_en = "Quick"
metric = "quick"
starts = ["case.opened"]
stops = ["case.closed"]
within = "2 h"
"""
LADDER = """
ladder = "steep"
[[ladders.steep]]
level = 1
who = ["owner"]
after = "1 h"
"""


def with_clause(**told: str) -> str:
    """The sound overlay, but its clause says this (TOML values); "" leaves a word out."""
    lines = [line for line in CLAUSE.splitlines() if line.split(" = ")[0] not in told]
    return HEAD + "\n".join([*lines, *(f"{word} = {value}" for word, value in told.items() if value)]) + "\n"


def with_step(**told: str) -> str:
    lines = [line for line in LADDER.splitlines() if line.split(" = ")[0] not in told]
    return HEAD + CLAUSE + "\n".join([*lines, *(f"{word} = {value}" for word, value in told.items())]) + "\n"


def with_head(**told: str) -> str:
    lines = [line for line in HEAD.splitlines() if line.split(" = ")[0] not in told]
    return "\n".join([*(f"{word} = {value}" for word, value in told.items()), *lines]) + "\n" + CLAUSE


DEEP = "x = " + "[" * 20_000 + "]" * 20_000
STEPS = "".join(
    f'[[ladders.steep]]\nlevel = {at}\nwho = ["owner"]\nafter = "{at} s"\n' for at in range(1, 10_001)
)
HOSTILE = {
    "five megabytes": HEAD + CLAUSE + "#" + "x" * 5_000_000,
    "ten thousand clauses": HEAD + "".join(CLAUSE.replace("quick", f"quick{at}") for at in range(10_000)),
    "deeply nested lists": HEAD + DEEP,
    "deeply nested tables": HEAD + "[" + ".".join(["a"] * 20_000) + "]\nb = 1",
    "a NUL": HEAD + "\x00" + CLAUSE,
    "a version that is a yes": with_head(version="true"),
    "a version below zero": with_head(version="-1"),
    "a version of zero": with_head(version="0"),
    "a huge version": with_head(version="99999999999"),
    "a title of a megabyte": with_head(title_zh='"' + "长" * 300_000 + '"'),
    "ladders that are a number": HEAD.replace('sort = "overlay"', 'sort = "overlay"\nladders = 5') + CLAUSE,
    "a ladder that is a word": HEAD + 'ladders = {steep = "x"}\n' + CLAUSE,
    "clauses that are a list": HEAD + "clauses = [1]\n",
    "a clause that is a number": HEAD + "clauses = {a = 1}\n",
    "a validity that is a number": HEAD + "valid = 5\n" + CLAUSE,
    "within after the year 9999": with_clause(within='"99999999999999999 d"'),
    "within of ten thousand digits": with_clause(within='"' + "9" * 10_000 + ' d"'),
    "within of forty years": with_clause(within='"14610 d"'),
    "within in foreign digits": with_clause(within='"³ h"'),
    "seconds below zero": with_clause(within="", seconds="-1"),
    "seconds that are a yes": with_clause(within="", seconds="true"),
    "seconds that are a fraction": with_clause(within="", seconds="1.5"),
    "within that is infinite": with_clause(within="inf"),
    "a warning beyond numbers": with_clause(warn_at="[1e400]"),
    "a warning that is no number": with_clause(warn_at="[nan]"),
    "a warning that is a table": with_clause(warn_at="[{a = 1}]"),
    "ten thousand warnings": with_clause(
        warn_at="[" + ",".join(f"{at / 10_001:.9f}" for at in range(1, 10_001)) + "]"
    ),
    "a scope that is no list": with_clause(scope='{work = "repair"}'),
    "a scope that is a number": with_clause(scope="5"),
    "public that is a number": with_clause(public="5"),
    "public that is a word": with_clause(public='"yes"'),
    "outlives that is a list": with_clause(outlives="[1]"),
    "kept when live that is a table": with_clause(kept_when_live="{a = 1}"),
    "a calendar that is a number": with_clause(calendar="5"),
    "a calendar that is a list": with_clause(calendar='["24x7"]'),
    "a ladder that is a list": with_clause(ladder='["steep"]'),
    "a source that is a table": with_clause(source="{a = 1}"),
    "a compensation that is a list": with_clause(compensate="[1]"),
    "due from a list": with_clause(within="", due_from='["at"]'),
    "due from a word": with_clause(within="", due_from='"channel"'),
    "due from a field that is a yes": with_clause(within="", due_from='"live"'),
    "due from a field that is not there": with_clause(within="", due_from='"begins_at"'),
    "the same of a word": with_clause(same='"channel"'),
    "the same of a list": with_clause(same="[1]"),
    "the same of a field that is not there": with_clause(same='"nowhere"'),
    "a word that must be a number": with_clause(starts='["case.opened channel>=3"]'),
    "a small digit": with_clause(starts='["case.chased times>=³"]'),
    "a pattern of nothing": with_clause(starts='[""]'),
    "an event that nobody tells": with_clause(starts='["case.exploded"]'),
    "an event of promises": with_clause(starts='["promise.made"]'),
    "again in an unknown way": with_clause(again='"always"'),
    "a target that is a word": with_clause(target='"many"'),
    "ten thousand steps": HEAD + CLAUSE + 'ladder = "steep"\n' + STEPS,
    "a step of level 70000": with_step(level="70000"),
    "a step below zero": with_step(level="-1"),
    "a step of level infinite": with_step(level="inf"),
    "a step told too often": with_step(times="100000", repeat='"1 h"'),
    "a step told without a pause": with_step(times="3", repeat='"0 min"'),
    "a step told every second": with_step(times="1000", repeat='"1 s"'),
    "a step after the year 9999": with_step(after='"99999999999 d"'),
    "a repeat after the year 9999": with_step(repeat='"99999999999 d"', times="2"),
    "a step that tells nobody": with_step(who="[]"),
    "a step that tells numbers": with_step(who="[1]"),
    "a step on no calendar": with_step(hours='"nowhere"'),
    "a step at once that is a word": with_step(at_once='"no"'),
    "a name of many lines": with_head(name='"a\\nb"'),
    "a base without clauses": HEAD.replace("overlay", "base"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_profile_is_refused_in_sentences_and_leaves_nothing_behind(what: str) -> None:
    stored = ProfileVersion.objects.count()
    with pytest.raises(ValidationError) as refused:
        upload_profile(HOSTILE[what], now=NOW)
        put_in_force("hostile", now=NOW, confirmed=True)
    assert 0 < len(" ".join(refused.value.messages)) < 3000
    assert ProfileVersion.objects.filter(active=True, name="hostile").count() == 0
    assert ProfileVersion.objects.count() - stored <= 1  # sound to read, but not to put in force


def test_rare_characters_and_markup_in_titles_are_kept_as_they_are() -> None:
    upload_profile(with_clause(title_zh='"𠮷<script>alert(1)</script>"'), now=NOW)
    put_in_force("hostile", now=NOW, confirmed=True)
    case = makers.a_case(makers.company())
    assert Promise.objects.filter(case=case, clause="quick").count() == 1


def test_a_calendar_that_never_opens_keeps_no_report_from_being_a_case() -> None:
    upload_profile(with_clause(calendar='"cn-office"'), now=NOW)
    put_in_force("hostile", now=NOW, confirmed=True)
    keep_calendar("cn-office", name="never", timezone="Asia/Shanghai", week={})
    forget_cached()
    case = makers.a_case(makers.company())
    assert Promise.objects.filter(case=case, clause="quick").count() == 0
    assert Promise.objects.filter(case=case).count() > 0
    assert faults_of(case.chain_id) == []


@pytest.mark.parametrize("month", [date(9999, 12, 1), date(1, 1, 1), date(1999, 12, 1), date(2027, 1, 1)])
def test_a_what_if_of_a_month_out_of_time_is_refused(month: date) -> None:
    viewer = makers.company().viewer(Role.MANAGER)
    with pytest.raises(NoSuchMonth):
        ask(viewer, "default", 3, month, now=NOW)
