"""Who reads a customer's own words: the same on every page, on paper and through the API."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from bihuan.ground.vault.actions import keys
from bihuan.ground.worktime.clock import now
from bihuan.registers.access.actions import make_token
from bihuan.registers.access.masking import masked_words
from bihuan.registers.access.queries import viewer_of
from bihuan.registers.access.roles import MAY, Role
from bihuan.service.cases.models import Case
from bihuan.service.satisfaction.hearing import Heard, hearing_of
from bihuan.service.satisfaction.models import Callback
from tests.makers import NOW, Company, a_case, a_person, company

pytestmark = pytest.mark.django_db
WORDS = "我是张三丰，打13800138000或写信a@b.cn，冰箱不制冷"
MASKED = "我是张*，打138****8000或写信a***@b.cn，冰箱不制冷"


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def case(made: Company) -> Case:
    case = a_case(made, words=WORDS, name="张三丰", phone="13800138000")
    Case.objects.filter(id=case.id).update(
        owner=made.people[Role.AGENT], technician_person=made.people[Role.TECHNICIAN], node=made.own
    )
    return Case.objects.select_related("customer__key", "report").get(id=case.id)


def heard(made: Company, case: Case, role: Role) -> Heard:
    hand = keys(case.customer.key)
    return hearing_of(made.viewer(role), case, hand, now=now()).heard


def test_masking_words_leaves_what_is_wrong_with_the_machine() -> None:
    assert masked_words(WORDS, name="张三丰") == MASKED
    said = "型号BCD-516，2023-05-15买的，显示E5，温度12度"
    assert masked_words(said, name="李") == said


def test_each_role_reads_the_words_as_its_work_needs(made: Company, case: Case) -> None:
    works = {role for role in made.people if role in MAY["case.note"]}
    expected = {role: Heard.MASKED if role in works else Heard.WITHHELD for role in made.people}
    expected |= {Role.AGENT: Heard.FULL, Role.TECHNICIAN: Heard.FULL}
    assert {role: heard(made, case, role) for role in made.people} == expected


def test_who_rings_about_a_case_reads_it_in_full_until_the_callback_is_done(
    made: Company, case: Case
) -> None:
    callback = Callback.objects.create(
        case=case, node=case.node, cause="low_score", holder=made.people[Role.CALLBACK_AGENT], opened_at=NOW
    )
    before = heard(made, case, Role.CALLBACK_AGENT)
    Callback.objects.filter(id=callback.id).update(open=False)
    assert (before, heard(made, case, Role.CALLBACK_AGENT)) == (Heard.FULL, Heard.MASKED)
    other = viewer_of(a_person(Role.CALLBACK_AGENT, node=made.head))
    assert hearing_of(other, case, keys(case.customer.key), now=NOW).heard is Heard.MASKED


def test_a_technician_reads_in_full_until_a_day_after_completion(made: Company, case: Case) -> None:
    viewer, hand = made.viewer(Role.TECHNICIAN), keys(case.customer.key)
    case.done_at = NOW
    day, over = NOW + timedelta(hours=24), NOW + timedelta(hours=24, seconds=1)
    assert [hearing_of(viewer, case, hand, now=at).heard for at in (day, over)] == [Heard.FULL, Heard.MASKED]


def test_an_opinion_opens_for_who_holds_the_case_and_is_withheld_from_all_others(
    made: Company, case: Case
) -> None:
    hand = keys(case.customer.key)
    thought = {
        role: hearing_of(made.viewer(role), case, hand, now=NOW).thought("等了三天")
        for role in (Role.AGENT, Role.SUPERVISOR, Role.ANALYST)
    }
    assert thought == {Role.AGENT: "等了三天", Role.SUPERVISOR: "", Role.ANALYST: ""}


def through_the_api(made: Company, case: Case, role: Role) -> str:
    token = make_token(role=role, now=NOW, person=made.people[role])
    answer = Client().get(f"/api/v1/cases/{case.number}", headers={"authorization": f"Bearer {token}"})
    return str(answer.json()["words"])


def on_the_page(made: Company, case: Case, role: Role) -> str:
    client = Client()
    client.force_login(made.people[role])
    page = client.get(f"/desk/case/{case.number}").content.decode()
    return next((words for words in (WORDS, MASKED) if words in page), "")


@pytest.mark.parametrize("seen", [through_the_api, on_the_page])
@pytest.mark.parametrize(
    ("role", "words"),
    [(Role.AGENT, WORDS), (Role.SUPERVISOR, MASKED), (Role.MANAGER, MASKED), (Role.ANALYST, "")],
)
def test_the_page_and_the_api_say_the_same(
    made: Company, case: Case, role: Role, words: str, seen: Callable[[Company, Case, Role], str]
) -> None:
    assert seen(made, case, role) == words


@pytest.mark.parametrize("page", ["/desk/case/{}/record", "/dispatch/{}/job-order"])
def test_what_is_printed_is_masked_even_for_who_holds_the_case(made: Company, case: Case, page: str) -> None:
    client = Client()
    client.force_login(made.people[Role.AGENT])
    printed = client.get(page.format(case.number)).content.decode()
    assert (MASKED in printed, "13800138000" in printed, "张三丰" in printed) == (True, False, False)


def test_a_reveal_opens_the_words_for_that_answer_only(made: Company, case: Case) -> None:
    client = Client()
    client.force_login(made.people[Role.SUPERVISOR])
    revealed = client.post(f"/desk/case/{case.number}/reveal", {"purpose": "complaint to the authority"})
    assert WORDS in revealed.content.decode()
    assert WORDS not in client.get(f"/desk/case/{case.number}").content.decode()
