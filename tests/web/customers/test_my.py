"""/my: a customer signs in by a code to the phone, sees what is theirs and nobody else's, and decides about it."""

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bihuan.ground.vault.actions import fingerprint
from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.registers.customers import signing_in
from bihuan.registers.customers.mending import mend
from bihuan.registers.customers.models import (
    Customer,
    CustomerSession,
    CustomerSignIn,
    Machine,
    MachinePaper,
    Serial,
)
from bihuan.registers.customers.queries import consents_of
from bihuan.registers.customers.registering import mark_checked, register_machine
from bihuan.registers.customers.told import MachineTold
from bihuan.registers.customers.warranty import token_of
from bihuan.registers.parts.actions import keep_warranty
from bihuan.registers.parts.models import Category
from bihuan.service.cases import talking
from bihuan.service.cases.models import Case
from bihuan.service.notices import customer_codes
from bihuan.service.notices.models import Notice
from bihuan.service.notices.queries import shown
from bihuan.web.customers import my_door
from tests.makers import a_case, company

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture(autouse=True)
def _no_tries_yet() -> None:
    cache.clear()


def browser(**more: str) -> Client:
    return Client(headers={"Accept-Language": "en", **more}, enforce_csrf_checks=True)


def send_codes() -> list[str]:
    """Let the worker act; the codes that went out, the newest last."""
    for asked_id in CustomerSignIn.objects.filter(heard_at__isnull=True).values_list("id", flat=True):
        customer_codes.answer(asked_id, now=clock.now())
    notices = Notice.objects.filter(kind="sign_in_code").order_by("id")
    found = [re.search(r"\d{6}", one.words or "") for one in shown(notices, links=True)]
    return [one.group() for one in found if one]


def sign_in(reader: Client, phone: str, **more: str) -> Client:
    assert reader.post("/my/sign-in", {"phone": phone}).status_code == 302
    code = send_codes()[-1]
    answer = reader.post("/my/code", {"code": code, **more})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/my")
    return reader


def key_of(reader: Client, page: str = "/my") -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', reader.get(page).content.decode())
    assert found is not None
    return found.group(1)


