"""The public form: short, works with scripts off, and a customer is answered by a private link."""

from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.registers.customers.models import Consent
from bihuan.service.cases.models import Case
from bihuan.service.intake.models import Attachment, Report
from tests.makers import company

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


def test_whoever_fills_in_the_hidden_field_is_thanked_and_nothing_is_kept(visitor: Client) -> None:
    assert "Thank you" in sent(visitor, website="http://spam.example").content.decode()
    assert Report.objects.count() == 0


def test_the_ninth_try_within_minutes_is_asked_to_wait(visitor: Client) -> None:
    for _try in range(8):
        sent(visitor, phone="")
    assert sent(visitor).status_code == 429
    assert Report.objects.count() == 0


def test_a_photo_comes_along_and_a_programme_does_not(visitor: Client) -> None:
    photo = SimpleUploadedFile("display.png", b"\x89PNG\r\n\x1a\n....", content_type="image/png")
    assert sent(visitor, files=photo).status_code == 302
    assert [one.media for one in Attachment.objects.all()] == ["image/png"]
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
