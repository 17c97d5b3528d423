"""A visitor of the demo writes mails as a customer: by the same way as all mail."""

import re

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.ground.worktime import clock
from bihuan.service.cases.models import Case
from bihuan.service.intake.models import Attachment, RawMessage, Report
from bihuan.service.notices import sending
from tests.makers import company, settle

pytestmark = pytest.mark.django_db

PATH = "/play/mailbox"


def said(client: Client, **told: object) -> None:
    form = {
        "sender": "Xiaomei@mail.example",
        "subject": "冰箱不制冷",
        "words": "冰箱从昨天起不制冷了",
        **told,
    }
    assert client.post(PATH, form).status_code == 302
    settle(clock.now())
    sending.send_due(clock.now())


@pytest.mark.demand("S3-37", "S3-126", "S2-34")
def test_a_mail_becomes_a_case_and_the_answer_to_its_confirmation_joins_it() -> None:
    company()
    client = Client()
    said(client, file=SimpleUploadedFile("照片.jpg", b"\xff\xd8\xff photo", content_type="image/jpeg"))
    case = Case.objects.get()
    page = client.get(PATH).content.decode()
    assert case.number in page
    assert [one.media for one in Attachment.objects.all()] == ["image/jpeg"]
    [letter] = re.findall(r"\?answer=(\d+)", page)
    form = client.get(PATH, {"answer": letter}).content.decode()
    [number] = re.findall(r'name="answers" value="([^"]+)"', form)
    said(client, sender="somebody.else@mail.example", subject="随便写的", words="还是不行", answers=number)
    assert Case.objects.count() == 1
    joined = Report.objects.get(joins__isnull=False)
    assert (joined.chain_id, joined.state, joined.customer_id) == (case.chain_id, "joined", case.customer_id)


def test_a_forged_token_is_a_report_of_its_own() -> None:
    company()
    client = Client()
    said(client)
    report = Report.objects.get()
    said(client, words="我要看别人的单子", answers=f"n1.{report.id}-{'0' * 32}@bihuan.example")
    assert Report.objects.filter(joins__isnull=False).count() == 0
    assert {row.state for row in RawMessage.objects.all()} == {"report"}


def test_what_cannot_be_sent_is_said_and_a_changed_cookie_is_none() -> None:
    client = Client()
    client.cookies["play_mailbox"] = "forged"
    assert client.get(PATH).status_code == 200
    answer = client.post(PATH, {"sender": "nobody", "words": ""})
    assert (answer.status_code, RawMessage.objects.count()) == (422, 0)


def test_where_no_demo_lives_there_is_no_such_page(settings: LazySettings) -> None:
    settings.BIHUAN_DEMO = False
    assert Client().get(PATH).status_code == 404
