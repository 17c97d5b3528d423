"""A visitor of the demo plays a customer by WeChat and by SMS, through the real doors."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from bihuan.registers.channels.wechat.binding import new_code
from bihuan.service.cases.models import Case, Note
from bihuan.service.intake.models import RawMessage
from bihuan.service.notices.models import Notice
from tests.makers import a_case, company, settle

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def page(client: Client, path: str) -> str:
    return client.get(path, headers={"Accept-Language": "zh-hans"}).content.decode()


def test_a_visitor_writes_into_the_chat_and_reads_the_number_of_the_case() -> None:
    company()
    client = Client()
    client.get("/play/wechat")
    assert client.post("/play/wechat", {"do": "write", "words": "空调不制冷"}).status_code == 302
    assert "单号随后发到这里" in page(client, "/play/wechat")
    settle()
    [case] = Case.objects.all()
    assert case.number in page(client, "/play/wechat")
    assert case.report.channel == "wechat"


def test_a_visitor_taps_the_menu_and_sends_a_picture() -> None:
    company()
    client = Client()
    client.get("/play/wechat")
    client.post("/play/wechat", {"do": "progress"})
    client.post("/play/wechat", {"do": "picture"})
    told = page(client, "/play/wechat")
    assert "/track/" in told
    assert "[图片]" in told
    settle()
    assert sorted(RawMessage.objects.values_list("state", flat=True)) == ["automatic", "report"]


def test_a_visitor_answers_an_sms_and_the_answer_joins_the_case() -> None:
    case = a_case(company(), phone="13800138000")
    settle()
    client = Client()
    assert "/k/" in page(client, "/play/sms?number=13800138000")
    client.post("/play/sms", {"number": "13800138000", "words": "下午三点以后可以"})
    settle()
    assert Note.objects.filter(case=case, by_kind="customer").count() == 1


def test_the_short_link_of_an_sms_leads_to_the_case() -> None:
    case = a_case(company(), phone="13800138000")
    settle()
    client = Client()
    told = page(client, "/play/sms?number=13800138000")
    path = "/k/" + told.partition("/k/")[2][:16]
    response = client.get(path, follow=True)
    assert (response.status_code, case.number in response.content.decode()) == (200, True)
    assert client.get("/k/aaaaaaaaaaaaaaaa").status_code == 404


def test_whoever_tries_short_links_is_soon_not_heard() -> None:
    client = Client()
    tried = [client.get(f"/k/{number:016d}").status_code for number in range(22)]
    assert tried == [404] * 20 + [429] * 2


def test_where_no_demo_lives_nobody_plays(settings: Settings) -> None:
    settings.BIHUAN_DEMO = False
    for path in ("/play/wechat", "/play/sms"):
        assert Client().get(path).status_code == 404


def test_with_an_own_company_in_the_demos_place_nobodys_messages_are_read() -> None:
    made = company()
    a_case(made, phone="13800138000")
    settle()
    for person in made.people.values():
        person.demo = False
        person.save()
    for technician in made.technicians:
        technician.person.demo = False
        technician.person.save()
    assert Client().get("/play/sms?number=13800138000").status_code == 404


def test_a_code_typed_into_the_played_chat_binds_it() -> None:
    case = a_case(company(), phone="13800138000")
    client = Client()
    client.get("/play/wechat")
    client.post("/play/wechat", {"do": "write", "words": f"BD{new_code(case.customer, now=timezone.now())}"})
    settle()
    assert "绑定成功" in page(client, "/play/wechat")
    assert case.number in page(client, "/play/wechat")
    assert Notice.objects.filter(case=case, channel="wechat").count() == 1
