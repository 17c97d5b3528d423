"""An order is taken once, whoever sends it how often; other words under its number are an update or a refusal."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.utils.timezone import get_default_timezone

from bihuan.ground.journal.queries import story_of
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case, Note
from bihuan.service.commitments.models import Promise
from bihuan.service.complaints.models import OfficialNotice
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.orders.actions import take_order
from bihuan.service.orders.errors import OrderDiffers, OrderRefused
from bihuan.service.orders.models import Order, StateTold
from bihuan.service.orders.queries import told_of
from tests.makers import NOW, company, settle
from tests.service.orders.ordering import a_platform, an_order, taken

pytestmark = pytest.mark.django_db


@pytest.mark.demand("U-03", "S2-09")
def test_an_order_becomes_a_case_with_its_outside_number_its_kind_and_its_proof() -> None:
    made = company()
    one = taken(made, a_platform(made), kind="京东安装")
    case = one.order.case
    assert case is not None
    assert (one.became, case.kind, case.channel, case.outside_number) == (
        "new",
        "installation",
        "third_party",
        "JD-1001",
    )
    told = told_of(one.order)
    assert (told["invoice"], told["proof"]) == ("INV-20261101", "https://img.example/invoice.jpg")
    state = StateTold.objects.get(order=one.order)
    assert (state.state, state.standing) == ("received", "kept")


@pytest.mark.demand("S2-20")
def test_the_same_order_twice_is_one() -> None:
    made = company()
    platform = a_platform(made)
    first, second = taken(made, platform), taken(made, platform)
    assert (second.became, second.order.case_id) == ("same", first.order.case_id)
    counts = (Order.objects.count(), Case.objects.count(), Report.objects.count(), RawMessage.objects.count())
    assert counts == (1, 1, 1, 1)


def test_one_number_of_two_platforms_is_two_orders() -> None:
    made = company()
    one, other = taken(made, a_platform(made)), taken(made, a_platform(made, code="tmall"))
    assert one.order.case_id != other.order.case_id


def test_two_buyers_behind_one_private_number_are_two_customers() -> None:
    made = company()
    platform = a_platform(made)
    one = taken(made, platform, phone="13800001111-1234")
    other = taken(made, platform, number="JD-1002", phone="13800001111转5678")
    same = taken(made, platform, number="JD-1003", phone="13800001111,1234")
    customers = [each.order.case.customer_id for each in (one, other, same)]  # type: ignore[union-attr]
    assert (customers[0] != customers[1], customers[0] == customers[2]) == (True, True)


def test_a_new_promised_day_and_remark_are_an_update_that_the_case_shows() -> None:
    made = company()
    platform = a_platform(made)
    first = taken(made, platform)
    again = taken(made, platform, promised_on=date(2026, 11, 28), words="改到周六")
    assert (again.became, set(again.fields)) == ("changed", {"promised_on", "words"})
    assert again.order.promised_at == datetime(2026, 11, 28, 23, 59, 59, tzinfo=get_default_timezone())
    assert (again.order.version, Note.objects.filter(case=first.order.case).count()) == (2, 1)
    assert Case.objects.count() == 1
    kinds = [fact.event.kind for fact in story_of(first.order.case.chain_id)]  # type: ignore[union-attr]
    assert kinds.count("order.promised") == 2


def test_what_is_not_told_again_stays_as_it_was() -> None:
    made = company()
    platform = a_platform(made)
    taken(made, platform)
    bare = an_order(words="请先打电话", invoice="", proof="", promised_on=None)
    again = take_order(platform, bare, by=made.actor(Role.AGENT), now=NOW)
    assert (again.fields, told_of(again.order)["invoice"]) == (("words",), "INV-20261101")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "维修"}, "other_kind"),
        ({"machine": replace(an_order().machine, brand="别家")}, "other_machine"),
    ],
)
def test_another_kind_or_machine_under_the_same_number_is_refused(
    change: dict[str, object], code: str
) -> None:
    made = company()
    platform = a_platform(made)
    taken(made, platform)
    with pytest.raises(OrderDiffers) as refused:
        taken(made, platform, **change)
    assert (refused.value.code, refused.value.status) == (code, 409)
    assert Order.objects.get().version == 1


def test_a_cancelled_order_withdraws_its_case_once_and_takes_no_more_changes() -> None:
    made = company()
    platform = a_platform(made)
    taken(made, platform)
    gone, again = taken(made, platform, cancelled=True), taken(made, platform, cancelled=True)
    case = Case.objects.get()
    assert (gone.became, again.became, case.stands_at, case.open) == ("changed", "same", "withdrawn", False)
    assert StateTold.objects.order_by("-id").values_list("state", flat=True)[0] == "withdrawn"
    with pytest.raises(OrderDiffers) as refused:
        taken(made, platform, words="还是要装")
    assert refused.value.code == "ended"


def test_faults_are_told_all_at_once_and_nothing_is_kept() -> None:
    made = company()
    with pytest.raises(OrderRefused) as refused:
        taken(made, a_platform(made), kind="代收快递", phone="12", proof="javascript:alert(1)")
    assert set(refused.value.fields) == {"kind", "phone", "proof"}
    assert (Order.objects.count(), Report.objects.count()) == (0, 0)


def test_cancelling_an_order_that_never_came_is_refused() -> None:
    made = company()
    with pytest.raises(OrderRefused):
        taken(made, a_platform(made), cancelled=True)
    assert Order.objects.count() == 0


@pytest.mark.demand("U-03")
def test_the_promised_day_is_a_promise_with_its_clock_and_a_later_one_takes_its_place() -> None:
    made = company()
    platform = a_platform(made)
    first = taken(made, platform)
    promised = Promise.objects.filter(case=first.order.case, clause="platform_day")
    due = promised.get().due_at
    again = taken(made, platform, promised_on=date(2026, 11, 28))
    open_ones = promised.filter(open=True)
    assert due == datetime(2026, 11, 26, 23, 59, 59, tzinfo=get_default_timezone())
    assert [one.due_at for one in open_ones] == [again.order.promised_at]


def test_a_platform_without_a_day_of_its_own_promises_by_its_rule() -> None:
    made = company()
    one = taken(made, a_platform(made, promise_days=2), promised_on=None, ordered_at=NOW - timedelta(days=1))
    assert one.order.promised_at == datetime(2026, 11, 24, 23, 59, 59, tzinfo=get_default_timezone())


@pytest.mark.demand("L-18")
def test_an_order_of_the_government_hotline_is_a_complaint_with_the_authoritys_clock() -> None:
    made = company()
    hotline = a_platform(made, code="12345", kind="complaint", authority="hotline_12345", promise_days=5)
    one = taken(made, hotline, number="杭12345-77", kind="", promised_on=None)
    notice = OfficialNotice.objects.get()
    assert (one.order.kind, notice.authority, notice.case_id) == (
        "complaint",
        "hotline_12345",
        one.order.case_id,
    )
    assert notice.answer_by == one.order.promised_at


def test_every_move_of_the_case_is_to_be_told_in_order() -> None:
    made = company()
    one = taken(made, a_platform(made))
    settle()
    case = one.order.case
    assert case is not None
    taken(made, Order.objects.get().platform, cancelled=True)
    assert list(StateTold.objects.order_by("id").values_list("state", flat=True)) == ["received", "withdrawn"]
