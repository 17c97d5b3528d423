"""The day's figures by node, appliance and kind as lines of a table, and late cases with who, why and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.urls import reverse

from bihuan.registers.access.queries import names_of as people_named
from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.words import HOLD_REASONS, KINDS, place_title, said
from bihuan.service.commitments.profiles_in_use import profile_at
from bihuan.service.improvement.day_rows import Late
from bihuan.service.improvement.days import Figures
from bihuan.service.improvement.scope import Scope, tree_of
from bihuan.web.look.naming import family_names
from bihuan.web.look.words import local_time, words_span


@dataclass(frozen=True, kw_only=True)
class Group:
    """One line of a table of figures. `depth`: how far down the tree; `url`: where it is opened."""

    FIGURES: ClassVar[tuple[str, ...]] = (
        "opened", "done", "unfinished", "over_72", "late", "chased", "complaints", "remote", "offered", "returned",
    )  # fmt: skip
    name: str
    counts: Sequence[int]
    depth: int = 0
    query: str = ""


@dataclass(frozen=True, kw_only=True)
class LateLine:
    """A late case as it stood then. Never who the customer is."""

    number: str
    url: str
    what: str
    promise: str
    others: int
    since: str
    for_long: str
    who: str
    node: str
    why: str


def by_node(figures: Figures, scope: Scope) -> list[Group]:
    """The nodes of the scope as a tree, each with the figures of all below it; empty branches are left out."""
    found, held = [], figures.by(0)
    for node, name, depth, below in tree_of(scope.nodes):
        counts = [sum(held[one][figure] for one in below if one in held) for figure in Group.FIGURES]
        if any(counts):
            found.append(Group(name=name, counts=counts, depth=depth, query=f"node={node}"))
    return found


def by_category(figures: Figures) -> list[Group]:
    named = family_names()
    return [
        Group(
            name=named.get(code, code) or "–",
            counts=[counts[figure] for figure in Group.FIGURES],
            query=f"category={code}",
        )
        for code, counts in sorted(figures.by(1).items())
        if code
    ]


def by_kind(figures: Figures) -> list[Group]:
    return [
        Group(
            name=str(KINDS.get(code, code)),
            counts=[counts[figure] for figure in Group.FIGURES],
            query=f"kind={code}",
        )
        for code, counts in sorted(figures.by(2).items())
    ]


def late_lines(late: Sequence[Late], *, at: datetime, now: datetime) -> list[LateLine]:
    """These late cases as lines; their age as of `at`. Two statements for all their names."""
    people = people_named({one.who_id for one in late if one.who_id})
    nodes = {node: name for node, name, _depth, _below in tree_of([one.node_id for one in late])}
    named = family_names()
    return [_line(one, people, nodes, named, at=at, now=now) for one in late]


def _line(
    one: Late,
    people: dict[int, str],
    nodes: dict[int, str],
    named: dict[str, str],
    *,
    at: datetime,
    now: datetime,
) -> LateLine:
    return LateLine(
        number=one.number,
        url=reverse("agents:case", args=[one.number]),
        what=f"{KINDS.get(one.kind, one.kind)} · {named.get(one.category, one.category)}".rstrip(" ·"),
        promise=_promise(one),
        others=one.others,
        since=local_time(one.since_at, now),
        for_long=words_span(at - one.since_at),
        who=people.get(one.who_id, ""),
        node=nodes.get(one.node_id, ""),
        why=_why(one),
    )


def _promise(one: Late) -> str:
    return said(profile_at(one.profile, one.profile_version).clause(one.clause).title)


def _why(one: Late) -> str:
    """What it waits for: the reason of its rest, else the place where it stood."""
    place = place_title(card_at(one.card, one.card_version), one.place)
    return f"{place} · {HOLD_REASONS[one.reason]}" if one.reason in HOLD_REASONS else place
