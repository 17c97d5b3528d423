"""Chat groups: who hears what of which part of the tree, once, within hours, together, and nothing of the customer."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from bihuan.registers.access.queries import viewer_of
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.message import NeverSent, NotSent, OutgoingMessage, Sent
from bihuan.registers.organisation.models import Node
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.cases.talking import chase
from bihuan.service.commitments import actions as clock
from bihuan.service.dispatch.offering import return_offer, standing_offer
from bihuan.service.notices import groups, queries, sending
from bihuan.service.notices.bundling import speak
from bihuan.service.notices.marking import LEASE
from bihuan.service.notices.models import Group, Notice
from bihuan.service.notices.rules import GROUP_NEWS, calm_share, sendable_at
from bihuan.service.notices.texts import shipped
from tests.makers import NOW, Company, a_case, a_person, company, later, settle

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 09:00 the next day
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token=566cc69da782ec"
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/4f9f-8b"
SECRET = "SECa1b2c3d4"


class Robot:
    """A robot that remembers what it said, and refuses as it is told."""

    name = "robot"

    def __init__(self) -> None:
        self.said: list[OutgoingMessage] = []
        self.refuses: list[NotSent] = []

    def send(self, message: OutgoingMessage) -> Sent:
        if self.refuses:
            raise self.refuses.pop(0)
        self.said.append(message)
        return Sent()


ROBOT = Robot()


@pytest.fixture(autouse=True)
def robot(settings: Settings) -> Iterator[Robot]:
    ROBOT.said.clear()
    ROBOT.refuses.clear()
    dotted = f"{__name__}.ROBOT"
    settings.BIHUAN_PROVIDERS = {"wecom": dotted, "dingtalk": dotted, "feishu": dotted}
    yield ROBOT


@pytest.fixture
def made() -> Company:
    return company()


def a_group(made: Company, node: Node | None = None, **more: Any) -> Group:
    usual: dict[str, Any] = {
        "name": f"群{Group.objects.count() + 1}",
        "kind": "wecom",
        "webhook": WECOM,
        "secret": "",
        "node_id": (node or made.head).id,
        "news": list(GROUP_NEWS),
        "calendar": "24x7",
        "language": "zh-hans",
    }
    return groups.keep_group(made.viewer(Role.ADMINISTRATOR), None, now=NOW, **(usual | more))


def kinds_of(group: Group) -> list[str]:
    return list(Notice.objects.filter(group=group).order_by("id").values_list("kind", flat=True))


def sent(robot: Robot) -> list[str]:
    return [message.words for message in robot.said]


@pytest.mark.demand("U-08", "S3-70")
def test_a_group_hears_of_a_new_case_with_number_district_and_link(made: Company, robot: Robot) -> None:
    group = a_group(made)
    case = a_case(made)
    settle()
    sending.send_due(NOW)
    assert kinds_of(group) == ["new_case"]
    assert sent(robot) == [
        f"新工单 {case.number} {case.district} http://127.0.0.1:8000/desk/case/{case.number}"
    ]
    assert (robot.said[0].receiver, robot.said[0].secret) == (WECOM, "")


def test_each_group_hears_only_of_its_own_part_and_the_head_office_of_a_case_once(made: Company) -> None:
    head, own, other = a_group(made), a_group(made, made.own), a_group(made, made.authorised)
    case = a_case(made, words="冰箱漏水了")
    settle()
    asked = standing_offer(case.id)  # made by itself
    assert asked is not None
    near, far = (own, other) if asked.node_id == made.own.id else (other, own)
    assert (kinds_of(head), kinds_of(near), kinds_of(far)) == (["new_case"], ["new_case"], [])


def test_a_group_hears_what_it_takes_and_of_that_what_says_most(made: Company) -> None:
    all_of_it, calm, silent = a_group(made), a_group(made, news=["new"]), a_group(made, news=["chased"])
    a_case(made, words="插座漏电，有火花")
    settle()
    assert (kinds_of(all_of_it), kinds_of(calm), kinds_of(silent)) == (["danger"], ["new_case"], [])


@pytest.mark.demand("U-08")
def test_chases_warnings_and_breaches_reach_the_group_once_each_however_often_they_are_told(
    made: Company,
) -> None:
    group = a_group(made)
    case = a_case(made)
    settle()
    chase(case, by=made.actor(Role.AGENT), now=later(minutes=10))
    settle(later(minutes=10))
    for hours in (20, 40, 200):
        for act in (clock.mark_at_risk, clock.mark_broken, settle):
            act(later(hours=hours))
    told = [*Notice.objects.filter(group=group).values_list("about", flat=True)]
    assert len(told) == len(set(told))
    assert {"new_case", "chased", "at_risk", "broken"} <= set(kinds_of(group))


def test_a_complaint_is_told_as_one(made: Company) -> None:
    group = a_group(made)
    a_case(made, kind="complaint", words="师傅态度恶劣，我要投诉")
    settle()
    assert kinds_of(group) == ["complaint"]


def test_a_return_reaches_the_groups_of_the_point_that_returned(made: Company) -> None:
    own, other = a_group(made, made.own), a_group(made, made.authorised)
    case = a_case(made, words="冰箱漏水了")
    settle()
    asked = standing_offer(case.id)
    assert asked is not None
    near, far = (own, other) if asked.node_id == made.own.id else (other, own)
    who = next(one for one in (made.own, made.authorised) if one.id == asked.node_id)
    doer = Doer.of(viewer_of(a_person(Role.SERVICE_POINT_DISPATCHER, node=who)))
    return_offer(case, reason="no_capacity", words="今天没人", doer=doer, now=later(minutes=2))
    settle(later(minutes=2))
    assert kinds_of(near) == ["new_case", "returned"]
    assert "returned" not in kinds_of(far)


@pytest.mark.demand("U-08")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_word_of_any_group_text_is_the_customers(made: Company, language: str) -> None:
    case = a_case(made, words="漏水，请找王阿姨，微信 wxid_abc", name="欧阳小明", phone="13800138000")
    group = a_group(made, language=language)
    place, title = case.district, {"zh-hans": "首次联系", "en": "First contact"}[language]
    for kind in shipped()["group"]:
        groups.tell_groups(
            kind,
            about=f"law:{kind}",
            fill={"number": case.number, "place": place, "what": title},
            link=f"http://127.0.0.1:8000/desk/case/{case.number}",
            now=NOW,
            groups=[group],
            case=case,
        )
    found = queries.shown(Notice.objects.filter(group=group), links=True)
    assert len(found) == len(shipped()["group"])
    hidden = (
        "欧阳",
        "小明",
        "13800138000",
        "138****",
        "王阿姨",
        "wxid",
        "漏水",
        "文一西路",
        case.street,
        "/c/",
    )
    for view in found:
        assert view.words
        for secret in hidden:
            assert secret not in f"{view.subject}{view.words}", (view.kind, secret)


def test_group_texts_have_no_place_for_anything_personal() -> None:
    import re

    allowed = {"number", "place", "what"}
    for kind, parts in shipped()["group"].items():
        for text in parts.values():
            assert set(re.findall(r"{(\w+)}", text)) <= allowed, kind


def test_in_quiet_hours_it_waits_and_then_all_of_it_is_one_text(made: Company, robot: Robot) -> None:
    group = a_group(made, calendar="cn-contact")
    cases = [a_case(made, now=NIGHT + timedelta(minutes=minute)) for minute in range(5)]
    settle(NIGHT + timedelta(minutes=6))
    sending.send_due(NIGHT + timedelta(hours=3))
    assert sent(robot) == []
    assert {notice.next_at for notice in Notice.objects.filter(group=group)} == {MORNING}
    sending.send_due(MORNING)
    [words] = sent(robot)
    assert words.splitlines()[0] == "新工单 ×5"
    assert [line.split()[1] for line in words.splitlines()[1:]] == [case.number for case in cases]
    assert {one.state for one in Notice.objects.filter(group=group)} == {Notice.SENT}


@pytest.mark.demand("S3-71")
def test_danger_waits_for_no_quiet_hour(made: Company, robot: Robot) -> None:
    a_group(made, calendar="cn-contact")
    a_case(made, now=NIGHT)
    danger = a_case(made, now=NIGHT + timedelta(minutes=1), words="插座漏电，有火花")
    settle(NIGHT + timedelta(minutes=1))
    sending.send_due(NIGHT + timedelta(minutes=1))
    assert [danger.number in words for words in sent(robot)] == [True]
    assert robot.said[0].words.startswith("【安全】")


def test_a_robot_says_no_more_a_minute_than_it_takes_and_the_rest_goes_together(
    made: Company, robot: Robot
) -> None:
    group = a_group(made)
    for second in range(40):
        now = NOW + timedelta(seconds=second)
        groups.tell_groups(
            "new_case",
            about=f"a{second}",
            fill={"number": f"AF{second}", "place": "西湖区"},
            link="",
            now=now,
        )
        sending.send_due(now)
    assert len(robot.said) == 15
    sending.send_due(NOW + timedelta(seconds=61))
    assert len(robot.said) == 16
    assert robot.said[-1].words.splitlines()[0] == "新工单 ×25"
    assert {one.state for one in Notice.objects.filter(group=group)} == {Notice.SENT}
    numbers = [line.split()[1] for words in sent(robot) for line in words.splitlines() if "×" not in line]
    assert sorted(numbers) == sorted(f"AF{second}" for second in range(40))


def test_danger_has_the_rest_of_the_robots_minute(made: Company, robot: Robot) -> None:
    a_group(made)
    for number in range(16):
        groups.tell_groups(
            "new_case", about=f"a{number}", fill={"number": "AF1", "place": ""}, link="", now=NOW
        )
        sending.send_due(NOW)
    assert len(robot.said) == 15
    groups.tell_groups(
        "danger", about="d", fill={"number": "AF9", "place": ""}, link="", now=NOW, presses=True
    )
    sending.send_due(NOW)
    assert len(robot.said) == 16
    assert robot.said[-1].words.startswith("【安全】AF9")


def test_what_a_sweep_wakes_goes_together_and_is_woken_once(made: Company, robot: Robot) -> None:
    group = a_group(made)
    for number in range(4):
        groups.tell_groups(
            "new_case", about=f"a{number}", fill={"number": f"AF{number}", "place": ""}, link="", now=NOW
        )
    rows = Notice.objects.filter(group=group).order_by("id")
    assert sending.wake_due(NOW) == 4
    assert sending.wake_due(NOW) == 0
    handed = [[row.id, row.attempts] for row in rows]
    sending.send_soon.call(handed)
    sending.send_soon.call(handed)
    assert [words.splitlines()[0] for words in sent(robot)] == ["新工单 ×4"]
    assert {row.state for row in rows.all()} == {Notice.SENT}


def test_two_workers_say_it_once(made: Company, robot: Robot) -> None:
    group = a_group(made)
    [notice] = groups.tell_groups(
        "new_case", about="a", fill={"number": "AF1", "place": ""}, link="", now=NOW
    )
    assert speak(group.id, handed={notice.id: 0}, now=NOW) == 1
    assert speak(group.id, handed={notice.id: 0}, now=NOW) == 0
    assert sending.send_due(NOW + timedelta(hours=1)) == 0
    assert len(robot.said) == 1


def test_a_worker_that_died_is_followed_by_another_try(made: Company, robot: Robot) -> None:
    group = a_group(made)
    [notice] = groups.tell_groups(
        "new_case", about="a", fill={"number": "AF1", "place": ""}, link="", now=NOW
    )
    Notice.objects.filter(id=notice.id).update(attempts=1, next_at=NOW + LEASE)  # it died here
    assert speak(group.id, handed={notice.id: 0}, now=NOW) == 0
    assert sending.send_due(NOW + LEASE) == 1
    assert len(robot.said) == 1


def test_too_many_a_minute_waits_as_long_as_the_house_says(made: Company, robot: Robot) -> None:
    a_group(made, kind="dingtalk", webhook=DINGTALK, secret=SECRET)
    [notice] = groups.tell_groups(
        "new_case", about="a", fill={"number": "AF1", "place": ""}, link="", now=NOW
    )
    robot.refuses.append(NotSent("rate_limited 130101", again_after=timedelta(minutes=10)))
    sending.send_due(NOW)
    notice.refresh_from_db()
    assert (notice.state, notice.next_at, notice.trouble) == (
        Notice.WAITING, NOW + timedelta(minutes=10), "rate_limited 130101",
    )  # fmt: skip
    sending.send_due(NOW + timedelta(minutes=10))
    assert robot.said[0].secret == SECRET


def test_what_will_never_pass_is_given_up_at_once_and_may_be_sent_again_by_a_person(
    made: Company, robot: Robot
) -> None:
    from bihuan.service.notices.actions import try_again

    group = a_group(made)
    groups.tell_groups("new_case", about="a", fill={"number": "AF1", "place": ""}, link="", now=NOW)
    robot.refuses.append(NeverSent("no_robot 93000"))
    sending.send_due(NOW)
    notice = Notice.objects.get(group=group)
    assert (notice.state, notice.attempts, notice.trouble) == (Notice.GIVEN_UP, 1, "no_robot 93000")
    assert try_again(notice.id, now=NOW)
    assert sending.send_due(NOW) == 1


def test_a_long_text_is_cut_into_as_many_as_the_robot_takes(made: Company, robot: Robot) -> None:
    a_group(made, calendar="cn-contact")
    for number in range(80):
        groups.tell_groups(
            "new_case",
            about=f"a{number}",
            fill={"number": f"AF{number:04d}", "place": "西湖区"},
            link=f"https://x.example/desk/case/AF{number:04d}",
            now=NIGHT,
        )
    now = MORNING
    while sending.send_due(now):
        now += timedelta(seconds=1)
    assert all(len(words.encode()) <= 2048 for words in sent(robot))
    assert sum(words.count("https://") for words in sent(robot)) == 80


def test_a_test_message_says_whether_it_arrived_and_is_tried_once(made: Company, robot: Robot) -> None:
    group = a_group(made, calendar="cn-contact")
    viewer = made.viewer(Role.ADMINISTRATOR)
    assert groups.try_group(viewer, group.id, now=NIGHT).sent
    robot.refuses.append(NotSent("timeout"))
    tried = groups.try_group(viewer, group.id, now=NIGHT + timedelta(seconds=1))
    assert (tried.sent, tried.trouble) == (False, "timeout")
    assert Notice.objects.get(id=tried.notice_id).state == Notice.GIVEN_UP


def test_a_group_that_is_retired_hears_no_more(made: Company, robot: Robot) -> None:
    group = a_group(made, calendar="cn-contact")
    groups.tell_groups("new_case", about="a", fill={"number": "AF1", "place": ""}, link="", now=NIGHT)
    groups.retire_group(made.viewer(Role.ADMINISTRATOR), group.id, now=NIGHT)
    assert sending.send_due(MORNING) == 0
    assert Notice.objects.get(group=group).trouble == "group_retired"
    after = {"number": "AF2", "place": ""}
    assert groups.tell_groups("new_case", about="b", fill=after, link="", now=NOW) == []
    groups.take_back_group(made.viewer(Role.ADMINISTRATOR), group.id)
    assert len(groups.tell_groups("new_case", about="b", fill=after, link="", now=NOW)) == 1


def test_address_and_secret_are_sealed_kept_and_never_given_back(made: Company, robot: Robot) -> None:
    group = a_group(made, kind="feishu", webhook=FEISHU, secret=SECRET)
    assert FEISHU not in group.webhook_sealed
    assert SECRET not in group.secret_sealed
    viewer = made.viewer(Role.ADMINISTRATOR)
    groups.keep_group(viewer, group.id, now=NOW, name="改名", webhook="", secret="")
    groups.try_group(viewer, group.id, now=NOW)
    assert (robot.said[-1].receiver, robot.said[-1].secret) == (FEISHU, SECRET)
    groups.keep_group(viewer, group.id, now=NOW, secret="-")
    groups.try_group(viewer, group.id, now=later(minutes=5))
    assert (robot.said[-1].receiver, robot.said[-1].secret) == (FEISHU, "")


@pytest.mark.parametrize(
    ("kind", "webhook", "field"),
    [
        ("wecom", "", "webhook"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send", "webhook"),
        ("wecom", DINGTALK, "webhook"),
        ("wecom", "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a", "webhook"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?token=a", "webhook"),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/", "webhook"),
        ("feishu", "https://169.254.169.254/open-apis/bot/v2/hook/a", "webhook"),
        ("slack", WECOM, "kind"),
    ],
)
def test_an_address_that_is_no_robots_is_refused_beside_its_field(
    made: Company, kind: str, webhook: str, field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        a_group(made, kind=kind, webhook=webhook)
    assert list(caught.value.message_dict) == [field]
    assert Group.objects.count() == 0


def test_the_day_report_goes_to_the_groups_of_exactly_that_node(made: Company) -> None:
    head, own = a_group(made), a_group(made, made.own, language="en")
    told = groups.tell_groups(
        kind="day_report",
        about="day:2026-11-22",
        fill=lambda language: {"place": "文新网点", "what": "进单 3" if language != "en" else "opened 3"},
        link="http://127.0.0.1:8000/manage/day/2026-11-22",
        now=NOW,
        node_id=made.own.id,
    )
    assert [notice.group_id for notice in told] == [own.id]
    assert "opened 3" in (queries.shown(told)[0].words or "")
    assert kinds_of(head) == []


def test_the_share_of_a_minute() -> None:
    assert calm_share(20) == 15
    assert sendable_at([], now=100.0, most=2) == (100.0, [])
    assert sendable_at([10.0, 50.0, 60.0], now=100.0, most=2) == (110.0, [50.0, 60.0])
    assert sendable_at([10.0, 50.0, 60.0], now=110.5, most=2) == (110.5, [60.0])


def test_a_case_of_nobody_is_told_without_a_place(made: Company) -> None:
    group = a_group(made)
    case = a_case(made)
    Case.objects.filter(id=case.id).update(district="")
    settle()
    view = queries.shown(Notice.objects.filter(group=group))[0]
    assert "  " not in (view.words or "")