class TestSignIn:
    def test_by_a_code_to_the_phone_one_sees_ones_cases_and_machines(self) -> None:
        case = a_case(company(), phone="13800138000")
        page = sign_in(browser(), "138 0013 8000").get("/my").content.decode()
        for words in (case.number, "Report a problem with it", "First assigned", "Problem solved"):
            assert words in page

    def test_the_answer_and_the_work_are_the_same_whether_the_number_is_known(self) -> None:
        a_case(company(), phone="13800138000")
        told: list[tuple[int, str, int, str]] = []
        for phone in ("13800138000", "13800138009"):
            with CaptureQueriesContext(connection) as asked:
                answer = browser().post("/my/sign-in", {"phone": phone})
            told.append((answer.status_code, answer.headers["Location"], len(asked), answer.content.decode()))
        assert told[0] == told[1]
        assert len(send_codes()) == 1

    def test_five_wrong_codes_end_it_even_for_the_right_one(self) -> None:
        a_case(company(), phone="13800138000")
        reader = browser()
        reader.post("/my/sign-in", {"phone": "13800138000"})
        code = send_codes()[-1]
        wrong = "000000" if code != "000000" else "111111"
        for _ in range(5):
            assert reader.post("/my/code", {"code": wrong}).status_code == 422
        assert reader.post("/my/code", {"code": code}).status_code == 422
        assert my_door.COOKIE not in reader.cookies

    def test_a_code_is_worth_nothing_in_another_browser(self) -> None:
        a_case(company(), phone="13800138000")
        theirs, attacker = browser(), browser()
        theirs.post("/my/sign-in", {"phone": "13800138000"})
        code = send_codes()[-1]
        attacker.post("/my/sign-in", {"phone": "13900139000"})
        assert attacker.post("/my/code", {"code": code}).status_code == 422
        assert theirs.post("/my/code", {"code": code}).status_code == 302

    def test_a_code_is_used_once_and_ends_after_ten_minutes(self) -> None:
        case = a_case(company(), phone="13800138000")
        asked_id, secret = signing_in.ask_in("+8613800138000", now=case.opened_at)
        made = signing_in.code_for(asked_id, now=case.opened_at)
        assert made is not None
        late = case.opened_at + timedelta(minutes=10)
        for again, now in ((False, late), (True, case.opened_at)):
            try:
                got = signing_in.use_code(secret, made[1], now=now).id == case.customer_id
            except signing_in.CodeRefused:
                got = False
            assert got is again
        with pytest.raises(signing_in.CodeRefused):
            signing_in.use_code(secret, made[1], now=case.opened_at)

    def test_a_number_gets_three_codes_in_ten_minutes_and_nobody_sees_the_difference(self) -> None:
        a_case(company(), phone="13800138000")
        answers = [browser().post("/my/sign-in", {"phone": "13800138000"}) for _ in range(5)]
        assert {answer.status_code for answer in answers} == {302}
        assert len(send_codes()) == 3

    def test_one_address_asks_ten_times_in_ten_minutes(self) -> None:
        company()
        answers = [browser().post("/my/sign-in", {"phone": f"1380013{n:04d}"}) for n in range(11)]
        assert [answer.status_code for answer in answers] == [302] * 10 + [429]

    def test_a_landline_and_nonsense_are_told_so(self) -> None:
        for phone in ("0571-88888888", "hello", ""):
            assert browser().post("/my/sign-in", {"phone": phone}).status_code == 422

    def test_what_is_kept_names_nobody(self) -> None:
        a_case(company(), phone="13800138000")
        reader = sign_in(browser(), "13800138000")
        secret = my_door.COOKIE and reader.cookies[my_door.COOKIE].value.partition(":")[0]
        row, session = CustomerSignIn.objects.get(), CustomerSession.objects.get()
        kept = " ".join(map(str, (*vars(row).values(), *vars(session).values())))
        assert "13800138000" not in kept
        assert secret not in kept
        assert session.fingerprint == fingerprint(secret)


