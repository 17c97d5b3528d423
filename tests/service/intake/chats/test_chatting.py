"""A chat from its first line to what came of it: kept once, answered by one, and never dropped."""

import secrets
from base64 import b64decode
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from bihuan.ground.journal.queries import story_of
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys_for
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.chat.account import account
from bihuan.registers.customers.actions import forget
from bihuan.service.cases.models import Case, Note
from bihuan.service.cases.queries import case_of_report
from bihuan.service.intake.calls.errors import NotReady
from bihuan.service.intake.chats import ending, keeping, taking
from bihuan.service.intake.chats.errors import (
    CaseMadeAlready,
    ChatNotYours,
    ChatOver,
    ChatTakenBy,
    EndWithoutReason,
    FileRefused,
    LineRefused,
    NobodyToAsk,
    ReachWrong,
    ScoreWrong,
    TooManyChats,
)
from bihuan.service.intake.chats.models import Chat, ChatLine
from bihuan.service.intake.chats.queries import (
    chat_by_token,
    desk,
    file_of,
    lines_of,
    queued,
    said_by,
    untold,
)
from bihuan.service.intake.chats.writing import Line, Self, answer, begin, leave, say, say_who
from bihuan.service.intake.models import Attachment, RawMessage, Report
from bihuan.service.intake.queries import words_of
from bihuan.service.intake.told import FileTold, Told
from bihuan.service.notices.models import Notice
from tests.makers import NOW, company, settle
from tests.service.intake.chats.talks import WORDS, a_chat, another_agent, fresh

pytestmark = pytest.mark.django_db
PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def said(chat: Chat) -> list[tuple[str, str]]:
    return [(one.who, one.words) for one in lines_of(fresh(chat))]


@pytest.mark.demand("S0-09", "S2-09")
def test_the_first_line_is_one_message_that_waits_until_the_chat_ends() -> None:
    company()
    chat = a_chat(phone="13800138000")
    settle()
    message = RawMessage.objects.get(channel="chat")
    assert (message.id, message.state, said(chat)) == (chat.message_id, "waiting", [("customer", WORDS)])
    assert said_by(fresh(chat)) == Self(phone="13800138000")


def test_a_line_sent_again_stands_once() -> None:
    company()
    token, first = secrets.token_urlsafe(32), Line(once="one", words="在吗")
    chat = begin(token, first, told=Self(), language="", now=NOW)
    again = begin(token, first, told=Self(), language="", now=NOW)
    more = Line(once="two", words="空调不转")
    one, two = say(chat, more, now=NOW), say(chat, more, now=NOW)
    assert (chat.id, one.id) == (again.id, two.id)
    assert said(chat) == [("customer", "在吗"), ("customer", "空调不转")]
    assert RawMessage.objects.filter(channel="chat").count() == 1


def test_only_the_token_opens_a_chat() -> None:
    company()
    token = secrets.token_urlsafe(32)
    chat = begin(token, Line(once="one", words="在吗"), told=Self(), language="", now=NOW)
    assert chat_by_token(token).id == chat.id
    assert token not in chat.token_print
    for other in ("", "x", chat.token_print):
        with pytest.raises(NotFound):
            chat_by_token(other)


@pytest.mark.parametrize("words", ["", "  ", "很" * 4001, "a\x00b"])
def test_an_empty_or_endless_line_is_refused(words: str) -> None:
    company()
    with pytest.raises(LineRefused):
        a_chat(words)
    assert Chat.objects.count() == 0 == RawMessage.objects.count()


@pytest.mark.demand("S3-19")
def test_of_two_agents_one_takes_it_and_the_other_is_told_who() -> None:
    made = company()
    chat, one, two = a_chat(), made.viewer(Role.AGENT), another_agent(made)
    taking.take(chat, viewer=one, now=NOW)
    with pytest.raises(ChatTakenBy, match=made.people[Role.AGENT].name):
        taking.take(chat, viewer=two, now=NOW)
    with pytest.raises(ChatNotYours):
        answer(chat, Line(once="a", words="您好"), viewer=two, now=NOW)
    answer(chat, Line(once="a", words="您好"), viewer=one, now=NOW + timedelta(seconds=7))
    assert fresh(chat).answered_at == NOW + timedelta(seconds=7)
    assert said(chat) == [("customer", WORDS), ("house", "taken"), ("agent", "您好")]


def test_an_agent_has_only_so_many_chats_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    made = company()
    monkeypatch.setenv("BIHUAN_CHAT_AT_ONCE", "2")
    agent = made.viewer(Role.AGENT)
    for _ in range(2):
        taking.take(a_chat(), viewer=agent, now=NOW)
    with pytest.raises(TooManyChats):
        taking.take(a_chat(), viewer=agent, now=NOW)


