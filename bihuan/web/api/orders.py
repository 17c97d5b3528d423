"""Orders of platforms: sent by their own number, asked by it, and what is new of them for those who ask instead of
being told."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.timezone import is_naive, localtime, make_aware
from ninja import Router, Schema
from ninja.errors import ValidationError as NinjaInvalid
from ninja.responses import Status
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from bihuan.registers.access.errors import NotAllowed, NotFound
from bihuan.registers.access.programs import note_taken
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.service.commitments.queries import promises_of
from bihuan.service.intake.queries import link_of
from bihuan.service.intake.told import WAYS, FileTold
from bihuan.service.orders.actions import NEW, platform_in_use, take_order
from bihuan.service.orders.errors import PlatformUnknown
from bihuan.service.orders.queries import Order, StateTold, order_of, states_after, states_of
from bihuan.service.orders.told import OrderTold
from bihuan.web.api.door import viewer_at
from bihuan.web.api.reading import WITH_FILES, files_in, said_length
from bihuan.web.api.refusals import TooLarge
from bihuan.web.api.reports import as_sent
from bihuan.web.api.shapes import (
    WRITTEN,
    AddressIn,
    AttachmentIn,
    Code,
    Day,
    MachineIn,
    Readable,
    Short,
    Strict,
    everywhere,
    inlined,
    one_of,
    readable,
)
from bihuan.web.look.doors import moment

router = Router(tags=["orders"])


def instant(value: Any) -> Any:
    """2026-05-31T09:30:00+08:00 as a moment; without a zone it is the installation's. Nothing else is guessed."""
    if not isinstance(value, str) or "T" not in value:
        return value
    try:
        told = datetime.fromisoformat(value)
        return make_aware(told) if is_naive(told) else told
    except (ValueError, OverflowError):
        raise PydanticCustomError("date_parsing", "This is not a moment.") from None


class OrderIn(Strict):
    """One order under the platform's own number. The same number again with the same words gets the same answer; with
    other words it is an update, or is refused with the reason. `platform` may be left out by a platform's program."""

    number: Short = Field(json_schema_extra=WRITTEN)
    platform: Code = ""
    kind: Short = ""
    words: Readable = ""
    name: Annotated[str, StringConstraints(max_length=120), AfterValidator(readable)] = ""
    phone: Short = ""
    address: AddressIn | None = None
    machine: MachineIn | None = None
    way: Code = Field("", json_schema_extra=one_of(WAYS))
    ordered_at: Annotated[datetime, BeforeValidator(instant)] | None = None
    promised_on: Day | None = None
    invoice: Short = ""
    proof: Annotated[str, StringConstraints(max_length=500), AfterValidator(readable)] = ""
    attachments: list[AttachmentIn] = Field(default_factory=list, max_length=20)
    cancelled: bool = False


class StateOut(Schema):
    """One state of an order. `event` is the same by whichever way it is told; `id` grows, to ask from it on."""

    id: int
    event: str
    platform: str
    number: str
    case: str | None
    state: str
    place: str
    outcome: str
    at: datetime


class OrderOut(Schema):
    """`became` is new, same or changed; `case` is null while a person has to look at the order first."""

    platform: str
    number: str
    case: str | None
    link: str
    kind: str
    version: int
    cancelled: bool
    promised_by: datetime | None
    due: datetime | None
    state: str | None
    became: Literal["new", "same", "changed"] | None = None
    changed: list[str] = []


class StatesOut(Schema):
    """`next` is what to send as `after` the next time."""

    states: list[StateOut]
    next: int


DESCRIBED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": inlined(OrderIn.model_json_schema())}},
    }
}


