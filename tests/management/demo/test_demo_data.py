"""The demo company holds together: its places, papers, people and the words of its customers."""

import re
from collections import Counter
from datetime import date, datetime

import phonenumbers
import pytest

from bihuan.management.demo.names import customers, demo, past_cases
from bihuan.registers.knowledge.danger import hazards
from bihuan.registers.knowledge.reading import shipped
from bihuan.registers.knowledge.rules import preliminary_judgement, standard_symptoms

NOW = datetime(2026, 11, 22, 10, 30)  # local wall time
TODAY = NOW.date()
OFFICE = {
    "agent": 6,
    "dispatcher": 2,
    "service_point_owner": 6,
    "service_point_dispatcher": 6,
    "parts_keeper": 1,
    "callback_agent": 2,
    "quality_inspector": 1,
    "department_owner": 3,
    "supervisor": 1,
    "approver": 1,
    "settlement_clerk": 1,
    "analyst": 1,
    "manager": 1,
    "administrator": 1,
}


def test_the_company_has_two_regions_and_six_service_points_of_which_four_are_authorised() -> None:
    company = demo("company")
    assert Counter(node["kind"] for node in company["node"]) == {"head_office": 1, "region": 2}
    assert Counter(point["own"] for point in company["service_point"]) == {True: 2, False: 4}


def test_every_street_is_covered_and_many_by_more_than_one_service_point() -> None:
    covers = Counter(street for point in demo("company")["service_point"] for street in point["covers"])
    assert set(covers) == {street["name"] for street in demo("streets")["street"]}
    assert sum(1 for times in covers.values() if times > 1) >= 15


def test_one_authorisation_has_run_out_and_one_runs_out_this_month() -> None:
    until = [one["until_day"] for one in demo("company")["authorisation"]]
    assert (sum(day < 0 for day in until), sum(0 <= day < 31 for day in until)) == (1, 1)


def test_forty_technicians_have_skills_and_papers_known_to_the_price_list() -> None:
    technicians = demo("technicians")["technician"]
    assert len(technicians) == 40
    known = {(one.family, one.kind) for one in shipped().required}
    papers = {one.code for one in shipped().certificates}
    assert {(f, k) for t in technicians for f, k, _ in t["skill"]} <= known
    assert {level for t in technicians for _, _, level in t["skill"]} == {1, 2, 3}
    assert {code for t in technicians for code, _ in t["certificate"]} == papers - {
        "product_exam",
        "repair_exam",
    }
    assert sum(any(day < 0 for _, day in t["certificate"]) for t in technicians) >= 2


def test_two_technicians_have_rare_characters_in_their_names() -> None:
    names = "".join(t["name"] for t in demo("technicians")["technician"])
    assert ("𠮷" in names, "㙍" in names) == (True, True)


def test_every_role_of_the_office_has_its_people() -> None:
    assert Counter(one["role"] for one in demo("staff")["person"]) == OFFICE


def test_every_family_has_at_least_five_models_of_each_brand() -> None:
    count = Counter((m["brand"], m["family"]) for m in demo("catalogue")["model"])
    assert len(count) == 18
    assert min(count.values()) >= 5


def test_three_hundred_customers_have_phones_of_their_own_and_places_in_the_city() -> None:
    made = customers(300, today=TODAY)
    assert len({one.phone for one in made}) == 300
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(one.phone, "CN")) for one in made)
    assert all(29.9 < one.home.latitude < 30.6 and 119.8 < one.home.longitude < 120.5 for one in made)
    assert all(machine.bought_on <= TODAY for one in made for machine in one.machines)


def test_the_same_seed_gives_the_same_past() -> None:
    made = customers(50, today=TODAY)
    assert past_cases(made, 80, now=NOW) == past_cases(made, 80, now=NOW)


def test_two_thousand_past_cases_lie_in_the_last_year_and_in_season() -> None:
    made = past_cases(customers(300, today=TODAY), 2000, now=NOW)
    assert len(made) == 2000
    assert all(date(2025, 11, 21) <= one.reported_at.date() and one.reported_at <= NOW for one in made)
    cooling = Counter(one.reported_at.month for one in made if one.symptom == "ac_no_cooling")
    assert cooling[7] > cooling[12]
    assert all(one.machine.bought_on <= one.reported_at.date() for one in made)


STORIES = [(s["symptom"], words) for s in demo("stories")["story"] for words in s["words"]]


@pytest.mark.demand("S0-48", "S1-08")
@pytest.mark.parametrize(("symptom", "words"), STORIES)
def test_what_demo_customers_said_is_understood(symptom: str, words: str) -> None:
    family = {s.code: s.family for s in shipped().symptoms}[symptom]
    assert symptom in {code for code, _ in standard_symptoms(words, family)}
    assert hazards(words) == []


def test_common_symptoms_are_said_in_at_least_eight_ways_with_causes_of_the_price_list() -> None:
    labour = {one.code for one in shipped().labour}
    parts = {one.number for one in shipped().parts}
    for story in demo("stories")["story"]:
        assert len(set(story["words"])) >= 8
        assert {cause["labour"] for cause in story["cause"]} <= labour
        assert {part for cause in story["cause"] for part in cause["parts"]} <= parts


COMPLAINTS = [(c["problem"], words) for c in demo("voices")["complaint"] for words in c["words"]]


@pytest.mark.parametrize(("problem", "words"), COMPLAINTS)
def test_what_demo_customers_complained_of_finds_its_department(problem: str, words: str) -> None:
    assert preliminary_judgement(words, today=TODAY).problem == problem


def test_demo_words_hold_no_phone_numbers() -> None:
    said = str(demo("stories")) + str(demo("voices"))
    assert re.findall(r"\d{7,}", said) == []