@pytest.mark.demand("S0-09")
def test_an_agent_makes_a_case_of_it_with_words_pictures_and_the_whole_conversation() -> None:
    made = company()
    chat, agent = a_chat(), made.viewer(Role.AGENT)
    say(chat, Line(once="p", file=FileTold(name="照片.png", media="image/png", content=PNG)), now=NOW)
    taking.take(chat, viewer=agent, now=NOW)
    answer(chat, Line(once="a", words="有没有燃气味？"), viewer=agent, now=NOW)
    told = Told(words="", channel="chat", phone="13812345678", name="王先生", kind="repair")
    report = ending.make_case(chat, told, viewer=agent, now=NOW)
    held = fresh(chat)
    assert (held.report_id, held.customer_id, held.message.state) == (report.id, report.customer_id, "report")
    assert report.hazards == []  # what an agent asks is not what the customer says
    assert words_of(report, keys_for([report.customer.key_id])).words == WORDS
    kinds = list(Attachment.objects.filter(report=report).order_by("id").values_list("media", flat=True))
    assert kinds == ["image/png", "text/plain"]
    case = case_of_report(report.id)
    assert case is not None
    assert (case.channel, case.owner_id) == ("chat", agent.person_id)
    with pytest.raises(CaseMadeAlready):
        ending.make_case(chat, told, viewer=agent, now=NOW)


def test_what_is_written_after_the_case_follows_it_once() -> None:
    made = company()
    chat, agent = a_chat(phone="13812345678"), made.viewer(Role.AGENT)
    taking.take(chat, viewer=agent, now=NOW)
    told = Told(words="", channel="chat", phone="13812345678")
    report = ending.make_case(chat, told, viewer=agent, now=NOW)
    say(chat, Line(once="more", words="对了，插座在冒烟"), now=NOW)
    settle(NOW)
    joined = Report.objects.get(joins=report)
    hand = keys_for([joined.customer.key_id])
    assert words_of(joined, hand).words == "对了，插座在冒烟"
    case = Case.objects.get()
    assert (case.urgency, case.report.hazards != []) == ("urgent", True)
    assert Note.objects.values_list("by_kind", flat=True).get(case=case) == "customer"
    assert not Notice.objects.filter(kind="customer_wrote").exists()
    answer(fresh(chat), Line(once="a", words="请先关掉总闸"), viewer=agent, now=NOW)
    ending.end(chat, why="", viewer=agent, now=NOW)
    assert (fresh(chat).state, Report.objects.filter(joins=report).count()) == ("ended", 1)
    whole = Attachment.objects.filter(report=report).latest("id")
    said = (files.fetch(whole.kept_as, by=hand) or b"").decode()
    assert [word in said for word in ("插座在冒烟", "请先关掉总闸")] == [True, True]
    with pytest.raises(ChatOver):
        ending.end(chat, why="", viewer=agent, now=NOW)
    with pytest.raises(ChatOver):
        say(chat, Line(once="late", words="还有"), now=NOW)


def test_the_story_of_the_case_names_who_took_the_chat_and_who_wrote_first() -> None:
    made = company()
    chat, one, two = a_chat(phone="13812345678"), made.viewer(Role.AGENT), another_agent(made)
    taking.take(chat, viewer=one, now=NOW)
    answer(fresh(chat), Line(once="a", words="您好"), viewer=one, now=NOW)
    taking.ask_over(chat, to=two.person_id or 0, ready=True, viewer=one, now=NOW)
    taking.agree(chat, viewer=two, now=NOW)
    report = ending.make_case(chat, Told(words="", channel="chat"), viewer=two, now=NOW)
    told = {fact.event.kind: fact.by.id for fact in story_of(report.chain_id or 0)}
    assert (told["case.chat_connected"], told["case.chat_greeted"]) == (one.person_id, one.person_id)


def test_a_chat_joins_an_open_case_of_the_customer() -> None:
    made = company()
    agent = made.viewer(Role.AGENT)
    first = a_chat(phone="13812345678")
    taking.take(first, viewer=agent, now=NOW)
    told = Told(words="", channel="chat", phone="13812345678")
    report = ending.make_case(first, told, viewer=agent, now=NOW)
    again = a_chat("师傅什么时候来")
    taking.take(again, viewer=agent, now=NOW)
    joined = ending.join_case(again, report, viewer=agent, now=NOW)
    assert (joined.joins_id, fresh(again).customer_id) == (report.id, report.customer_id)
    assert case_of_report(joined.id) == case_of_report(report.id)


