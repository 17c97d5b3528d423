"""Technical support: asked about a case, answered with a way and, for special faults, a contingency plan."""

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bihuan.ground.journal.models import Entry
from bihuan.ground.worktime import clock
from bihuan.registers.access.errors import NotAllowed
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.service.cases import consulting
from bihuan.service.cases.errors import SupportAnsweredAlready, SupportAskedAlready, SupportLacks
from bihuan.service.cases.models import Case, Consultation
from bihuan.service.notices.models import Notice
from tests.makers import NOW, Company, a_case, company, settle
from tests.pages.axe import overflow, shots, violations
from tests.service.fieldwork.made import booked
from tests.statements import statements

pytestmark = pytest.mark.django_db
ANSWER = {"step": "answer", "way": "part_replacement", "answer": "先测压缩机绕组再换启动器"}


def as_(client: Client, made: Company, role: Role) -> Client:
    client.force_login(made.people[role])
    return client


def sealed_case(made: Company) -> Case:
    return a_case(made, symptoms=("fr_no_cooling",))


def asked(made: Company, case: Case, *, special: bool = False) -> Consultation:
    agent = made.viewer(Role.AGENT)
    return consulting.ask(case, "压缩机不启动怎么判断", viewer=agent, now=NOW, special=special)


@pytest.mark.demand("S0-17")
def test_an_agent_asks_and_support_answers_with_one_of_three_ways(client: Client) -> None:
    made = company()
    case = a_case(made, symptoms=("fr_light",))
    page = f"/desk/case/{case.number}/support"
    as_(client, made, Role.AGENT).post(page, {"step": "ask", "question": "内机滴水怎么处理"})
    as_(client, made, Role.DEPARTMENT_OWNER)
    assert case.number in client.get("/desk/support").content.decode()
    form = client.get(page).content.decode()
    for way in ("remote_guidance", "on_site_repair", "part_replacement"):
        assert f'value="{way}"' in form
    assert client.post(page, ANSWER).status_code == 302
    held = Consultation.objects.get()
    assert (held.way, held.answered_by_id) == ("part_replacement", made.people[Role.DEPARTMENT_OWNER].id)
    read = as_(client, made, Role.AGENT).get(page).content.decode()
    assert ("先测压缩机绕组再换启动器" in read, "Replace a part" in read) == (True, True)
    assert case.number not in as_(client, made, Role.DEPARTMENT_OWNER).get("/desk/support").content.decode()


@pytest.mark.demand("S1-22", "S0-17")
def test_the_technician_asks_about_a_special_fault_and_reads_the_plan_before_leaving(client: Client) -> None:
    here = booked(company(), symptoms=("fr_no_cooling",))
    client.force_login(Person.objects.get(id=here.viewer.person_id or 0))
    page = f"/field/{here.case.number}/"
    assert "Special fault: ask technical support before you leave." in client.get(page).content.decode()
    client.post(f"{page}go/ask_support", {"question": "要不要带压缩机"})
    waiting = client.get(page).content.decode()
    assert ("the answer is awaited" in waiting, "Special fault" in waiting) == (True, False)
    held = Consultation.objects.get()
    assert held.special
    support = here.made.viewer(Role.DEPARTMENT_OWNER)
    with pytest.raises(SupportLacks) as refused:
        consulting.answer(held, way="on_site_repair", words="先查电控", viewer=support, now=here.now)
    assert list(refused.value.fields) == ["contingency"]
    consulting.answer(
        held,
        way="on_site_repair",
        words="先查电控",
        contingency="修不好就拉回网点并送备用机",
        viewer=support,
        now=here.now,
    )
    read = client.get(page).content.decode()
    for words in ("Repair on site", "先查电控", "修不好就拉回网点并送备用机"):
        assert words in read


