"""Phone guidance never works on gas: not for what burns gas alone, and for what may only after that was asked."""

from collections.abc import Iterator

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.told import MachineTold
from bihuan.registers.knowledge.reading import shipped
from bihuan.registers.knowledge.rules import fuels, safe_by_phone
from bihuan.registers.parts.actions import keep_category
from bihuan.registers.parts.queries import forget_categories
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.models import Case
from bihuan.service.cases.remote import GasByPhone, answer_step, burns_gas, comes_first, guidances_of
from tests.makers import Company, a_case, company


@pytest.fixture(autouse=True)
def _looks_anew() -> Iterator[None]:
    forget_categories()
    yield
    forget_categories()


def of(made: Company, category: str, words: str) -> Case:
    case = a_case(made, now=clock.now(), words=words, machine=MachineTold(category=category), symptoms=())
    return Case.objects.select_related("report", "customer__key").get(id=case.id)


@given(st.sets(st.sampled_from(["gas", "manufactured_gas", "electric"])))
def test_no_list_without_its_question_is_offered_for_what_may_burn_gas(runs_on: set[str]) -> None:
    offered = safe_by_phone(shipped().checklists, runs_on=runs_on)
    gas, electric = runs_on - {"electric"}, "electric" in runs_on
    expected = [one for one in shipped().checklists if not gas or (electric and one.step[0].gate)]
    assert list(offered) == expected


def test_what_burns_gas_is_known_without_a_catalogue() -> None:
    assert fuels("gas_cooker") == {"gas"}
    assert fuels("water_heater") == {"gas", "manufactured_gas", "electric"}


@pytest.mark.django_db
def test_a_cooker_is_never_guided_by_phone_and_the_page_says_why_and_what_to_do() -> None:
    made = company()
    case = of(made, "gas_cooker", "燃气灶不通电，打不着火")
    assert (guidances_of(case), comes_first(case), burns_gas(case)) == ([], False, True)
    client = Client()
    client.force_login(made.people[Role.AGENT])
    client.cookies["language"] = "en"
    shown = client.get(f"/desk/case/{case.number}/phone").content.decode()
    assert "Whoever smells gas closes the valve" in shown
    assert "No phone guidance for this case" in shown


@pytest.mark.django_db
def test_a_step_about_gas_that_is_sent_all_the_same_is_refused_with_the_safety_sentence() -> None:
    made = company()
    case = of(made, "gas_cooker", "不通电")
    doer = Doer.of(made.viewer(Role.AGENT))
    move_case(case, "guide_remotely", doer=doer, now=clock.now())
    with pytest.raises(GasByPhone):
        answer_step(case, "cl_power", 1, "yes", by=doer.by, now=clock.now())


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["no", "skipped", "stopped"])
def test_a_water_heater_that_is_not_surely_electric_stops_at_the_first_question(answer: str) -> None:
    made = company()
    case = of(made, "water_heater", "热水器没有热水")
    [guidance] = guidances_of(case)
    assert guidance.step is not None and guidance.step.gate
    doer = Doer.of(made.viewer(Role.AGENT))
    move_case(case, "guide_remotely", doer=doer, now=clock.now())
    after = answer_step(case, guidance.checklist.code, 1, answer, by=doer.by, now=clock.now())
    assert (after.stopped, after.done, after.step) == (True, True, None)


@pytest.mark.django_db
def test_a_water_heater_that_is_electric_goes_on() -> None:
    made = company()
    case = of(made, "water_heater", "热水器没有热水")
    doer = Doer.of(made.viewer(Role.AGENT))
    move_case(case, "guide_remotely", doer=doer, now=clock.now())
    after = answer_step(case, "cl_wh_electric", 1, "yes", by=doer.by, now=clock.now())
    assert (after.stopped, after.at) == (False, 2)


@pytest.mark.django_db
def test_the_catalogue_says_what_a_family_of_ones_own_burns() -> None:
    made = company()
    case = of(made, "boiler", "不通电")
    assert guidances_of(case) != []
    keep_category(None, code="boiler", name_zh="壁挂炉", name_en="Boiler", units=[], runs_on=["gas"])
    assert (guidances_of(case), burns_gas(case)) == ([], True)