def test_an_answer_needs_its_reason_and_settles_the_message() -> None:
    made = company()
    chat, agent = a_chat("几点上班"), made.viewer(Role.AGENT)
    taking.take(chat, viewer=agent, now=NOW)
    with pytest.raises(EndWithoutReason):
        ending.end(chat, why=" ", viewer=agent, now=NOW)
    ending.end(chat, why="告诉了营业时间", viewer=agent, now=NOW)
    message = fresh(chat).message
    assert (message.state, message.settled_by_id) == ("answered", agent.person_id)
    assert keys_for([message.key_id]).open(message.why_sealed) == "告诉了营业时间"


@pytest.mark.demand("S2-20")
def test_nobody_came_and_the_words_become_a_report_where_somebody_can_be_reached() -> None:
    company()
    reachable, silent = a_chat(phone="13812345678"), a_chat("有人吗")
    assert ending.hand_on_left(NOW + timedelta(minutes=9)) == 0
    assert ending.hand_on_left(NOW + timedelta(minutes=10)) == 2
    assert ending.hand_on_left(NOW + timedelta(minutes=11)) == 0
    assert fresh(reachable).report is not None
    assert (fresh(silent).report, fresh(silent).message.state) == (None, "quarantined")
    assert [one.id for one in untold(company().viewer(Role.AGENT))] == [silent.id]


def test_a_quarantined_chat_can_still_be_answered_for_by_any_agent() -> None:
    made = company()
    chat = a_chat("有人吗")
    ending.hand_on_left(NOW + timedelta(hours=1))
    ending.end(chat, why="没有留下联系方式", viewer=another_agent(made), now=NOW)
    assert fresh(chat).message.state == "answered"


def test_who_leaves_a_number_has_a_report_at_once_and_one_only() -> None:
    company()
    chat = a_chat()
    with pytest.raises(ReachWrong):
        leave(chat, told=Self(phone="12"), now=NOW)
    leave(chat, told=Self(phone="13812345678", name="李女士"), now=NOW)
    assert [ending.hand_on(chat, now=NOW), ending.hand_on(chat, now=NOW)] == [True, True]
    assert Report.objects.filter(channel="chat").count() == 1


@pytest.mark.demand("S4-06")
def test_a_colleague_is_asked_and_takes_over() -> None:
    made = company()
    chat, one, two = a_chat(), made.viewer(Role.AGENT), another_agent(made)
    taking.take(chat, viewer=one, now=NOW)
    with pytest.raises(NotReady):
        taking.ask_over(chat, to=two.person_id or 0, ready=False, viewer=one, now=NOW)
    with pytest.raises(NobodyToAsk):
        technician = made.people[Role.TECHNICIAN].id
        taking.ask_over(chat, to=technician, ready=True, viewer=one, now=NOW)
    taking.ask_over(chat, to=two.person_id or 0, ready=True, viewer=one, now=NOW)
    assert [row.asked_of_me for row in desk(two)] == [True]
    taking.agree(chat, viewer=two, now=NOW)
    assert (fresh(chat).agent_id, fresh(chat).handed_on) == (two.person_id, 1)
    with pytest.raises(ChatNotYours):
        answer(chat, Line(once="x", words="再见"), viewer=one, now=NOW)


@pytest.mark.demand("S4-06")
def test_nobody_takes_over_within_two_minutes_and_it_waits_again_with_an_alarm() -> None:
    made = company()
    chat, one, two = a_chat(), made.viewer(Role.AGENT), another_agent(made)
    taking.take(chat, viewer=one, now=NOW)
    taking.ask_over(chat, to=two.person_id or 0, ready=True, viewer=one, now=NOW)
    assert taking.call_back_unanswered(NOW + timedelta(seconds=119)) == 0
    assert taking.call_back_unanswered(NOW + timedelta(seconds=120)) == 1
    assert (fresh(chat).state, fresh(chat).agent_id, fresh(chat).queued_at) == ("queued", None, NOW)
    settle()
    assert Notice.objects.filter(kind="chat_back").exists()


def test_a_colleague_who_declines_leaves_it_where_it_is() -> None:
    made = company()
    chat, one, two = a_chat(), made.viewer(Role.AGENT), another_agent(made)
    taking.take(chat, viewer=one, now=NOW)
    taking.ask_over(chat, to=two.person_id or 0, ready=True, viewer=one, now=NOW)
    taking.decline(chat, viewer=two, now=NOW)
    assert (fresh(chat).agent_id, fresh(chat).asked_id) == (one.person_id, None)
    assert taking.call_back_unanswered(NOW + timedelta(hours=1)) == 0


