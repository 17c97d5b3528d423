"""A customer who asks again raises the case there is; a person may part what was taken together."""

from typing import Any

import pytest

from bihuan.ground.journal.event import Actor
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.told import MachineTold
from bihuan.service.cases.chasing import joined_to, part
from bihuan.service.cases.errors import CannotSort
from bihuan.service.cases.merging import twins_of
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import case_of_report
from bihuan.service.improvement.daily_closing import closing
from bihuan.service.intake.actions import receive
from bihuan.service.intake.models import Report
from bihuan.service.intake.replying import reply_token, report_answered
from tests.makers import NOW, Company, company, later, settle, told

pytestmark = pytest.mark.django_db
CUSTOMER = Actor(kind="customer")
PHONE = "13900008888"
AIR = MachineTold(category="air_conditioner", brand="澄川", model="AIR123")


@pytest.fixture
def made() -> Company:
    return company()


def written(made: Company, words: str, **more: Any) -> Report:
    """What the customer writes themselves, on the web unless said otherwise."""
    usual: dict[str, Any] = {"phone": PHONE, "channel": "web", "machine": MachineTold(), "restated": False}
    now = more.pop("now", NOW)
    return receive(told(words=words, **(usual | more)), by=CUSTOMER, node=made.head, now=now)


def the_case(report: Report) -> Case:
    found = case_of_report(report.id)
    assert found is not None
    return found


AGAIN = [
    "怎么还没人来",
    "催一下我的单子",
    "师傅什么时候到",
    "冰箱维修进度怎么样了",
    "any update?",
    "等了三天没人联系",
]


@pytest.mark.demand("S3-139")
@pytest.mark.parametrize("words", AGAIN)
@pytest.mark.parametrize("channel", ["web", "mail", "app", "wechat"])
def test_asking_again_opens_no_second_case(made: Company, words: str, channel: str) -> None:
    first = the_case(written(made, "冰箱不制冷了", machine=told().machine))
    again = written(made, words, channel=channel, now=later(hours=30))
    assert the_case(again).id == first.id
    first.refresh_from_db()
    assert (Case.objects.count(), first.chases, again.state) == (1, 1, Report.JOINED)


def test_the_same_fault_told_once_more_is_a_case_of_its_own_that_may_be_merged(made: Company) -> None:
    usual = {"machine": told().machine}
    first = the_case(written(made, "冰箱不制冷了", **usual))
    second = the_case(written(made, "冰箱不制冷了，里面都化了", now=later(hours=1), **usual))
    assert (second.id != first.id, [one.case.id for one in twins_of(second, Case.objects.all())]) == (
        True,
        [first.id],
    )


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("空调怎么还没修，不制冷", {"machine": AIR}),
        ("冰箱灯不亮，什么时候能来修", {}),
        ("投诉你们，怎么还没人来", {}),
        ("我要退货，什么时候来取", {}),
        ("怎么还没到", {"outside_number": "JD-1"}),
        ("冰箱漏水", {}),
        (
            "冰箱不制冷",
            {
                "machine": MachineTold(
                    category="refrigerator", brand="澄川", model="REF123", serials={"whole": "SN2"}
                )
            },
        ),
    ],
)
def test_another_matter_is_a_case_of_its_own(made: Company, words: str, more: dict[str, Any]) -> None:
    first = the_case(written(made, "冰箱不制冷了", machine=told().machine))
    assert the_case(written(made, words, now=later(hours=1), **more)).id != first.id


def test_asking_again_without_an_open_case_opens_one(made: Company) -> None:
    assert the_case(written(made, "怎么还没人来")).chases == 0


def test_what_a_person_of_ours_writes_down_is_never_taken_as_asking_again(made: Company) -> None:
    first = the_case(written(made, "冰箱不制冷了", machine=told().machine))
    agent = made.people[Role.AGENT]
    by = Actor(kind="staff", id=agent.id)
    again = receive(
        told(words="怎么还没来", phone=PHONE), by=by, node=made.head, now=later(hours=1), taken_by=agent.id
    )
    assert the_case(again).id != first.id


def test_danger_in_a_later_word_makes_the_case_urgent_and_is_told(made: Company) -> None:
    first = the_case(written(made, "冰箱不制冷了", machine=told().machine))
    settle()
    written(made, "怎么还没来，现在插头冒烟了", now=later(hours=1))
    first.refresh_from_db()
    assert (first.urgency, first.report.hazards, first.chases) == ("urgent", ["smoke"], 1)
    assert settle(later(hours=1)) > 0


def test_the_same_in_an_answer_that_joins_by_its_token(made: Company) -> None:
    report = written(made, "冰箱不制冷了", machine=told().machine)
    first = the_case(report)
    answered = report_answered(reply_token(report))
    assert answered is not None
    written(
        made, "还没来人，而且外壳漏电了", joins=answered.id, customer_id=report.customer_id, channel="mail"
    )
    first.refresh_from_db()
    assert (first.urgency, first.chases, Case.objects.count()) == ("urgent", 1, 1)


@pytest.mark.demand("S3-73")
def test_a_person_parts_what_was_taken_together(made: Company) -> None:
    first = the_case(written(made, "冰箱不制冷了", machine=told().machine))
    again = written(made, "师傅什么时候到", now=later(hours=1))
    assert [one.id for one in joined_to(first)] == [again.id]
    agent = made.actor(Role.AGENT)
    second = part(first, again.id, by=agent, now=later(hours=2))
    assert (the_case(again).id, second.id != first.id, joined_to(first)) == (second.id, True, [])
    with pytest.raises(CannotSort):
        part(first, again.id, by=agent, now=later(hours=3))
    days = {one.channel: one for one in closing(NOW.date())}
    assert (days["web"].ends["cases"], days["web"].difference) == (2, 0)


def test_the_closing_is_even_while_they_are_together(made: Company) -> None:
    written(made, "冰箱不制冷了", machine=told().machine)
    written(made, "师傅什么时候到", now=later(hours=1))
    day = next(one for one in closing(NOW.date()) if one.channel == "web")
    assert (day.ends["cases"], day.difference) == (2, 0)