class TestSession:
    def test_the_cookie_is_out_of_reach_and_goes_to_my_only(self) -> None:
        a_case(company(), phone="13800138000")
        reader = sign_in(browser(), "13800138000", remember="on")
        cookie = reader.cookies[my_door.COOKIE]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (
            True, "Lax", "/my", 30 * 24 * 3600,
        )  # fmt: skip
        assert "sessionid" not in reader.cookies

    def test_unless_remembered_it_ends_with_the_browser_and_after_twelve_hours(self) -> None:
        a_case(company(), phone="13800138000")
        reader = sign_in(browser(), "13800138000")
        assert reader.cookies[my_door.COOKIE]["max-age"] == ""
        session = CustomerSession.objects.get()
        assert session.expires_at - session.made_at == timedelta(hours=12)

    def test_a_session_that_somebody_planted_is_not_taken_over(self) -> None:
        a_case(company(), phone="13800138000")
        reader = browser()
        reader.cookies[my_door.COOKIE] = "planted"
        sign_in(reader, "13800138000")
        assert reader.cookies[my_door.COOKIE].value.partition(":")[0] != "planted"

    def test_signing_in_anew_ends_the_session_before(self) -> None:
        a_case(company(), phone="13800138000")
        reader = sign_in(browser(), "13800138000")
        sign_in(reader, "13800138000")
        assert CustomerSession.objects.filter(revoked_at__isnull=True).count() == 1

    def test_signing_out_everywhere_ends_every_browser_at_once(self) -> None:
        a_case(company(), phone="13800138000")
        one, other = sign_in(browser(), "13800138000"), sign_in(browser(), "13800138000")
        answer = one.post("/my/out", {"form_key": key_of(one), "everywhere": "1"})
        assert answer.status_code == 302
        assert [each.get("/my").status_code for each in (one, other)] == [302, 302]

    def test_an_altered_cookie_opens_nothing(self) -> None:
        a_case(company(), phone="13800138000")
        reader = sign_in(browser(), "13800138000")
        reader.cookies[my_door.COOKIE] = reader.cookies[my_door.COOKIE].value[:-1] + "!"
        assert reader.get("/my").status_code == 302

    def test_a_new_number_and_forgetting_sign_the_old_phone_out(self) -> None:
        case = a_case(company(), phone="13800138000")
        reader, later = sign_in(browser(), "13800138000"), browser()
        later.post("/my/sign-in", {"phone": "13800138000"})
        code = send_codes()[-1]
        mend(case.customer, phone="13800138001")
        assert reader.get("/my").status_code == 302
        assert later.post("/my/code", {"code": code}).status_code == 422

    def test_a_form_without_the_sessions_key_or_from_elsewhere_is_refused(self) -> None:
        a_case(company(), phone="13800138000")
        reader = sign_in(browser(), "13800138000")
        assert reader.post("/my/data/name", {"name": "x"}).status_code == 403
        key = key_of(reader)
        elsewhere = {"Sec-Fetch-Site": "cross-site"}
        answer = reader.post("/my/data/name", {"name": "x", "form_key": key}, headers=elsewhere)
        assert answer.status_code == 403

    def test_one_is_led_back_to_the_page_that_was_wanted_and_never_elsewhere(self) -> None:
        a_case(company(), phone="13800138000")
        reader = browser()
        there = reader.get("/my/data").headers["Location"]
        assert there == "/my/sign-in?next=%2Fmy%2Fdata"
        reader.post("/my/sign-in", {"phone": "13800138000"})
        code = send_codes()[-1]
        assert reader.post("/my/code", {"code": code, "next": "/my/data"}).headers["Location"] == "/my/data"
        for evil in ("https://evil.example/my/", "//evil.example/my/", "/manage/", "/myself"):
            assert reader.get("/my/sign-in", {"next": evil}).headers["Location"] == "/my"


class TestOthers:
    def test_nobody_sees_another_customers_machines_papers_or_cases(self) -> None:
        made = company()
        mine, theirs = a_case(made, phone="13800138000"), a_case(made, phone="13800138001")
        told = MachineTold(category="refrigerator", brand="澄川", serials={"whole": "SNX9001"})
        from bihuan.registers.customers.registering import Paper

        machine = register_machine(
            theirs.customer,
            told,
            papers=[Paper(kind="label", media="image/png", content=PNG)],
            now=mine.opened_at,
        )
        paper = MachinePaper.objects.get(machine=machine)
        reader = sign_in(browser(), "13800138000")
        for page in (
            f"/my/machines/{machine.id}",
            f"/my/machines/{machine.id}/report",
            f"/my/papers/{paper.id}",
        ):
            assert reader.get(page).status_code == 404, page
        assert theirs.number not in reader.get("/my").content.decode()
        key = key_of(reader)
        told_sent = {"words": "坏了", "form_key": key}
        assert reader.post(f"/my/machines/{machine.id}/report", told_sent).status_code == 404
        other = sign_in(browser(), "13800138001")
        answer = other.get(f"/my/papers/{paper.id}")
        assert (answer.status_code, answer.content) == (200, PNG)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Type"] == "application/octet-stream"

    def test_staff_and_customers_share_no_session(self) -> None:
        made = company()
        a_case(made, phone="13800138000")
        reader = sign_in(browser(), "13800138000")
        assert reader.get("/desk/").status_code == 302
        clerk = Client()
        clerk.force_login(next(iter(made.people.values())))
        assert clerk.get("/my").status_code == 302


