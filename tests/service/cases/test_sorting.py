"""What the rules said is kept with its reasons; what a person says instead counts, and is kept too."""

import pytest
from django.utils.timezone import localdate

from bihuan.ground.vault.actions import keys
from bihuan.registers.access.roles import Role
from bihuan.registers.knowledge.actions import keep_item, load_shipped_knowledge
from bihuan.registers.knowledge.queries import knowledge
from bihuan.registers.knowledge.rows import body_of
from bihuan.registers.knowledge.silenced import silenced_since
from bihuan.service.cases.errors import CannotSort
from bihuan.service.cases.models import Case, Correction
from bihuan.service.cases.rules import LABELS, labelled
from bihuan.service.cases.sorting import correct, fields_of
from bihuan.service.commitments.comparing import compare
from bihuan.service.commitments.models import Promise
from tests.makers import NOW, Company, a_case, company, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


def fields(case: Case) -> dict[str, tuple[str, str, list[str]]]:
    """Per field: value now, what the rules said, and the words that made them say so."""
    held = Case.objects.select_related("customer__key", "report").get(id=case.id)
    return {
        one.field: (one.value, one.said, [words for _, words in one.why if words])
        for one in fields_of(held, keys(held.customer.key))
    }


@pytest.mark.demand("S2-23", "S2-25", "S3-91", "S4-05")
def test_the_rules_say_what_and_why(made: Company) -> None:
    case = a_case(made, words="投诉！师傅态度很差，要求道歉", kind="", wish="", symptoms=())
    told = fields(case)
    assert told["kind"] == ("complaint", "complaint", ["投诉"])
    assert told["wish"] == ("apology", "apology", ["道歉"])
    assert (told["problem"][:2], told["department"][0]) == (("manner", "manner"), "regional_manager")


@pytest.mark.demand("S0-11", "S3-57", "S4-10")
@pytest.mark.parametrize(
    ("words", "urgency"),
    [
        ("冰箱不制冷了", "high"),
        ("冰箱不制冷，家里有新生儿的奶", "urgent"),
        ("店里冰箱不制冷，药品都要坏了", "urgent"),
        ("冰箱有点响", "normal"),
        ("冰箱灯不亮，小问题不着急", "low"),
        ("冰箱漏电，小问题不着急", "urgent"),
    ],
)
def test_severity_and_impact_are_weighed(made: Company, words: str, urgency: str) -> None:
    assert a_case(made, words=words).urgency == urgency


@pytest.mark.demand("S2-24", "S3-55", "S0-49")
def test_every_scheme_has_a_label_for_each_degree() -> None:
    degrees = {"urgent", "high", "normal", "low"}
    assert {name: set(labels) for name, labels in LABELS.items()} == dict.fromkeys(LABELS, degrees)
    assert labelled("high", scheme="danger_core_small") == "core"


@pytest.mark.demand("S0-47", "S2-23", "S3-40")
def test_every_problem_is_counted_in_all_three_schemes() -> None:
    routes = knowledge().routes
    assert {one.sort for one in routes} == {"fault", "complaint", "inquiry", "suggestion"}
    assert {one.area for one in routes} == {"product_quality", "service_quality", "after_sales"}
    services = {"technique", "part", "attitude", "communication", "charging", "waiting"}
    assert {one.service for one in routes} - {""} == services


def test_a_correction_counts_and_is_kept(made: Company) -> None:
    case, agent = a_case(made, words="冰箱不制冷了"), made.people[Role.AGENT]
    by = made.actor(Role.AGENT)
    for field, value in (("problem", "product_quality"), ("symptom", "fr_light"), ("urgency", "low")):
        correct(case, field, value, person_id=agent.id, by=by, now=later(minutes=5))
    kept = list(Correction.objects.order_by("id").values_list("field", "said", "put", "by_id"))
    assert kept == [
        ("problem", "fault", "product_quality", agent.id),
        ("symptom", "fr_no_cooling", "fr_light", agent.id),
        ("urgency", "high", "low", agent.id),
    ]
    case.refresh_from_db()
    assert (case.problem, case.symptom, case.urgency) == ("product_quality", "fr_light", "low")


def test_saying_what_is_so_keeps_nothing_and_a_word_of_no_list_is_refused(made: Company) -> None:
    case, agent = a_case(made), made.people[Role.AGENT]
    by = made.actor(Role.AGENT)
    correct(case, "urgency", case.urgency, person_id=agent.id, by=by, now=NOW)
    with pytest.raises(CannotSort):
        correct(case, "problem", "weather", person_id=agent.id, by=by, now=NOW)
    assert Correction.objects.count() == 0


def test_what_an_agent_chose_otherwise_in_the_form_is_kept(made: Company) -> None:
    a_case(made, words="冰箱不制冷了", kind="inspection", urgency="low")
    assert list(Correction.objects.order_by("field").values_list("field", "said", "put")) == [
        ("kind", "repair", "inspection"),
        ("urgency", "high", "low"),
    ]


def test_another_kind_begins_on_its_own_card_with_its_own_promises(made: Company) -> None:
    case, agent = a_case(made, words="冰箱不制冷了"), made.people[Role.AGENT]
    correct(case, "kind", "complaint", person_id=agent.id, by=made.actor(Role.AGENT), now=later(minutes=5))
    case.refresh_from_db()
    assert (case.kind, case.card, case.stands_at) == ("complaint", "complaint", case.stands_at)
    assert Promise.objects.filter(case=case, open=True).count() > 0
    assert compare([case.id], now=later(minutes=6)).different() == []


def test_a_kind_is_not_changed_once_work_has_begun(made: Company) -> None:
    case = a_case(made)
    Case.objects.filter(id=case.id).update(stands_at="to_book")
    with pytest.raises(CannotSort):
        correct(case, "kind", "complaint", person_id=1, by=made.actor(Role.AGENT), now=NOW)


def test_a_person_may_overrule_danger(made: Company) -> None:
    case, agent = a_case(made, words="冰箱冒烟"), made.people[Role.AGENT]
    by = made.actor(Role.AGENT)
    correct(case, "danger", "", person_id=agent.id, by=by, now=NOW)
    case.refresh_from_db()
    correct(case, "urgency", "normal", person_id=agent.id, by=by, now=NOW)
    case.refresh_from_db()
    assert (case.report.hazards, case.urgency) == ([], "normal")


def test_silenced_danger_is_counted_without_words(made: Company) -> None:
    a_case(made, words="冰箱没有漏电，就是不制冷")
    a_case(made, words="冰箱没有漏电，就是不制冷")
    assert silenced_since(localdate(NOW)) == [("electric_leak", "denied", 2)]


@pytest.mark.demand("S0-14")
def test_an_edited_rule_sorts_the_next_report(made: Company) -> None:
    load_shipped_knowledge(now=NOW)
    from dataclasses import replace

    mark = next(one for one in knowledge().marks if one.code == "kind_complaint")
    keep_item("mark", mark.code, body_of(replace(mark, said=(*mark.said, "火大"))), now=later(minutes=1))
    case = a_case(made, words="冰箱的事我火大", kind="")
    assert case.kind == "complaint"
