"""Scores by stage and factor against an independent count; weak points by rule; rounds of plan, do, check, act."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.journal.models import Entry
from bihuan.registers.access.errors import NotAllowed, NotFound
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.commitments.models import Promise
from bihuan.service.improvement import proposing
from bihuan.service.improvement.analysing import analysis
from bihuan.service.improvement.errors import CarriedOnAlready, ProposalLacks
from bihuan.service.improvement.models import Proposal
from bihuan.service.improvement.proposing import Plan, carry_on, propose
from bihuan.service.improvement.rules import Measured, weak_points
from bihuan.service.improvement.scope import scope_of
from bihuan.service.satisfaction import asking
from bihuan.service.satisfaction.models import Callback, Survey
from tests.afterwards import CUSTOMER, a_done_case, asked, rescued
from tests.makers import NOW, Company, company, later
from tests.statements import statements

STAGES = ("speed", "effect", "attitude", "overall")


def scored(made: Company, *points: int, hours: float = 3, **more: object) -> Case:
    """A case that its customer scored in the order of the stages."""
    case = a_done_case(made, **more)  # type: ignore[arg-type]
    survey = asked(case, now=later(hours=hours))
    ratings = dict(zip(STAGES, points, strict=True))
    asking.answer(survey, ratings, words="", by=CUSTOMER, now=later(hours=hours))
    return case


def plan(made: Company, **more: object) -> Plan:
    usual: dict[str, object] = {
        "title": "上门更准时",
        "words": "每天十点前核对当日预约",
        "stage": "speed",
        "target_mean": Decimal("4.5"),
        "owner_id": made.people[Role.SUPERVISOR].id,
        "due_on": date(2026, 12, 20),
    }
    return Plan(**(usual | more))  # type: ignore[arg-type]


@pytest.mark.demand("S0-33")
@pytest.mark.django_db
def test_each_stage_and_factor_is_what_counting_by_hand_says() -> None:
    made, chance = company(), Random(7)
    for _ in range(9):
        scored(made, *(chance.randint(1, 5) for _stage in STAGES))
    late = Case.objects.order_by("id")[:4]
    Promise.objects.update(broken_at=None)
    Promise.objects.filter(case__in=[one.id for one in late], clause="solve").update(broken_at=NOW)
    held = analysis(scope_of(made.viewer(Role.MANAGER), {}), now=later(hours=4), days=30)
    for stage in STAGES:
        points = list(Survey.objects.values_list(stage, flat=True))
        assert held.stages[stage].n == 9
        assert held.stages[stage].mean == round(sum(points) / 9, 2)
        assert held.stages[stage].csat == round(100 * sum(one >= 4 for one in points) / 9, 1)
    broken = [one.overall or 0 for one in Survey.objects.filter(case__in=[one.id for one in late])]
    assert held.groups["promise"]["broken"]["overall"].mean == round(sum(broken) / 4, 2)
    assert held.groups["promise"]["held"]["overall"].n == 5
    assert set(held.groups["node"]) == {str(made.own.id)}


@pytest.mark.demand("S0-37")
@pytest.mark.django_db
def test_product_problems_are_told_from_service_problems_by_appliance() -> None:
    made = company()
    for fault, category in (("service", "refrigerator"), ("product", "refrigerator"), ("product", "")):
        case = scored(made, 2, 2, 2, 2)
        rescued(case, made, solved=True, now=later(hours=4))
        Callback.objects.filter(case=case).update(fault=fault)
        Case.objects.filter(id=case.id).update(category=category)
    held = analysis(scope_of(made.viewer(Role.MANAGER), {}), now=later(hours=5), days=30)
    assert dict(held.faults) == {
        ("refrigerator", "service"): 1,
        ("refrigerator", "product"): 1,
        ("", "product"): 1,
    }
    assert (held.faults_of("product"), held.faults_of("service"), held.faults_of("other")) == (2, 1, 0)


@pytest.mark.django_db
def test_what_was_answered_before_the_period_is_not_counted() -> None:
    made = company()
    scored(made, 5, 5, 5, 5)
    held = analysis(scope_of(made.viewer(Role.MANAGER), {}), now=NOW + timedelta(days=40), days=30)
    assert (held.n, held.stages["overall"].mean, held.weak) == (0, None, ())


@pytest.mark.django_db
def test_another_region_is_not_seen() -> None:
    made = company()
    scored(made, 1, 1, 1, 1)
    owner = made.viewer(Role.SERVICE_POINT_OWNER)
    Survey.objects.update(node=made.authorised)
    held = analysis(scope_of(owner, {}), now=later(hours=4), days=30)
    assert held.n == 0


@pytest.mark.django_db
def test_the_analysis_is_two_statements_however_many_answers() -> None:
    made = company()
    scored(made, 5, 4, 3, 2)
    scope = scope_of(made.viewer(Role.MANAGER), {})
    assert len(statements(lambda: analysis(scope, now=later(hours=4), days=30))) == 2


def measured(n: int, csat: float | None, *, stage: str = "speed", key: str = "") -> Measured:
    return Measured(factor="node", key=key, stage=stage, n=n, csat=csat, mean=None)


@pytest.mark.demand("S0-35")
def test_a_weak_point_has_enough_answers_and_too_few_good_ones() -> None:
    few, good, weak, worse = (
        measured(9, 0.0, key="few"),
        measured(50, 90.0, key="good"),
        measured(10, 80.0, key="weak"),
        measured(100, 80.0, key="worse"),
    )
    assert weak_points([few, good, weak, worse, measured(0, None)]) == [worse, weak]


@given(
    st.lists(
        st.builds(
            lambda n, csat, key: measured(n, csat, key=str(key)),
            st.integers(0, 99),
            st.floats(0, 100),
            st.integers(),
        )
    )
)
def test_weak_points_are_few_sorted_and_all_below_the_target(figures: list[Measured]) -> None:
    found = weak_points(figures)
    assert len(found) <= 8
    assert [one.missing for one in found] == sorted((one.missing for one in found), reverse=True)
    assert all(one.n >= 10 and (one.csat or 0) < 90 for one in found)


@pytest.mark.demand("S0-35", "S0-39")
@pytest.mark.django_db
def test_a_proposal_goes_through_four_phases_and_its_next_round_refers_to_it() -> None:
    made = company()
    scored(made, 3, 5, 5, 4)
    manager = made.viewer(Role.MANAGER)
    first = propose(plan(made, weak="all::speed"), viewer=manager, now=later(hours=4))
    assert (first.phase, first.round, first.planned_mean, first.planned_n) == ("do", 1, Decimal("3.00"), 1)
    first = carry_on(first, "已开始核对", viewer=manager, now=later(hours=5))
    scored(made, 4, 5, 5, 5, hours=6)
    first = carry_on(first, "有改善但不够", viewer=manager, now=later(hours=7))
    assert (first.phase, first.checked_mean, first.checked_n) == ("act", Decimal("4.00"), 1)
    with pytest.raises(ProposalLacks):
        carry_on(first, "再来一轮", viewer=manager, now=later(hours=8))
    first = carry_on(first, "再来一轮", viewer=manager, now=later(hours=8), decision="again")
    second = propose(plan(made), viewer=manager, now=later(hours=9), former=first)
    assert (first.phase, second.round, second.former) == ("ended", 2, first)
    kinds = (
        Entry.objects.filter(kind__startswith="improvement.").order_by("id").values_list("kind", flat=True)
    )
    assert list(kinds) == ["improvement.proposed", *["improvement.carried_on"] * 3, "improvement.proposed"]


@pytest.mark.django_db
def test_a_round_is_followed_by_one_other_and_only_when_that_was_decided() -> None:
    made = company()
    manager = made.viewer(Role.MANAGER)
    first = propose(plan(made), viewer=manager, now=NOW)
    with pytest.raises(CarriedOnAlready):
        propose(plan(made), viewer=manager, now=NOW, former=first)
    for decision in ("", "", "again"):
        first = carry_on(first, "一句话", viewer=manager, now=NOW, decision=decision)
    propose(plan(made), viewer=manager, now=NOW, former=first)
    with pytest.raises(CarriedOnAlready):
        propose(plan(made), viewer=manager, now=NOW, former=first)
    with pytest.raises(CarriedOnAlready):
        carry_on(first, "又一句", viewer=manager, now=NOW)


@pytest.mark.django_db
def test_two_who_carry_on_at_once_do_it_once() -> None:
    made = company()
    manager = made.viewer(Role.MANAGER)
    mine = propose(plan(made), viewer=manager, now=NOW)
    theirs = Proposal.objects.get(id=mine.id)
    carry_on(mine, "已做", viewer=manager, now=NOW)
    with pytest.raises(CarriedOnAlready):
        carry_on(theirs, "也已做", viewer=manager, now=NOW)
    assert Proposal.objects.get(id=mine.id).did == "已做"


@pytest.mark.demand("X-07")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target_mean", Decimal("5.0")),
        ("target_mean", Decimal("1.0")),
        ("title", "  "),
        ("words", ""),
        ("due_on", date(2026, 11, 22)),
        ("owner_id", 0),
        ("stage", "price"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_where_it_is_wrong(field: str, value: object) -> None:
    made = company()
    with pytest.raises(ProposalLacks) as refused:
        propose(plan(made, **{field: value}), viewer=made.viewer(Role.MANAGER), now=NOW)
    assert list(refused.value.fields) == [field.removesuffix("_id")]
    assert Proposal.objects.count() == 0


@pytest.mark.django_db
def test_whoever_only_reads_figures_proposes_nothing_and_sees_only_their_own() -> None:
    made = company()
    owner = made.viewer(Role.SERVICE_POINT_OWNER)
    with pytest.raises(NotAllowed):
        propose(plan(made), viewer=owner, now=NOW)
    held = propose(plan(made), viewer=made.viewer(Role.MANAGER), now=NOW)
    with pytest.raises(NotFound):
        proposing.proposal_of(owner, held.id)
    assert proposing.proposals(owner) == []
