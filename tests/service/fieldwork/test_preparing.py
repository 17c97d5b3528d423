"""Before leaving: tools, parts and papers from appliance and fault. Inside: the standard, and plain words."""

from dataclasses import replace

import pytest
from django.test import Client

from bihuan.registers.access.models import Person
from bihuan.registers.knowledge.queries import standards_for
from bihuan.registers.knowledge.reading import ContentFault, check, shipped
from bihuan.registers.parts.models import Part, Stock
from bihuan.service.cases.consulting import is_special
from bihuan.service.fieldwork.models import Check
from bihuan.service.fieldwork.preparing import standards_of, to_bring
from tests.makers import company
from tests.service.fieldwork.made import OnSite, a_part, accepted, booked, on_site
from tests.statements import statements

pytestmark = pytest.mark.django_db


def signed_in(client: Client, here: OnSite) -> Client:
    client.force_login(Person.objects.get(id=here.viewer.person_id or 0))
    return client


def page(client: Client, here: OnSite, step: str = "") -> str:
    answer = client.get(f"/field/{here.case.number}/", {"step": step} if step else {})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.demand("S1-36")
def test_the_particular_standard_comes_before_the_familys_and_the_general_one() -> None:
    found = standards_for(category="refrigerator", kind="repair", symptoms=["fr_no_cooling"])
    assert [one.code for one in found] == ["fr_sealed_circuit", "fr_repair", "any_work"]
    others = standards_for(category="air_conditioner", kind="installation", symptoms=["ac_no_cooling"])
    assert [one.code for one in others] == ["ac_installation", "any_work"]
    assert [one.code for one in standards_for(category="", kind="repair")] == ["any_work"]


@pytest.mark.demand("S1-36")
def test_every_family_has_a_standard_for_repair() -> None:
    for family in shipped().families:
        assert standards_for(category=family.code, kind="repair")[0].steps_zh


def test_a_standard_in_one_language_only_or_with_an_unknown_part_is_refused() -> None:
    known = shipped()
    first = known.standards[0]
    for wrong in (
        replace(first, steps_en=()),
        replace(first, parts=("XX-1",)),
        replace(first, family="boat"),
    ):
        with pytest.raises(ContentFault):
            check(replace(known, standards=(wrong, *known.standards[1:])))


@pytest.mark.demand("S1-21", "S0-24")
def test_tools_parts_and_papers_follow_from_appliance_and_symptom() -> None:
    here = booked(company(), symptoms=("fr_no_cooling",))
    a_part(number="FR-2001")
    things = to_bring(here.work)
    by_sort = {sort: [one.en for one in things if one.sort == sort] for sort in ("tool", "part", "paper")}
    assert {"Standard tool kit, shoe covers, mat", "Press tool", "Multimeter"} <= set(by_sort["tool"])
    assert by_sort["part"] == ["FR-2001 Starter"]
    assert "Job order" in by_sort["paper"]
    assert len({one.code for one in things}) == len(things)


@pytest.mark.demand("S1-21")
def test_a_part_says_what_lies_in_the_van_and_at_the_point() -> None:
    here = booked(company(), symptoms=("fr_no_cooling",))
    part = a_part(number="FR-2001")
    Stock.objects.create(part=part, node=here.made.own, technician=here.made.technicians[0], quantity=1)
    Stock.objects.create(part=part, node=here.made.own, quantity=4)
    [found] = [one for one in to_bring(here.work) if one.sort == "part"]
    assert (found.van, found.shelf) == (1, 4)


@pytest.mark.demand("S1-21", "S0-24")
def test_the_technician_ticks_on_the_phone_what_is_on_board(client: Client) -> None:
    here = booked(company(), symptoms=("fr_no_cooling",))
    a_part(number="FR-2001")
    signed_in(client, here)
    before = page(client, here)
    assert ('value="part:FR-2001"' in before, "van 0, service point 0" in before) == (True, True)
    client.post(f"/field/{here.case.number}/go/bring", {"bring": ["kit", "part:FR-2001", "no-such-thing"]})
    kept = dict(Check.objects.filter(sort="bring").values_list("code", "state"))
    assert (kept["kit"], kept["part:FR-2001"]) == ("yes", "yes")
    assert set(kept.values()) == {"yes", "no"}
    assert "no-such-thing" not in kept
    assert 'value="part:FR-2001" checked' in page(client, here)


@pytest.mark.demand("S1-36")
def test_on_site_the_standard_is_a_step_with_a_box_for_each_line(client: Client) -> None:
    here = on_site(company(), symptoms=("fr_no_cooling",))
    signed_in(client, here)
    assert "R600a burns: no brazing, use press fittings" in page(client, here, "standard")
    first = f"{standards_of(here.work.case)[0].code}:1"
    client.post(f"/field/{here.case.number}/steps/standard", {"standard": [first]})
    assert Check.objects.get(sort="standard", code=first).state == "yes"
    assert Check.objects.filter(sort="standard", state="no").count() > 3


@pytest.mark.demand("S1-40")
def test_the_technician_and_the_customers_screen_say_it_in_plain_words(client: Client) -> None:
    here = on_site(company(), symptoms=("fr_no_cooling",))
    signed_in(client, here)
    plain = "A fault in the sealed circuit takes time and money."
    assert plain in page(client, here, "diagnosis")
    priced = here.prices("labour")
    client.post(f"/field/{here.case.number}/steps/quote", {f"line-{one}": "1" for one in priced})
    assert plain in client.get(f"/field/{here.case.number}/quote").content.decode()


def test_a_special_fault_is_known_before_leaving() -> None:
    made = company()
    special, plain = (accepted(made, symptoms=(code,)) for code in ("fr_no_cooling", "fr_light"))
    assert (is_special(special.case), is_special(plain.case)) == (True, False)


def test_what_to_bring_costs_the_same_however_many_parts() -> None:
    here = booked(company(), symptoms=("fr_no_cooling",))
    work = here.work
    a_part(number="FR-2001")
    one = len(statements(lambda: to_bring(work)))
    for number in ("FR-2011", "FR-2040", "FR-2030"):
        a_part(number=number)
    assert len(statements(lambda: to_bring(work))) == one
    assert Part.objects.count() == 4
