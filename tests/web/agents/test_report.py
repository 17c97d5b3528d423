"""A customer rings: who it is, what lies in the words, what is missing, and the case that comes of it."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.models import Consent, Customer
from bihuan.registers.knowledge import queries
from bihuan.registers.knowledge.actions import keep_item
from bihuan.service.cases.models import Case
from bihuan.service.intake.models import Report
from tests.makers import REPORT_FORM, Company, a_case, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def agent(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.AGENT])
    client.cookies["language"] = "en"
    return client


def sent(agent: Client, do: str, **more: Any) -> Any:
    return agent.post("/desk/report", {**REPORT_FORM, "do": do, **more})


def body(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_form_stands_beside_the_script_and_asks_the_six_questions(agent: Client) -> None:
    shown = body(agent.get("/desk/report"))
    assert "What to say" in shown and "I am sorry for the trouble" in shown
    assert all(f'name="asked_{one}"' in shown for one in ("what", "happened", "when", "where", "who", "how"))


@pytest.mark.demand("S4-03", "S1-07")
def test_a_known_caller_is_there_at_once_masked_with_machine_cover_and_open_case(
    agent: Client, made: Company
) -> None:
    case = a_case(made, now=clock.now(), phone="13912345678")
    shown = body(agent.post("/desk/report/caller", {"phone": "139 1234 5678"}))
    assert "A known customer" in shown and "张* 139****5678" in shown and "张三丰" not in shown
    assert case.number in shown and "In warranty" in shown
    assert "they asked again" in shown


def test_an_unknown_caller_and_half_a_number_are_told_apart(agent: Client) -> None:
    assert "Not known yet" in body(agent.post("/desk/report/caller", {"phone": "13900002222"}))
    assert "Not a complete phone number" in body(agent.post("/desk/report/caller", {"phone": "1390"}))
    assert body(agent.post("/desk/report/caller", {"phone": ""})).strip() == ""


def test_with_scripts_off_the_caller_is_looked_up_by_a_button_and_nothing_typed_is_lost(
    agent: Client, made: Company
) -> None:
    a_case(made, now=clock.now(), phone="13912345678")
    shown = body(sent(agent, "look", phone="13912345678"))
    assert "A known customer" in shown and "机器突然不制冷了" in shown


def test_a_known_machine_fills_the_form(agent: Client, made: Company) -> None:
    case = a_case(made, now=clock.now(), phone="13912345678")
    shown = body(
        agent.post(
            "/desk/report", {"phone": "13912345678", "words": "不冷", "use_machine": str(case.machine_id)}
        )
    )
    assert 'value="SN98765"' in shown and 'value="REF123"' in shown and 'value="2025-05-15"' in shown


@pytest.mark.demand("S0-48", "S0-13")
def test_the_standard_symptom_appears_beside_the_customers_words(agent: Client) -> None:
    agent.cookies["language"] = "zh-hans"
    shown = body(
        agent.post("/desk/report/heard", {"words": "机器突然不制冷了", "category": "air_conditioner"})
    )
    assert "制冷功能失效" in shown and 'value="ac_no_cooling" checked' in shown


def test_a_box_that_was_unticked_stays_so(agent: Client) -> None:
    told = {"words": "空调不制冷", "category": "air_conditioner", "offered": ["ac_no_cooling"]}
    assert 'value="ac_no_cooling" checked' not in body(agent.post("/desk/report/heard", told))


@pytest.mark.demand("S0-11")
def test_a_word_of_danger_shows_what_to_say_at_once_and_makes_the_case_urgent(agent: Client) -> None:
    shown = body(agent.post("/desk/report/heard", {"words": "洗衣机漏电，手麻了"}))
    assert "stop using the machine" in shown
    sent(agent, "save", words="洗衣机漏电，手麻了", category="", serial="", urgency="low", symptoms=[])
    assert Case.objects.get().urgency == "urgent"


@pytest.mark.demand("S0-13")
@pytest.mark.parametrize(
    ("language", "says"), [("en", "Does it not react at all"), ("zh-hans", "您说用不了")]
)
def test_a_vague_phrase_alone_is_not_accepted_and_the_question_is_said(
    agent: Client, language: str, says: str
) -> None:
    agent.cookies["language"] = language
    answer = sent(agent, "check", words="不好用", symptoms=[])
    assert answer.status_code == 422
    assert says in body(answer)
    assert Case.objects.count() == 0


def test_an_error_code_says_what_it_means(agent: Client) -> None:
    told = {"words": "显示E4", "category": "air_conditioner", "error_code": "e-4"}
    assert "No talk between units" in body(agent.post("/desk/report/heard", told))
    told["error_code"] = "Z9"
    assert "not in our list" in body(agent.post("/desk/report/heard", told))


@pytest.mark.demand("S4-09")
def test_everything_is_read_back_before_it_is_saved(agent: Client) -> None:
    answer = sent(agent, "check")
    shown = body(answer)
    assert answer.status_code == 200
    assert "Let me repeat" in shown and "139 0000 1111" in shown and "SN98765" in shown
    assert Report.objects.count() == 0
    assert "Read back and confirm" in body(sent(agent, "mend"))


@pytest.mark.demand(
    "S0-09", "S0-10", "S1-11", "S1-12", "S0-41", "S0-44", "S0-45", "S1-04", "S1-05", "S1-06", "S3-72", "S3-74"
)
def test_the_confirmed_report_becomes_a_case_and_says_what_was_promised(agent: Client, made: Company) -> None:
    answer = sent(
        agent,
        "save",
        trigger="voltage dip",
        asked_where="living room",
        environment="kitchen",
        environment_more="next to the stove",
        consent_recording="declined",
    )
    case = Case.objects.select_related("report", "machine").get()
    assert answer.headers["Location"] == f"/desk/case/{case.number}"
    assert re.fullmatch(r"AF\d{8}001", case.number)
    assert (case.report.symptoms, case.urgency, case.owner_id) == (
        ["ac_no_cooling"],
        "high",
        made.people[Role.AGENT].id,
    )
    assert case.report.restated_at is not None
    assert case.machine is not None and (case.machine.model, str(case.machine.bought_on)) == (
        "ABC123",
        "2023-05-15",
    )
    assert dict(Consent.objects.values_list("kind", "given")) == {"service": True, "recording": False}
    page = body(agent.get(answer.headers["Location"]))
    assert f"Your number is {case.number}" in page and "voltage dip" in page and "living room" in page
    assert "Kitchen · next to the stove" in page


@pytest.mark.demand("S1-12")
def test_the_agent_says_how_soon_somebody_is_chosen_and_how_the_time_is_agreed(agent: Client) -> None:
    shown = body(sent(agent, "check"))
    assert "of our contact hours a technician is chosen. Then you choose a two-hour slot" in shown
    assert "a technician is chosen" not in body(sent(agent, "check", way="carry_in"))


def test_sent_twice_it_is_one_case(agent: Client) -> None:
    first, second = sent(agent, "save"), sent(agent, "save")
    assert first.headers["Location"] == second.headers["Location"]
    assert Case.objects.count() == 1


@pytest.mark.demand("S4-04")
def test_who_does_not_wish_to_be_known_is_respected_and_that_is_kept(agent: Client) -> None:
    answer = sent(agent, "save", phone="", name="", refused="on")
    assert Customer.objects.get().refused_to_identify
    assert "that is respected" in body(agent.get(answer.headers["Location"]))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"bought_on": "2099-01-01"}, "lies in the future"),
        ({"phone": "12345"}, "not a phone number"),
        ({"phone": ""}, "phone number or an e-mail address is needed"),
        ({"words": ""}, "This field is required"),
        ({"words": "制" * 20_001}, "at most 20000"),
        ({"about_years": "99"}, "between 0 and 50"),
        ({"began_on": "2023-01-01"}, "cannot have begun before"),
        ({"category": "refrigerator", "serial_2": "X2"}, "only split machines have two"),
        ({"kind": "brewing"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    agent: Client, wrong: dict[str, str], says: str
) -> None:
    for do in ("check", "save"):
        answer = sent(agent, do, **wrong)
        assert answer.status_code == 422
        assert says in body(answer)
        assert "ABC123" in body(answer)
    assert Report.objects.count() == 0


def test_twenty_megabytes_of_words_are_refused_in_a_sentence(agent: Client) -> None:
    answer = sent(agent, "check", words="a" * 20_000_000)
    assert (answer.status_code, Report.objects.count()) == (422, 0)
    assert "at most 20000" in body(answer)


def test_a_split_machine_has_a_serial_for_each_unit(agent: Client) -> None:
    sent(agent, "save", serial_2="OUT-1")
    case = Case.objects.get()
    shown = body(agent.get(f"/desk/case/{case.number}"))
    assert "Indoor unit: SN98765" in shown and "Outdoor unit: OUT-1" in shown


def test_the_words_name_the_appliance_when_nobody_chose_one(agent: Client) -> None:
    sent(agent, "save", category="", words="冰箱不制冷了，灯是亮的", symptoms=[])
    assert Case.objects.get().category == "refrigerator"


@pytest.mark.demand("U-03", "S0-47", "S0-46")
@pytest.mark.parametrize(
    "kind", ["installation", "relocation", "cleaning", "inspection", "complaint", "consultation"]
)
@pytest.mark.parametrize("way", ["on_site", "carry_in", "mail_in", "collected", "remote"])
def test_every_kind_of_work_and_way_of_service_opens_a_case_on_its_card(
    agent: Client, kind: str, way: str
) -> None:
    sent(agent, "save", kind=kind, way=way, channel="store", outside_number="JD-42", serial_2="OUT-1")
    case = Case.objects.get()
    assert (case.card, case.kind, case.way, case.channel, case.outside_number) == (
        kind,
        kind,
        way,
        "store",
        "JD-42",
    )
    shown = body(agent.get(f"/desk/case/{case.number}"))
    assert "JD-42" in shown and "OUT-1" in shown


def test_saving_a_whole_report_is_cheap(agent: Client) -> None:
    sent(agent, "save", phone="13900003333", key="warm")
    with CaptureQueriesContext(connection) as seen:
        sent(agent, "save", phone="13900004444", key="counted", serial="SN-2")
    statements = [
        one for one in seen.captured_queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))
    ]
    assert len(statements) <= 40, len(statements)


@pytest.mark.demand("S0-14")
def test_a_family_set_so_is_always_urgent(agent: Client) -> None:
    keep_item("urgent_family", "air_conditioner", '"air_conditioner"', now=clock.now())
    try:
        assert "Urgent" in body(
            agent.post("/desk/report/heard", {"words": "空调不制冷", "category": "air_conditioner"})
        )
        sent(agent, "save", urgency="low")
        assert Case.objects.get().urgency == "urgent"
    finally:
        queries.forget()


@pytest.mark.demand("S0-11")
def test_a_code_that_means_danger_makes_a_case_urgent(agent: Client) -> None:
    code = next(
        one for one in queries.knowledge().error_codes if one.safety and one.family == "air_conditioner"
    )
    sent(agent, "save", urgency="low", brand=code.brand, error_code=code.code)
    assert Case.objects.get().urgency == "urgent"


@pytest.mark.demand("S1-13", "S1-08")
def test_the_script_apologises_and_a_first_judgement_is_shown(agent: Client) -> None:
    assert "I am sorry for the trouble" in body(agent.get("/desk/report"))
    shown = body(agent.post("/desk/report/heard", {"words": "空调不制冷", "category": "air_conditioner"}))
    assert "First judgement" in shown and "a phone checklist fits" in shown


@pytest.mark.demand("L-20")
@pytest.mark.parametrize(
    ("answers", "kept"),
    [
        ({}, {"service": True}),
        ({"consent_guardian": "agreed"}, {"service": True, "guardian": True}),
        ({"consent_recording": "declined", "consent_guardian": "declined"},
         {"service": True, "recording": False, "guardian": False}),
    ],
)  # fmt: skip
def test_voice_and_a_childs_guardian_are_asked_apart_and_a_no_keeps_nobody_from_service(
    agent: Client, answers: dict[str, str], kept: dict[str, bool]
) -> None:
    assert sent(agent, "save", **answers).status_code == 302
    assert dict(Consent.objects.values_list("kind", "given")) == kept
    case = Case.objects.get()
    assert ("A guardian, for a child" in body(agent.get(f"/desk/case/{case.number}"))) is ("guardian" in kept)
