"""Who is told what, once, in their language, at a decent hour; and what becomes of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as installed
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from bihuan.ground.journal.event import CLOCK, Actor
from bihuan.ground.journal.models import Entry, Reaction
from bihuan.ground.journal.queries import faults_of
from bihuan.ground.journal.reactions import carry_out
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.message import NotSent, OutgoingMessage, Sent
from bihuan.registers.customers.actions import forget
from bihuan.registers.customers.rules import language_of
from bihuan.service.cases import owning, talking
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.models import Case
from bihuan.service.intake.queries import link_of
from bihuan.service.notices import queries, sending
from bihuan.service.notices.actions import send_sign_in_code, try_again
from bihuan.service.notices.marking import LEASE
from bihuan.service.notices.models import Notice
from bihuan.service.notices.rules import ATTEMPTS, backoff, kind_on, segments, way_to
from bihuan.service.notices.short_links import path_of
from bihuan.service.notices.telling import TOLD
from bihuan.service.notices.texts import filled, shipped
from bihuan.service.notices.wordings import shipped_parts
from tests.makers import NOW, Company, a_case, company, settle, told

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # 22:00 in Shanghai
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 09:00 the next day
LINK = "http://127.0.0.1:8000/c/" + "x" * 43


def of_customer(case: Case) -> list[Notice]:
    return list(Notice.objects.filter(case=case, customer__isnull=False).order_by("id"))


def words_of(notice: Notice) -> str:
    return queries.shown([notice], links=True)[0].words or ""


class Spy:
    """A provider that remembers what it was handed, and refuses as often as it was told to."""

    name = "spy"

    def __init__(self) -> None:
        self.got: list[OutgoingMessage] = []
        self.refusals = 0

    def send(self, message: OutgoingMessage) -> Sent:
        if self.refusals:
            self.refusals -= 1
            raise NotSent("busy")
        self.got.append(message)
        return Sent(reference=f"spy-{message.id}")


SPY = Spy()


@pytest.fixture
def spy(settings: Settings) -> Iterator[Spy]:
    SPY.got.clear()
    SPY.refusals = 0
    dotted = f"{__name__}.SPY"
    settings.BIHUAN_PROVIDERS = {"sms": dotted, "mail": dotted}  # pushes to staff go to the outbox
    yield SPY


@pytest.mark.demand("S2-11", "S3-39", "S1-08")
def test_a_customer_is_told_at_once_what_number_what_promise_and_where_to_look() -> None:
    case = a_case(company())
    settle()
    [notice] = of_customer(case)
    assert (notice.kind, notice.channel, notice.next_at) == ("case_opened", "sms", NOW)
    words = words_of(notice)
    assert case.number in words
    token = words.rpartition("/k/")[2]
    assert link_of(case.report) == f"{installed.BIHUAN_ADDRESS}{path_of(token)}"
    assert "最晚今天12:00" in words


@pytest.mark.parametrize(
    ("channel", "at"), [("web", NIGHT), ("third_party", MORNING), ("social", MORNING), ("slip", MORNING)]
)
def test_at_night_only_whoever_acted_just_now_is_told_of_a_new_case(channel: str, at: datetime) -> None:
    case = a_case(company(), now=NIGHT, channel=channel)
    settle(NIGHT)
    [notice] = of_customer(case)
    sending.send_due(NIGHT)
    notice.refresh_from_db()
    assert (notice.next_at if at != NIGHT else at, notice.state) == (at, "sent" if at == NIGHT else "waiting")


def test_telling_twice_tells_once() -> None:
    case = a_case(company())
    settle()
    Reaction.objects.update(state=Reaction.WAITING)
    for reaction in Reaction.objects.all():
        assert carry_out(reaction.id, now=NOW)
    assert len(of_customer(case)) == 1


def test_a_foreign_number_is_written_to_in_english() -> None:
    case = a_case(company(), phone="+44 7911 123456")
    settle()
    assert words_of(of_customer(case)[0]).startswith("[Bihuan] We have received your report AF")


def test_a_customer_without_a_mobile_gets_mail() -> None:
    case = a_case(company(), phone="", email="zhang@example.com")
    settle()
    [notice] = of_customer(case)
    [view] = queries.shown([notice])
    assert (view.channel, view.receiver, view.subject) == (
        "mail",
        "z***@example.com",
        f"已收到您的诉求（{case.number}）",
    )


def test_nobody_to_write_to_becomes_a_finding_and_the_owner_is_told() -> None:
    made = company()
    case = a_case(made, phone="", refused_to_identify=True)
    settle()
    [notice] = of_customer(case)
    assert (notice.channel, notice.state, notice.trouble) == ("call", Notice.GIVEN_UP, "no_address")
    told_staff = Notice.objects.get(case=case, kind="customer_unreachable")
    assert told_staff.person_id == made.people[Role.AGENT].id


@pytest.mark.demand("S3-101", "S3-75", "S3-114")
def test_what_is_no_direct_answer_waits_for_the_morning(spy: Spy) -> None:
    made = company()
    case = a_case(made)
    settle()
    talking.note(case, "配件明天到", by=made.actor(Role.AGENT), now=NIGHT, public=True)
    settle(NIGHT)
    notice = of_customer(case)[-1]
    assert (notice.kind, notice.next_at) == ("progress", MORNING)
    sending.send_due(NIGHT)
    assert [message.id for message in spy.got if message.id == notice.id] == []
    sending.send_due(MORNING)
    assert [message.id for message in spy.got if message.id == notice.id] == [notice.id]


def test_a_note_for_ourselves_tells_nobody() -> None:
    made = company()
    case = a_case(made)
    settle()
    talking.note(case, "内部备注", by=made.actor(Role.AGENT), now=NOW)
    settle()
    assert [notice.kind for notice in of_customer(case)] == ["case_opened"]


@pytest.mark.demand("U-09")
def test_a_chase_at_night_is_answered_at_night() -> None:
    case = a_case(company())
    settle()
    talking.chase(case, by=Actor(kind="customer", id=case.customer_id), now=NIGHT)
    settle(NIGHT)
    assert [(notice.kind, notice.next_at) for notice in of_customer(case)][-1] == ("chased", NIGHT)


@pytest.mark.demand("S3-59", "S2-34", "S3-44")
def test_the_end_is_told_too() -> None:
    made = company()
    case = a_case(made)
    move_case(case, "cancel", doer=Doer.of(made.viewer(Role.AGENT)), now=NOW, reason="customer_wish")
    settle()
    assert [notice.kind for notice in of_customer(case)] == ["case_opened", "withdrawn"]


@pytest.mark.demand("S3-70", "S3-71", "U-08")
def test_staff_are_told_of_danger_by_page_and_by_phone_without_a_word_about_the_customer() -> None:
    made = company()
    supervisor = made.people[Role.SUPERVISOR]
    supervisor.phone = "+8613900139000"
    supervisor.save()
    case = a_case(made, words="插座漏电，有火花", name="欧阳小明")
    settle()
    notices = list(Notice.objects.filter(kind="urgent_case", person=supervisor).order_by("channel"))
    assert [notice.channel for notice in notices] == ["page", "sms"]
    for view in queries.shown(notices, links=True):
        assert view.words is not None
        assert case.number in view.words
        for secret in ("欧阳", "138", "文一西路", link_of(case.report)):
            assert secret not in view.words


def test_the_next_owner_is_asked() -> None:
    made = company()
    case = a_case(made)
    other = made.people[Role.SUPERVISOR]
    owning.hand_over(case, to_person_id=other.id, by=made.actor(Role.AGENT), now=NOW)
    settle()
    assert [one.person_id for one in Notice.objects.filter(kind="proposed")] == [other.id]


def test_a_sent_notice_is_written_on_the_story_of_its_case(spy: Spy) -> None:
    case = a_case(company())
    settle()
    sending.send_due(NOW)
    [notice] = of_customer(case)
    assert (notice.state, notice.provider, notice.reference, notice.attempts) == (
        "sent", "spy", f"spy-{notice.id}", 1,
    )  # fmt: skip
    assert Entry.objects.filter(chain_id=case.chain_id, kind="notice.sent").count() == 1
    assert faults_of(case.chain_id) == []
    assert sending.send_due(NOW) == 0
    assert len(spy.got) == 1


def test_a_refusing_provider_is_asked_again_and_again_and_then_a_person_rings(spy: Spy) -> None:
    made = company()
    case = a_case(made)
    settle()
    spy.refusals = ATTEMPTS
    now = NOW
    for attempt in range(1, ATTEMPTS + 1):
        sending.send_due(now)
        [notice] = of_customer(case)
        assert notice.attempts == attempt
        now = notice.next_at
    assert (notice.state, notice.trouble) == (Notice.GIVEN_UP, "busy")
    settle(now)
    assert Notice.objects.filter(kind="customer_unreachable", case=case).exists()
    assert try_again(notice.id, now=now)
    sending.send_due(now)
    assert of_customer(case)[0].state == Notice.SENT


def test_two_workers_make_one_attempt(spy: Spy) -> None:
    case = a_case(company())
    settle()
    [notice] = of_customer(case)
    assert sending.send_one(notice.id, attempts=0, now=NOW)
    assert not sending.send_one(notice.id, attempts=0, now=NOW)
    assert len(spy.got) == 1


def test_a_killed_worker_is_followed_by_another_attempt(spy: Spy) -> None:
    case = a_case(company())
    settle()
    [notice] = of_customer(case)
    Notice.objects.filter(id=notice.id).update(attempts=1, next_at=NOW + LEASE)  # it died here
    sending.send_due(NOW)
    assert spy.got == []
    sending.send_due(NOW + LEASE)
    assert [message.id for message in spy.got] == [notice.id]


def test_an_address_gets_only_so_much_an_hour(spy: Spy, settings: Settings) -> None:
    settings.BIHUAN_NOTICES_AN_HOUR = 3
    case = a_case(company())
    customer = Actor(kind="customer", id=case.customer_id)
    for minute in range(5):
        talking.chase(case, by=customer, now=NOW + timedelta(minutes=minute))
    settle()
    sending.send_due(NOW + timedelta(minutes=5))
    assert len([one for one in of_customer(case) if one.state == Notice.SENT]) == 3
    sending.send_due(NOW + timedelta(minutes=66))
    assert {one.state for one in of_customer(case)} == {Notice.SENT}


@pytest.mark.demand("L-03")
def test_a_forgotten_customer_cannot_be_read_and_is_not_written_to(spy: Spy) -> None:
    case = a_case(company())
    settle()
    forget(case.customer, now=NOW)
    assert sending.send_due(NOW) == 0
    [notice] = of_customer(case)
    assert notice.state == Notice.GIVEN_UP
    [view] = queries.shown([notice])
    assert (view.words, view.receiver) == (None, "")
    case.refresh_from_db()
    talking_after = Case.objects.select_related("customer").get(id=case.id)
    talking.chase(talking_after, by=CLOCK, now=NOW)
    settle()
    assert len(of_customer(case)) == 1


def test_a_sign_in_code_goes_to_the_technician_and_is_hidden_where_it_is_real(spy: Spy) -> None:
    made = company()
    technician = made.technicians[1].person
    notice = send_sign_in_code(technician, code="123456", link="https://x.cn/in/abc", now=NIGHT)
    sending.send_due(NIGHT)
    assert [(one.receiver, "123456" in one.words) for one in spy.got] == [(technician.phone, True)]
    assert queries.shown([notice], links=False)[0].words == "••••••"


def test_links_and_codes_are_hidden_once_an_own_company_took_the_demos_place() -> None:
    case = a_case(company())
    settle()
    [notice] = of_customer(case)
    code = words_of(notice).rpartition("/k/")[2]
    assert code in (queries.shown([notice])[0].words or "")
    Person.objects.update(demo=False)
    assert code not in (queries.shown([notice])[0].words or "")


def test_the_outbox_shows_what_the_customer_reads_but_not_who_they_are() -> None:
    made = company()
    a_case(made, phone="13800138000")
    settle()
    found = queries.outbox(made.viewer(Role.SUPERVISOR), channel="sms")
    [view] = queries.shown(found)
    assert view.receiver == "138****8000"
    assert queries.shown(found, links=False)[0].words == (view.words or "").split("/k/")[0] + "/k/••••••"


def test_every_event_that_tells_has_its_words_in_both_languages_with_the_same_places() -> None:
    import re

    for audience in shipped().values():
        for parts in audience.values():
            for a, b in (("zh", "en"), ("subject_zh", "subject_en")):
                assert set(re.findall(r"{(\w+)}", parts[a])) == set(re.findall(r"{(\w+)}", parts[b]))


@pytest.mark.demand("S0-22")
def test_an_sms_without_its_link_fits_one_message() -> None:
    fill = {
        "number": "AF20261123001", "promise": "首次联系：最晚今天15:30。", "who": "王建国", "who_comes": "，王建国师傅",
        "slot": "明天08:00–10:00", "when": "，约今天15:30到", "reason": "正在等配件到货",
        "place": "服务中", "since": "11月20日09:30", "code": "123456",
    }  # fmt: skip
    for kind in (one for one in shipped()["customer"] if kind_on(one, "sms") == one):
        text = filled(shipped_parts("customer", kind, language="zh-hans"), fill=fill)
        assert segments(f"【Bihuan】{text.words}") == 1, kind


def test_every_kind_told_has_a_text() -> None:
    kinds = {
        "accepted",
        "assigned",
        "booked",
        "unbooked",
        "reminder",
        "late",
        "departed",
        "quote",
        "confirm",
        "survey",
    }
    assert kinds <= set(shipped()["customer"])
    assert "case.opened" in TOLD


@given(st.integers(0, 30))
def test_waiting_grows_and_never_exceeds_an_hour(attempts: int) -> None:
    assert timedelta(seconds=30) <= backoff(attempts) <= backoff(attempts + 1) <= timedelta(hours=1)


@given(st.text("az AZ09.,!", max_size=400), st.text("水漏𠮷㙍 a1", max_size=200))
def test_a_text_is_billed_as_enough_messages_to_hold_it(plain: str, chinese: str) -> None:
    assert segments(plain) == (1 if len(plain) <= 160 else -(-len(plain) // 153))
    signs = len("水" + chinese) + chinese.count("𠮷")  # a sign beyond the first 65,536 takes two places
    assert segments("水" + chinese) == (1 if signs <= 70 else -(-signs // 67))


def test_who_is_reached_how() -> None:
    assert way_to({"mobile": "+861", "email": "a@b.cn"}) == ("sms", "+861")
    assert way_to({"landline": "+86571", "email": "a@b.cn"}) == ("mail", "a@b.cn")
    assert way_to({"landline": "+86571"}) == ("call", "+86571")
    assert (language_of("", "+8613"), language_of("", "+4479"), language_of("en", "+8613")) == (
        "zh-hans",
        "en",
        "en",
    )


def test_a_company_has_someone_to_tell() -> None:
    made: Company = company()
    assert told().channel == "hotline"
    assert made.people[Role.SUPERVISOR].is_active