class TestMachines:
    def registered(self, reader: Client, **more: Any) -> Any:
        sent = {
            "category": "refrigerator",
            "brand": "澄川",
            "model": "REF123",
            "serial": "ｓｎ 900 1",
            "bought_on": "2026-01-31",
            "form_key": key_of(reader),
            **more,
        }
        return reader.post("/my/machines/new", sent)

    @pytest.mark.demand("S3-83", "U-09")
    def test_a_machine_is_registered_with_its_cover_and_its_papers(self) -> None:
        case = a_case(company(), phone="13800138000")
        reader = sign_in(browser(), "13800138000")
        label = SimpleUploadedFile("l.svg", PNG, content_type="image/svg+xml")
        answer = self.registered(reader, label_photo=label)
        machine = Serial.objects.get(number="SN9001").machine
        keep_warranty(
            None,
            category_id=Category.objects.get(code=machine.category).id,
            component_zh="压缩机",
            component_en="Compressor",
            months=120,
        )
        assert answer.headers["Location"] == f"/my/machines/{machine.id}?said=registered"
        assert (machine.customer_id, str(machine.cover_until)) == (case.customer_id, "2029-01-31")
        assert MachinePaper.objects.get().media == "image/png"
        page = reader.get(f"/my/machines/{machine.id}").content.decode()
        for words in (
            "Under warranty",
            "2029-01-31",
            "36 months",
            "Compressor",
            "120 months",
            "SN9001",
            f"/w/{token_of(machine.id)}",
        ):
            assert words in page

    def test_what_is_no_picture_is_refused_and_nothing_is_kept(self) -> None:
        a_case(company(), phone="13800138000")
        reader = sign_in(browser(), "13800138000")
        page = SimpleUploadedFile("x.png", b"<svg onload=alert(1)>", content_type="image/png")
        assert self.registered(reader, label_photo=page).status_code == 422
        assert not Serial.objects.filter(number="SN9001").exists()

    def test_a_serial_of_somebody_else_goes_to_a_person_and_names_nobody(self) -> None:
        made = company()
        theirs = a_case(made, phone="13800138001", name="李四")
        told = MachineTold(category="refrigerator", brand="澄川", serials={"whole": "SN9001"})
        register_machine(theirs.customer, told, now=theirs.opened_at)
        a_case(made, phone="13800138000")
        reader = sign_in(browser(), "13800138000")
        answer = self.registered(reader)
        assert answer.status_code == 202
        assert "李" not in answer.content.decode()
        assert Serial.objects.filter(number="SN9001").count() == 1
        case = Case.objects.order_by("-id")[0]
        assert (case.kind, case.customer_id != theirs.customer_id) == ("consultation", True)

    def test_a_report_for_this_machine_is_one_however_often_it_is_sent(self) -> None:
        case = a_case(company(), phone="13800138000")
        reader = sign_in(browser(), "13800138000")
        self.registered(reader)
        machine = Serial.objects.get(number="SN9001").machine
        sent = {"words": "冷藏室不制冷", "key": "once", "form_key": key_of(reader)}
        links = {reader.post(f"/my/machines/{machine.id}/report", sent).headers["Location"] for _ in range(2)}
        assert len(links) == 1
        made = Case.objects.exclude(id=case.id).get()
        assert (made.machine_id, made.customer_id, made.brand) == (machine.id, case.customer_id, "澄川")
        assert made.number in reader.get(links.pop()).content.decode()

    def test_many_reports_within_minutes_wait(self) -> None:
        a_case(company(), phone="13800138000")
        reader = sign_in(browser(), "13800138000")
        self.registered(reader)
        machine = Serial.objects.get(number="SN9001").machine
        key = key_of(reader)
        codes = [
            reader.post(
                f"/my/machines/{machine.id}/report", {"words": "不制冷", "key": f"k{at}", "form_key": key}
            ).status_code
            for at in range(9)
        ]
        assert codes == [302] * 8 + [429]

    def test_another_day_of_purchase_needs_the_proof_to_be_seen_again(self) -> None:
        case = a_case(company(), phone="13800138000")
        day, later_day = date(2025, 1, 1), date(2026, 6, 1)
        told = MachineTold(category="refrigerator", brand="澄川", serials={"whole": "SN9001"}, bought_on=day)
        machine = register_machine(case.customer, told, now=case.opened_at)
        mark_checked(machine, now=case.opened_at)
        register_machine(case.customer, told, now=case.opened_at)
        machine.refresh_from_db()
        assert machine.checked_at == case.opened_at
        register_machine(case.customer, replace(told, bought_on=later_day), now=case.opened_at)
        machine.refresh_from_db()
        assert machine.bought_on == later_day
        assert Machine.objects.get(id=machine.id).checked_at is None

    def test_the_public_check_names_nobody_and_masks_the_serial(self) -> None:
        case = a_case(company(), phone="13800138000", name="张三丰")
        reader = sign_in(browser(), "13800138000")
        self.registered(reader)
        machine = Serial.objects.get(number="SN9001").machine
        token = token_of(machine.id)
        page = browser().get(f"/w/{token}").content.decode()
        assert "This card is ours." in page
        assert "••••" in page or "•••" in page
        for secret in ("SN9001", "张", "13800138000", case.number):
            assert secret not in page
        square = browser().get(f"/w/{token}/code.svg")
        assert (square.status_code, square.headers["Content-Type"]) == (200, "image/svg+xml")
        assert b'fill="#fff"' in square.content  # read from a dark page too
        for wrong in (
            token[:-1] + "!",
            f"{machine.id + 1:x}.{token.partition('.')[2]}",
            "x",
            "1.",
            ".",
            "zz.1",
        ):
            assert browser().get(f"/w/{wrong}").status_code == 404, wrong


