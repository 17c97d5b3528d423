"""The agent's chats by plain pages: taken by one, answered, handed on, made a case of, and ended with a reason."""

import pytest
from django.test import Client
from django.urls import reverse

from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.intake.chats.models import Chat
from bihuan.web.agents.rows import departments
from tests.makers import Company, company, settle
from tests.service.intake.chats.talks import a_chat, another_agent, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


def at_desk(made: Company, role: Role = Role.AGENT) -> Client:
    client = Client()
    client.force_login(made.people[role])
    return client


def do(client: Client, chat: Chat, deed: str, **told: str) -> int:
    return client.post(reverse("agents:chat", args=[chat.id]), {"do": deed} | told).status_code


@pytest.mark.demand("S0-09", "S2-09")
def test_an_agent_takes_a_chat_answers_and_makes_a_case_of_it(made: Company) -> None:
    client, chat = at_desk(made), a_chat(phone="13812345678", name="王先生")
    assert "空调突然不制冷了" in client.get(reverse("agents:chats")).text
    assert do(client, chat, "take") == 302
    assert do(client, chat, "say", once="1", words="您好") == 302
    form = {"phone": "13812345678", "name": "王先生", "way": "on_site", "category": "", "city": "杭州市"}
    assert client.post(reverse("agents:chat_case", args=[chat.id]), form).status_code == 302
    case = Case.objects.get()
    assert (case.channel, fresh(chat).message.state) == ("chat", "report")
    assert case.number in client.get(reverse("agents:chat", args=[chat.id])).text
    assert do(client, chat, "end") == 302
    assert fresh(chat).state == "ended"
    talk = f'id="talk-{chat.id}"'
    page = client.get(reverse("agents:case", args=[case.number])).text
    assert (talk in page, "空调突然不制冷了" in page.partition(talk)[2], "您好" in page) == (True, True, True)
    masked = at_desk(made, Role.ANALYST).get(reverse("agents:case", args=[case.number])).text
    assert (case.number in masked, talk in masked, "您好" in masked) == (True, False, False)


def test_a_wrong_phone_makes_no_case_and_says_so(made: Company) -> None:
    client, chat = at_desk(made), a_chat()
    do(client, chat, "take")
    sent = client.post(reverse("agents:chat_case", args=[chat.id]), {"phone": "12", "way": "on_site"})
    assert (sent.status_code, Case.objects.count()) == (422, 0)


def test_whoever_is_second_is_told_who_was_first(made: Company) -> None:
    chat, other = a_chat(), Client()
    do(at_desk(made), chat, "take")
    viewer = another_agent(made)
    other.force_login(made.people[Role.SUPERVISOR])
    late = other.post(reverse("agents:chat", args=[chat.id]), {"do": "take"})
    assert (late.status_code, made.people[Role.AGENT].name in late.text) == (409, True)
    assert viewer.person_id != fresh(chat).agent_id


def test_a_colleague_takes_over(made: Company) -> None:
    chat, one, two = a_chat(), at_desk(made), at_desk(made, Role.SUPERVISOR)
    do(one, chat, "take")
    to = str(made.people[Role.SUPERVISOR].id)
    assert do(one, chat, "ask", to=to) == 422  # the customer was not asked
    assert do(one, chat, "ask", to=to, ready="yes") == 302
    assert do(two, chat, "agree") == 302
    assert fresh(chat).agent_id == made.people[Role.SUPERVISOR].id


def test_a_chat_joins_the_open_case_beside_it(made: Company) -> None:
    client, first = at_desk(made), a_chat(phone="13812345678")
    do(client, first, "take")
    client.post(reverse("agents:chat_case", args=[first.id]), {"phone": "13812345678", "way": "on_site"})
    settle()
    chat, number = a_chat("师傅几点来", phone="13812345678"), Case.objects.get().number
    do(client, chat, "take")
    assert number in client.get(reverse("agents:chat", args=[chat.id])).text
    assert do(client, chat, "join", number=number) == 302
    assert (Case.objects.count(), fresh(chat).message.state) == (1, "report")


def test_ending_without_a_case_needs_a_reason(made: Company) -> None:
    client, chat = at_desk(made), a_chat("几点上班")
    do(client, chat, "take")
    assert [do(client, chat, "end"), do(client, chat, "end", why="答了时间")] == [422, 302]
    assert fresh(chat).message.state == "answered"


def test_pausing_is_seen_and_kept(made: Company) -> None:
    client = at_desk(made)
    client.post(reverse("agents:chats"), {"ready": "no"})
    assert 'value="yes"' in client.get(reverse("agents:chats")).text


@pytest.mark.demand("S3-198")
@pytest.mark.parametrize(
    ("words", "department"),
    [
        ("空调突然不制冷了", "field_service"),
        ("师傅多收了我三百块钱，没有发票", "finance"),
        ("洗衣机漏电，摸到外壳被电了一下", "safety_desk"),
    ],
)
def test_what_a_chat_cannot_solve_becomes_a_case_of_the_department_it_concerns(
    made: Company, words: str, department: str
) -> None:
    client, chat = at_desk(made), a_chat(words, phone="13812345678")
    do(client, chat, "take")
    client.post(reverse("agents:chat_case", args=[chat.id]), {"phone": "13812345678", "way": "on_site"})
    settle()
    case = Case.objects.get()
    assert case.department == department
    assert departments()[department] in client.get(reverse("agents:case", args=[case.number])).text
