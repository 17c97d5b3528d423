"""Lists of orders of one platform: every row is taken as an order by its number, as the API takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bihuan.ground.journal.actions import lock_chains, writing
from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import card_of
from bihuan.service.imports.errors import refusal_words
from bihuan.service.imports.households import WORDS as HOUSE_WORDS
from bihuan.service.imports.households import Reckoning
from bihuan.service.imports.order_fields import ORDER
from bihuan.service.imports.target import Choice, Field, Finding, Kept, Line, Made, State, Trouble, Written
from bihuan.service.orders.actions import take_order
from bihuan.service.orders.errors import SENTENCES
from bihuan.service.orders.foreseeing import foresee
from bihuan.service.orders.keeping import platforms_in_use
from bihuan.service.orders.models import Order, Platform
from bihuan.service.orders.rules import Fault
from bihuan.service.orders.told import OrderTold

BEFORE = "orders-"
STATES = {"new": State.NEW, "same": State.SAME, "changed": State.CHANGED}
OF_A_PLACE = frozenset({"address", "city", "district", "street", "door"})


class OrdersTarget:
    """The orders of one platform; its own heads stand before the usual ones."""

    icon = "truck"
    order: tuple[str, ...] = ()
    at_once = 20  # rows of one transaction: each is a whole case, and others want to write too
    words: Mapping[str, Promise | str] = {
        **HOUSE_WORDS,
        **SENTENCES,
        "cannot_undo_change": _("What a row changed on an order stays: the case knows of it."),
    }

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.code = f"{BEFORE}{platform.code}"
        self.title: Promise | str = f"{platform.name}"
        self.about: Promise | str = _(
            "Orders of this platform, known by its own number: the same file again doubles nothing."
        )
        self.fields: tuple[Field, ...] = tuple(self._field(one) for one in ORDER)

    def _field(self, field: Field) -> Field:
        own = tuple(str(head) for head in self.platform.columns.get(field.code, ()))
        return replace(field, also=(*own, *field.also), required=field.code in ("number", "phone"))

    def count(self, viewer: Viewer) -> int:
        return Order.objects.filter(platform=self.platform).count()

    def key(self, values: Mapping[str, Any]) -> str:
        return str(values.get("number", ""))

    def look(self, lines: Sequence[Line], *, viewer: Viewer, now: datetime) -> list[Finding]:
        tolds, said = self._tolds(lines)
        found = foresee(self.platform, tolds, now=now)
        return [
            Finding(
                number=line.number,
                state=_state(line, STATES.get(one.became, State.REFUSED)),
                troubles=(*_repeats(line), *map(_trouble, one.faults), *said[line.number]),
                row_id=one.order_id,
                changes=_columns(one.fields, line) if one.became == "changed" else (),
            )
            for line, one in zip(lines, found, strict=True)
        ]

    def write(
        self,
        lines: Sequence[Line],
        choices: Mapping[int, Choice],
        *,
        run_id: int,
        viewer: Viewer,
        now: datetime,
    ) -> list[Written]:
        tolds, said = self._tolds(lines)
        self._hold(tolds)
        return [
            self._take(line, told, said[line.number], viewer=viewer, now=now)
            for line, told in zip(lines, tolds, strict=True)
        ]

    def _hold(self, tolds: Sequence[OrderTold]) -> None:
        """Lock the stories of the orders that are here already, in the one order in which all lock them."""
        here = Order.objects.filter(platform=self.platform, number__in=[told.number for told in tolds])
        with writing():
            lock_chains(here.filter(case__isnull=False).values_list("case__chain_id", flat=True))

    def _take(
        self, line: Line, told: OrderTold, said: Sequence[Trouble], *, viewer: Viewer, now: datetime
    ) -> Written:
        try:
            with transaction.atomic():
                taken = take_order(self.platform, told, by=viewer.actor, now=now)
        except Refusal as refused:
            trouble = Trouble(code="refused", params={"sentence": refusal_words(refused)})
            return Written(number=line.number, state=State.REFUSED, troubles=(trouble,))
        fresh = taken.became == "new"
        made = (
            ()
            if taken.became == "same"
            else (Made(kind="order", id=taken.order.id, new=fresh, after={"version": taken.order.version}),)
        )
        return Written(number=line.number, state=STATES[taken.became], made=made, troubles=tuple(said))

    def undo(self, written: Sequence[Written], *, viewer: Viewer, now: datetime) -> list[Kept]:
        """An order that a row brought is cancelled, as its platform would; one on which somebody worked stays."""
        kept = []
        for line in written:
            for made in line.made:
                why = self._undo(made, viewer=viewer, now=now) if made.new else "cannot_undo_change"
                if why:
                    trouble = Trouble(code=why)
                    kept.append(Kept(number=line.number, kind="order", id=made.id, trouble=trouble))
        return kept

    def _undo(self, made: Made, *, viewer: Viewer, now: datetime) -> str:
        order = Order.objects.select_related("case").filter(id=made.id).first()
        if order is None:
            return "gone"
        case = order.case
        if order.version != made.after.get("version") or (case is not None and _worked_on(case)):
            return "touched_since"
        take_order(self.platform, OrderTold(number=order.number, cancelled=True), by=viewer.actor, now=now)
        return ""

    def _tolds(self, lines: Sequence[Line]) -> tuple[list[OrderTold], dict[int, list[Trouble]]]:
        """Each line as an order, and what to know about it."""
        reckoning = Reckoning()
        said: dict[int, list[Trouble]] = {line.number: [] for line in lines}
        return [_told(line, reckoning, said[line.number]) for line in lines], said


def _told(line: Line, reckoning: Reckoning, troubles: list[Trouble]) -> OrderTold:
    values = line.values
    house = reckoning.told({**values, "phone": ()}, troubles)
    return OrderTold(
        number=str(values.get("number", "")),
        kind=values.get("kind", ""),
        words=values.get("words", ""),
        name=values.get("name", ""),
        phone=values.get("phone", ""),
        address=house.address or AddressTold(),
        machine=house.machine or MachineTold(),
        ordered_at=values.get("ordered_at"),
        promised_on=values.get("promised_on"),
        invoice=values.get("invoice", ""),
        proof=values.get("proof", ""),
        way=values.get("way", ""),
    )


def _worked_on(case: Case) -> bool:
    """Whether anybody has done anything with a case since its order came."""
    return not case.open or case.owner_id is not None or case.stands_at != card_of(case).starts_at


def _trouble(fault: Fault) -> Trouble:
    return Trouble(code=fault.code, field=fault.field, params=dict(fault.params))


def _state(line: Line, state: State) -> State:
    """A row whose order an earlier row brings is a change to it, unless it tells just the same."""
    if line.repeats is None or state is State.REFUSED:
        return state
    return State.CHANGED if line.differs else State.SAME


def _repeats(line: Line) -> tuple[Trouble, ...]:
    if line.repeats is None:
        return ()
    code = "repeats_otherwise" if line.differs else "repeats"
    return (Trouble(code=code, params={"row": line.repeats}),)


def _columns(fields: Sequence[str], line: Line) -> tuple[str, ...]:
    """The columns of the file in which these fields of an order stand."""
    found: list[str] = []
    for name in fields:
        if name == "address":
            found += [code for code in line.values if code in OF_A_PLACE]
        elif name == "machine":
            found += [code for code in line.values if code in {"category", "brand", "model", "serial"}]
        elif name in line.values:
            found.append(name)
    return tuple(found)


def order_targets() -> tuple[OrdersTarget, ...]:
    """One target a platform in use, by name."""
    return tuple(OrdersTarget(one) for one in platforms_in_use())


def order_target(code: str) -> OrdersTarget | None:
    """The target of the platform in use that this code names."""
    wanted = code.removeprefix(BEFORE) if code.startswith(BEFORE) else ""
    return next((OrdersTarget(one) for one in platforms_in_use() if wanted and one.code == wanted), None)
