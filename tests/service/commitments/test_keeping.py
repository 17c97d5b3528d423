"""Keeping profiles: what may be stored, put in force and withdrawn, and what never."""

from datetime import datetime

import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoAssertNumQueries

from bihuan.service.commitments.keeping import (
    Unconfirmed,
    Unsound,
    around_now,
    doubts,
    put_in_force,
    upload_profile,
    withdraw,
)
from bihuan.service.commitments.models import ProfileVersion
from bihuan.service.commitments.profiles_in_use import SHIPPED, commitments_in_force, profile_at
from bihuan.shipped import load_shipped
from tests.makers import NOW

pytestmark = pytest.mark.django_db

SUMMER = datetime.fromisoformat("2027-06-14T23:59:59+08:00")
MIDNIGHT = datetime.fromisoformat("2027-06-15T00:00:00+08:00")


@pytest.fixture(autouse=True)
def _read_again() -> None:
    profile_at.cache_clear()  # another test may have stored another text under the same version


def text_of(name: str, version: int = 2) -> str:
    text = (SHIPPED / f"{name}.toml").read_text("utf-8")
    [line] = [one for one in text.splitlines() if one.startswith("version = ")]
    return text.replace(line, f"version = {version}", 1)


def in_force() -> set[tuple[str, int]]:
    return set(ProfileVersion.objects.filter(active=True).values_list("name", "version"))


def held(name: str) -> int:
    return ProfileVersion.objects.get(name=name, active=True).version


@pytest.mark.demand("S3-02", "X-01")
def test_one_base_takes_the_place_of_the_other_and_the_law_stays() -> None:
    put_in_force("feedback", now=NOW, confirmed=True)
    assert {name for name, _ in in_force()} == {"feedback", "cn-law"}
    assert commitments_in_force().base().name == "feedback"


def test_warnings_ask_for_a_yes_and_errors_take_none() -> None:
    with pytest.raises(Unconfirmed):
        put_in_force("feedback", now=NOW)
    with pytest.raises(Unsound):
        put_in_force("s3-quality", now=NOW, confirmed=True)
    with pytest.raises(ValidationError):
        put_in_force("nobody", now=NOW, confirmed=True)
    assert {name for name, _ in in_force()} == {"default", "cn-law"}


@pytest.mark.demand("U-12")
def test_a_peak_is_published_until_the_last_second_before_its_first_day() -> None:
    with pytest.raises(Unsound):
        put_in_force("peak-summer", now=MIDNIGHT, confirmed=True)
    put_in_force("peak-summer", now=SUMMER)
    assert {name for name, _ in in_force()} == {"default", "cn-law", "peak-summer"}
    assert doubts(profile_at("peak-summer", 2), around=around_now(), now=MIDNIGHT) == []


def test_what_was_withdrawn_is_out_and_the_base_and_the_law_are_not_withdrawn() -> None:
    put_in_force("peak-summer", now=NOW)
    withdraw("peak-summer")
    for name in ("peak-summer", "default", "cn-law", "flowcard"):
        with pytest.raises(ValidationError):
            withdraw(name)
    assert {name for name, _ in in_force()} == {"default", "cn-law"}


@pytest.mark.demand("L-17")
def test_a_law_may_be_tightened_and_never_loosened() -> None:
    higher = held("cn-law") + 1
    with pytest.raises(ValidationError):
        upload_profile(text_of("cn-law", higher).replace('within = "15 d"', 'within = "16 d"'), now=NOW)
    lacking = text_of("cn-law", higher)
    lacking = lacking[: lacking.index("[clauses.official_notice]")]
    with pytest.raises(ValidationError):
        upload_profile(lacking, now=NOW)
    upload_profile(text_of("cn-law", higher).replace('within = "15 d"', 'within = "14 d"'), now=NOW)
    assert held("cn-law") == higher - 1
    put_in_force("cn-law", now=NOW, confirmed=True)
    assert held("cn-law") == higher


def test_an_upgrade_of_the_product_leaves_what_a_company_promises() -> None:
    put_in_force("s3-stretch", now=NOW, confirmed=True)
    was = in_force()
    load_shipped(now=NOW)
    assert in_force() == was


@pytest.mark.parametrize("sort", ["overlay", "law"])
def test_a_profile_never_becomes_another_sort(sort: str) -> None:
    text = text_of("default", held("default") + 1).replace('sort = "base"', f'sort = "{sort}"', 1)
    with pytest.raises(ValidationError):
        upload_profile(text, now=NOW)


def test_a_stored_version_is_not_stored_again() -> None:
    with pytest.raises(ValidationError):
        upload_profile(text_of("default", held("default")), now=NOW)


@pytest.mark.demand("X-02")
def test_standards_that_contradict_each_other_are_named_when_both_are_to_hold() -> None:
    put_in_force("s3-basic", now=NOW, confirmed=True)
    overlay = text_of("s3-stretch", 1).replace('sort = "base"', 'sort = "overlay"')
    upload_profile(overlay.replace('name = "s3-stretch"', 'name = "goals"'), now=NOW)
    found = doubts(profile_at("goals", 1), around=around_now(), now=NOW)
    told = {(one.code, one.clause, one.other) for one in found}
    assert ("conflict", "first_response", "s3-basic.first_response") in told
    assert ("overridden", "solve", "s3-basic.solve_complex") in told


def test_looking_through_many_profiles_asks_the_database_once(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    around = around_now()
    profiles = [profile_at(row.name, row.version) for row in ProfileVersion.objects.all()]
    with django_assert_num_queries(0):
        for profile in profiles:
            doubts(profile, around=around, now=NOW)
