"""The hotline on the desk: the strip, the card of the caller, the report of a call, and ringing back."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.intake.calls.actions import alarm_transfers
from bihuan.service.intake.calls.models import Call, RingBack, Seat
from bihuan.service.intake.calls.playing import play
from bihuan.service.intake.calls.transferring import waits_for_somebody
from bihuan.service.intake.models import RawMessage
from bihuan.service.notices.models import Notice
from tests.makers import REPORT_FORM, Company, a_case, company, settle

pytestmark = pytest.mark.django_db
PHONE = "13912345678"


@pytest.fixture
def made() -> Company:
    return company()


def as_(client: Client, made: Company, role: Role) -> Client:
    client.force_login(made.people[role])
    client.cookies["language"] = "en"
    return client


def text(client: Client, path: str, **more: Any) -> str:
    return client.get(path, **more).content.decode()


def rings(call: str = "c-1", number: str = PHONE) -> Call:
    play("ringing", call=call, now=clock.now(), **{"from": number})
    return Call.objects.latest("id")


def answers(made: Company, role: Role = Role.AGENT, call: str = "c-1") -> Call:
    play("answered", call=call, now=clock.now(), agent=made.people[role].login)
    return Call.objects.latest("id")


@pytest.mark.demand("S2-06", "S1-02")
def test_the_strip_says_calls_queue_and_wait_and_is_silent_while_nothing_changes(
    client: Client, made: Company
) -> None:
    as_(client, made, Role.AGENT)
    first = client.get("/desk/hotline")
    assert ("Calls 0" in first.content.decode(), "No wait" in first.content.decode()) == (True, True)
    mark = first.content.decode().split('"X-Seen": "')[1].split('"')[0]
    assert client.get("/desk/hotline", headers={"X-Seen": mark}).status_code == 204
    rings()
    play("queued", call="c-1", now=clock.now())
    seen = client.get("/desk/hotline", headers={"X-Seen": mark})
    assert (seen.status_code, "Queue 1" in seen.content.decode(), "Wait" in seen.content.decode()) == (
        200,
        True,
        True,
    )


@pytest.mark.demand("S4-02", "S4-03")
def test_the_card_shows_whoever_is_on_my_line_with_their_open_cases_and_nobody_elses(
    client: Client, made: Company
) -> None:
    case = a_case(made, phone=PHONE, name="张三丰")
    rings()
    answers(made)
    mine = text(as_(client, made, Role.AGENT), "/desk/hotline")
    assert [word in mine for word in ("caller-card", case.number, "张*", "Write it down")] == [True] * 4
    assert "张三丰" not in mine
    other = text(as_(client, made, Role.CALLBACK_AGENT), "/desk/hotline")
    assert [word in other for word in ("caller-card", case.number, PHONE)] == [False] * 3


@pytest.mark.demand("S4-03", "S2-20", "S0-46")
def test_the_form_of_a_call_is_prefilled_and_its_report_is_the_calls(client: Client, made: Company) -> None:
    rings()
    play("key", call="c-1", now=clock.now(), keys="1")
    call = answers(made)
    as_(client, made, Role.AGENT)
    form = text(client, f"/desk/report?line={call.id}")
    assert (f'name="line" value="{call.id}"' in form, f"+86{PHONE}" in form) == (True, True)
    sent = REPORT_FORM | {"phone": PHONE, "line": str(call.id), "do": "save"}
    client.post("/desk/report", sent)
    case, told = Case.objects.get(), Call.objects.select_related("message", "report").get()
    assert told.report is not None
    assert (told.report.id, told.message.state, told.customer_id) == (
        case.report_id,
        "report",
        case.customer_id,
    )
    settle(clock.now())
    assert RawMessage.objects.filter(channel="hotline").count() == 1
    assert client.get(f"/desk/calls/{call.id}").status_code == 200


def test_a_call_of_another_agent_is_not_mine_to_see(client: Client, made: Company) -> None:
    rings()
    call = answers(made, Role.SUPERVISOR)
    as_(client, made, Role.AGENT)
    assert (
        client.get(f"/desk/calls/{call.id}").status_code,
        client.get(f"/desk/report?line={call.id}").status_code,
    ) == (
        404,
        404,
    )


@pytest.mark.demand("S4-06")
def test_a_transfer_asks_for_the_customers_readiness(client: Client, made: Company) -> None:
    rings()
    call = answers(made)
    as_(client, made, Role.AGENT)
    path = f"/desk/calls/{call.id}/deed"
    assert client.post(path, {"do": "transfer", "to": "Technical support"}).status_code == 422
    client.post(path, {"do": "transfer", "to": "Technical support", "ready": "yes"})
    told = Call.objects.get()
    assert (told.transfer_to, told.transfer_ready) == ("Technical support", True)
    assert "nobody has taken over yet" in text(client, f"/desk/calls/{call.id}")


def test_notice_and_reason_are_noted(client: Client, made: Company) -> None:
    rings()
    call = answers(made)
    as_(client, made, Role.AGENT)
    client.post(f"/desk/calls/{call.id}/deed", {"do": "notice"})
    play("ended", call="c-1", now=clock.now())
    assert PHONE[-4:] in text(client, "/desk/calls")
    client.post(f"/desk/calls/{call.id}/deed", {"do": "account", "reason": "progress"})
    told = Call.objects.select_related("message").get()
    assert (told.notice_at is not None, told.reason, told.message.state) == (True, "progress", "answered")


def test_i_sit_down_and_pause(client: Client, made: Company) -> None:
    as_(client, made, Role.AGENT)
    client.post("/desk/seat", {"extension": "8001", "ready": "yes"})
    client.post("/desk/seat", {"extension": "8001", "ready": "no"})
    assert Seat.objects.values_list("extension", "ready").get() == ("8001", False)


def test_a_missed_call_is_taken_rung_and_written_down(client: Client, made: Company) -> None:
    rings()
    play("queued", call="c-1", now=clock.now())
    RawMessage.objects.all()
    call = Call.objects.get()
    play("ended", call="c-1", now=clock.now(), at=f"{call.rang_at.timestamp() + 30:.3f}")
    duty = RingBack.objects.get()
    as_(client, made, Role.AGENT)
    listed, page = text(client, "/desk/ring-backs"), f"/desk/ring-backs/{duty.id}"
    assert ("139****5678" in listed, PHONE in listed, PHONE in text(client, page)) == (True, False, False)
    client.post(f"{page}/deed", {"do": "take"})
    assert PHONE in text(client, page)
    client.post(f"{page}/deed", {"do": "tried"})
    form = text(client, f"/desk/report?ring_back={duty.id}")
    assert f'name="ring_back" value="{duty.id}"' in form
    client.post("/desk/report", REPORT_FORM | {"phone": PHONE, "ring_back": str(duty.id), "do": "save"})
    done = RingBack.objects.select_related("message").get()
    assert (done.open, done.result, done.tries, done.message.state) == (False, "report", 1, "report")


def test_in_the_demo_an_agent_answers_by_a_button(client: Client, made: Company, settings: Any) -> None:
    settings.BIHUAN_DEMO = True
    call = rings()
    as_(client, made, Role.AGENT)
    assert "Answer" in text(client, "/desk/hotline")
    client.post(f"/desk/calls/{call.id}/deed", {"do": "answer"})
    assert Call.objects.get().agent_id == made.people[Role.AGENT].id
    settings.BIHUAN_DEMO = False
    assert client.post(f"/desk/calls/{call.id}/deed", {"do": "answer"}).status_code == 404


@pytest.mark.demand("S2-06")
def test_the_figures_by_hour_and_their_file(client: Client, made: Company) -> None:
    rings()
    answers(made)
    play("ended", call="c-1", now=clock.now())
    as_(client, made, Role.SUPERVISOR)
    page = text(client, "/manage/hotline")
    assert ("100.0 % answered within 20 seconds" in page, "By hour of the day" in page) == (True, True)
    assert b"Within 15 s, %" in b"".join(client.get("/manage/hotline.csv").streaming_content)  # type: ignore[attr-defined]


def test_whoever_is_to_be_rung_stands_on_the_lists_of_those_who_ring(client: Client, made: Company) -> None:
    call = rings()
    play("ended", call="c-1", now=clock.now(), at=f"{call.rang_at.timestamp() + 30:.3f}")
    as_(client, made, Role.AGENT)
    todo = text(client, "/todo/")
    assert (f"/desk/ring-backs/{RingBack.objects.get().id}" in todo, "Missed call" in todo) == (True, True)
    as_(client, made, Role.DISPATCHER)
    assert "Missed call" not in text(client, "/todo/")


@pytest.mark.demand("S4-06")
def test_whoever_was_asked_takes_a_transferred_call_over_and_no_alarm_rings(
    client: Client, made: Company
) -> None:
    owner = made.people[Role.DEPARTMENT_OWNER]
    owner.department = "technical_support"
    owner.save()
    rings()
    call = answers(made)
    as_(client, made, Role.AGENT)
    path = f"/desk/calls/{call.id}/deed"
    client.post(path, {"do": "transfer", "to": "technical_support", "ready": "yes"})
    settle(clock.now())
    assert list(Notice.objects.filter(kind="transfer_begun").values_list("person_id", flat=True)) == [
        owner.id
    ]
    mine = [text(client, page) for page in ("/desk/hotline", "/desk/calls")]
    assert ["take_over" in page for page in mine] == [False, False]
    as_(client, made, Role.CALLBACK_AGENT)
    theirs = [text(client, page) for page in ("/desk/hotline", "/desk/calls", f"/desk/calls/{call.id}")]
    assert ["take_over" in page for page in theirs] == [True] * 3
    assert "Put through, waits → Technical support · 0:0" in theirs[0]
    as_(client, made, Role.DEPARTMENT_OWNER)
    assert "take_over" in text(client, f"/desk/calls/{call.id}")
    client.post(path, {"do": "take_over"})
    told = Call.objects.get()
    assert (told.agent_id, told.taken_over_at is not None, waits_for_somebody(told)) == (owner.id, True, None)
    assert alarm_transfers(clock.now() + timedelta(minutes=9)) == 0
    as_(client, made, Role.CALLBACK_AGENT)
    assert client.post(path, {"do": "take_over"}).status_code == 404


def test_a_call_can_be_put_through_to_a_colleague_at_work(client: Client, made: Company) -> None:
    other = made.people[Role.CALLBACK_AGENT]
    as_(client, made, Role.CALLBACK_AGENT).post("/desk/seat", {"extension": "", "ready": "yes"})
    rings()
    call = answers(made)
    as_(client, made, Role.AGENT)
    assert f'<option value="{other.login}">' in text(client, f"/desk/calls/{call.id}")
    client.post(f"/desk/calls/{call.id}/deed", {"do": "transfer", "to": other.login, "ready": "yes"})
    settle(clock.now())
    assert list(Notice.objects.filter(kind="transfer_begun").values_list("person_id", flat=True)) == [
        other.id
    ]
    as_(client, made, Role.DEPARTMENT_OWNER)
    assert client.get(f"/desk/calls/{call.id}").status_code == 404
