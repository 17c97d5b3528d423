"""The laws of the house, held by machine."""

import pytest
from django.db import connection

from bihuan import flow
from bihuan.ground.journal import triggers as journal_triggers
from bihuan.ground.journal.event import KINDS
from bihuan.ground.journal.story import STORY
from bihuan.registers.staff import triggers as staff_triggers
from bihuan.service.commitments.profiles_in_use import SHIPPED
from bihuan.service.commitments.reading import read_profile
from tests import laws


def test_no_foreign_key_has_a_reverse_accessor() -> None:
    assert laws.upward_accessors() == []


def test_nobody_looks_upward_through_a_nameless_accessor() -> None:
    assert laws.upward_lookups() == []


def test_every_event_is_told_in_the_story_or_waited_for_by_nobody() -> None:
    ours = {event for event in KINDS.values() if event.__module__.startswith("bihuan.")}
    told = STORY.events() | set(flow.NOBODY_WAITS_FOR)
    assert {event.kind for event in ours - told} == set()


def test_nobody_is_both_waited_for_and_not() -> None:
    assert STORY.events() & set(flow.NOBODY_WAITS_FOR) == set()


def test_every_clause_names_events_that_exist() -> None:
    for path in SHIPPED.glob("*.toml"):
        assert read_profile(path.read_text("utf-8")).listens_to() - set(KINDS) == set()


def test_no_folder_is_called_by_what_it_has_in_common() -> None:
    assert laws.module_names() & {"common", "core", "utils", "base", "lib", "helpers"} == set()


@pytest.mark.django_db
def test_the_guards_are_there_after_all_migrations() -> None:
    assert (journal_triggers.missing(connection), staff_triggers.missing(connection)) == ([], [])
