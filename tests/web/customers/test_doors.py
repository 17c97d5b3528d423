"""One door for every customer page: without cookies it opens, a form from another site is refused in plain words."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from bihuan.registers.customers.queries import consents_of
from bihuan.service.cases.models import Case, Note
from bihuan.service.commitments.queries import promises_of
from bihuan.service.fieldwork.signing import sign
from bihuan.service.intake.queries import link_of
from tests.makers import NOW, a_case, company, settle
from tests.service.fieldwork.made import accepted, ready, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_tries_yet() -> None:
    cache.clear()


@pytest.fixture
def reader() -> Client:
    """A browser inside an app: it keeps no cookies, and Django checks as it does outside tests."""
    return Client(headers={"Accept-Language": "en"}, enforce_csrf_checks=True)


def path_of(case: Case, more: str = "") -> str:
    return f"/c/{link_of(case.report).rpartition('/')[2]}{more}"


FORMS: list[tuple[str, dict[str, str]]] = [
    ("/chase", {}),
    ("/cancel", {"reason": "no_time"}),
    ("/complain", {"words": "too late"}),
    ("/add", {"words": "it drips"}),
    ("/slot", {"slot": ""}),
    ("/quote", {"answer": "yes"}),
    ("/consents", {"kind": "recording", "answer": "yes"}),
    ("/my-data", {"wish": "correct"}),
]
OPEN = ["/report/", "/track/", "/look/language", "/look/theme"]


class TestCookies:
    @pytest.mark.parametrize(("more", "sent"), FORMS)
    def test_no_form_of_the_customer_asks_for_a_cookie(
        self, reader: Client, more: str, sent: dict[str, str]
    ) -> None:
        case = a_case(company())
        assert reader.post(path_of(case, more), sent).status_code != 403
        assert "csrftoken" not in reader.cookies

    @pytest.mark.parametrize("where", OPEN)
    def test_nor_does_a_page_without_link(self, reader: Client, where: str) -> None:
        company()
        assert reader.post(where, {}).status_code in {302, 422}

    def test_nor_do_the_survey_and_its_question(self, reader: Client) -> None:
        case = a_case(company())
        for link in ("/s/x", "/s/x/solved", "/v/x"):
            assert reader.post(link, {}).status_code == 404
        assert case.open

    def test_signing_in_by_link_is_a_session_and_still_asks_for_one(self, reader: Client) -> None:
        assert reader.post("/field/sign-in/link/x", {}).status_code == 403


class TestOtherSites:
    @pytest.mark.parametrize(("more", "sent"), FORMS)
    @pytest.mark.parametrize(
        "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}]
    )
    def test_a_form_of_another_site_is_refused_in_plain_words(
        self, reader: Client, more: str, sent: dict[str, str], headers: dict[str, str]
    ) -> None:
        case = a_case(company())
        answer = reader.post(path_of(case, more), sent, headers=headers)
        assert answer.status_code == 403
        assert "This came from another site" in answer.content.decode()
        case.refresh_from_db()
        assert (case.open, case.chases, Note.objects.filter(case=case).count()) == (True, 0, 0)

    @pytest.mark.parametrize("where", OPEN)
    def test_so_is_one_without_link(self, reader: Client, where: str) -> None:
        assert reader.post(where, {}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
            {"Origin": "null"},
            {"Origin": "http://testserver"},
            {"Sec-Fetch-Site": "none"},
        ],
    )
    def test_our_own_page_is_heard(self, reader: Client, headers: dict[str, str]) -> None:
        case = a_case(company())
        reader.post(path_of(case, "/chase"), headers=headers)
        case.refresh_from_db()
        assert case.chases == 1


class TestWays:
    def test_a_visitor_finds_a_front_and_not_the_staff_login(self, reader: Client) -> None:
        company()
        page = reader.get("/")
        words = page.content.decode()
        assert page.status_code == 200
        for link in ("/report/", "/track/", "/my", "/accounts/login/", "/field/sign-in"):
            assert f'href="{link}"' in words

    def test_slot_and_quote_lead_back_and_every_page_to_report_and_track(self, reader: Client) -> None:
        case = accepted().case
        for more in ("/slot", "/quote"):
            words = reader.get(path_of(case, more)).content.decode()
            for link in (path_of(case), "/report/", "/track/"):
                assert f'href="{link}"' in words, (more, link)

    def test_each_signed_sheet_is_offered_and_opens(self, reader: Client) -> None:
        here = ready(covered=True)
        assert "Service sheet (PDF)" not in reader.get(path_of(here.case)).content.decode()
        work = here.work
        quoting_for(here)
        sheet = sign(work, told(), doer=here.doer, now=here.now)
        link = f"{path_of(here.case, '/sheet.pdf')}?number={sheet.number}"
        assert link in reader.get(path_of(here.case)).content.decode()
        answer = reader.get(link)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert reader.get(path_of(here.case, "/sheet.pdf") + "?number=AF0-9").status_code == 404


def quoting_for(here: Any) -> None:
    from bihuan.service.fieldwork import quoting

    quoting.nothing_to_charge(here.work, by=here.viewer.actor, now=here.now)


class TestMyData:
    def test_the_customer_sees_their_own_data_in_full(self, reader: Client) -> None:
        case = a_case(company(), phone="13812345678")
        words = reader.get(path_of(case)).content.decode()
        for mine in ("张三丰", "13812345678", "文一西路1号1幢101室", "SN98765"):
            assert mine in words

    def test_whoever_reports_with_the_number_of_somebody_else_does_not_read_their_data(
        self, reader: Client
    ) -> None:
        a_case(company(), phone="13812345678")
        sent = {
            "words": "不制冷",
            "phone": "13812345678",
            "brand": "澄川",
            "model": "BCD-520WGPZM",
            "key": "k",
        }
        answer = reader.post("/report/", sent | {"consent_service": "on"})
        words = reader.get(answer.headers["Location"]).content.decode()
        assert "张*" in words and "138****5678" in words
        for theirs in ("张三丰", "13812345678", "文一西路1号1幢101室", "SN98765"):
            assert theirs not in words, theirs

    def test_a_consent_is_given_and_withdrawn(self, reader: Client) -> None:
        case = a_case(company())
        for answer, given in (("yes", True), ("no", False)):
            reader.post(path_of(case, "/consents"), {"kind": "marketing", "answer": answer})
            assert consents_of(case.customer_id)["marketing"] is given

    def test_the_consent_to_the_service_itself_is_not_taken_here(self, reader: Client) -> None:
        case = a_case(company())
        reader.post(path_of(case, "/consents"), {"kind": "service", "answer": "no"})
        assert consents_of(case.customer_id)["service"] is True

    def test_asking_for_deletion_is_kept_and_somebody_has_to_answer(self, reader: Client) -> None:
        case = a_case(company())
        reader.post(path_of(case, "/my-data"), {"wish": "delete", "words": "my old phone number"})
        note = Note.objects.get(case=case)
        assert (note.public, note.by_kind) == (True, "customer")
        settle()
        assert "chase" in {one.clause for one in promises_of(case.id, now=NOW) if one.open}
        assert "my old phone number" in reader.get(path_of(case)).content.decode()