class TestPrivacy:
    def test_each_consent_is_given_and_withdrawn(self) -> None:
        case = a_case(company(), phone="13800138000")
        reader = sign_in(browser(), "13800138000")
        key = key_of(reader)
        for answer in ("yes", "no"):
            for kind in ("service", "recording", "marketing"):
                reader.post("/my/data/consents", {"kind": kind, "answer": answer, "form_key": key})
            assert consents_of(case.customer_id) == dict.fromkeys(
                ("service", "recording", "marketing"), answer == "yes"
            )

    @pytest.mark.demand("L-21")
    def test_the_copy_holds_what_is_theirs_for_people_and_for_programs(self) -> None:
        made = company()
        case = a_case(made, phone="13800138000", name="张三丰", words="机器突然不制冷了")
        other = a_case(made, phone="13800138001", name="李四光")
        reader = sign_in(browser(), "13800138000")
        answer = reader.post("/my/data/copy", {"form_key": key_of(reader)})
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        told = json.loads(archive.read("my-data.json"))
        assert told["person"]["name"] == "张三丰"
        assert [one["number"] for one in told["cases"]] == [case.number]
        assert told["reports"][0]["words"] == "机器突然不制冷了"
        page = archive.read("my-data.html").decode()
        assert ("张三丰" in page, case.number in page) == (True, True)
        whole = archive.read("my-data.json").decode() + page
        assert ("李四光" in whole, other.number in whole) == (False, False)
        assert not re.search(r"验证码 \d{6}", whole)

    def test_what_colleagues_write_for_each_other_is_not_in_the_copy(self) -> None:
        made = company()
        case = a_case(made, phone="13800138000")
        by = made.actor(Role.AGENT)
        talking.note(case, "同事之间：疑似反复索赔，注意核实", by=by, now=case.opened_at)
        talking.note(case, "已为您约好师傅", by=by, now=case.opened_at, public=True)
        reader = sign_in(browser(), "13800138000")
        answer = reader.post("/my/data/copy", {"form_key": key_of(reader)})
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        told = json.loads(archive.read("my-data.json"))
        assert [one["words"] for one in told["cases"][0]["notes"]] == ["已为您约好师傅"]
        assert "索赔" not in archive.read("my-data.html").decode()

    def test_a_name_is_corrected_at_once_and_deletion_is_a_case(self) -> None:
        case = a_case(company(), phone="13800138000", name="张三")
        reader = sign_in(browser(), "13800138000")
        key = key_of(reader)
        reader.post("/my/data/name", {"name": "章三", "form_key": key})
        assert "章三" in reader.get("/my").content.decode()
        answer = reader.post("/my/data/ask", {"wish": "delete", "form_key": key})
        assert answer.headers["Location"].startswith("/c/")
        assert Case.objects.filter(customer=case.customer, kind="consultation").count() == 1

    def test_how_often_to_hear_is_chosen_there_and_on_the_case(self) -> None:
        from bihuan.service.intake.queries import link_of

        case = a_case(company(), phone="13800138000")
        reader = sign_in(browser(), "13800138000")
        reader.post("/my/data/hear", {"days": "7", "form_key": key_of(reader)})
        assert Customer.objects.get(id=case.customer_id).progress_days == 7
        path = "/c/" + link_of(case.report).rpartition("/")[2]
        for told, kept in (("0", 0), ("5", 0), ("x", 0), ("1", 1)):
            assert browser().post(f"{path}/hear", {"days": told}).status_code == 302
            assert Customer.objects.get(id=case.customer_id).progress_days == kept


