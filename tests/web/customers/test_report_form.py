"""The public form: short, works with scripts off, and a customer is answered by a private link."""

from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.ground.vault.actions import keys_for
from bihuan.registers.customers.models import Consent
from bihuan.service.cases.models import Case
from bihuan.service.intake.models import Attachment, RawMessage, Report
from bihuan.service.intake.reading import read_message
from tests.makers import NOW, company, settle

pytestmark = pytest.mark.django_db

SOUND = {
    "words": "空调不制冷，吹热风",
    "phone": "13900001111",
    "name": "王小明",
    "category": "air_conditioner",
    "district": "西湖区",
    "street": "文新街道",
    "door": "1幢101",
    "consent_service": "on",
    "key": "web-1",
}


@pytest.fixture
def visitor(client: Client) -> Client:
    cache.clear()
    company()
    client.cookies["language"] = "en"
    return client


def sent(visitor: Client, **more: Any) -> Any:
    return visitor.post("/report/", {**SOUND, **more})


@pytest.mark.demand("S1-02", "S2-07", "S0-09", "S3-105")
def test_a_customer_reports_on_the_web_and_gets_a_private_link(visitor: Client) -> None:
    assert "Report a problem" in visitor.get("/report/").content.decode()
    answer = sent(visitor)
    case = Case.objects.select_related("report").get()
    assert answer.headers["Location"].startswith("/c/") and len(answer.headers["Location"]) > 40
    assert (case.channel, case.district, case.city, case.symptom) == (
        "web",
        "西湖区",
        "杭州市",
        "ac_no_cooling",
    )
    assert dict(Consent.objects.values_list("kind", "given")) == {
        "service": True,
        "recording": False,
        "marketing": False,
    }


def test_sent_twice_it_is_one_report(visitor: Client) -> None:
    assert sent(visitor).headers["Location"] == sent(visitor).headers["Location"]
    assert Report.objects.count() == 1


@pytest.mark.demand("S3-38")
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"phone": ""}, "phone number or an e-mail address is needed"),
        ({"phone": "110"}, "not a phone number"),
        ({"words": ""}, "This field is required"),
        ({"bought_on": "2099-01-01"}, "lies in the future"),
        ({"consent_service": ""}, "could not come"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    visitor: Client, wrong: dict[str, str], says: str
) -> None:
    answer = sent(visitor, **wrong)
    assert (answer.status_code, Report.objects.count()) == (422, 0)
    assert says in answer.content.decode() and "王小明" in answer.content.decode()


def test_a_word_of_danger_shows_the_advice_even_when_something_is_missing(visitor: Client) -> None:
    shown = sent(visitor, words="热水器漏电", phone="").content.decode()
    assert "Please stop using the machine now." in shown


def test_a_vague_phrase_is_taken_as_it_is(visitor: Client) -> None:
    assert sent(visitor, words="不好用").status_code == 302


@pytest.mark.demand("S2-20")
def test_whoever_fills_in_what_nobody_sees_is_thanked_and_a_person_looks_at_it(visitor: Client) -> None:
    told = {"words": "热水器漏电", "blank": "http://spam.example"}
    for _time in range(2):
        photo = SimpleUploadedFile("display.png", b"\x89PNG\r\n\x1a\n....", content_type="image/png")
        shown = sent(visitor, files=photo, **told).content.decode()
        assert ("Thank you" in shown, "Please stop using the machine now." in shown) == (True, True)
    settle()
    message = RawMessage.objects.get()
    assert (message.state, message.reason, Report.objects.count()) == ("quarantined", "hidden_field", 0)
    report = read_message(waiting(message), now=NOW)
    assert report is not None
    words = keys_for([report.customer.key_id]).open(report.words_sealed) or ""
    assert ("热水器漏电" in words, "文新街道" in words) == (True, True)
    assert report.machine is not None
    assert (report.machine.category, Attachment.objects.count()) == ("air_conditioner", 1)


def waiting(message: RawMessage) -> RawMessage:
    """As it is while a person has it read once more."""
    RawMessage.objects.filter(id=message.id).update(state=RawMessage.WAITING)
    return RawMessage.objects.select_related("key").get(id=message.id)


@pytest.mark.demand("S2-20")
def test_mistakes_cost_nothing_and_who_sends_too_much_gets_the_form_back_filled_in(visitor: Client) -> None:
    for _try in range(9):
        assert sent(visitor, phone="").status_code == 422
    for number in range(8):
        assert sent(visitor, key=f"web-{number}").status_code == 302
    answer = sent(visitor, key="web-8")
    assert (answer.status_code, Report.objects.count()) == (429, 8)
    assert answer.context["form"]["key"].value() == "web-8"
    shown = answer.content.decode()
    assert ("Please wait a little" in shown, "空调不制冷" in shown) == (True, True)
    assert sent(visitor, key="web-9", phone="13900002222").status_code == 302


def test_a_photo_comes_along_and_a_programme_does_not(visitor: Client) -> None:
    named = "𠮷照片 %22a<b>%22.png"  # as a browser writes a name with quotation marks
    photo = SimpleUploadedFile(named, b"\x89PNG\r\n\x1a\n....", content_type="image/png")
    assert sent(visitor, files=photo).status_code == 302
    assert [one.media for one in Attachment.objects.all()] == ["image/png"]
    kept = Attachment.objects.get()
    assert keys_for([kept.report.customer.key_id]).open(kept.name_sealed) == "𠮷照片 a b .png"
    bad = SimpleUploadedFile("run.exe", b"MZ", content_type="application/x-msdownload")
    assert sent(visitor, files=bad, key="web-2").status_code == 422


@pytest.mark.demand("S2-20")
def test_going_back_and_writing_something_else_is_no_dead_end(visitor: Client) -> None:
    sent(visitor)
    again = sent(visitor, words="洗衣机也漏水", category="washing_machine")
    assert (again.status_code, "was sent before, with other words" in again.content.decode()) == (422, True)
    fresh = again.context["form"]["key"].value()
    assert (fresh != "web-1", "洗衣机也漏水" in again.content.decode()) == (True, True)
    assert sent(visitor, words="洗衣机也漏水", category="washing_machine", key=fresh).status_code == 302
    assert Report.objects.count() == 2