def test_who_waits_too_long_is_told_of_once() -> None:
    company()
    a_chat()
    late = NOW + account().answer_within
    assert [taking.alarm_waiting(late - timedelta(seconds=1)), taking.alarm_waiting(late)] == [0, 1]
    assert taking.alarm_waiting(late + timedelta(hours=1)) == 0
    settle()
    assert Notice.objects.filter(kind="chat_waiting").exists()


def test_danger_comes_first_in_the_queue_with_its_advice_and_an_alarm_at_once() -> None:
    made = company()
    first, danger = a_chat("遥控器没反应"), a_chat("厨房里有很重的燃气味", now=NOW + timedelta(seconds=30))
    assert [row.chat.id for row in desk(made.viewer(Role.AGENT))] == [danger.id, first.id]
    assert (queued(fresh(danger), NOW).position, queued(fresh(first), NOW).position) == (1, 2)
    assert [words.partition(":")[0] for who, words in said(danger) if who == "house"] == ["danger"]
    assert fresh(danger).alarmed_at is not None


def test_a_chat_that_came_back_stands_before_those_that_came_later() -> None:
    made = company()
    agent = made.viewer(Role.AGENT)
    first = a_chat()
    taking.take(first, viewer=agent, now=NOW)
    later = a_chat(now=NOW + timedelta(minutes=1))
    taking.put_back(first, viewer=agent, now=NOW + timedelta(minutes=2))
    assert [row.chat.id for row in desk(agent)] == [first.id, later.id]


def test_files_are_what_their_bytes_show() -> None:
    company()
    chat = a_chat()
    with pytest.raises(FileRefused):
        page = FileTold(name="a.png", media="image/png", content=b"<html><script>alert(1)</script>")
        say(chat, Line(once="f", file=page), now=NOW)
    kept = say(chat, Line(once="g", file=FileTold(name="a.png", media="x/y", content=PNG)), now=NOW)
    row, name, content = file_of(fresh(chat), kept.id)
    assert (row.media, name, content) == ("image/png", "a.png", PNG)


def test_the_score_is_one_to_five_and_the_last_word_counts() -> None:
    company()
    chat = a_chat()
    for wrong in (0, 6):
        with pytest.raises(ScoreWrong):
            ending.rate(chat, score=wrong, words="", now=NOW)
    ending.rate(chat, score=2, words="慢", now=NOW)
    ending.rate(chat, score=5, words="", now=NOW)
    assert fresh(chat).score == 5


def test_a_forgotten_customer_leaves_no_word_of_their_chat() -> None:
    made = company()
    chat, agent = a_chat(phone="13812345678"), made.viewer(Role.AGENT)
    taking.take(chat, viewer=agent, now=NOW)
    told = Told(words="", channel="chat", phone="13812345678")
    report = ending.make_case(chat, told, viewer=agent, now=NOW)
    forget(report.customer, now=NOW)
    assert (lines_of(fresh(chat)), said_by(fresh(chat))) == ([], Self())


def test_a_chat_of_nobody_cannot_be_read_after_half_a_year() -> None:
    made = company()
    chat, agent = a_chat("几点上班"), made.viewer(Role.AGENT)
    taking.take(chat, viewer=agent, now=NOW)
    ending.end(chat, why="答了", viewer=agent, now=NOW)
    assert keeping.forget_unknown(NOW + timedelta(days=179)) == 0
    assert keeping.forget_unknown(NOW + timedelta(days=181)) == 1
    assert (lines_of(fresh(chat)), keeping.forget_unknown(NOW + timedelta(days=182))) == ([], 0)


def test_who_they_are_may_be_said_later() -> None:
    company()
    chat = a_chat()
    say_who(chat, Self(name="小陈"))
    say_who(chat, Self(phone="13812345678"))
    assert said_by(fresh(chat)) == Self(name="小陈", phone="13812345678")
    with pytest.raises(ReachWrong):
        say_who(chat, Self(email="nobody"))


@pytest.mark.django_db(transaction=True)
def test_many_at_once_take_it_once_and_write_it_once() -> None:
    made = company()
    viewers = [made.viewer(Role.AGENT), *(another_agent(made) for _ in range(3))]
    token, line, won, ready = secrets.token_urlsafe(32), Line(once="one", words="在吗"), [], Barrier(4)

    def run(number: int) -> None:
        try:
            ready.wait()
            chat = begin(token, line, told=Self(), language="", now=NOW)
            ready.wait()
            taking.take(chat, viewer=viewers[number], now=NOW)
            won.append(viewers[number].person_id)
        except ChatTakenBy:
            pass
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    chat = Chat.objects.get()
    assert won == [chat.agent_id]
    assert ChatLine.objects.filter(chat=chat, who="customer").count() == 1
    assert RawMessage.objects.filter(channel="chat").count() == 1
