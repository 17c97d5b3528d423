"""Customers brought in from a file, with where they live and, if the file has it, a machine of theirs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.bringing_in import Placed, write_lines
from bihuan.registers.customers.households import Picture, picture_of
from bihuan.registers.customers.queries import everyone
from bihuan.registers.organisation.queries import head_office
from bihuan.service.imports.household_fields import MACHINE, PERSON, PLACE
from bihuan.service.imports.household_undo import made_of, take_back
from bihuan.service.imports.households import (
    WORDS,
    Reckoning,
    candidates_of,
    phone_key,
    place_all,
    state_of,
    trouble_of,
)
from bihuan.service.imports.target import (
    Choice,
    Field,
    Finding,
    Kept,
    Line,
    State,
    Trouble,
    Written,
)
from bihuan.service.searching.indexing import mark_stale

FATAL = frozenset({"day_ahead", "no_machine"})


class CustomersTarget:
    """People, known by their phone."""

    code = "customers"
    title: Promise | str = _("Customers")
    about: Promise | str = _("Names, phones and addresses; with columns of a machine their machines too.")
    icon = "users"
    fields: tuple[Field, ...] = (*PERSON, *PLACE, *MACHINE)
    order: tuple[str, ...] = ()
    words: Mapping[str, Promise | str] = WORDS

    asks = True
    """Whether a person decides when a phone is known under another name."""

    def count(self, viewer: Viewer) -> int:
        return everyone().count()

    def key(self, values: Mapping[str, Any]) -> str:
        return phone_key(values)

    def faults(self, line: Line, now: datetime) -> Sequence[Trouble]:
        """What keeps a row from being brought in, beyond cells that cannot be read."""
        bought = line.values.get("bought_on")
        if bought is not None and bought > now.date():
            return [Trouble(code="day_ahead", field="bought_on")]
        return []

    def look(self, lines: Sequence[Line], *, viewer: Viewer, now: datetime) -> list[Finding]:
        looked, _picture = self._placed(lines, None, now=now)
        return [_finding(line, *looked[line.number]) for line in lines]

    def write(
        self,
        lines: Sequence[Line],
        choices: Mapping[int, Choice],
        *,
        run_id: int,
        viewer: Viewer,
        now: datetime,
    ) -> list[Written]:
        looked, picture = self._placed(lines, choices, now=now)
        found = [placed for placed, _ in looked.values() if placed is not None and placed.home is not None]
        write_lines(found, picture, node=head_office(), now=now)
        mark_stale(one.home.row.id for one in found if one.home and one.home.row)
        return [_written(line, *looked[line.number]) for line in lines]

    def undo(self, written: Sequence[Written], *, viewer: Viewer, now: datetime) -> list[Kept]:
        return take_back(written, now=now)

    def _placed(
        self, lines: Sequence[Line], choices: Mapping[int, Choice] | None, *, now: datetime
    ) -> tuple[dict[int, tuple[Placed | None, list[Trouble]]], Picture]:
        """Line number → where it stands in the picture (None: refused or left alone) with its troubles; and the
        picture."""
        reckoning = Reckoning()
        looked: dict[int, tuple[Placed | None, list[Trouble]]] = {}
        sound: list[Line] = []
        for line in lines:
            looked[line.number] = (None, list(self.faults(line, now)))
            if not looked[line.number][1]:
                sound.append(line)
        tolds = [reckoning.told(line.values, looked[line.number][1]) for line in sound]
        picture = picture_of(tolds)
        placed = place_all(sound, choices, picture, tolds, asks=self.asks, now=now)
        for line, one in zip(sound, placed, strict=True):
            looked[line.number] = (one, looked[line.number][1])
        return looked, picture


def _finding(line: Line, placed: Placed | None, troubles: Sequence[Trouble]) -> Finding:
    if placed is None:
        return Finding(number=line.number, state=State.REFUSED, troubles=tuple(troubles))
    state = state_of(placed)
    if line.repeats is not None and state == State.NEW:  # the earlier row will have made it
        state = State.CHANGED
    row = placed.home.row if placed.home else None
    return Finding(
        number=line.number,
        state=state,
        troubles=(*trouble_of(placed), *troubles, *_repeats(line)),
        row_id=row.id if row else None,
        candidates=candidates_of(placed.asked),
        changes=tuple(dict.fromkeys(placed.changes)),
    )


def _repeats(line: Line) -> tuple[Trouble, ...]:
    return () if line.repeats is None else (Trouble(code="repeats", params={"row": line.repeats}),)


def _written(line: Line, placed: Placed | None, troubles: Sequence[Trouble]) -> Written:
    if placed is None:
        refused = any(trouble.code in FATAL for trouble in troubles)
        return Written(
            number=line.number,
            state=State.REFUSED if refused else State.SKIPPED,
            troubles=tuple(troubles),
        )
    return Written(
        number=line.number,
        state=state_of(placed),
        made=made_of(placed),
        troubles=(*trouble_of(placed), *troubles),
    )


CUSTOMERS = CustomersTarget()
