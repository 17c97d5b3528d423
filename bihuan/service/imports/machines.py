"""Machines brought in from a file, each with the customer who has it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.queries import machines_count
from bihuan.service.imports.customers import CustomersTarget
from bihuan.service.imports.household_fields import MACHINE, PERSON, PLACE
from bihuan.service.imports.households import WORDS, phone_key
from bihuan.service.imports.target import Field, Line, Trouble

NAMES_A_MACHINE = ("serial", "outdoor_serial", "model", "brand", "category")


class MachinesTarget(CustomersTarget):
    """Appliances, known by their serial; without one by brand and model of their owner."""

    code = "machines"
    title: Promise | str = _("Machines")
    about: Promise | str = _(
        "Appliances with serial number, day of purchase and warranty; their owners are found by phone."
    )
    icon = "wash-machine"
    fields: tuple[Field, ...] = (*PERSON[:2], *MACHINE, *PERSON[2:], *PLACE)
    order: tuple[str, ...] = ("customers",)
    words: Mapping[str, Promise | str] = WORDS | {
        "no_machine": _("This row names no machine: no serial number, brand, model or product family.")
    }

    asks = False

    def count(self, viewer: Viewer) -> int:
        return machines_count()

    def key(self, values: Mapping[str, Any]) -> str:
        serial = values.get("serial") or values.get("outdoor_serial")
        return f"{phone_key(values)} {serial}" if serial else ""

    def faults(self, line: Line, now: datetime) -> Sequence[Trouble]:
        if not any(name in line.values for name in NAMES_A_MACHINE):
            return [Trouble(code="no_machine")]
        return super().faults(line, now)


MACHINES = MachinesTarget()