class TestPeopleWhoLook:
    def test_staff_open_a_paper_by_name_and_only_then_the_card_says_it_was_seen(self) -> None:
        from bihuan.registers.access.models import Reveal
        from bihuan.registers.access.roles import Role
        from bihuan.registers.customers.registering import Paper

        made = company()
        case = a_case(made, phone="13800138000")
        invoice = Paper(kind="invoice", media="image/png", content=PNG)
        told = MachineTold(
            category="refrigerator",
            brand="澄川",
            serials={"whole": "SN9001"},
            bought_on=case.opened_at.date(),
        )
        machine = register_machine(case.customer, told, papers=[invoice], now=case.opened_at)
        row = MachinePaper.objects.get()
        page = f"/desk/customers/{case.customer_id}"
        clerk, other = Client(headers={"Accept-Language": "en"}), Client()
        clerk.force_login(made.people[Role.AGENT])
        other.force_login(made.people[Role.TECHNICIAN])
        assert "Papers the customer sent" in clerk.get(page).content.decode()
        assert "as the owner said" in browser().get(f"/w/{token_of(machine.id)}").content.decode()
        answer = clerk.post(f"{page}/papers/{row.id}")
        assert (answer.content, answer.headers["Content-Type"]) == (PNG, "application/octet-stream")
        assert Reveal.objects.get().customer_id == case.customer_id
        assert other.post(f"{page}/papers/{row.id}").status_code == 404
        assert clerk.post(f"{page}/machines/{machine.id}/proof").status_code == 302
        assert "Proof of purchase seen" in clerk.get(page).content.decode()
        assert "as the owner said" not in browser().get(f"/w/{token_of(machine.id)}").content.decode()


class TestCasePage:
    def path(self, case: Case) -> str:
        from bihuan.service.intake.queries import link_of

        return "/c/" + link_of(case.report).rpartition("/")[2]

    @pytest.mark.demand("U-09")
    def test_what_cannot_be_done_now_says_why(self) -> None:
        from bihuan.registers.access.roles import Role
        from bihuan.service.cases.actions import Doer, move_case

        case = a_case(company())
        page = browser().get(self.path(case)).content.decode()
        for words in (
            "Remind us",
            "Cancel this case",
            "I want to complain",
            "There is no time to change yet",
        ):
            assert words in page
        doer = Doer(by=case_actor(case), roles=frozenset({str(Role.CUSTOMER)}))
        move_case(case, "cancel", doer=doer, now=case.opened_at, reason="other")
        answer = browser().post(self.path(case) + "/chase")
        said = browser().get(answer.headers["Location"]).content.decode()
        assert "there is nothing to remind us of" in said


def case_actor(case: Case) -> Any:
    from bihuan.ground.journal.event import Actor

    return Actor(kind="customer", id=case.customer_id)
