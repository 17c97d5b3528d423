"""Who plays in the demo's past: people by role and place, prices by code, a hand that signs."""

import base64
import struct
import zlib
from dataclasses import dataclass
from functools import cached_property
from random import Random

from bihuan.ground.journal.event import CLOCK, Actor
from bihuan.management.demo.names import demo
from bihuan.registers.access.models import Person
from bihuan.registers.access.queries import viewer_of
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.knowledge.content import Line
from bihuan.registers.knowledge.reading import shipped
from bihuan.registers.organisation.models import Node
from bihuan.registers.organisation.queries import head_office
from bihuan.registers.parts.models import Part, Price
from bihuan.registers.parts.queries import categories
from bihuan.service.cases.actions import Doer

HOUSE = Doer.house(CLOCK)


def staff(person_id: int) -> Doer:
    """Somebody of ours acting by themselves."""
    return Doer.house(Actor(kind="staff", id=person_id))


def customer(customer_id: int) -> Doer:
    return Doer.house(Actor(kind="customer", id=customer_id))


@dataclass
class Cast:
    """Read once for a whole run: nothing of it changes while the past is told."""

    @cached_property
    def head(self) -> Node:
        return head_office()

    @cached_property
    def brands(self) -> dict[str, str]:
        return {brand["code"]: brand["zh"] for brand in demo("company")["brand"]}

    @cached_property
    def _people(self) -> list[Person]:
        return list(Person.objects.filter(demo=True).order_by("id"))

    def anyone(self, role: Role, chance: Random, *, node_id: int | None = None) -> int:
        """Somebody with this role (at this service point), by number."""
        fitting = [
            one.id
            for one in self._people
            if str(role) in one.roles and (node_id is None or one.node_id == node_id)
        ]
        return chance.choice(fitting)

    def viewer(self, person_id: int) -> Viewer:
        return viewer_of(next(one for one in self._people if one.id == person_id))

    @cached_property
    def prices(self) -> dict[tuple[str, str], Price]:
        """(item, code) → the line of the price list."""
        return {(row.item, row.code): row for row in Price.objects.all()}

    def labour_for(self, *, category: str, kind: str) -> Price | None:
        """The cheapest line for work of this kind."""
        fitting = [
            row
            for row in self.prices.values()
            if (row.item, row.kind, row.category) == ("labour", kind, category)
        ]
        return min(fitting, key=lambda row: row.fen, default=None)

    @cached_property
    def parts(self) -> dict[str, Part]:
        return {row.number: row for row in Part.objects.all()}

    @cached_property
    def runs_on(self) -> dict[str, list[str]]:
        return {row.code: row.runs_on for row in categories()}

    @cached_property
    def families(self) -> dict[str, str]:
        return {row.code: row.name_zh for row in categories()}

    @cached_property
    def symptoms(self) -> dict[str, str]:
        return {one.code: one.zh for one in shipped().symptoms}

    def lines(self, sort: str, *, category: str) -> list[Line]:
        """The lines of one checklist for one family, as the technician's phone shows them."""
        script = shipped().script
        if sort == "safety":
            runs = self.runs_on.get(category, ["electric"])
            return [line for line in script.safety_step if line.energy in runs]
        if sort == "environment":
            return [line for line in script.environment if not line.families or category in line.families]
        return list(script.conduct if sort == "conduct" else script.closing)


def scribble(chance: Random) -> str:
    """A signature as the screen hands it over: a small black-on-white PNG as a data URL."""
    width, height = 240, 80
    rows = [bytearray(b"\xff" * width) for _ in range(height)]
    y = height / 2
    drift = 0.0
    for x in range(20, width - 20):
        drift = max(-4.0, min(4.0, drift + chance.uniform(-1.6, 1.6)))
        y = max(8.0, min(height - 9.0, y + drift))
        for thick in (-1, 0, 1):
            rows[int(y) + thick][x] = 0
    body = zlib.compress(b"".join(b"\x00" + bytes(row) for row in rows), 9)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(*one) for one in ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    )
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _chunk(sort: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + sort + body + struct.pack(">I", zlib.crc32(sort + body))
