"""What a row made of customers, their numbers, places and machines, and how it is taken back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from bihuan.registers.customers.bringing_in import Placed
from bihuan.registers.customers.taking_out import (
    facts_of,
    owners_of,
    put_back_customers,
    put_back_machines,
    take_out_contacts,
    take_out_customers,
    take_out_machines,
    take_out_places,
    take_out_serials,
)
from bihuan.service.imports.target import Kept, Made, Trouble, Written
from bihuan.service.searching.indexing import mark_stale


def made_of(placed: Placed) -> tuple[Made, ...]:
    """The rows that a line made and changed, once they are written."""
    home = placed.home
    if home is None or home.row is None:
        return ()
    found: list[Made] = []
    row = home.row
    if placed.new:
        counts = {
            "contacts": len(placed.fresh_contacts),
            "places": int(placed.fresh_spot),
            "machines": int(placed.fresh_thing),
        }
        after = {"name_blind": row.name_blind, **counts}
        found.append(Made(kind="customer", id=row.id, new=True, after=after))
    else:
        if placed.before:
            after = {name: getattr(row, name) for name in placed.before}
            found.append(Made(kind="customer", id=row.id, new=False, before=placed.before, after=after))
        fresh = (home.contacts[mark] for mark in placed.fresh_contacts)
        found += [Made(kind="contact", id=one.id, new=True) for one in fresh if one is not None]
        if placed.fresh_spot and placed.spot is not None and placed.spot.row is not None:
            found.append(Made(kind="place", id=placed.spot.row.id, new=True))
    return (*found, *_machine_of(placed))


def _machine_of(placed: Placed) -> list[Made]:
    thing = placed.thing
    if thing is None:
        return []
    facts = facts_of(thing.row)
    if placed.fresh_thing:
        return [Made(kind="machine", id=thing.row.id, new=True, after=facts)]
    found = []
    if placed.before_machine:
        before = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in placed.before_machine.items()
        }
        after = {name: facts[name] for name in before}
        found.append(Made(kind="machine", id=thing.row.id, new=False, before=before, after=after))
    if placed.fresh_serials:
        units = {"units": sorted(placed.fresh_serials)}
        found.append(Made(kind="serial", id=thing.row.id, new=True, after=units))
    return found


type Row = tuple[str, int]


def take_back(written: Sequence[Written], *, now: datetime) -> list[Kept]:
    """Take back what these lines made of customers, their numbers, places and machines; the newest first. Their cases
    are found by what is known of them then."""
    concerned = _whose(written)
    kept = _taken_back(written, now=now)
    mark_stale(concerned)
    return kept


def _whose(written: Sequence[Written]) -> set[int]:
    """The customers whose rows these lines made or changed."""
    rows: dict[str, set[int]] = {}
    for made in (made for line in written for made in line.made):
        rows.setdefault(made.kind, set()).add(made.id)
    machines = rows.get("machine", set()) | rows.get("serial", set())
    return owners_of(rows.get("customer", ()), rows.get("contact", ()), rows.get("place", ()), machines)


def _taken_back(written: Sequence[Written], *, now: datetime) -> list[Kept]:
    newest_first = sorted(written, key=lambda line: -line.number)
    lines = [(line.number, made) for line in newest_first for made in line.made]
    kept: dict[Row, str] = {}

    def of(kind: str, *, new: bool) -> dict[int, Made]:
        return _by_row(made for _, made in lines if made.kind == kind and made.new == new)

    changed, machines = of("customer", new=False), of("machine", new=False)
    _keep(kept, "machine", put_back_machines(_before(machines), _after(machines)), "touched_since")
    take_out_serials({id: tuple(made.after["units"]) for id, made in of("serial", new=True).items()})
    _keep(kept, "machine", take_out_machines(_after(of("machine", new=True))), "used_since")
    _keep(kept, "place", take_out_places(of("place", new=True)), "used_since")
    _keep(kept, "contact", take_out_contacts(of("contact", new=True)), "used_since")
    _keep(kept, "customer", put_back_customers(_before(changed), _after(changed)), "touched_since")
    made = {
        id: {**told, "machines": 0} for id, told in _after(of("customer", new=True)).items()
    }  # gone by now
    _keep(kept, "customer", take_out_customers(made, now=now), "used_since")
    return [
        Kept(number=number, kind=one.kind, id=one.id, trouble=Trouble(code=kept[one.kind, one.id]))
        for number, one in lines
        if (one.kind, one.id) in kept
    ]


def _by_row(made: Iterable[Made]) -> dict[int, Made]:
    """One for each row: what was there before the oldest change, and what the newest one wrote."""
    found: dict[int, Made] = {}
    for one in made:
        newer = found.get(one.id)
        if newer is not None:
            one = replace(one, before={**newer.before, **one.before}, after={**one.after, **newer.after})
        found[one.id] = one
    return found


def _keep(kept: dict[Row, str], kind: str, ids: Iterable[int], why: str) -> None:
    for one in ids:
        kept[kind, one] = why


def _before(made: Mapping[int, Made]) -> dict[int, Mapping[str, Any]]:
    return {id: one.before for id, one in made.items()}


def _after(made: Mapping[int, Made]) -> dict[int, Mapping[str, Any]]:
    return {id: one.after for id, one in made.items()}
