"""Cards and profiles are kept the same way: looked at before stored, put in force apart, and back again."""

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.ground.process.reading import CardRefused
from bihuan.registers.access.models import Change
from bihuan.registers.access.roles import Role
from bihuan.service.cases import cards_in_use
from bihuan.service.cases.cards_in_use import CardUnsound, card_at, shipped_texts
from bihuan.service.cases.differing import differences
from bihuan.service.cases.keeping import put_in_force, upload_card
from bihuan.service.cases.models import CardVersion, Case
from bihuan.service.commitments.models import ProfileVersion, Promise
from bihuan.service.commitments.profiles_in_use import profile_at
from tests.makers import NOW, Company, a_case, company

pytestmark = pytest.mark.django_db
CARD, PROFILE = "/settings/process/upload", "/settings/profiles/upload"


@pytest.fixture(autouse=True)
def _remembers_nothing() -> Iterator[None]:
    yield
    cards_in_use._active.clear()
    card_at.cache_clear()
    profile_at.cache_clear()


@pytest.fixture
def made() -> Company:
    profile_at.cache_clear()
    return company()


@pytest.fixture
def administrator(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.ADMINISTRATOR])
    client.cookies["language"] = "en"
    return client


def held() -> CardVersion:
    return CardVersion.objects.get(name="repair", active=True)


def newer_card() -> str:
    """The repair card with one place renamed, a version higher."""
    row = held()
    text = row.text.replace(f"version = {row.version}", f"version = {row.version + 1}", 1)
    return text.replace('title_zh = "待接单"', 'title_zh = "等待接单"', 1)


def newer_profile() -> str:
    row = ProfileVersion.objects.get(active=True, sort="base")
    return row.text.replace(f"version = {row.version}", f"version = {row.version + 1}", 1)


@pytest.mark.demand("U-08")
def test_a_card_is_looked_at_stored_put_in_force_and_back(administrator: Client, made: Company) -> None:
    case, first = a_case(made), held()
    text = newer_card()
    looked = administrator.post(CARD, {"text": text, "check": "1"})
    page = looked.content.decode()
    assert (looked.status_code, CardVersion.objects.filter(name="repair").count()) == (200, 1)
    assert "待接单" in str(looked.context["looked"].rows) or "To accept" in page
    assert "Open cases, which keep their version" in page and f"version {first.version}: 1" in page
    answer = administrator.post(CARD, {"text": text, "store": "1"})
    assert answer.status_code == 302
    address = f"/settings/cards/repair/{first.version + 1}"
    assert answer.headers["Location"] == address
    assert held().version == first.version
    page = administrator.get(address).content.decode()
    assert "Before it is put in force" in page and "1 open case goes on under the version" in page
    assert administrator.post(f"{address}/activate").status_code == 302
    assert held().version == first.version + 1
    newer = a_case(made)
    assert (Case.objects.get(pk=case.pk).card_version, newer.card_version) == (
        first.version,
        first.version + 1,
    )
    former = f"/settings/cards/repair/{first.version}"
    assert "Back to this version" in administrator.get(former).content.decode()
    assert administrator.post(f"{former}/activate").status_code == 302
    assert held().version == first.version
    assert a_case(made).card_version == first.version
    deeds = [(change.register, change.deed) for change in Change.objects.order_by("id")]
    assert deeds == [("process", "added"), ("process", "activated"), ("process", "activated")]
    listed = administrator.get("/settings/cards").content.decode()
    assert "not in force" in listed


def test_a_file_is_taken_and_its_text_is_what_is_stored(administrator: Client) -> None:
    file = SimpleUploadedFile("repair.toml", ("\ufeff" + newer_card()).encode())
    answer = administrator.post(CARD, {"file": file, "check": "1"})
    assert answer.context["form"].data["text"].startswith(newer_card()[:20])
    assert (
        administrator.post(CARD, {"text": answer.context["form"].data["text"], "store": "1"}).status_code
        == 302
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe\x00x", "not written in UTF-8"),
        (b"x" * 900_000, "too large"),
        (b"   ", "Choose a file, or paste its text."),
        (b"this is [no toml", "The card is no TOML"),
        (b'name = "repair"\nversion = 9', "is missing"),
        (shipped_texts()["repair"].encode(), "is stored already"),
    ],
)
def test_what_is_no_new_card_is_refused_in_words(
    administrator: Client, content: bytes, sentence: str
) -> None:
    answer = administrator.post(CARD, {"file": SimpleUploadedFile("x.toml", content), "store": "1"})
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert Change.objects.count() == 0


