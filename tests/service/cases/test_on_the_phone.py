"""Calls and their case: the wait of whoever is put through is promised, and who hears a recording is written down."""

import pytest
from django.test import Client

from bihuan.ground.journal.queries import story_of
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.cases.on_the_phone import calls_of, hear_of_case
from bihuan.service.commitments.actions import mark_broken
from bihuan.service.commitments.models import Promise
from bihuan.service.intake.actions import receive
from bihuan.service.intake.calls.actions import transfer
from bihuan.service.intake.calls.models import Call
from bihuan.service.intake.calls.playing import play
from tests.makers import NOW, Company, company, later, told

pytestmark = pytest.mark.django_db
PHONE = "13912345678"
RECORDING = "https://pbx.example.com/rec/1.wav"


@pytest.fixture
def made() -> Company:
    return company()


def answered(made: Company) -> Call:
    play("ringing", call="c-1", now=NOW, **{"from": PHONE})
    play("answered", call="c-1", now=later(seconds=8), agent=made.people[Role.AGENT].login)
    return Call.objects.select_related("message").get()


def written_down(made: Company, call: Call, *, seconds: float) -> Case:
    receive(
        told(phone=PHONE, channel="hotline"),
        by=made.actor(Role.AGENT),
        node=made.head,
        now=later(seconds=seconds),
        taken_by=made.people[Role.AGENT].id,
        message=call.message,
    )
    return Case.objects.get()


def wait_of(case: Case) -> Promise:
    return Promise.objects.get(case=case, about="transfer")


@pytest.mark.demand("S4-07")
@pytest.mark.parametrize("reported_at", [20, 60])
def test_who_is_put_through_is_promised_two_minutes_whenever_the_case_is_written(
    made: Company, reported_at: int
) -> None:
    call, agent = answered(made), made.viewer(Role.AGENT)
    if reported_at == 20:
        written_down(made, call, seconds=20)
    transfer(call, to="Technical support", ready=True, viewer=agent, now=later(seconds=30))
    if reported_at == 60:
        written_down(made, call, seconds=60)
    case = Case.objects.get()
    promise = wait_of(case)
    assert (promise.began_at, promise.due_at, promise.open) == (
        later(seconds=30),
        later(seconds=150),
        True,
    )
    play("answered", call="c-1", now=later(seconds=100), agent=made.people[Role.SUPERVISOR].login)
    promise = wait_of(case)
    assert (promise.open, promise.state, promise.ended_at) == (False, Promise.KEPT, later(seconds=100))


@pytest.mark.demand("S4-07")
def test_nobody_takes_over_and_the_promise_is_broken_once(made: Company) -> None:
    call = answered(made)
    case = written_down(made, call, seconds=20)
    transfer(call, to="x", ready=True, viewer=made.viewer(Role.AGENT), now=later(seconds=30))
    mark_broken(later(seconds=151))
    play("ended", call="c-1", now=later(seconds=200))
    play("ended", call="c-1", now=later(seconds=200))
    told_of = [fact.event.kind for fact in story_of(case.chain_id)]
    assert (wait_of(case).broken_at, wait_of(case).open) == (later(seconds=150), False)
    assert [kind for kind in told_of if kind.startswith("case.call_")] == [
        "case.call_put_through",
        "case.call_given_up",
    ]


def test_who_hangs_up_in_time_breaks_no_promise(made: Company) -> None:
    call = answered(made)
    case = written_down(made, call, seconds=20)
    transfer(call, to="x", ready=True, viewer=made.viewer(Role.AGENT), now=later(seconds=30))
    play("ended", call="c-1", now=later(seconds=90))
    assert (wait_of(case).open, wait_of(case).state) == (False, Promise.VOID)


def a_recorded_case(made: Company) -> tuple[Case, int]:
    call = answered(made)
    case = written_down(made, call, seconds=20)
    play("recording", call="c-1", now=later(seconds=70), url=RECORDING)
    play("ended", call="c-1", now=later(seconds=80))
    return case, call.id


def test_the_page_of_a_case_lists_its_calls_and_who_opens_a_recording_is_written_down(
    made: Company, client: Client
) -> None:
    case, call_id = a_recorded_case(made)
    assert [(one.id, one.seconds, one.recorded) for one in calls_of(case)] == [(call_id, 72, True)]
    client.force_login(made.people[Role.DEPARTMENT_OWNER])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = client.get(f"/desk/case/{case.number}").content.decode()
    where = f"/desk/case/{case.number}/calls/{call_id}/recording"
    assert (where in page, RECORDING in page) == (True, False)
    answer = client.post(where)
    assert (answer.status_code, RECORDING in answer.content.decode()) == (200, True)
    heard = [fact for fact in story_of(case.chain_id) if fact.event.kind == "call.recording_heard"]
    assert [(fact.event.subject_id, fact.by.id) for fact in heard] == [
        (call_id, made.people[Role.DEPARTMENT_OWNER].id)
    ]
    assert "The recording of the call was opened" in client.get(f"/desk/case/{case.number}").content.decode()


def test_a_dispatcher_sees_the_case_and_neither_its_calls_nor_a_recording(
    made: Company, client: Client
) -> None:
    case, call_id = a_recorded_case(made)
    client.force_login(made.people[Role.DISPATCHER])
    page = client.get(f"/desk/case/{case.number}")
    assert (page.status_code, b'id="calls"' in page.content) == (200, False)
    assert client.post(f"/desk/case/{case.number}/calls/{call_id}/recording").status_code in {403, 404}


def test_a_call_of_another_case_has_no_recording_here(made: Company) -> None:
    case, call_id = a_recorded_case(made)
    with pytest.raises(NotFound):
        hear_of_case(case, call_id + 1, viewer=made.viewer(Role.AGENT), now=later(minutes=2))
