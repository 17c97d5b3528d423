"""人员: people with their roles, and of technicians their service point, skills, certificates and hours.

Two people of one name are told apart by their phones. Nobody gets a password here: technicians sign in by phone,
others are given one by an administrator. Roles, skills and certificates are added; none is taken away.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access import people
from bihuan.registers.access.masking import masked_name
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.models import Node
from bihuan.registers.staff import keeping
from bihuan.registers.staff.models import Certificate, Shift, Skill, Technician
from bihuan.service.cases.rules import WORK_ORDERS
from bihuan.service.imports import resolving
from bihuan.service.imports.reading import plain
from bihuan.service.imports.register_target import Decided, RegisterTarget
from bihuan.service.imports.staff_fields import FIELDS
from bihuan.service.imports.target import Candidate, Line, Trouble
from bihuan.service.imports.wants import Kind, Plan, Want

WITHOUT_KIND = ("repair", "installation")


def _keep_person(viewer: Viewer, row: Any, told: dict[str, Any], now: datetime) -> models.Model:
    told = dict(told)
    if row is None:
        told.setdefault("login", _free_login())
    return people.keep_person(viewer, None if row is None else row.id, now=now, **told)


def _free_login() -> str:
    """The next sign-in name of ours, for somebody who came without one."""
    number = Person.objects.count() + 1
    while Person.objects.filter(login=f"u{number:04d}").exists():
        number += 1
    return f"u{number:04d}"


def _keep_technician(viewer: Viewer, row: Any, told: dict[str, Any], now: datetime) -> models.Model:
    told = dict(told)
    if row is None and "number" not in told:
        number = Technician.objects.count() + 1
        while Technician.objects.filter(number=f"T{number:04d}").exists():
            number += 1
        told["number"] = f"T{number:04d}"
    return keeping.keep_technician(None if row is None else row.id, **told)


PERSON = Kind(
    code="person",
    model=Person,
    register="people",
    keep=_keep_person,
    personal=frozenset({"name", "phone", "login"}),
    used=lambda row: row.last_login is not None,
)
TECHNICIAN = Kind(code="technician", model=Technician, register="technicians", keep=_keep_technician)
SKILL = Kind(
    code="skill",
    model=Skill,
    register="skills",
    told_by="skills",
    keep=lambda viewer, row, told, now: keeping.keep_skill(getattr(row, "id", None), **told),
)
CERTIFICATE = Kind(
    code="certificate",
    model=Certificate,
    register="certificates",
    told_by="permits",
    keep=lambda viewer, row, told, now: keeping.keep_certificate(getattr(row, "id", None), **told),
    personal=frozenset({"number"}),
)
SHIFT = Kind(
    code="shift",
    model=Shift,
    register="shifts",
    told_by="shifts",
    keep=lambda viewer, row, told, now: keeping.keep_shift(getattr(row, "id", None), **told),
)


class Staff(RegisterTarget):
    code = "staff"
    title = _("Staff")
    about = _("People with their roles; technicians with service point, skills, certificates and hours.")
    icon = "users"
    order = ("service_points",)
    kinds: ClassVar[Mapping[str, Kind]] = {
        one.code: one for one in (PERSON, TECHNICIAN, SKILL, CERTIFICATE, SHIFT)
    }
    fields = FIELDS
    words = {
        "no_head_office": _("There is no head office yet. Set up your company first."),
        "unknown_point": _("No service point is called “%(told)s”."),
        "several_points": _("Several service points are called “%(told)s”. Write the code instead."),
        "point_needed": _("A technician needs a service point."),
        "phone_needed": _("A technician signs in by phone, so a phone is needed."),
        "no_administrators": _("Administrators are not brought in from a file; add them by hand."),
        "unknown_skill": _("“%(told)s” names no category of the catalogue."),
        "unknown_permit": _("“%(told)s” is no certificate that is known. Known are: %(choices)s."),
        "permit_incomplete": _("A certificate needs its kind, its number and its last day."),
        "no_permit": _(
            "“%(told)s” is no certificate with its number and last day, like 电工证 T1234 2027-12-31."
        ),
        "no_shift": _("“%(told)s” names no hours, like 周一至周五 09:00-18:00."),
        "shift_backwards": _("“%(told)s” ends before it begins."),
    }

    def count(self, viewer: Viewer) -> int:
        return Person.objects.filter(is_active=True).count()

    def key(self, values: Mapping[str, Any]) -> str:
        for name in ("phone", "login", "number"):
            if name in values:
                return f"{name} {values[name]}"
        return f"name {values.get('name', '')}"

    def plans(self, lines: Sequence[Line], decided: Decided, *, now: datetime) -> list[Plan]:
        held = _Held(lines)
        return [_plan(line, held, decided) for line in lines]


class _Held:
    """What is there already of the people these lines name."""

    def __init__(self, lines: Sequence[Line]) -> None:
        told = [line.values for line in lines]
        self.head = Node.objects.filter(kind=Node.HEAD_OFFICE).first()
        named = (one["point"] for one in told if "point" in one)
        self.points = resolving.points_named(named, kinds=Node.KINDS)  # agents work at head office
        self.by_phone: dict[str, list[Person]] = {}
        for one in Person.objects.filter(phone__in={each["phone"] for each in told if "phone" in each}):
            self.by_phone.setdefault(one.phone, []).append(one)
        logins = {each[name].lower() for each in told for name in ("login", "number") if name in each}
        self.by_login = {one.login: one for one in Person.objects.filter(login__in=logins)}
        self.by_name: dict[str, list[Person]] = {}
        for one in Person.objects.filter(name__in={each["name"] for each in told}).order_by("id"):
            self.by_name.setdefault(one.name, []).append(one)
        numbers = {each["number"] for each in told if "number" in each}
        technicians = Technician.objects.select_related("person")
        self.by_number = {one.number: one.person for one in technicians.filter(number__in=numbers)}
        people_held = [one for found in (*self.by_phone.values(), *self.by_name.values()) for one in found]
        ids = {one.id for one in (*people_held, *self.by_login.values(), *self.by_number.values())}
        self.technicians = {one.person_id: one for one in technicians.filter(person_id__in=ids)}
        at_work = {one.id for one in self.technicians.values()}
        self.skills = {
            (one.technician_id, one.category, one.kind): one
            for one in Skill.objects.filter(technician_id__in=at_work)
        }
        self.permits = {
            (one.technician_id, one.kind, one.number): one
            for one in Certificate.objects.filter(technician_id__in=at_work)
        }
        self.shifts: dict[tuple[int, int], list[Shift]] = {}
        for shift in Shift.objects.filter(technician_id__in=at_work).order_by("begins"):
            self.shifts.setdefault((shift.technician_id, shift.weekday), []).append(shift)
        self.categories = resolving.category_words()
        self.kinds = resolving.kind_words()
        self.certificates = resolving.certificate_words()


def _plan(line: Line, held: _Held, decided: Decided) -> Plan:
    plan, values = Plan(number=line.number), line.values
    if held.head is None:
        return plan.refuse("no_head_office")
    if Role.ADMINISTRATOR in values.get("roles", ()):
        return plan.refuse("no_administrators", "roles")
    points = held.points.get(values.get("point", ""), [])
    if "point" in values and len(points) != 1:
        code = "several_points" if points else "unknown_point"
        return plan.refuse(code, "point", told=values["point"])
    row = _person(plan, values, held, decided)
    if plan.candidates and row is None:
        return plan
    point = points[0] if points else None
    person = _person_want(values, row, point or (held.head if row is None else None), held)
    technician = _technician(plan, values, person, point, held)
    if plan.refused:
        return plan
    plan.main, plan.wants = person, [person]
    if technician is not None:
        plan.wants.append(technician)
        _skills(plan, values, technician, held)
        _permits(plan, values, technician, held)
        _shifts(plan, values, technician, held)
    return plan


def _person(plan: Plan, values: Mapping[str, Any], held: _Held, decided: Decided) -> Person | None:
    """Who this is: by phone, sign-in name or work number when the name agrees; a person chooses where it does not."""
    name = values["name"]
    found = held.by_phone.get(values.get("phone", ""), [])
    for one in (
        held.by_login.get(values.get("login", "").lower()),
        held.by_number.get(values.get("number", "")),
    ):
        if not found and one is not None:
            found = [one]
    agreeing = [one for one in found if one.name == name]
    if len(agreeing) == 1:
        return agreeing[0]
    if not found:
        found = [one for one in held.by_name.get(name, []) if not one.phone or "phone" not in values]
        if len(found) == 1 and "phone" not in values and not values.keys() & {"login", "number"}:
            return found[0]
    if not found or decided.anew(plan.number):
        return None
    into = decided.into(plan.number, found[0].id)
    if into is None:
        plan.candidates = tuple(
            Candidate(id=one.id, label=f"{masked_name(one.name)} ({one.login})") for one in found
        )
    return next((one for one in found if one.id == into), None)


def _person_want(values: Mapping[str, Any], row: Person | None, node: Node | None, held: _Held) -> Want:
    told: dict[str, Any] = {name: values[name] for name in ("name", "phone") if name in values}
    roles = list(values.get("roles", () if row is not None else (str(Role.TECHNICIAN),)))
    if row is not None:
        roles = [*row.roles, *(role for role in roles if role not in row.roles)]
    told["roles"] = roles
    if node is not None:
        told["node_id"] = node.id
    wish = str(values.get("login", values.get("number", ""))).lower()
    if row is None and wish and wish not in held.by_login:
        told["login"] = wish
    return Want(kind=PERSON, row=row, told=told, identity=_identity(values))


def _identity(values: Mapping[str, Any]) -> tuple[str, str]:
    name = next((one for one in ("phone", "login", "number") if one in values), "name")
    return name, str(values[name])


def _technician(
    plan: Plan, values: Mapping[str, Any], person: Want, point: Node | None, held: _Held
) -> Want | None:
    if Role.TECHNICIAN not in person.told["roles"]:
        return None
    row = held.technicians.get(person.row.pk) if person.row is not None else None
    told: dict[str, Any] = {name: values[name] for name in ("number", "max_jobs") if name in values}
    if point is not None and point.kind in (Node.SERVICE_POINT, Node.TEAM):
        told["node_id"] = point.id
    elif point is not None or row is None:
        plan.refuse("point_needed", "point")
    if row is None and "phone" not in values and not getattr(person.row, "phone", ""):
        plan.refuse("phone_needed", "phone")
    if row is None and person.row is not None:
        told["person_id"] = person.row.pk
    return Want(
        kind=TECHNICIAN, row=row, told=told, identity=_identity(values), under=person, link="person_id"
    )


def _child(kind: Kind, technician: Want, row: models.Model | None, told: dict[str, Any], *what: Any) -> Want:
    if row is None and technician.row is not None:
        told["technician_id"] = technician.row.pk
    identity = (technician.identity, *what)
    return Want(kind=kind, row=row, told=told, identity=identity, under=technician, link="technician_id")


def _skills(plan: Plan, values: Mapping[str, Any], technician: Want, held: _Held) -> None:
    for one in values.get("skills", ()):
        known = resolving.longest(one.words, held.categories)
        if known is None:
            plan.troubles.append(Trouble(code="unknown_skill", field="skills", params={"told": one.words}))
            continue
        category, rest = known
        kinds: tuple[str, ...] = (
            (held.kinds[rest],) if rest in held.kinds else WITHOUT_KIND if not rest else ()
        )
        if rest in ("全部", "所有", "全能", "all"):
            kinds = WORK_ORDERS
        if not kinds:
            plan.troubles.append(Trouble(code="unknown_skill", field="skills", params={"told": one.words}))
        for kind in kinds:
            row = held.skills.get((technician.row.pk, category, kind)) if technician.row is not None else None
            told: dict[str, Any] = {"level": one.level} if one.level else {}
            if row is None:
                told = {"category": category, "kind": kind, "level": one.level or 1}
            plan.wants.append(_child(SKILL, technician, row, told, category, kind))


def _permits(plan: Plan, values: Mapping[str, Any], technician: Want, held: _Held) -> None:
    told = [(one.kind, one.number, one.valid_until) for one in values.get("permits", ())]
    parts = [values.get(name) for name in ("certificate", "certificate_number", "certificate_until")]
    if all(parts):
        told.append((parts[0], parts[1], parts[2]))
    elif any(parts):
        plan.troubles.append(Trouble(code="permit_incomplete", field="certificate"))
    for words, number, until in told:
        kind = held.certificates.get(plain(str(words)))
        if kind is None:
            params = {
                "told": words,
                "choices": "、".join(one for one in held.certificates if not one.isascii()),
            }
            plan.troubles.append(Trouble(code="unknown_permit", field="certificate", params=params))
            continue
        row = held.permits.get((technician.row.pk, kind, number)) if technician.row is not None else None
        facts = {"valid_until": until} | ({"kind": kind, "number": number} if row is None else {})
        plan.wants.append(_child(CERTIFICATE, technician, row, facts, kind, number))


def _shifts(plan: Plan, values: Mapping[str, Any], technician: Want, held: _Held) -> None:
    told = values.get("shifts", ())
    for one in told:
        there = held.shifts.get((technician.row.pk, one.weekday), []) if technician.row is not None else []
        row = next((shift for shift in there if shift.begins == one.begins), None)
        alone = sum(1 for other in told if other.weekday == one.weekday) == 1
        if row is None and len(there) == 1 and alone:
            row = there[0]
        facts: dict[str, Any] = {"begins": one.begins, "ends": one.ends}
        if row is None:
            facts["weekday"] = one.weekday
        plan.wants.append(_child(SHIFT, technician, row, facts, one.weekday, one.begins))