def test_words_are_sealed_and_the_journal_holds_codes_only() -> None:
    made = company()
    case = sealed_case(made)
    held = asked(made, case)
    consulting.answer(
        held,
        way="remote_guidance",
        words="请客户断电十分钟",
        contingency="不行再派",
        viewer=made.viewer(Role.QUALITY_INSPECTOR),
        now=NOW,
    )
    kept = Consultation.objects.values_list("question_sealed", "answer_sealed", "contingency_sealed").get()
    told = "".join(
        map(str, Entry.objects.filter(kind__startswith="case.support_").values_list("body", flat=True))
    )
    assert not any(word in "".join(kept) + told for word in ("压缩机", "断电", "再派"))
    assert "remote_guidance" in told


@pytest.mark.demand("S1-22")
def test_support_is_told_and_so_is_whoever_asked() -> None:
    made = company()
    Person.objects.filter(id=made.people[Role.DEPARTMENT_OWNER].id).update(department="technical_support")
    held = asked(made, sealed_case(made))
    settle()
    receivers = Notice.objects.filter(kind="support_asked").values_list("receiver", flat=True)
    assert set(receivers) == {f"person:{made.people[Role.DEPARTMENT_OWNER].id}"}
    consulting.answer(
        held,
        way="on_site_repair",
        words="带压接钳",
        contingency="拉修",
        viewer=made.viewer(Role.DEPARTMENT_OWNER),
        now=NOW,
    )
    settle()
    receivers = Notice.objects.filter(kind="support_answered").values_list("receiver", flat=True)
    assert set(receivers) == {f"person:{made.people[Role.AGENT].id}"}


def test_one_question_waits_at_a_time_and_is_answered_once() -> None:
    made = company()
    case = sealed_case(made)
    held = asked(made, case)
    with pytest.raises(SupportAskedAlready):
        asked(made, case)
    told = {"way": "on_site_repair", "words": "照标准", "contingency": "拉修"}
    support = made.viewer(Role.SUPERVISOR)
    consulting.answer(held, **told, viewer=support, now=NOW)
    with pytest.raises(SupportAnsweredAlready):
        consulting.answer(held, **told, viewer=support, now=NOW)
    assert asked(made, case).id != held.id


def test_who_may_not_ask_or_answer_is_refused() -> None:
    made = company()
    case = sealed_case(made)
    with pytest.raises(NotAllowed):
        consulting.ask(case, "?", viewer=made.viewer(Role.ANALYST), now=NOW)
    held = asked(made, case)
    with pytest.raises(NotAllowed):
        consulting.answer(held, way="on_site_repair", words="?", viewer=made.viewer(Role.AGENT), now=NOW)


@pytest.mark.parametrize(
    "told", [{"step": "ask", "question": " "}, {"step": "answer", "way": "magic", "answer": ""}]
)
def test_what_is_missing_is_said_and_nothing_is_kept(client: Client, told: dict[str, str]) -> None:
    made = company()
    case = sealed_case(made)
    if told["step"] == "answer":
        asked(made, case)
    answer = as_(client, made, Role.SUPERVISOR).post(f"/desk/case/{case.number}/support", told)
    assert answer.status_code == 422
    assert Consultation.objects.filter(answered_at__isnull=False).count() == 0


def test_the_list_costs_the_same_for_one_and_three(client: Client) -> None:
    made = company()
    as_(client, made, Role.SUPERVISOR)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            asked(made, sealed_case(made))
        counts.append(len(statements(lambda: client.get("/desk/support"))))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_the_pages_fit_every_width_and_have_no_findings(
    page: Page, live_server: LiveServer, client: Client
) -> None:
    made = company()
    case = a_case(made, symptoms=("fr_no_cooling",), now=clock.now())
    asked(made, case, special=True)
    as_(client, made, Role.SUPERVISOR)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    for path in (f"case/{case.number}/support", "support"):
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            for width in (1440, 360):
                page.set_viewport_size({"width": width, "height": 800})
                page.goto(f"{live_server.url}/desk/{path}")
                assert (violations(page), overflow(page)) == ([], 0)
        shots(page, f"agents-{path.rpartition('/')[2]}-list" if path == "support" else "agents-support")
