"""How each of us is told: wishes, the house's lines, quiet hours and shifts, and what nobody can switch off."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.models import Browser
from bihuan.registers.staff.keeping import give_leave
from bihuan.service.cases.talking import set_urgency
from bihuan.service.notices import customs, habits, inbox, sending
from bihuan.service.notices.actions import tell_person
from bihuan.service.notices.models import Notice, Wish
from bihuan.service.notices.queries import channels_state
from bihuan.service.notices.rules import LEAST, NEWS, NEWS_OF, WAYS, Peace, heard_at
from bihuan.service.notices.texts import shipped
from tests.makers import NOW, a_case, company, settle

db = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # Monday 23:00 in Shanghai
ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture
def agent() -> Person:
    person = company().people[Role.AGENT]
    person.phone, person.email = "+8613800000001", "agent@x.example"
    person.save()
    return person


def told(person: Person, kind: str, *, now: datetime = NOW, channels: tuple[str, ...] = ()) -> list[Notice]:
    fill = {"number": "AF1", "place": "西湖区", "what": "首次联系"}
    about = f"{kind}:{now.timestamp()}"
    return tell_person(
        person,
        kind,
        about=about,
        fill=fill,
        link=f"{ADDRESS}/desk/case/AF1",
        case=None,
        now=now,
        channels=channels,
    )


def ways(notices: list[Notice]) -> list[str]:
    return [notice.channel for notice in notices]


def wish(person: Person, begins: time | None = None, ends: time | None = None, **wishes: list[str]) -> None:
    habits.keep_habits(person.id, wishes=wishes, begins=begins, ends=ends, off_shift=False)


@db
def test_where_nobody_wished_anything_the_page_has_it_and_what_presses_comes_by_sms_too(
    agent: Person,
) -> None:
    assert ways(told(agent, "chased")) == ["page"]
    assert ways(told(agent, "urgent_case")) == ["page", "sms"]


@db
@pytest.mark.demand("U-08", "S3-70")
def test_somebody_is_told_by_the_ways_they_wished(agent: Person) -> None:
    wish(agent, chased=["sms", "mail"], broken=["ring"], at_risk=[])
    assert ways(told(agent, "chased")) == ["page", "sms", "mail"]
    assert ways(told(agent, "broken")) == ["page", "ring"]
    assert ways(told(agent, "at_risk")) == ["page"]


@db
def test_a_way_without_an_address_is_left_out(agent: Person) -> None:
    agent.phone = agent.email = ""
    agent.save()
    wish(agent, chased=["sms", "mail", "push"])
    assert ways(told(agent, "chased")) == ["page"]


@db
def test_a_browser_that_asked_is_told_with_number_and_district_alone(agent: Person) -> None:
    Browser.objects.create(person=agent, fingerprint="a", told_sealed="", made_at=NOW)
    case = a_case(company())
    notices = tell_person(
        agent, "chased", about="x", fill={"number": case.number, "place": f"{case.district}{case.street}"},
        link=f"{ADDRESS}/desk/", case=case, now=NOW,
    )  # fmt: skip
    assert ways(notices) == ["page", "push"]
    message = sending._opened(notices[1])
    assert message is not None
    assert (message.words, message.link) == (f"{case.number} {case.district}", f"{ADDRESS}/desk/")


@db
@pytest.mark.demand("S3-71", "U-08")
def test_urgent_news_cannot_be_switched_off_and_waits_for_no_quiet_hour(agent: Person) -> None:
    wish(agent, time(21), time(8), urgent=[], chased=["sms"])
    urgent, chased = told(agent, "urgent_case", now=NIGHT), told(agent, "chased", now=NIGHT)
    assert [(one.channel, one.next_at) for one in urgent] == [("page", NIGHT), ("sms", NIGHT)]
    assert [(one.channel, one.next_at) for one in chased] == [
        ("page", NIGHT), ("sms", NIGHT + timedelta(hours=9)),
    ]  # fmt: skip


@db
def test_what_slips_into_quiet_hours_waits_for_their_end_uncounted(agent: Person) -> None:
    wish(agent, chased=["sms"])
    notice = told(agent, "chased", now=NIGHT - timedelta(hours=3))[1]
    wish(agent, time(21), time(8), chased=["sms"])
    assert not sending.send_one(notice.id, attempts=0, now=NIGHT)
    notice.refresh_from_db()
    assert (notice.attempts, notice.next_at) == (0, NIGHT + timedelta(hours=9))
    assert sending.send_one(notice.id, attempts=0, now=NIGHT + timedelta(hours=9))


@db
def test_a_ladders_own_ways_go_before_wishes_and_quiet_hours(agent: Person) -> None:
    wish(agent, time(21), time(8), broken=[])
    notices = told(agent, "escalated", now=NIGHT, channels=("sms",))
    assert [(one.channel, one.next_at) for one in notices] == [("sms", NIGHT)]


@db
def test_the_line_nearest_to_somebodys_node_and_role_holds(agent: Person) -> None:
    made = company()
    owner = made.people[Role.SERVICE_POINT_OWNER]
    owner.phone, owner.email = "+8613800000002", "o@x.example"
    owner.save()
    customs.keep_custom(None, role="", node_id=None, news="chased", channels=["mail"])
    assert ways(told(owner, "chased", now=NOW)) == ["page", "mail"]
    customs.keep_custom(None, role="service_point_owner", node_id=None, news="chased", channels=["sms"])
    assert ways(told(owner, "chased", now=NOW + timedelta(seconds=1))) == ["page", "sms"]
    customs.keep_custom(None, role="", node_id=made.own.id, news="chased", channels=[])
    assert ways(told(owner, "chased", now=NOW + timedelta(seconds=2))) == ["page"]
    wish(owner, chased=["mail", "sms"])
    assert ways(told(owner, "chased", now=NOW + timedelta(seconds=3))) == ["page", "sms", "mail"]


@db
def test_a_wish_that_is_the_houses_way_follows_the_house(agent: Person) -> None:
    wish(agent, chased=["push"])
    assert Wish.objects.count() == 0
    customs.keep_custom(None, role="", node_id=None, news="chased", channels=["mail"])
    assert ways(told(agent, "chased")) == ["page", "mail"]


@db
@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"role": "king", "news": "chased", "channels": []}, "role"),
        ({"role": "", "news": "gossip", "channels": []}, "news"),
        ({"role": "", "news": "chased", "channels": ["pigeon"]}, "channels"),
        ({"role": "", "news": "chased", "channels": ["ring"]}, "channels"),
    ],
)
def test_a_line_that_means_nothing_is_refused_beside_its_field(line: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        customs.keep_custom(None, node_id=None, **line)
    assert field in caught.value.message_dict


@db
def test_one_line_for_a_role_node_and_news() -> None:
    made = company()
    for node_id in (None, made.own.id):
        customs.keep_custom(None, role="agent", node_id=node_id, news="chased", channels=["sms"])
        with pytest.raises(ValidationError):
            customs.keep_custom(None, role="agent", node_id=node_id, news="chased", channels=["mail"])


@db
def test_quiet_hours_have_two_ends(agent: Person) -> None:
    with pytest.raises(Refusal):
        wish(agent, time(21), None)


@db
def test_off_shift_and_on_leave_a_technician_is_left_in_peace() -> None:
    made = company()
    technician = made.technicians[0]
    person = technician.person
    person.phone = "+8613800000003"
    person.save()
    habits.keep_habits(person.id, wishes={}, begins=None, ends=None, off_shift=True)
    [_page, sms] = told(person, "assigned", now=NIGHT)
    assert sms.next_at.astimezone(ZONE) == datetime(2026, 11, 24, 8, tzinfo=ZONE)  # the shift begins
    give_leave(
        technician.id,
        begins=datetime(2026, 11, 24, 0, tzinfo=ZONE),
        ends=datetime(2026, 11, 25, 12, tzinfo=ZONE),
    )
    [_page, sms] = told(person, "assigned", now=NIGHT + timedelta(minutes=1))
    assert sms.next_at.astimezone(ZONE) == datetime(2026, 11, 25, 12, tzinfo=ZONE)


@db
@pytest.mark.demand("S3-71")
def test_a_case_that_becomes_urgent_is_told_to_those_who_lead() -> None:
    made = company()
    case = a_case(made)
    settle()
    set_urgency(case, "urgent", by=made.actor(Role.AGENT), now=NOW)
    settle()
    told_to = Notice.objects.filter(case=case, kind="urgent_case").values_list("person_id", flat=True)
    assert set(told_to) == {made.people[Role.SUPERVISOR].id, made.people[Role.DISPATCHER].id}


@db
@pytest.mark.demand("S3-70")
def test_a_case_from_the_web_is_told_to_whoever_answers_for_it_and_not_to_who_wrote_it() -> None:
    made = company()
    mine = a_case(made)
    settle()
    assert not Notice.objects.filter(case=mine, kind="new_case").exists()


@db
def test_my_page_has_what_i_was_told_until_i_read_it(agent: Person) -> None:
    told(agent, "chased")
    told(agent, "at_risk", now=NOW + timedelta(seconds=1))
    other = company().people[Role.SUPERVISOR]
    told(other, "chased")
    assert (inbox.unread_count(agent.id), inbox.unread_count(other.id)) == (2, 1)
    lines = inbox.lines(inbox.inbox(agent.id).order_by("id"), address=ADDRESS)
    assert [(line.kind, line.link, line.read) for line in lines] == [
        ("chased", "/desk/case/AF1", False), ("at_risk", "/desk/case/AF1", False),
    ]  # fmt: skip
    assert "http" not in lines[0].words
    with pytest.raises(NotFound):
        inbox.open_line(other.id, lines[0].id, address=ADDRESS, now=NOW)
    assert inbox.open_line(agent.id, lines[0].id, address=ADDRESS, now=NOW).link == "/desk/case/AF1"
    assert inbox.unread_count(agent.id) == 1
    assert inbox.inbox(agent.id, news="chased").count() == 1
    assert inbox.mark_all_read(agent.id, now=NOW + timedelta(minutes=1)) == 1
    assert inbox.unread_count(agent.id) == 0


@db
def test_many_are_not_counted_to_the_last(agent: Person) -> None:
    for number in range(inbox.MOST + 20):
        told(agent, "chased", now=NOW + timedelta(seconds=number))
    assert inbox.unread_count(agent.id) == inbox.MOST + 1


@db
def test_each_channel_says_whether_it_works(agent: Person) -> None:
    before = {state.channel: (state.set_up, state.last_sent) for state in channels_state()}
    assert before["sms"] == (False, None)
    told(agent, "urgent_case")
    sending.send_due(NOW)
    after = {state.channel: state for state in channels_state()}
    assert (after["sms"].provider, after["sms"].last_sent, after["sms"].fails) == ("outbox", NOW, False)
    assert (after["push"].set_up, after["wecom"].set_up) == (True, False)


def test_every_news_for_staff_is_of_some_sort_and_every_sort_can_be_chosen() -> None:
    assert set(NEWS_OF.values()) | {"other"} == set(NEWS)
    kinds = {*shipped()["staff"], *shipped()["group"]}
    assert set(NEWS_OF) <= kinds
    assert LEAST.keys() <= set(NEWS)
    assert set().union(*LEAST.values()) <= set(WAYS)


HOURS = st.builds(time, st.integers(0, 23), st.integers(0, 59))
SPANS = st.lists(st.tuples(HOURS, HOURS).filter(lambda pair: pair[0] < pair[1]), max_size=2)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(tzinfo=ZONE))


def in_quiet(peace: Peace, at: datetime) -> bool:
    begins, ends = peace.begins, peace.ends
    if begins is None or ends is None or begins == ends:
        return False
    return begins <= at.time() < ends if begins < ends else at.time() >= begins or at.time() < ends


@given(begins=HOURS, ends=HOURS, at=MOMENTS)
def test_nobody_is_disturbed_within_their_quiet_hours_nor_later_than_they_end(
    begins: time, ends: time, at: datetime
) -> None:
    peace = Peace(begins=begins, ends=ends)
    heard = heard_at(peace, at)
    assert heard >= at
    assert not in_quiet(peace, heard)
    assert heard == at or heard.time() == ends
    assert heard - at <= timedelta(days=1)


@given(shifts=st.dictionaries(st.integers(0, 6), SPANS, max_size=7), at=MOMENTS)
def test_off_shift_waits_for_the_next_shift_and_never_for_one_that_does_not_come(
    shifts: dict[int, list[tuple[time, time]]], at: datetime
) -> None:
    heard = heard_at(Peace(shifts=shifts), at)
    working = any(b <= heard.time() < e for b, e in shifts.get(heard.weekday(), []))
    assert working or heard == at
    assert working or not any(shifts.values())
    assert heard - at <= timedelta(days=8)


def test_quiet_hours_that_cover_every_shift_keep_nobody_waiting_for_ever() -> None:
    at = datetime.combine(date(2026, 11, 23), time(3), tzinfo=ZONE)
    peace = Peace(begins=time(8), ends=time(20), shifts={day: [(time(9), time(18))] for day in range(7)})
    assert heard_at(peace, at) == at
