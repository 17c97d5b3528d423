"""The customer's own page: whoever holds the link follows the case and asks for things; nobody guesses a link."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bihuan.ground.journal.event import Actor
from bihuan.ground.journal.models import Entry
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.actions import forget
from bihuan.service.cases import talking
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.models import Case, Note
from bihuan.service.complaints.models import Complaint
from bihuan.service.complaints.queries import about_of, complaints_about
from bihuan.service.intake.models import Attachment
from bihuan.service.intake.queries import link_of
from tests.makers import NOW, a_case, company

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture(autouse=True)
def _no_tries_yet() -> None:
    cache.clear()


@pytest.fixture
def reader() -> Client:
    return Client(headers={"Accept-Language": "en"})


def path_of(case: Case, more: str = "") -> str:
    return f"/c/{link_of(case.report).rpartition('/')[2]}{more}"


def read(reader: Client, case: Case, **query: str) -> str:
    answer = reader.get(path_of(case), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.demand("S3-112", "S3-80", "S3-04")
def test_the_page_says_where_it_stands_what_comes_next_and_by_when(reader: Client) -> None:
    case = a_case(company())
    page = read(reader, case)
    for words in (
        case.number,
        "We look at your report",
        "机器突然不制冷了",
        "What we promised you",
        "Problem solved",
    ):
        assert words in page


@pytest.mark.demand("S1-12")
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "Within 2 h of our contact hours a technician is chosen."),
        ({"urgency": "urgent"}, "Within 30 min, at any hour, a technician is chosen."),
        ({"kind": "consultation"}, ""),
    ],
)
def test_until_a_time_is_agreed_the_page_says_how_soon_and_how(
    reader: Client, more: dict[str, Any], said: str
) -> None:
    page = read(reader, a_case(company(), **more))
    how = "Then you choose a two-hour slot on your private link, or we ring you to agree on one."
    assert (said in page, how in page) == (True, bool(said))


def test_looking_changes_nothing(reader: Client) -> None:
    case = a_case(company())
    before = Entry.objects.count()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        read(reader, case)
    assert [
        one["sql"] for one in asked if not one["sql"].lstrip().upper().startswith(("SELECT", "SAVEPOINT"))
    ] == []
    for more in ("/cancel", "/complain", "/add"):
        assert reader.get(path_of(case, more)).status_code == 200
    assert Entry.objects.count() == before


@pytest.mark.demand("U-09")
def test_a_chase_counts_once_however_often_it_is_pressed(reader: Client) -> None:
    case = a_case(company())
    answers = [reader.post(path_of(case, "/chase")) for _ in range(3)]
    assert [answer.headers["Location"].rpartition("=")[2] for answer in answers] == [
        "chased", "chased_already", "chased_already",
    ]  # fmt: skip
    case.refresh_from_db()
    assert case.chases == 1
    assert Entry.objects.filter(kind="case.chased", actor_kind="customer").count() == 1


def test_a_chase_is_never_a_link(reader: Client) -> None:
    assert reader.get(path_of(a_case(company()), "/chase")).status_code == 405


def test_a_customer_cancels_with_a_reason(reader: Client) -> None:
    case = a_case(company())
    assert reader.post(path_of(case, "/cancel"), {}).status_code == 422
    answer = reader.post(path_of(case, "/cancel"), {"reason": "works_again", "words": "今天又好了"})
    assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.stands_at, case.closed_how, case.open) == ("withdrawn", "withdrawn", False)
    page = read(reader, case, said="cancelled")
    assert "Nobody will come." in page
    assert "今天又好了" in page
    assert "Cancel this case" not in page
    assert "On the way to you" not in page


def test_cancelling_twice_is_said_in_words(reader: Client) -> None:
    case = a_case(company())
    reader.post(path_of(case, "/cancel"), {"reason": "other"})
    answer = reader.post(path_of(case, "/cancel"), {"reason": "other"})
    assert answer.status_code == 409
    assert case.number in answer.content.decode()


@pytest.mark.demand("S0-03")
def test_a_complaint_is_a_case_of_its_own_tied_to_this_one(reader: Client) -> None:
    case = a_case(company())
    sent = {"words": "师傅没穿鞋套，还迟到", "once": "same-form"}
    answers = [reader.post(path_of(case, "/complain"), sent) for _ in range(2)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    [tied] = Complaint.objects.select_related("case").all()
    assert (tied.case.kind, tied.case.card, tied.case.customer_id) == (
        "complaint",
        "complaint",
        case.customer_id,
    )
    assert about_of(tied.case_id) == case
    assert complaints_about(case.id) == [tied.case]
    assert tied.case.number in read(reader, case)
    assert case.number in read(reader, tied.case)
    Case.objects.filter(id=tied.case_id).update(stands_at="investigating")
    tied.case.refresh_from_db()
    page = read(reader, tied.case)
    assert "We are looking into it and tell you what we found." in page
    assert "technician is being chosen" not in page
    assert "Choosing a technician" not in page


def test_a_complaint_about_work_that_is_done_opens_it_again(reader: Client) -> None:
    made = company()
    case = a_case(made)
    Case.objects.filter(id=case.id).update(stands_at="done", done_at=NOW)
    reader.post(path_of(case, "/complain"), {"words": "又坏了"})
    case.refresh_from_db()
    assert case.stands_at == "to_call_back"


def test_words_and_photos_are_added_and_sealed(reader: Client) -> None:
    case = a_case(company())
    photo = SimpleUploadedFile("x.exe", PNG, content_type="application/x-msdownload")
    answer = reader.post(path_of(case, "/add"), {"words": "铭牌照片", "photos": photo})
    assert answer.status_code == 302, answer.content
    [kept] = Attachment.objects.filter(report_id=case.report_id)
    hand = keys(case.customer.key)
    assert (kept.media, files.fetch(kept.kept_as, by=hand)) == ("image/png", PNG)
    [note] = Note.objects.filter(case=case)
    assert "铭牌" not in note.words_sealed
    assert "铭牌照片" in read(reader, case)


@pytest.mark.parametrize(
    "sent", [{}, {"words": "  "}, {"photos": SimpleUploadedFile("a.png", b"<svg onload=alert(1)>")}]
)
def test_nothing_and_what_is_no_picture_are_refused(reader: Client, sent: dict[str, Any]) -> None:
    case = a_case(company())
    assert reader.post(path_of(case, "/add"), sent).status_code == 422
    assert Attachment.objects.count() == 0


def test_the_customer_reads_what_was_written_for_them_and_nothing_else(reader: Client) -> None:
    made = company()
    case = a_case(made)
    agent = made.actor(Role.AGENT)
    talking.note(case, "压缩机已订货", by=agent, now=NOW, public=True)
    talking.note(case, "客户难缠", by=agent, now=NOW)
    page = read(reader, case)
    assert "压缩机已订货" in page
    assert "客户难缠" not in page


def test_what_a_customer_writes_is_text_and_never_markup(reader: Client) -> None:
    case = a_case(company(), words="<script>alert(1)</script> 不制冷")
    assert "<script>alert(1)" not in read(reader, case)


def test_while_it_waits_the_page_says_why(reader: Client) -> None:
    made = company()
    case = a_case(made)
    Case.objects.filter(id=case.id).update(stands_at="on_hold", hold_reason="parts")
    case.refresh_from_db()
    assert "Waiting for parts" in read(reader, case)


def test_a_closed_case_still_opens_and_offers_no_chase(reader: Client) -> None:
    made = company()
    case = a_case(made)
    move_case(case, "cancel", doer=Doer.of(made.viewer(Role.AGENT)), now=NOW, reason="other")
    page = read(reader, case)
    assert "/chase" not in page
    reader.post(path_of(case, "/chase"))
    case.refresh_from_db()
    assert case.chases == 0


class TestLinks:
    def test_wrong_and_forgotten_look_the_same(self, reader: Client) -> None:
        case = a_case(company())
        link = path_of(case)
        forget(case.customer, now=NOW)
        answers = [reader.get(path) for path in (link, "/c/" + "x" * 43, "/c/x", f"/c/{case.number}")]
        assert {answer.status_code for answer in answers} == {404}
        changing = re.compile(r'(name="(csrfmiddlewaretoken|next)" value="|X-CSRFToken": ")[^"]*')
        assert len({changing.sub("", answer.content.decode()) for answer in answers}) == 1

    def test_only_so_many_wrong_links_from_one_address(self, reader: Client) -> None:
        case = a_case(company())
        tried = [reader.get(f"/c/{number:043d}").status_code for number in range(31)]
        assert tried == [404] * 30 + [429]
        assert reader.get(path_of(case), REMOTE_ADDR="10.0.0.9").status_code == 200

    def test_a_link_opens_one_customers_case_and_no_other(self, reader: Client) -> None:
        made = company()
        one, other = a_case(made), a_case(made, words="洗衣机漏水")
        assert "洗衣机漏水" not in read(reader, one)
        assert other.number not in read(reader, one)

    def test_the_page_is_kept_from_caches_and_search_engines(self, reader: Client) -> None:
        answer = reader.get(path_of(a_case(company())))
        assert "no-store" in answer.headers["Cache-Control"]
        assert (answer.headers["X-Robots-Tag"], answer.headers["Referrer-Policy"]) == (
            "noindex",
            "no-referrer",
        )


class TestLookUp:
    def ask(self, reader: Client, number: str, phone: str) -> tuple[int, str]:
        answer = reader.post("/track/", {"number": number, "phone": phone})
        return answer.status_code, answer.headers.get("Location", "")

    @pytest.mark.demand("S0-41")
    def test_number_and_phone_together_lead_to_the_page(self, reader: Client) -> None:
        case = a_case(company(), phone="13800138000")
        assert self.ask(reader, case.number.lower(), "138 0013 8000") == (302, link_of(case.report))

    def test_every_miss_sounds_the_same(self, reader: Client) -> None:
        made = company()
        case, _other = a_case(made, phone="13800138000"), a_case(made, phone="13900139000")
        misses = [
            (case.number, "13900139000"), (case.number, "13700137000"), ("AF20260101001", "13800138000"), ("x", "y"),
        ]  # fmt: skip
        sentence = "Number and phone do not belong together"
        for number, phone in misses:
            answer = reader.post("/track/", {"number": number, "phone": phone})
            assert (answer.status_code, sentence in answer.content.decode()) == (422, True)

    def test_guessing_is_slowed_down(self, reader: Client) -> None:
        tried = [self.ask(reader, "AF20260101001", "13800138000")[0] for _ in range(11)]
        assert tried == [422] * 10 + [429]


@pytest.mark.demand("S3-75")
def test_promises_and_privacy_are_open_to_all(reader: Client) -> None:
    assert "First contact" in reader.get("/promises").content.decode()
    assert "backups after 30 days" in reader.get("/privacy").content.decode()


def test_a_customers_own_note_tells_nobody_at_night(reader: Client) -> None:
    case = a_case(company())
    talking.note(case, "谢谢", by=Actor(kind="customer", id=case.customer_id), now=NOW, public=True)
    assert "谢谢" in read(reader, case)
