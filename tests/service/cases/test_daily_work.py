"""Following, naming colleagues, putting off, handing over a shift: told once, to those who may see, no further."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.journal.event import CLOCK
from bihuan.ground.journal.models import Entry
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.service.cases import handing_over, mentioning, snoozing
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.errors import (
    HandOverEmpty,
    HandOverOwn,
    HandOverPersonal,
    HandOverTaken,
    MentionedBlind,
    MentionedTwofold,
    MentionedUnknown,
    SnoozeRefused,
)
from bihuan.service.cases.following import follow, follows, unfollow
from bihuan.service.cases.models import Mention, Note, Snooze
from bihuan.service.cases.owning import give_to
from bihuan.service.notices.models import Notice
from tests.makers import NOW, Company, a_case, a_person, company, later, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


def told(kind: str) -> list[int]:
    rows = Notice.objects.filter(kind=kind, person__isnull=False).order_by("person_id")
    return sorted({row.person_id for row in rows if row.person_id})


# --- following


@pytest.mark.demand("U-11")
def test_who_follows_a_case_is_told_of_its_moves_by_others(made: Company) -> None:
    case = a_case(made)
    for role in (Role.SUPERVISOR, Role.MANAGER, Role.AGENT):
        follow(case, viewer=made.viewer(role), now=NOW)
        follow(case, viewer=made.viewer(role), now=NOW)
    unfollow(case, viewer=made.viewer(Role.MANAGER))
    doer = Doer(by=made.actor(Role.AGENT), roles=frozenset({"system"}))
    move_case(case, "guide_remotely", doer=doer, now=later(minutes=1))
    settle(later(minutes=1))
    followers = {made.people[Role.SUPERVISOR].id, made.people[Role.AGENT].id}
    assert set(told("followed")) == followers
    assert (follows(case.id, made.people[Role.MANAGER].id), follows(case.id, None)) == (False, False)


def test_whoever_moves_a_case_alone_is_not_told_of_their_own_move(made: Company) -> None:
    case = a_case(made)
    follow(case, viewer=made.viewer(Role.AGENT), now=NOW)
    doer = Doer(by=made.actor(Role.AGENT), roles=frozenset({"system"}))
    move_case(case, "guide_remotely", doer=doer, now=later(minutes=1))
    settle(later(minutes=1))
    assert told("followed") == []
    assert Entry.objects.filter(kind="case.followed_moved").count() == 0


# --- naming colleagues


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("@wang.li 请看", ["wang.li"]),
        ("请@王建国看一下", ["王建国看一下"]),
        ("请 @王建国看一下", ["王建国看一下"]),
        ("＠agent-7 and @agent-8", ["agent-7", "agent-8"]),
        ("写到 a@b.com 去", []),
        ("@ 三点", []),
        ("@15:30 到", []),
        ("", []),
    ],
)
def test_what_stands_behind_an_at_sign_is_a_name_and_a_mail_address_is_none(
    words: str, names: list[str]
) -> None:
    assert mentioning.names_in(words) == names


@given(
    st.lists(st.text(alphabet="abc王李", min_size=1, max_size=4), max_size=5),
    st.text(alphabet="abc王李", max_size=8),
)
def test_the_longest_name_that_fits_is_meant(names: list[str], written: str) -> None:
    meant = mentioning.meant_by(written, names)
    fitting = [name for name in names if written.startswith(name)]
    assert len(meant) == max((len(name) for name in fitting), default=0)
    assert meant == "" or meant in fitting


@pytest.mark.demand("U-11")
def test_who_is_named_in_a_note_is_told_and_finds_it_unread(made: Company) -> None:
    case = a_case(made)
    boss = made.people[Role.SUPERVISOR]
    Person.objects.filter(id=boss.id).update(name="王建国")
    kept = mentioning.note_mentioning(
        case,
        "客户很急，请@王建国看一下",
        by=made.actor(Role.AGENT),
        now=NOW,
        also=made.people[Role.MANAGER].login,
    )
    settle()
    named = {boss.id, made.people[Role.MANAGER].id}
    assert set(Mention.objects.filter(note=kept).values_list("person_id", flat=True)) == named
    assert set(told("mentioned")) == named
    [mine] = mentioning.unread(boss.id)
    assert mentioning.read(mine.id, person_id=made.people[Role.AGENT].id, now=NOW) is None
    assert mentioning.read(mine.id, person_id=boss.id, now=NOW) == case
    assert list(mentioning.unread(boss.id)) == []


@pytest.mark.parametrize("words", ["@nobody.here 请看", "请看 @张三丰"])
def test_what_is_nobodys_name_is_a_word_like_others_and_the_writer_hears_so(
    made: Company, words: str
) -> None:
    case = a_case(made)
    mentioning.note_mentioning(case, words, by=made.actor(Role.AGENT), now=NOW)
    assert (Note.objects.count(), Mention.objects.count()) == (1, 0)
    assert mentioning.names_of_nobody(words) == [words.partition("@")[2].partition(" ")[0]]


def test_a_colleague_who_was_chosen_and_is_not_there_writes_nothing(made: Company) -> None:
    case = a_case(made)
    with pytest.raises(MentionedUnknown) as refused:
        mentioning.note_mentioning(case, "请看", by=made.actor(Role.AGENT), now=NOW, also="张三丰")
    assert ("张三丰" in str(refused.value), Note.objects.count(), Mention.objects.count()) == (False, 0, 0)


def test_two_colleagues_of_one_name_are_told_apart_by_login(made: Company) -> None:
    case = a_case(made)
    first, second = (a_person(Role.AGENT, node=made.head, name="李娜") for _ in range(2))
    with pytest.raises(MentionedTwofold) as refused:
        mentioning.note_mentioning(case, "@李娜", by=made.actor(Role.AGENT), now=NOW)
    assert all(login in str(refused.value) for login in (first.login, second.login))
    mentioning.note_mentioning(case, f"@{second.login}", by=made.actor(Role.AGENT), now=NOW)
    assert [one.person_id for one in Mention.objects.all()] == [second.id]


def test_only_who_may_see_the_case_can_be_named_or_is_offered(made: Company) -> None:
    case = a_case(made)
    stranger = a_person(Role.SERVICE_POINT_OWNER, node=made.authorised, name="外人")
    with pytest.raises(MentionedBlind):
        mentioning.note_mentioning(case, f"@{stranger.login}", by=made.actor(Role.AGENT), now=NOW)
    assert (Note.objects.count(), mentioning.mentionable(case, "外")) == (0, [])
    give_to(case, node_id=made.authorised.id, by=CLOCK, now=NOW)
    assert mentioning.mentionable(case, "@外") == [stranger]


# --- putting off


@pytest.mark.demand("U-11")
def test_a_case_is_put_off_with_a_reason_and_comes_back_by_itself(made: Company) -> None:
    case, viewer = a_case(made), made.viewer(Role.AGENT)
    snoozing.snooze(case, until=later(hours=3), reason="客户在开会，十点后再打", viewer=viewer, now=NOW)
    held = snoozing.put_off_by(viewer.person_id, now=later(hours=2))
    assert held[case.id].reason == "客户在开会，十点后再打"
    assert snoozing.put_off_by(viewer.person_id, now=later(hours=3)) == {}
    assert "开会" not in Entry.objects.get(kind="case.snoozed").body
    assert snoozing.put_off_counts(made.viewer(Role.SUPERVISOR), now=NOW) == [
        (viewer.person_id, made.people[Role.AGENT].name, 1)
    ]


def test_putting_off_is_taken_back_and_put_off_anew(made: Company) -> None:
    case, viewer = a_case(made), made.viewer(Role.AGENT)
    for hours in (2, 5):
        snoozing.snooze(case, until=later(hours=hours), reason="等回复", viewer=viewer, now=NOW)
    assert snoozing.put_off_by(viewer.person_id, now=NOW)[case.id].until == later(hours=5)
    assert Snooze.objects.filter(ended_at__isnull=True).count() == 1
    assert snoozing.end_snooze(case, viewer=viewer, now=later(hours=1))
    assert not snoozing.end_snooze(case, viewer=viewer, now=later(hours=1))
    assert snoozing.put_off_by(viewer.person_id, now=later(hours=1)) == {}


@pytest.mark.parametrize(
    ("span", "reason"), [(timedelta(0), "等"), (timedelta(days=15), "等客户"), (timedelta(hours=1), " ")]
)
def test_putting_off_needs_a_reason_and_a_moment_soon_enough(
    made: Company, span: timedelta, reason: str
) -> None:
    with pytest.raises(SnoozeRefused):
        snoozing.snooze(
            a_case(made), until=NOW + span, reason=reason, viewer=made.viewer(Role.AGENT), now=NOW
        )


# --- handing over


@pytest.mark.demand("U-11")
def test_a_shift_is_handed_over_read_and_taken_once(made: Company) -> None:
    case, mine = a_case(made), made.viewer(Role.AGENT)
    next_one = a_person(Role.AGENT, node=made.head)
    item = handing_over.Handed(case_id=case.id, why="urgent")
    kept = handing_over.hand_over_shift("两单等配件", items=[item], to=None, viewer=mine, now=NOW)
    taker = made.viewer(Role.SUPERVISOR)
    assert handing_over.words_of(handing_over.hand_over(taker, kept.id)) == "两单等配件"
    assert "配件" not in kept.words_sealed
    assert [one.case_id for one in handing_over.items_of(kept.id)] == [case.id]
    assert (list(handing_over.to_take(mine)), list(handing_over.to_take(taker))) == ([], [kept])
    with pytest.raises(HandOverOwn):
        handing_over.take_shift(kept.id, viewer=mine, now=NOW)
    taken = handing_over.take_shift(kept.id, viewer=taker, now=later(minutes=5))
    assert (taken.taken_by_id, taken.taken_at) == (taker.person_id, later(minutes=5))
    with pytest.raises(HandOverTaken):
        handing_over.take_shift(kept.id, viewer=taker, now=later(minutes=6))
    assert next_one.id in {one.id for one in handing_over.successors(mine)}


def test_a_note_for_one_colleague_waits_for_nobody_else(made: Company) -> None:
    other = made.people[Role.CALLBACK_AGENT]
    kept = handing_over.hand_over_shift(
        "请接手", items=[], to=other.id, viewer=made.viewer(Role.AGENT), now=NOW
    )
    assert list(handing_over.to_take(made.viewer(Role.CALLBACK_AGENT))) == [kept]
    assert list(handing_over.to_take(made.viewer(Role.SUPERVISOR))) == []
    with pytest.raises(NotFound):
        handing_over.hand_over(made.viewer(Role.SERVICE_POINT_OWNER), kept.id)


@pytest.mark.parametrize("words", ["请回电13800138000", "138 0013 8000 张先生", "+8613800138000"])
def test_a_phone_number_stays_out_of_the_note(made: Company, words: str) -> None:
    with pytest.raises(HandOverPersonal):
        handing_over.hand_over_shift(words, items=[], to=None, viewer=made.viewer(Role.AGENT), now=NOW)
    by_number = "AF20261123001 请先回电"
    handing_over.hand_over_shift(by_number, items=[], to=None, viewer=made.viewer(Role.AGENT), now=NOW)


def test_a_note_without_words_and_cases_says_nothing(made: Company) -> None:
    with pytest.raises(HandOverEmpty):
        handing_over.hand_over_shift(" ", items=[], to=None, viewer=made.viewer(Role.AGENT), now=NOW)
