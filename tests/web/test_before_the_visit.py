"""What is said before a visit, and what its record does with that: the fee, nothing to pay, the stock."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from bihuan.registers.access.roles import Role
from bihuan.registers.knowledge.reading import shipped
from bihuan.registers.parts.models import Part, Stock
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import notes_of
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.offering import offer, standing_offer
from bihuan.service.fieldwork import quoting, signing
from bihuan.service.fieldwork.models import Quote, UsedPart, Work
from bihuan.service.fieldwork.queries import job_of, likely_parts
from bihuan.service.intake.models import Report
from bihuan.service.intake.queries import link_of
from bihuan.web.technicians.cards import card_of_job
from tests.makers import NOW, REPORT_FORM, Company, a_case, a_phone, company
from tests.service.fieldwork.made import OnSite, a_part, accepted, booked, on_site, ready, told

pytestmark = pytest.mark.django_db
SLOT = "2026-11-24T10:00:00+08:00"
FEE = "an inspection fee of ¥50"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr("bihuan.web.look.middleware.now", lambda: NOW)


@pytest.fixture
def reader() -> Client:
    return Client(headers={"Accept-Language": "en"})


def signed_in(made: Company, role: Role) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(made.people[role])
    return client


def slot_page(here: OnSite) -> str:
    return f"/c/{link_of(here.case.report).rpartition('/')[2]}/slot"


class TestFee:
    def test_the_customer_reads_it_above_the_button_and_the_visit_keeps_that(self, reader: Client) -> None:
        here = accepted()
        assert FEE in reader.get(slot_page(here)).content.decode()
        reader.post(slot_page(here), {"slot": SLOT})
        visit = Visit.objects.get(case=here.case)
        assert (visit.state, visit.fee_told_fen) == ("booked", 5000)

    def test_under_warranty_there_is_none_to_tell(self, reader: Client) -> None:
        here = accepted(covered=True)
        assert FEE not in reader.get(slot_page(here)).content.decode()
        reader.post(slot_page(here), {"slot": SLOT})
        assert Visit.objects.get(case=here.case).fee_told_fen == 0

    @pytest.mark.parametrize(("ticked", "fen"), [({"fee_told": "1"}, 5000), ({}, 0)])
    def test_on_the_phone_it_is_told_when_that_is_ticked(self, ticked: dict[str, str], fen: int) -> None:
        here = accepted()
        desk = signed_in(here.made, Role.SERVICE_POINT_DISPATCHER)
        assert FEE in desk.get(f"/dispatch/{here.case.number}/book").content.decode()
        desk.post(f"/dispatch/{here.case.number}/book", {"step": "book", "slot": SLOT} | ticked)
        visit = Visit.objects.get(case=here.case)
        assert (visit.state, visit.fee_told_fen) == ("booked", fen)

    def test_what_was_told_is_charged_after_a_refusal_without_a_tick_and_never_more(self) -> None:
        here = ready()
        Visit.objects.filter(case=here.case).update(fee_told_fen=4000)
        work = here.work
        wanted = here.prices("labour")
        offered = quoting.quote(work, wanted, by=here.viewer.actor, now=here.now)
        quoting.answer(offered, consented=False, how="device", by=here.viewer.actor, now=here.now)
        sheet = signing.sign(work, told("declined", reason="too dear"), doer=here.doer, now=here.now)
        assert sheet.total_fen == 4000

    def test_the_technician_reads_what_was_told_instead_of_ticking_it(self) -> None:
        here = on_site()
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(here.made.technicians[0].person)
        page = f"/field/{here.case.number}/?step=outcome"
        assert 'name="inspection_told"' in client.get(page).content.decode()
        Visit.objects.filter(case=here.case).update(fee_told_fen=5000)
        words = client.get(page).content.decode()
        assert "Inspection fee the customer was told: ¥50" in words
        assert 'name="inspection_told"' not in words

    def test_the_agent_says_it_with_what_is_read_back(self) -> None:
        made = company()
        told_by_phone = REPORT_FORM | {"phone": a_phone(), "do": "check"}
        answer = signed_in(made, Role.AGENT).post("/desk/report", told_by_phone)
        assert FEE in answer.content.decode()

    def test_what_was_said_with_the_report_is_kept_and_stands_at_booking(self) -> None:
        made = company()
        desk = signed_in(made, Role.AGENT)
        told_by_phone = REPORT_FORM | {"phone": a_phone(), "do": "save", "restated": "on"}
        desk.post("/desk/report", told_by_phone)
        kept = Report.objects.get()
        assert kept.fee_told_fen == 5000
        here = accepted()
        Report.objects.filter(id=here.case.report_id).update(fee_told_fen=5000)
        page = signed_in(here.made, Role.SERVICE_POINT_DISPATCHER).get(f"/dispatch/{here.case.number}/book")
        words = page.content.decode()
        assert "Inspection fee the customer was told: ¥50" in words
        assert 'name="fee_told"' not in words

    def test_a_dearer_fee_than_was_told_is_told_anew(self) -> None:
        here = accepted()
        Report.objects.filter(id=here.case.report_id).update(fee_told_fen=4000)
        page = signed_in(here.made, Role.SERVICE_POINT_DISPATCHER).get(f"/dispatch/{here.case.number}/book")
        words = page.content.decode()
        assert ("was told: ¥40" in words, 'name="fee_told"' in words) == (True, True)

    def test_the_technician_reads_what_was_said_with_the_report_and_charges_no_more(self) -> None:
        here = ready()
        Report.objects.filter(id=here.case.report_id).update(fee_told_fen=3000)
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(here.made.technicians[0].person)
        page = client.get(f"/field/{here.case.number}/?step=outcome").content.decode()
        assert "Inspection fee the customer was told: ¥30" in page
        work = Work.objects.get(id=here.work.id)
        offered = quoting.quote(work, here.prices("labour"), by=here.viewer.actor, now=here.now)
        quoting.answer(offered, consented=False, how="device", by=here.viewer.actor, now=here.now)
        sheet = signing.sign(work, told("declined", reason="too dear"), doer=here.doer, now=here.now)
        assert sheet.total_fen == 3000


class TestNothingToCharge:
    def test_one_button_makes_the_step_done(self) -> None:
        here = on_site(covered=True)
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(here.made.technicians[0].person)
        client.post(f"/field/{here.case.number}/steps/quote", {"nothing": "1"})
        quote = Quote.objects.get(work=here.work)
        assert (quote.total_fen, quote.state, quote.answered_how) == (0, "consented", "free")
        assert quoting.quoted_count(here.work, "FR-2001") == 0


class TestStock:
    def fitted(self, here: OnSite, quantity: int = 1) -> tuple[Part, Callable[[], UsedPart]]:
        part = a_part(by_serial=False)
        lines = dict.fromkeys(here.prices("part"), quantity)
        offered = quoting.quote(here.work, lines, by=here.viewer.actor, now=here.now)
        quoting.answer(offered, consented=True, how="device", by=here.viewer.actor, now=here.now)
        return part, lambda: quoting.use_part(
            here.work, part_id=part.id, quantity=quantity, shown=True, old_part="kept", now=here.now
        )

    def test_the_van_goes_down_first_then_the_shelf_and_comes_back_when_struck(self) -> None:
        here = on_site()
        part, fit = self.fitted(here, 3)
        technician = here.made.technicians[0]
        van = Stock.objects.create(part=part, node=here.made.own, technician=technician, quantity=2)
        shelf = Stock.objects.create(part=part, node=here.made.own, quantity=5)
        used = fit()

        def counts() -> list[int]:
            return [Stock.objects.get(id=row.id).quantity for row in (van, shelf)]

        assert counts() == [0, 4]
        quoting.strike_part(here.work, used.id)
        assert counts() == [2, 5]

    def test_never_below_zero_but_a_finding_and_no_refusal(self) -> None:
        here = on_site()
        part, fit = self.fitted(here, 2)
        shelf = Stock.objects.create(part=part, node=here.made.own, quantity=1)
        before = len(notes_of(here.case.id))
        fit()
        shelf.refresh_from_db()
        assert (shelf.quantity, len(notes_of(here.case.id)) - before) == (0, 1)

    def test_what_nobody_counts_is_short_of_nothing(self) -> None:
        here = on_site()
        _part, fit = self.fitted(here)
        before = len(notes_of(here.case.id))
        fit()
        assert len(notes_of(here.case.id)) == before


class TestBring:
    def test_parts_that_such_faults_took_before_are_named(self) -> None:
        before = on_site()
        Case.objects.filter(id=before.case.id).update(symptom="not_cooling")
        _part, fit = TestStock().fitted(before)
        fit()
        likely = likely_parts([("refrigerator", "not_cooling"), ("refrigerator", "noise"), ("", "")])
        assert {fault: [part.number for part in parts] for fault, parts in likely.items()} == {
            ("refrigerator", "not_cooling"): ["FR-2001"]
        }

    def test_they_stand_under_what_to_bring(self) -> None:
        made = company()
        before = on_site(made)
        _part, fit = TestStock().fitted(before)
        fit()
        here = accepted(made)
        assert here.case.symptom
        card = card_of_job(job_of(here.work.case, here.viewer, now=here.now), now=here.now)
        assert any("FR-2001" in thing for thing in card.bring)

    def test_without_any_the_error_code_says_what_to_expect(self) -> None:
        code = next(one for one in shipped().error_codes if one.family == "refrigerator")
        here = booked(error_code=code.code)
        card = card_of_job(job_of(here.work.case, here.viewer, now=here.now), now=here.now)
        assert any(code.code in thing for thing in card.bring)


class TestServicePoint:
    def offered(self, made: Company) -> Case:
        case = a_case(
            made, words="冰箱不制冷，打我老婆电话13912345678，张三丰", wish="exchange", error_code="E9"
        )
        if standing_offer(case.id) is None:
            offer(
                case, node_id=made.own.id, doer=Doer.of(made.viewer(Role.DISPATCHER)), now=NOW, by_choice=True
            )
        return case

    def test_whoever_accepts_reads_what_was_said_but_not_who_said_it(self) -> None:
        made = company()
        case = self.offered(made)
        pages = {
            Role.SERVICE_POINT_DISPATCHER: "/dispatch/point",
            Role.DISPATCHER: f"/dispatch/{case.number}/offer",
        }
        for role, page in pages.items():
            words = signed_in(made, role).get(page).content.decode()
            for told_by_customer in ("冰箱不制冷", "Exchange", "E9", f"/desk/case/{case.number}"):
                assert told_by_customer in words, (role, told_by_customer)
            for hidden in ("13912345678", "张三丰"):
                assert hidden not in words, (role, hidden)

    def test_the_number_leads_to_the_case(self) -> None:
        made = company()
        case = self.offered(made)
        assert signed_in(made, Role.SERVICE_POINT_OWNER).get(f"/desk/case/{case.number}").status_code == 200
        board = signed_in(made, Role.DISPATCHER).get("/dispatch/?lane=waiting").content.decode()
        assert f'href="/desk/case/{case.number}"' in board

    def test_the_owner_finds_the_phones_that_stay_signed_in(self) -> None:
        made = company()
        link = 'href="/dispatch/devices"'
        assert link in signed_in(made, Role.SERVICE_POINT_OWNER).get("/dispatch/point").content.decode()
        other = signed_in(made, Role.SERVICE_POINT_DISPATCHER).get("/dispatch/point").content.decode()
        assert link not in other


def test_the_search_says_what_it_finds() -> None:
    page = signed_in(company(), Role.AGENT).get("/desk/").content.decode()
    assert "Search cases by number, phone, name, serial or any words" in page
