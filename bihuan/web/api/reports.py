"""POST /reports: a customer's words come in; answered only when they are kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Router
from ninja.errors import ValidationError as NinjaInvalid
from ninja.responses import Status
from pydantic import ValidationError

from bihuan.registers.access.errors import NotAllowed, Refusal
from bihuan.registers.access.programs import note_taken
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.registers.organisation.queries import head_office
from bihuan.service.cases.queries import case_for_link, case_of_report
from bihuan.service.cases.words import KINDS
from bihuan.service.commitments.queries import promises_of
from bihuan.service.intake.actions import receive
from bihuan.service.intake.errors import ReportRefused
from bihuan.service.intake.queries import Report, link_of
from bihuan.service.intake.told import LIVE, FileTold, Told
from bihuan.web.api.door import viewer_at
from bihuan.web.api.reading import read
from bihuan.web.api.shapes import (
    AddressIn,
    MachineIn,
    PromiseOut,
    ReportIn,
    ReportOut,
    everywhere,
    inlined,
)
from bihuan.web.look.doors import moment
from bihuan.web.look.reading import known_language
from bihuan.web.look.words import local_time

router = Router(tags=["reports"])
LONGEST_KEY = 200
ANYBODY = frozenset({Role.AGENT, Role.CUSTOMER, Role.SUPERVISOR})
OF_MACHINE = frozenset({"bought_on", "about_years", "extended_until"})
CONSENTS = frozenset({"service", "recording", "marketing"})

DESCRIBED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": inlined(ReportIn.model_json_schema())}},
    },
    "parameters": [
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": False,
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
            "description": "The same key with the same body gets the same answer for 30 days.",
        }
    ],
}


@router.post(
    "/reports",
    response={201: ReportOut, **everywhere(409, 413, 422)},
    summary="A customer's words come in",
    openapi_extra=DESCRIBED,
)
def receive_report(request: HttpRequest) -> Status[ReportOut]:
    """Needs only `words` and a way to reach the customer. Answers the number, the private link, and what was
    promised; the number is null when a person has to look at the report first."""
    viewer = viewer_at(request)
    if not (viewer.roles & ANYBODY or viewer.channel):
        raise NotAllowed("report.take")
    try:
        sent, files = read(request)
    except ValidationError as error:
        raise NinjaInvalid([dict(one) for one in error.errors(include_url=False)]) from None
    now = moment(request)
    with as_sent():
        report = receive(
            replace(told_by(sent, files, viewer), probe=request.headers.get("Idempotency-Key", "")),
            by=viewer.actor,
            node=head_office(),
            now=now,
            taken_by=_taken_by(sent, viewer),
            once=once_of(request, viewer),
        )
    if viewer.channel and viewer.token_id and report.received_at == now:  # not one that was answered before
        note_taken(viewer.token_id, now=now)
    return Status(201, answer_for(report, viewer))


@contextmanager
def as_sent() -> Iterator[None]:
    """Name what is wrong by the place where the sender wrote it."""
    try:
        yield
    except ReportRefused as refused:
        fields = {
            f"machine.{name}" if name in OF_MACHINE else name: said for name, said in refused.fields.items()
        }
        raise Refusal(str(refused), fields=fields) from None


def told_by(sent: ReportIn, files: tuple[FileTold, ...], viewer: Viewer) -> Told:
    """What was sent, as every channel hands it over. A channel's token speaks for that channel alone."""
    if unknown := [name for name in sent.consents if name not in CONSENTS]:
        raise _not_one("consents", unknown[0])
    if sent.kind and sent.kind not in KINDS:
        raise _not_one("kind", sent.kind)
    own = viewer.customer_id if not (sent.phone or sent.email) else None
    return Told(
        words=sent.words,
        channel=viewer.channel or sent.channel or "app",
        phone=sent.phone,
        email=sent.email,
        name=sent.name,
        customer_id=own,
        kind=sent.kind,
        wish=sent.wish,
        way=sent.way or "on_site",
        urgency=sent.urgency,
        error_code=sent.error_code,
        began_on=sent.began_on,
        machine=_machine(sent.machine),
        address=_address(sent.address),
        outside_number=sent.outside_number,
        consents=sent.consents,
        language=known_language(sent.language) or "" if sent.language else "",
        files=files,
    )


def _not_one(field: str, value: str) -> Refusal:
    sentence = _("“%(value)s” is not one of the choices.") % {"value": value[:40]}
    return Refusal(
        _("The report was not accepted yet: please mend the marked fields."), fields={field: sentence}
    )


def _machine(sent: MachineIn | str | None) -> MachineTold:
    if sent is None or isinstance(sent, str):
        return MachineTold(model=sent or "")
    told = sent.model_dump(exclude={"serial", "serials"})
    serials = sent.serials | ({"whole": sent.serial} if sent.serial else {})
    return MachineTold(**told, serials=serials)


def _address(sent: AddressIn | str | None) -> AddressTold:
    if sent is None or isinstance(sent, str):
        return AddressTold(door=sent or "")
    return AddressTold(**sent.model_dump())


def _taken_by(sent: ReportIn, viewer: Viewer) -> int | None:
    """The agent who had the customer on the line; nobody when a program sent it."""
    return viewer.person_id if sent.channel in LIVE and viewer.is_staff else None


def once_of(request: HttpRequest, viewer: Viewer) -> tuple[str, str] | None:
    """Scope and key of a request that may be repeated: the scope is the token."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not key.strip() or len(key) > LONGEST_KEY or not key.isprintable():
        sentence = _("An Idempotency-Key has 1 to 200 visible characters.")
        raise Refusal(sentence, fields={"Idempotency-Key": sentence})
    return f"token:{viewer.token_id}", key


def answer_for(report: Report, viewer: Viewer) -> ReportOut:
    """The same words however often the same request comes: promises as they were made."""
    case = case_of_report(report.id) if _may_know(report, viewer) else case_for_link(report)
    made = []
    if case is not None:
        for one in promises_of(case.id, now=report.received_at):
            if one.public and one.began_at == case.opened_at and one.due_at is not None:
                title = one.title.in_(get_language() or "en")
                made.append(
                    PromiseOut(
                        about=one.about,
                        due=localtime(one.due_at),
                        words=by_when(title, one.due_at, report.received_at),
                    )
                )
    first = report if case is None or report.joins is None else case.report
    return ReportOut(number=case.number if case else None, link=link_of(first), promises=made)


def _may_know(report: Report, viewer: Viewer) -> bool:
    """Whether the sender may know the case that these words were taken as asking about: whoever only sends somebody's
    number with them has proven nothing."""
    if viewer.is_staff or (viewer.customer_id is not None and viewer.customer_id == report.customer_id):
        return True
    return report.joins is None or (bool(viewer.channel) and report.joins.channel == viewer.channel)


def by_when(title: str, due: datetime, now: datetime) -> str:
    """“First contact: today 15:30 at the latest”."""
    return _("%(promise)s: %(when)s at the latest") % {"promise": title, "when": local_time(due, now)}
