"""Makes what tests need, by the same actions that people use. No surprises: everything made is returned."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

from bihuan.ground.journal.event import Actor
from bihuan.ground.journal.models import Reaction
from bihuan.ground.journal.reactions import carry_out
from bihuan.management.demo.quiet import quietly
from bihuan.registers.access.actions import add_person
from bihuan.registers.access.models import Person
from bihuan.registers.access.queries import viewer_of
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.registers.organisation.actions import add_node
from bihuan.registers.organisation.models import Authorisation, Coverage, Node
from bihuan.registers.parts.models import Category, Price, Product
from bihuan.registers.staff.models import Certificate, Shift, Skill, Technician
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import case_of_report
from bihuan.service.improvement.counting import gather_happenings
from bihuan.service.intake.actions import receive
from bihuan.service.intake.models import Report
from bihuan.service.intake.told import Told

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
PASSWORD = "a-long-test-password"
CITY, DISTRICT, STREET = "杭州市", "西湖区", "文新街道"
WORK = ("repair", "installation", "relocation", "cleaning", "inspection", "maintenance")

_phones = itertools.count(13800138000)
_logins = itertools.count(1)

# What the agent's form sends: the record of the sources' example, soundly filled in.
REPORT_FORM: dict[str, Any] = {
    "phone": "13900001111",
    "name": "张三丰",
    "channel": "hotline",
    "words": "机器突然不制冷了",
    "category": "air_conditioner",
    "brand": "澄川",
    "model": "ABC123",
    "serial": "SN98765",
    "bought_on": "2023-05-15",
    "symptoms": ["ac_no_cooling"],
    "way": "on_site",
    "urgency": "high",
    "privacy_read": "on",
    "consent_service": "agreed",
    "key": "form-1",
}


@dataclass
class Company:
    """A small company: head office, one region, two service points (own and authorised)."""

    head: Node
    region: Node
    own: Node
    authorised: Node
    people: dict[Role, Person] = field(default_factory=dict)
    technicians: list[Technician] = field(default_factory=list)

    def viewer(self, role: Role) -> Viewer:
        return viewer_of(self.people[role])

    def actor(self, role: Role) -> Actor:
        return self.viewer(role).actor


AT_POINT = frozenset(
    {Role.SERVICE_POINT_OWNER, Role.SERVICE_POINT_DISPATCHER, Role.TECHNICIAN, Role.PARTS_KEEPER}
)


def company() -> Company:
    """The company with a person of every role, two technicians at the own service point, one at the other."""
    head = add_node(kind=Node.HEAD_OFFICE, name="总部", code=f"HQ{next(_logins)}")
    region = add_node(kind=Node.REGION, name="城西大区", code=f"R{next(_logins)}", parent=head)
    own = a_service_point(region, "文新网点")
    authorised = a_service_point(region, "古荡特约网点", authorised=True)
    made = Company(head=head, region=region, own=own, authorised=authorised)
    for role in Role:
        if role is not Role.CUSTOMER:
            made.people[role] = a_person(role, node=own if role in AT_POINT else head)
    a_catalogue()
    made.technicians = [
        a_technician(own, person=made.people[Role.TECHNICIAN]),
        a_technician(own),
        a_technician(authorised),
    ]
    return made


def a_service_point(parent: Node, name: str, *, authorised: bool = False) -> Node:
    """A service point that covers one district, with authorisations for every test brand."""
    node = add_node(
        kind=Node.SERVICE_POINT,
        name=name,
        code=f"SP{next(_logins)}",
        parent=parent,
        authorised=authorised,
        latitude=30.29,
        longitude=120.09,
    )
    Coverage.objects.create(node=node, city=CITY, district=DISTRICT)
    Authorisation.objects.create(
        node=node, brand="澄川", valid_from=date(2020, 1, 1), valid_until=date(2035, 12, 31)
    )
    return node


def a_catalogue() -> None:
    """Two categories, one model and a short price list; made once."""
    for code, zh, en, units, runs_on in (
        ("refrigerator", "冰箱", "Refrigerator", [], ["electric"]),
        ("air_conditioner", "空调", "Air conditioner", ["indoor", "outdoor"], ["electric"]),
        ("gas_cooker", "燃气灶", "Gas cooker", [], ["gas"]),
    ):
        category, _ = Category.objects.get_or_create(
            code=code, defaults={"name_zh": zh, "name_en": en, "units": units, "runs_on": runs_on}
        )
        Product.objects.get_or_create(
            brand="澄川",
            model=f"{code[:3].upper()}123",
            defaults={"category": category, "warranty_months": 36},
        )
    for item, zh, en, fen in (
        ("labour", "维修工时", "Labour", 12000),
        ("visit", "上门费", "Visit", 3000),
        ("inspection", "检测费", "Inspection", 5000),
    ):
        Price.objects.get_or_create(
            item=item,
            code="",
            defaults={"name_zh": zh, "name_en": en, "fen": fen, "valid_from": date(2020, 1, 1)},
        )


def a_person(role: Role, *, node: Node, name: str = "", **more: Any) -> Person:
    """Somebody who can sign in with `PASSWORD`; like the demo's people they need no second factor, unless
    a test says `demo=False`."""
    more.setdefault("demo", True)
    login = f"{role}-{next(_logins)}"
    return add_person(
        login=login, name=name or f"测试{role}", roles=[role], node=node, password=PASSWORD, **more
    )


def a_technician(node: Node, *, person: Person | None = None, name: str = "") -> Technician:
    """Works Monday to Sunday 08:00–20:00, can do everything at level 2, holds the permits for ten years."""
    held = person or a_person(Role.TECHNICIAN, node=node, name=name, phone=f"+86{next(_phones)}")
    made = Technician.objects.create(
        person=held, node=node, number=f"T{held.id:04d}", latitude=30.28, longitude=120.10
    )
    Skill.objects.bulk_create(
        Skill(technician=made, category=category, kind=kind, level=2)
        for category in ("refrigerator", "air_conditioner", "gas_cooker")
        for kind in WORK
    )
    Certificate.objects.bulk_create(
        Certificate(technician=made, kind=kind, number=f"{kind}-{made.id}", valid_until=date(2036, 1, 1))
        for kind in ("electrician", "refrigeration", "height", "gas")
    )
    Shift.objects.bulk_create(
        Shift(technician=made, weekday=weekday, begins=time(8), ends=time(20)) for weekday in range(7)
    )
    return made


def a_phone() -> str:
    return str(next(_phones))


def told(**more: Any) -> Told:
    """A full, sound report of a refrigerator that does not cool."""
    usual: dict[str, Any] = {
        "words": "机器突然不制冷了",
        "channel": "hotline",
        "phone": a_phone(),
        "name": "张三丰",
        "machine": MachineTold(
            category="refrigerator",
            brand="澄川",
            model="REF123",
            serials={"whole": "SN98765"},
            bought_on=date(2025, 5, 15),
        ),
        "address": AddressTold(
            city=CITY,
            district=DISTRICT,
            street=STREET,
            door="文一西路1号1幢101室",
            latitude=30.29,
            longitude=120.10,
        ),
        "consents": {"service": True, "recording": False, "marketing": False},
        "restated": True,
    }
    return Told(**(usual | more))


def a_report(made: Company, *, now: datetime = NOW, **more: Any) -> Report:
    """A report taken by the agent on the phone."""
    agent = made.people[Role.AGENT]
    return receive(
        told(**more), by=Actor(kind="staff", id=agent.id), node=made.head, now=now, taken_by=agent.id
    )


def a_case(made: Company, *, now: datetime = NOW, **more: Any) -> Case:
    """The case of such a report."""
    case = case_of_report(a_report(made, now=now, **more).id)
    assert case is not None, "the report was quarantined"
    return case


def settle(now: datetime = NOW, *, rounds: int = 20) -> int:
    """Carry out every waiting reaction, and those that they wake. Returns how many ran."""
    ran = 0
    for _ in range(rounds):
        waiting = list(Reaction.objects.filter(state=Reaction.WAITING).order_by("id"))
        if not waiting:
            return ran
        for reaction in waiting:
            ran += carry_out(reaction.id, now=now)
            reaction.refresh_from_db()
            assert not reaction.trouble, reaction.trouble
    raise AssertionError("reactions keep waking each other")


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)


def many_cases(made: Company, count: int, *, opened: int = 400, now: datetime = NOW) -> int:
    """`count` cases with everything that belongs to them, in bulk: `opened` of them open (a fifth at most), the
    others closed, spread over the twelve months before `now`. Their chains are true. Returns how many were made."""
    from tests import many, patterns

    still = min(opened, count // 5)
    with quietly():
        closed = patterns.closed_household(made, now=now)
        waiting = patterns.open_households(made, now=now)
    households = (count - still) // len(closed.entries)
    copies = many.copies_after()
    ended = ((closed, spread(at, households, now=now)) for at in range(households))
    begun = ((waiting[at % len(waiting)], now - timedelta(minutes=9 * at + 40)) for at in range(still))
    many.copy_all(ended, copies)
    copied = many.copy_all(begun, copies)
    gather_happenings()
    return copied


def spread(at: int, of: int, *, now: datetime) -> datetime:
    """When the `at`-th of so many happens: evenly over the year that ended ten days before `now`."""
    return now - timedelta(days=375) + timedelta(days=360) * at / of


def code_now(secret: str) -> str:
    """The code that an authenticator app shows now for this secret."""
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))
