"""Where the entries of each register are used, and what must be done before one of them may go."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.queries import working_in
from bihuan.registers.customers.uses import machines_of
from bihuan.registers.organisation.queries import below, nodes_listed
from bihuan.registers.parts.queries import (
    naming_category,
    naming_part,
    pieces_at,
    pieces_with,
    requirements_for,
)
from bihuan.registers.staff.queries import at_work_in, holding, skilled_in, technician_of
from bihuan.service.cases import uses as cases
from bihuan.service.commitments.uses import clauses_counting_on
from bihuan.service.dispatch import uses as dispatch
from bihuan.web.managers.settings_register import Use

type Found = Sequence[Use]

OPEN_CASES = _("Open cases")
PLANNED = _("Planned visits")
PIECES = _("Pieces of parts")


def node(row: Any, now: datetime) -> Found:
    """Of a node and all below it: cases under way, people, technicians, parts."""
    ids = below(row.path)
    under = (
        nodes_listed().filter(path__startswith=row.path, retired_at__isnull=True).exclude(pk=row.pk).count()
    )
    return (
        Use(
            OPEN_CASES,
            cases.open_at_node(row.path),
            _("Finish them, or give them to another service point first."),
        ),
        Use(
            _("Cases that wait for its answer"),
            sum(map(dispatch.open_offers, ids)),
            _("Take the offers back first."),
        ),
        Use(_("Technicians in use"), at_work_in(ids), _("Move or retire them first.")),
        Use(
            _("People who sign in"),
            working_in(ids),
            _("Give them another node, or end their right to sign in."),
        ),
        Use(_("Nodes below it"), under, _("Retire them first, the lowest ones first.")),
        Use(PIECES, pieces_at(ids), _("Move the stock and count it to 0 first.")),
    )


def coverage(row: Any, now: datetime) -> Found:
    count = cases.open_in_area(row.node_id, city=row.city, district=row.district, street=row.street)
    return (Use(_("Open cases of this service point there, which it keeps"), count),)


def person(row: Any, now: datetime) -> Found:
    technician = technician_of(row.pk)
    visits = dispatch.planned_visits(technician.pk) if technician is not None else 0
    at_work = technician is not None and technician.retired_at is None
    return (
        Use(
            _("Open cases they answer for"),
            cases.open_of_person(row.pk),
            _("Hand them over to somebody first."),
        ),
        Use(PLANNED, visits, _("Give these visits to other technicians first.")),
        Use(_("Technicians in use"), int(at_work), _("Retire the technician first.")),
    )


def technician(row: Any, now: datetime) -> Found:
    return (
        Use(PLANNED, dispatch.planned_visits(row.pk), _("Give these visits to other technicians first.")),
        Use(
            _("Cases they were given"),
            dispatch.standing_assignments(row.pk),
            _("Reassign them first."),
        ),
        Use(PIECES, pieces_with(row.pk), _("Move the stock and count it to 0 first.")),
    )


def skill(row: Any, now: datetime) -> Found:
    count = dispatch.planned_visits(row.technician_id, category=row.category, kind=row.kind)
    return (Use(PLANNED, count, _("Give these visits to other technicians first.")),)


def certificate(row: Any, now: datetime) -> Found:
    return (
        Use(PLANNED, dispatch.planned_visits(row.technician_id)),
        Use(_("Kinds of work that ask for it"), requirements_for(row.kind)),
    )


def category(row: Any, now: datetime) -> Found:
    listed = naming_category(row.code, day=localdate(now))
    return (
        Use(OPEN_CASES, cases.open_of_category(row.code), _("Finish them first.")),
        Use(_("Models in use"), listed.products, _("Retire them first.")),
        Use(_("Parts in use"), listed.parts, _("Retire them, or give them another category.")),
        Use(_("Prices in force or to come"), listed.prices, _("End them first.")),
        Use(_("Technicians who can do it"), skilled_in(row.code)),
        Use(_("Permits asked for"), listed.requirements),
        Use(_("Appliances in homes"), machines_of(category_code=row.code)),
    )


def product(row: Any, now: datetime) -> Found:
    return (Use(_("Appliances in homes, which keep their warranty"), machines_of(product_id=row.pk)),)


def part(row: Any, now: datetime) -> Found:
    listed = naming_part(row, day=localdate(now))
    return (
        Use(_("Pieces in stock"), listed.stock, _("Count them to 0 first.")),
        Use(_("Prices in force or to come"), listed.prices, _("End them first.")),
    )


def requirement(row: Any, now: datetime) -> Found:
    return (Use(_("Technicians who hold it"), holding(row.certificate)),)


def calendar(row: Any, now: datetime) -> Found:
    first = _("Put a profile in force that counts on another calendar first.")
    return (Use(_("Clauses in force that count on it"), clauses_counting_on(row.code), first),)


def symptom(row: Any, now: datetime) -> Found:
    return (Use(OPEN_CASES, cases.open_with_symptom(row.code)),)


def department(row: Any, now: datetime) -> Found:
    first = _("Give them another department first.")
    return (
        Use(OPEN_CASES, cases.open_of_department(row.code), first),
        Use(_("People who sign in"), working_in(None, department=row.code), first),
    )


def permit_kind(row: Any, now: datetime) -> Found:
    return (
        Use(
            _("Kinds of work that ask for it"),
            requirements_for(row.code),
            _("Remove them from the permits asked for first."),
        ),
        Use(_("Technicians who hold it"), holding(row.code)),
    )


def labour(row: Any, now: datetime) -> Found:
    told = json.loads(row.body)
    return (Use(OPEN_CASES, cases.open_of_category(told["family"], kind=told["kind"])),)


def card(row: Any, now: datetime) -> Found:
    return (
        Use(
            _("Open cases that began under it, which keep it"),
            cases.open_under_card(row.name).get(row.version, 0),
        ),
    )
