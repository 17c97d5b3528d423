"""Founds the demo company in an empty database: tree, coverage, permissions, people, technicians."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.contrib.auth.hashers import make_password
from django.utils.timezone import localdate

from bihuan.management.demo.names import demo
from bihuan.management.demo.outside import found_outside
from bihuan.management.demo_password import demo_password
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import EVERYTHING
from bihuan.registers.customers.rules import read_phone
from bihuan.registers.organisation.actions import add_node
from bihuan.registers.organisation.models import Authorisation, Coverage, Node
from bihuan.registers.staff.models import Certificate, Shift, Skill, Technician
from bihuan.service.intake.chats.limits import BOUNDS, keep_limits, limits_listed


@dataclass(frozen=True)
class Founded:
    """What was founded, by the codes of the demo's files."""

    nodes: dict[str, Node]
    brands: dict[str, str]  # code → the name on the machine

    @property
    def head(self) -> Node:
        return self.nodes["head"]


def found_company(*, now: datetime) -> Founded:
    """The tree with everybody in it. Days in the files count from `now`'s."""
    told = demo("company")
    founded = Founded(nodes=_nodes(), brands={brand["code"]: brand["zh"] for brand in told["brand"]})
    _cover(founded)
    _authorise(founded, now=now)
    _people(founded)
    _technicians(founded, now=now)
    found_outside(now=now)
    _chat_at_any_hour()
    return founded


def _chat_at_any_hour() -> None:
    """A visitor plays agent and customer whenever they come."""
    row = limits_listed().get()
    keep_limits(EVERYTHING, row.id, calendar="24x7", **{name: getattr(row, name) for name in BOUNDS})


def _nodes() -> dict[str, Node]:
    told = demo("company")
    found: dict[str, Node] = {}
    for row in told["node"]:
        found[row["code"]] = add_node(
            kind=row["kind"],
            name=row["zh"],
            code=row["code"],
            parent=found.get(row["above"]),
            phone="" if row["above"] else told["company"]["hotline"],
        )
    for row in told["service_point"]:
        found[row["code"]] = add_node(
            kind=Node.SERVICE_POINT,
            name=row["zh"],
            code=row["code"],
            parent=found[row["above"]],
            authorised=not row["own"],
            phone=row["phone"],
            address=f"{told['company']['city']}{row['street']}",
            latitude=row["latitude"],
            longitude=row["longitude"],
            daily_capacity=row["daily_visits"],
        )
    return found


def _cover(founded: Founded) -> None:
    city = demo("company")["company"]["city"]
    district = {street["name"]: street["district"] for street in demo("streets")["street"]}
    Coverage.objects.bulk_create(
        Coverage(node=founded.nodes[row["code"]], city=city, district=district[name], street=name)
        for row in demo("company")["service_point"]
        for name in row["covers"]
    )


def _authorise(founded: Founded, *, now: datetime) -> None:
    today = localdate(now)
    Authorisation.objects.bulk_create(
        Authorisation(
            node=founded.nodes[row["service_point"]],
            brand=founded.brands[brand],
            category=family,
            valid_from=today + timedelta(days=row["from_day"]),
            valid_until=today + timedelta(days=row["until_day"]),
        )
        for row in demo("company")["authorisation"]
        for brand in row["brands"]
        for family in row["families"]
    )


def _people(founded: Founded) -> None:
    """One password for all, hashed once: hashing seventy would take a minute."""
    secret = make_password(demo_password())
    office = [
        (row, row["role"], row["node"], row["login"], row["department"]) for row in demo("staff")["person"]
    ]
    field = [
        (row, Role.TECHNICIAN, row["service_point"], row["code"], "")
        for row in demo("technicians")["technician"]
    ]
    Person.objects.bulk_create(
        Person(
            login=login,
            name=row["name"],
            roles=[str(role)],
            node=founded.nodes[node],
            phone=_phone(row["phone"]),
            department=department,
            password=secret,
            demo=True,
        )
        for row, role, node, login, department in [*office, *field]
    )


def _phone(text: str) -> str:
    read = read_phone(text)
    return read.number if read else ""


def _technicians(founded: Founded, *, now: datetime) -> None:
    today = localdate(now)
    people = {person.login: person for person in Person.objects.filter(demo=True)}
    rows = demo("technicians")["technician"]
    made = Technician.objects.bulk_create(
        Technician(
            person=people[row["code"]],
            node=founded.nodes[row["service_point"]],
            number=row["code"].upper(),
            latitude=row["latitude"],
            longitude=row["longitude"],
            max_jobs=row["daily_visits"],
        )
        for row in rows
    )
    both = list(zip(made, rows, strict=True))
    Skill.objects.bulk_create(
        Skill(technician=one, category=family, kind=kind, level=level)
        for one, row in both
        for family, kind, level in row["skill"]
    )
    Certificate.objects.bulk_create(
        Certificate(
            technician=one,
            kind=kind,
            number=f"{kind[:3].upper()}{one.id:05d}",
            valid_until=today + timedelta(days=day),
        )
        for one, row in both
        for kind, day in row["certificate"]
    )
    Shift.objects.bulk_create(
        Shift(technician=one, weekday=day - 1, begins=_clock(row["begins"]), ends=_clock(row["ends"]))
        for one, row in both
        for day in row["weekdays"]
    )


def _clock(text: str) -> time:
    return time.fromisoformat(text)