@router.post(
    "/orders",
    response={200: OrderOut, 201: OrderOut, **everywhere(409, 413, 422)},
    summary="A platform's order comes in",
    openapi_extra=DESCRIBED,
)
def send_order(request: HttpRequest) -> Status[OrderOut]:
    """201 for a new order, 200 for one that is here already, the same or changed by this; 409 where its number says
    something that is no update. `kind` is the platform's own word or our code."""
    viewer = viewer_at(request)
    if not (viewer.platform or (viewer.is_staff and viewer.may("report.take"))):
        raise NotAllowed("report.take")
    try:
        sent, files = _read(request)
    except ValidationError as error:
        raise NinjaInvalid([dict(one) for one in error.errors(include_url=False)]) from None
    platform = platform_in_use(_platform(sent.platform, viewer))
    with as_sent():
        taken = take_order(platform, _told(sent, files), by=viewer.actor, now=moment(request))
    if taken.became == NEW and viewer.platform and viewer.token_id:
        note_taken(viewer.token_id, now=moment(request))
    answer = _out(order_of(viewer, platform.code, taken.order.number), now=moment(request))
    answer.became, answer.changed = taken.became, list(taken.fields)  # type: ignore[assignment]  # one of the three
    return Status(201 if taken.became == NEW else 200, answer)


@router.get(
    "/orders/states",
    response={200: StatesOut, **everywhere(422)},
    summary="What is new of the orders this token may see",
)
def states(
    request: HttpRequest,
    after: Annotated[int, Field(ge=0, le=2**62)] = 0,
    size: Annotated[int, Field(ge=1, le=500)] = 100,
) -> StatesOut:
    """Oldest first, from `after` on. Asking again from the same number gives the same and what came since."""
    viewer = viewer_at(request)
    if not (viewer.platform or (viewer.is_staff and viewer.may("case.read"))):
        raise NotAllowed("case.read")
    found = [_state(one) for one in states_after(viewer, after=after, size=size)]
    return StatesOut(states=found, next=found[-1].id if found else after)


@router.get("/orders/{number}", response={200: OrderOut, **everywhere(422)}, summary="One order")
def one_order(
    request: HttpRequest, number: str, platform: Annotated[str, Field(max_length=40)] = ""
) -> OrderOut:
    """By the platform's own number. Whoever is not that platform's program names the platform."""
    viewer = viewer_at(request)
    try:
        return _out(order_of(viewer, _platform(platform, viewer), number), now=moment(request))
    except PlatformUnknown:
        raise NotFound from None


def _platform(named: str, viewer: Viewer) -> str:
    """The platform that is meant. A platform's program speaks for its own alone."""
    if viewer.platform and named not in ("", viewer.platform):
        raise PlatformUnknown
    return viewer.platform or named


def _read(request: HttpRequest) -> tuple[OrderIn, tuple[FileTold, ...]]:
    if said_length(request) > WITH_FILES or len(request.body) > WITH_FILES:
        raise TooLarge
    sent = OrderIn.model_validate_json(request.body)
    return sent, tuple(files_in(sent.attachments))


def _told(sent: OrderIn, files: tuple[FileTold, ...]) -> OrderTold:
    machine = MachineTold()
    if sent.machine is not None:
        told = sent.machine.model_dump(exclude={"serial", "serials"})
        serials = sent.machine.serials | ({"whole": sent.machine.serial} if sent.machine.serial else {})
        machine = MachineTold(**told, serials=serials)
    return OrderTold(
        number=sent.number,
        kind=sent.kind,
        words=sent.words,
        name=sent.name,
        phone=sent.phone,
        address=AddressTold(**sent.address.model_dump()) if sent.address else AddressTold(),
        machine=machine,
        ordered_at=sent.ordered_at,
        promised_on=sent.promised_on,
        invoice=sent.invoice,
        proof=sent.proof,
        way=sent.way,
        cancelled=sent.cancelled,
        files=files,
    )


def _out(order: Order, *, now: datetime) -> OrderOut:
    case = order.case
    due = [one.due_at for one in promises_of(case.id, now=now) if one.public and one.due_at] if case else []
    last = next(iter(states_of(order.id)), None)
    return OrderOut(
        platform=order.platform.code,
        number=order.number,
        case=case.number if case else None,
        link=link_of(order.report) if order.report else "",
        kind=order.kind,
        version=order.version,
        cancelled=order.cancelled_at is not None,
        promised_by=localtime(order.promised_at) if order.promised_at else None,
        due=localtime(min(due)) if due else None,
        state=last.state if last else None,
    )


def _state(row: StateTold) -> StateOut:
    return StateOut(
        id=row.id,
        event=row.event,
        platform=row.order.platform.code,
        number=row.order.number,
        case=row.order.case.number if row.order.case else None,
        state=row.state,
        place=row.place,
        outcome=row.outcome,
        at=localtime(row.at),
    )
