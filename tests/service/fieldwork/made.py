"""A technician on site, brought there by the same steps that people take."""

import base64
import struct
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.timezone import localtime

from bihuan.registers.access.queries import viewer_of
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.told import MachineTold
from bihuan.registers.parts.models import Category, Part, Price
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.assigning import accept_job, assign
from bihuan.service.dispatch.booking import book
from bihuan.service.dispatch.offering import accept_offer, offer, standing_offer
from bihuan.service.dispatch.slots import Slot
from bihuan.service.dispatch.visiting import open_visit
from bihuan.service.fieldwork import actions, checklists
from bihuan.service.fieldwork.models import Work
from bihuan.service.fieldwork.quoting import price_list
from bihuan.service.fieldwork.signing import Signed
from tests.makers import NOW, Company, a_case, company

OUT_OF_COVER = date(2015, 5, 15)


@dataclass
class OnSite:
    """A case whose technician stands at the door or inside."""

    made: Company
    case: Case
    viewer: Viewer
    now: datetime
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def doer(self) -> Doer:
        return Doer.of(self.viewer)

    @property
    def work(self) -> Work:
        """The work as it is now, begun when there is none."""
        self.case = Case.objects.select_related("customer", "machine", "report", "node").get(id=self.case.id)
        return actions.open_work(self.case, by=self.viewer.actor, now=self.now)

    def prices(self, *items: str) -> dict[int, int]:
        """One of each of these items of the list in force."""
        return {line.id: 1 for line in price_list(self.case, now=self.now) if line.item in items}


def machine(*, covered: bool, category: str = "refrigerator") -> MachineTold:
    """An appliance in warranty, or one whose warranty ended long ago."""
    return MachineTold(
        category=category,
        brand="澄川",
        model=f"{category[:3].upper()}123",
        serials={"whole": "SN98765"},
        bought_on=date(2025, 5, 15) if covered else OUT_OF_COVER,
    )


def accepted(
    made: Company | None = None, *, covered: bool = False, now: datetime = NOW, **more: Any
) -> OnSite:
    """A case that a technician has accepted; no time is agreed yet."""
    made = made or company()
    case = a_case(made, now=now, **({"machine": machine(covered=covered)} | more))
    technician = made.technicians[0]
    desk = Doer.of(made.viewer(Role.DISPATCHER))
    if standing_offer(case.id) is None:
        offer(case, node_id=made.own.id, doer=desk, now=now, by_choice=True)
    accept_offer(case, doer=Doer.of(made.viewer(Role.SERVICE_POINT_DISPATCHER)), now=now)
    assign(case, technician_id=technician.id, doer=desk, now=now, by_choice=True)
    viewer = viewer_of(technician.person)
    accept_job(case, technician_id=technician.id, doer=Doer.of(viewer), now=now)
    case.refresh_from_db()
    return OnSite(made=made, case=case, viewer=viewer, now=now)


def booked(made: Company | None = None, **more: Any) -> OnSite:
    """The same with a slot agreed for ten o'clock of tomorrow; the technician is about to leave."""
    here = accepted(made, **more)
    visit = open_visit(here.case.id)
    assert visit is not None
    begins = localtime(here.now).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=1)
    desk = Doer.of(here.made.viewer(Role.DISPATCHER))
    book(visit, Slot(begins, begins + timedelta(hours=2)), doer=desk, now=here.now)
    here.case.refresh_from_db()
    here.now = begins + timedelta(minutes=20)
    return here


def on_site(made: Company | None = None, **more: Any) -> OnSite:
    """The technician has checked in."""
    here = booked(made, **more)
    actions.depart(here.work, doer=here.doer, now=here.now - timedelta(minutes=20))
    actions.arrive(here.work, doer=here.doer, now=here.now)
    here.now += timedelta(minutes=5)
    return here


def ready(made: Company | None = None, **more: Any) -> OnSite:
    """Everything on site is done but the quote, the opinion and the signature."""
    here = on_site(made, **more)
    work = here.work
    for sort in actions.SORTS:
        answers = {line.code: "yes" for line in checklists.lines_for(work.case, sort)}
        actions.check(work, sort, answers, now=here.now)
    actions.diagnose(
        work, reproduced=True, cause="启动器烧坏", plan="更换启动器", by=here.viewer.actor, now=here.now
    )
    actions.try_points(
        work, dict.fromkeys(actions.points_of(work.case), True), by=here.viewer.actor, now=here.now
    )
    actions.say_minutes(work, 45)
    here.now += timedelta(minutes=45)
    return here


def a_part(*, by_serial: bool = True, fen: int = 18000, number: str = "FR-2001") -> Part:
    """A starter of a refrigerator, on the price list."""
    part, _ = Part.objects.get_or_create(
        number=number,
        defaults={
            "name_zh": "启动器",
            "name_en": "Starter",
            "category": Category.objects.get(code="refrigerator"),
            "by_serial": by_serial,
        },
    )
    Price.objects.get_or_create(
        item="part",
        code=number,
        defaults={"name_zh": "启动器", "name_en": "Starter", "fen": fen, "valid_from": date(2020, 1, 1)},
    )
    return part


def png(width: int = 300, height: int = 120) -> bytes:
    """A small drawing: a thick line on white."""

    def chunk(sort: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + sort + body + struct.pack(">I", zlib.crc32(sort + body))

    rows = b"".join(
        b"\0" + (b"\x10\x10\x40" if abs(y - height // 2) < 4 else b"\xff\xff\xff") * width
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def drawn(content: bytes | None = None) -> str:
    """A drawing as the signature pad sends it."""
    return "data:image/png;base64," + base64.b64encode(content or png()).decode()


def told(outcome: str = "finished", **more: Any) -> Signed:
    """What comes from the screen turned to a satisfied customer."""
    usual: dict[str, Any] = {"outcome": outcome, "opinion": "satisfied", "signature": drawn()}
    return Signed(**(usual | more))
