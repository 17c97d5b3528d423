"""The pages of commitment profiles: read by everybody on the staff, changed by the administrator alone."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils.translation import override
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bihuan.registers.access.models import Change
from bihuan.registers.access.roles import Role
from bihuan.service.commitments.keeping import around_now, doubts, upload_profile
from bihuan.service.commitments.models import ProfileVersion
from bihuan.service.commitments.profiles_in_use import SHIPPED, profile_at
from bihuan.service.commitments.words import finding_sentences
from tests.makers import NOW, Company, company
from tests.pages.axe import overflow, shots, violations

pytestmark = pytest.mark.django_db

READ = "/settings/commitments"


@pytest.fixture
def made() -> Company:
    profile_at.cache_clear()
    return company()


def signed_in(made: Company, role: Role, language: str = "en") -> Client:
    client = Client()
    client.force_login(made.people[role])
    client.cookies["language"] = language
    return client


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def newest(name: str) -> int:
    return ProfileVersion.objects.filter(name=name).latest("version").version


def in_force() -> set[str]:
    return set(ProfileVersion.objects.filter(active=True).values_list("name", flat=True))


@pytest.mark.demand("S3-02", "S3-108")
def test_a_profile_is_read_as_a_matrix_with_clauses_rates_conduct_and_ladders(made: Company) -> None:
    text = text_of(signed_in(made, Role.ANALYST), f"{READ}/default/{newest('default')}")
    for words in (
        "At a glance",
        "First contact",
        "30 min",
        "the customer is contacted",
        "at least 95 %",
        "What costs money is quoted first",
        "2 h after the breach",
        "every 24 h, 3 times in all",
        "whoever owns the case",
    ):
        assert words in text, words
    assert "case.opened" not in text
    assert "Put in force" not in text


def test_every_shipped_profile_has_its_page_in_both_languages(made: Company) -> None:
    client = signed_in(made, Role.ADMINISTRATOR)
    for row in ProfileVersion.objects.all():
        profile = profile_at(row.name, row.version)
        for language, title in (("en", profile.title.en), ("zh-hans", profile.title.zh)):
            client.cookies["language"] = language
            assert title in text_of(client, f"{READ}/{row.name}/{row.version}")


def test_the_list_says_which_are_in_force_and_what_is_doubtful(made: Company) -> None:
    text = text_of(signed_in(made, Role.MANAGER), READ)
    assert text.index("Legal time limits") < text.index("Standard promises") < text.index("Basic commitments")
    assert "2 errors" in text


def test_two_profiles_are_compared_side_by_side(made: Company) -> None:
    client = signed_in(made, Role.MANAGER)
    text = text_of(client, f"{READ}/differences?a=s3-basic@1&b=s3-stretch@1")
    assert "Basic commitments" in text
    assert "stricter" in text
    manual = f"cs-manual@{newest('cs-manual')}"
    same = text_of(client, f"{READ}/differences?a={manual}&b={manual}")
    assert "Nothing differs" in same
    assert client.get(f"{READ}/differences?a=nobody@1&b=%27").status_code == 200


def test_both_pages_are_taken_along_as_files(made: Company) -> None:
    client = signed_in(made, Role.MANAGER)
    held = newest("cs-manual")
    file = client.get(f"{READ}/cs-manual/{held}?format=csv")
    lines = file.getvalue().decode("utf-8-sig").splitlines()
    profile = profile_at("cs-manual", held)
    assert len(lines) == 1 + len(profile.clauses)
    assert client.get(f"{READ}/cs-manual/{held}?format=xlsx").status_code == 200
    assert client.get(f"{READ}/differences?a=s3-basic@1&b=cs-manual@{held}&format=csv").status_code == 200


def test_warnings_must_be_confirmed_before_a_profile_is_put_in_force(made: Company) -> None:
    client = signed_in(made, Role.ADMINISTRATOR)
    refused = client.post(f"{READ}/cs-manual/activate")
    assert refused.status_code >= 400
    assert in_force() == {"default", "cn-law"}
    assert client.post(f"{READ}/cs-manual/activate", {"confirmed": "yes"}).status_code == 302
    assert in_force() == {"cs-manual", "cn-law"}
    assert Change.objects.latest("id").deed == "activated"


def test_an_error_is_not_confirmed_away(made: Company) -> None:
    client = signed_in(made, Role.ADMINISTRATOR)
    answer = client.post(f"{READ}/s3-quality/activate", {"confirmed": "yes"})
    assert answer.status_code >= 400
    assert "XX" in answer.content.decode()
    assert in_force() == {"default", "cn-law"}


@pytest.mark.demand("U-12")
def test_a_peak_is_put_beside_the_base_and_withdrawn_again(made: Company) -> None:
    client = signed_in(made, Role.ADMINISTRATOR)
    text = (SHIPPED / "peak-summer.toml").read_text("utf-8")
    held = newest("peak-summer")
    later = text.replace(f"version = {held}", f"version = {held + 1}", 1).replace("2027-", "2097-")
    upload_profile(later, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert client.post(f"{READ}/peak-summer/activate").status_code == 302
    assert in_force() == {"default", "cn-law", "peak-summer"}
    assert client.post(f"{READ}/peak-summer/withdraw").status_code == 302
    assert in_force() == {"default", "cn-law"}
    assert Change.objects.latest("id").deed == "ended"


@pytest.mark.parametrize("name", ["default", "cn-law", "flowcard"])
def test_the_base_and_the_law_are_not_withdrawn(made: Company, name: str) -> None:
    client = signed_in(made, Role.ADMINISTRATOR)
    assert client.post(f"{READ}/{name}/withdraw").status_code >= 400
    assert in_force() == {"default", "cn-law"}


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SUPERVISOR, Role.AGENT])
def test_others_read_and_change_nothing(made: Company, role: Role) -> None:
    client = signed_in(made, role)
    assert "activate" not in text_of(client, f"{READ}/cs-manual/{newest('cs-manual')}")
    assert client.post(f"{READ}/cs-manual/activate", {"confirmed": "yes"}).status_code == 403
    assert in_force() == {"default", "cn-law"}


def test_what_is_not_stored_is_not_found(made: Company) -> None:
    client = signed_in(made, Role.ADMINISTRATOR)
    assert [client.get(f"{READ}/{one}").status_code for one in ("nobody/1", "default/99")] == [404, 404]
    assert client.post(f"{READ}/nobody/activate").status_code == 404


def test_sentences_name_cases_in_the_readers_language(made: Company) -> None:
    found = doubts(profile_at("s3-response", 1), around=around_now(), now=NOW)
    with override("en"):
        assert "Urgent waits longer (emergency) than what presses less (dispatch)." in finding_sentences(
            found
        )


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_are_accessible_and_fit_a_phone(page: Page, live_server: LiveServer, language: str) -> None:
    made = company()
    known = signed_in(made, Role.ADMINISTRATOR).cookies["sessionid"].value
    for name, value in (("sessionid", known), ("language", language)):
        page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    newest_default = newest("default")
    for name, path in (
        ("profiles", ""),
        ("profile", f"/default/{newest_default}"),
        ("profile-blank", "/s3-quality/1"),
        ("profile-differences", "/differences?a=s3-basic@1&b=s3-stretch@1"),
    ):
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{live_server.url}{READ}{path}")
            assert (path, violations(page), overflow(page)) == (path, [], 0)
        shots(page, f"managers-{name}")