def test_a_card_stays_with_its_kind_and_is_never_made_up(administrator: Client) -> None:
    other = newer_card().replace('kind = "repair"', 'kind = "cleaning"', 1)
    assert administrator.post(CARD, {"text": other, "store": "1"}).status_code == 422
    unknown = newer_card().replace('name = "repair"', 'name = "gardening"', 1)
    answer = administrator.post(CARD, {"text": unknown, "store": "1"})
    assert (answer.status_code, "no kind of work called gardening" in answer.content.decode()) == (422, True)


def test_the_faults_of_a_card_are_said_by_whatever_translates_them() -> None:
    broken = shipped_texts()["repair"].replace('reaches = "closed"', 'reaches = "nowhere"', 1)
    with pytest.raises(CardUnsound) as unsound:
        cards_in_use.sound(broken)
    told = [one.said(lambda words: f"<{words}>") for one in unsound.value.faults]
    assert told[0].startswith("<repair: <the move ") and "'nowhere'" in told[0]
    with pytest.raises(CardRefused) as refused:
        cards_in_use.sound('name = "x"')
    assert (
        refused.value.sentence.said(lambda words: f"<{words}>")
        == "<<The card x>: the version is a whole number from 1 on.>"
    )


def test_a_version_that_is_not_there_is_not_found(administrator: Client) -> None:
    assert administrator.get("/settings/cards/repair/999").status_code == 404
    assert administrator.post("/settings/cards/repair/999/activate").status_code == 404
    assert administrator.get("/settings/people/upload").status_code == 404


def test_differences_of_cards_name_what_is_added_gone_and_otherwise() -> None:
    old = card_at("repair", held().version)
    assert differences(old, old) == []
    upload_card(newer_card(), now=NOW)
    new = card_at("repair", held().version + 1)
    found = [(one.what, one.name, one.change, one.aspect) for one in differences(old, new)]
    assert found == [("place", "to_accept", "changed", "title")]


def test_of_two_versions_only_one_is_in_force() -> None:
    first = held().version
    upload_card(newer_card(), now=NOW)
    put_in_force("repair", first + 1)
    assert list(CardVersion.objects.filter(name="repair", active=True).values_list("version", flat=True)) == [
        first + 1
    ]


def test_a_profile_is_looked_at_stored_and_gone_back_from(administrator: Client, made: Company) -> None:
    a_case(made)
    first = ProfileVersion.objects.get(active=True, sort="base")
    text = newer_profile()
    looked = administrator.post(PROFILE, {"text": text, "check": "1"})
    page = looked.content.decode()
    assert (looked.status_code, "It asks the same as" in page) == (200, True)
    assert "Promises that still run, which keep their version" in page
    answer = administrator.post(PROFILE, {"text": text, "store": "1"})
    assert answer.headers["Location"] == f"/settings/commitments/{first.name}/{first.version + 1}"
    activate = f"/settings/commitments/{first.name}/activate"
    sent = {"confirmed": "yes", "version": first.version + 1}
    assert administrator.post(activate, sent).status_code == 302
    assert ProfileVersion.objects.get(active=True, sort="base").version == first.version + 1
    page = administrator.get(f"/settings/commitments/{first.name}/{first.version}").content.decode()
    assert "Back to this version" in page
    count = Promise.objects.filter(open=True, profile=first.name, profile_version=first.version).count()
    assert count > 0 and f">{count}</td>" in page
    assert administrator.post(activate, sent | {"version": first.version}).status_code == 302
    assert ProfileVersion.objects.get(active=True, sort="base").version == first.version
    change = Change.objects.latest("id")
    assert (change.before, change.after) == ({"version": first.version + 1}, {"version": first.version})


def test_a_law_never_goes_back(administrator: Client) -> None:
    law = ProfileVersion.objects.get(active=True, sort="law")
    newer = law.text.replace(f"version = {law.version}", f"version = {law.version + 1}", 1)
    administrator.post(PROFILE, {"text": newer, "store": "1"})
    activate = f"/settings/commitments/{law.name}/activate"
    administrator.post(activate, {"confirmed": "yes"})
    assert ProfileVersion.objects.get(active=True, sort="law").version == law.version + 1
    answer = administrator.post(activate, {"confirmed": "yes", "version": law.version})
    assert (answer.status_code, "A law never goes back" in answer.content.decode()) == (422, True)


def test_faults_of_a_profile_stand_above_its_text(administrator: Client) -> None:
    wrong = newer_profile().replace("dispatch.offered", "dispatch.never_heard_of", 1)
    answer = administrator.post(PROFILE, {"text": wrong, "store": "1"})
    page = answer.content.decode()
    assert (answer.status_code, "there is no event called dispatch.never_heard_of" in page) == (422, True)
    assert "never_heard_of" in answer.context["form"].data["text"]
