"""Pasted messages: read, shown with what was not understood, taken in once, joined, withdrawn."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from bihuan.ground.vault.actions import keys
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.rules import read_phone
from bihuan.service.cases.models import Case
from bihuan.service.intake.models import Pasted, Report
from bihuan.service.intake.queries import words_of
from tests.makers import Company, company

pytestmark = [pytest.mark.django_db, pytest.mark.demand("U-05")]
MESSAGE = "张伟 13800002201 浙江省杭州市西湖区文新街道湖畔花园3幢2单元501 澄川空调不制冷，明天下午上门"
OTHER = "李女士 13800002202 杭州市西湖区文新街道骆家庄8幢 冰箱漏水 周六上午"


class Inputs(HTMLParser):
    """The fields of a page as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, str] = {}
        self._area = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        name = told.get("name", "")
        if tag == "input" and name and (told.get("type") != "radio" or "checked" in told):
            self.held[name] = told.get("value", "")
        elif tag == "textarea":
            self._area = name
            self.held[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in told:
            self.held[self._select] = told["value"]

    def handle_data(self, data: str) -> None:
        if self._area:
            self.held[self._area] += data.removeprefix("\n") if not self.held[self._area] else data

    def handle_endtag(self, tag: str) -> None:
        self._area = "" if tag == "textarea" else self._area
        self._select = "" if tag == "select" else self._select


def fields(page: Any) -> dict[str, str]:
    found = Inputs()
    found.feed(page.content.decode())
    return {name: value for name, value in found.held.items() if name[:1].isdigit() or name == "rest"}


def signed_in(made: Company, role: Role = Role.AGENT) -> Client:
    client = Client()
    client.force_login(made.people[role])
    return client


def paste(client: Client, text: str) -> Any:
    return client.post(reverse("agents:paste"), {"do": "read", "text": text})


def send(client: Client, page: Any, do: str, **changed: str) -> Any:
    return client.post(reverse("agents:paste"), {**fields(page), **changed, "do": do})


def test_a_message_stands_in_a_form_and_nothing_is_written_before_it_is_confirmed() -> None:
    client = signed_in(company())
    held = fields(paste(client, MESSAGE))
    assert (Report.objects.count(), Case.objects.count()) == (0, 0)
    assert held["1-phone"] == "13800002201"
    assert (held["1-city"], held["1-district"], held["1-street"]) == ("杭州市", "西湖区", "文新街道")
    assert (held["1-category"], held["1-brand"]) == ("air_conditioner", "澄川")
    assert (held["1-name"], held["1-door"]) == ("张伟", "湖畔花园3幢2单元501")


def test_what_is_confirmed_becomes_a_case_and_the_same_paste_never_a_second() -> None:
    client = signed_in(company())
    page = paste(client, MESSAGE)
    send(client, page, "take-1")
    case = Case.objects.get()
    assert (case.city, case.district, case.street, case.category) == (
        "杭州市",
        "西湖区",
        "文新街道",
        "air_conditioner",
    )
    assert case.channel == "wechat"
    again = paste(client, MESSAGE + "\n ")
    assert case.number in again.content.decode()
    assert "1-phone" not in fields(again)
    send(client, page, "take-1", **{"1-name": "张大伟"})
    assert Case.objects.count() == 1


def test_all_that_are_whole_are_taken_in_at_once_and_the_others_stay() -> None:
    client = signed_in(company())
    page = paste(client, f"{MESSAGE}\n{OTHER}\n王先生 13800002203 老地方 洗衣机坏了")
    after = send(client, page, "all")
    assert Case.objects.count() == 2
    held = fields(after)
    assert held["3-phone"] == "13800002203"
    assert "1-phone" not in held


def test_a_customer_who_asks_again_is_noted_on_the_open_case_once() -> None:
    client = signed_in(company())
    send(client, paste(client, MESSAGE), "take-1")
    case = Case.objects.get()
    page = paste(client, "13800002201 张伟 空调还没有人来，催一下")
    assert case.number in page.content.decode()
    for _ in range(2):
        send(client, page, "take-1", **{"1-join": case.number})
    case.refresh_from_db()
    assert (Case.objects.count(), case.chases, Pasted.objects.count()) == (1, 1, 1)


def test_what_was_taken_in_by_mistake_is_withdrawn() -> None:
    client = signed_in(company())
    taken = send(client, paste(client, MESSAGE), "take-1")
    case = Case.objects.get()
    again = send(client, taken, "undo-1")
    case.refresh_from_db()
    assert (case.open, case.closed_how) == (False, "withdrawn")
    assert fields(again)["1-name"] == "张伟"
    send(client, again, "take-1")
    assert Case.objects.filter(open=True).count() == 1


def test_what_no_rule_understood_is_marked_and_stays_in_the_words() -> None:
    client = signed_in(company())
    page = paste(client, f"{MESSAGE} 门口有两只石狮子")
    assert "<mark>" in page.content.decode()
    send(client, page, "take-1")
    report = Report.objects.select_related("customer__key").get()
    words = words_of(report, keys(report.customer.key))
    assert "石狮子" in words.words
    assert "13800002201" not in words.words
    assert words.asked["suits"] == "afternoon"


def test_two_people_behind_one_private_number_stay_two() -> None:
    client = signed_in(company())
    for tail in ("2201", "2202"):
        send(
            client,
            paste(client, f"收货人：周{tail} 电话：18412345678-{tail} 杭州市西湖区文新街道 空调安装 尽快"),
            "take-1",
        )
    assert len(set(Report.objects.values_list("customer_id", flat=True))) == 2
    read = read_phone("18412345678-2201")
    assert read is not None and (read.number, read.mobile) == ("+8618412345678;ext=2201", False)


def test_a_wrong_number_is_said_at_its_field_and_nothing_is_lost() -> None:
    client = signed_in(company())
    with translation.override("en"):
        answer = send(client, paste(client, MESSAGE), "take-1", **{"1-phone": "12"})
    assert answer.status_code == 422
    assert fields(answer)["1-name"] == "张伟"
    assert Case.objects.count() == 0


def test_the_share_menu_leads_here_and_signing_in_between_loses_nothing() -> None:
    made = company()
    asked = f"{reverse('agents:paste')}?text=13800002201%20%E7%A9%BA%E8%B0%83"
    sent = Client().get(asked)
    assert (sent.status_code, "text%3D13800002201" in sent["Location"]) == (302, True)
    assert fields(signed_in(made).get(asked))["1-phone"] == "13800002201"
    told = Client().get(reverse("agents:manifest")).json()
    assert told["share_target"]["action"] == reverse("agents:paste")
    assert told["share_target"]["params"]["text"] == "text"


def test_more_than_a_page_of_reports_waits_for_the_next_time() -> None:
    client = signed_in(company())
    lines = "\n".join(f"王先生 1380000{4000 + at} 杭州市西湖区文新街道 空调不制冷" for at in range(35))
    first = paste(client, lines)
    held = fields(first)
    assert held["30-phone"] == "13800004029"
    assert "31-phone" not in held
    assert held["rest"].count("\n") == 4


@pytest.mark.parametrize("text", ["<script>alert(1)</script> 13800002201 空调", "\u202e13800002201 空调", ""])
def test_what_is_pasted_is_shown_as_text(text: str) -> None:
    page = paste(signed_in(company()), text)
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_a_sign_that_no_database_keeps_is_refused() -> None:
    assert paste(signed_in(company()), "空调\0 13800002201").status_code == 422


def test_those_who_take_no_reports_do_not_paste() -> None:
    assert signed_in(company(), Role.TECHNICIAN).get(reverse("agents:paste")).status_code == 403
