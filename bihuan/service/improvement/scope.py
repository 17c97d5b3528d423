"""What a reader's figures are cut to: the nodes they may see and choose, one category, one kind of work."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q
from django.db.models.lookups import In

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.models import Node
from bihuan.service.cases.words import KINDS


@dataclass(frozen=True, kw_only=True)
class Scope:
    """`nodes` are always named; `everywhere` when they are all there are. Blank = every."""

    nodes: tuple[int, ...]
    names: Mapping[int, str]
    everywhere: bool = False
    node_id: int = 0
    category: str = ""
    kind: str = ""

    @property
    def is_plain(self) -> bool:
        """Neither category nor kind was chosen: the sums over all of them answer."""
        return not self.category and not self.kind

    def of(self, prefix: str = "", *, by_node: bool = False) -> Q:
        """The condition on rows that have node, category and kind; `prefix` leads to the case (`case__`).

        `by_node` where an index begins with the node; else the node is hidden from the planner, so that the index
        of the time that is asked for decides, and not all the history of a node is read.
        """
        found = Q()
        if by_node:
            found = Q(node_id__in=self.nodes)
        elif not self.everywhere:
            hidden = ExpressionWrapper(F("node_id") + 0, output_field=BigIntegerField())
            found = Q(In(hidden, list(self.nodes)))
        if self.category:
            found &= Q(**{f"{prefix}category": self.category})
        if self.kind:
            found &= Q(**{f"{prefix}kind": self.kind})
        return found


def scope_of(viewer: Viewer, chosen: Mapping[str, Any]) -> Scope:
    """The scope that this viewer asks for (node, category, kind as texts), cut to what they may see."""
    viewer.must("figures.read")
    seen = [row for row in Node.objects.order_by("path") if viewer.nodes is None or row.id in viewer.nodes]
    text = str(chosen.get("node", ""))
    top = next((row for row in seen if text == str(row.id)), None)
    below = [row for row in seen if top is None or row.path.startswith(top.path)]
    kind = str(chosen.get("kind", ""))
    return Scope(
        nodes=tuple(row.id for row in below),
        names={row.id: row.name for row in seen},
        everywhere=viewer.nodes is None and (top is None or top.parent_id is None),
        node_id=top.id if top else 0,
        category=str(chosen.get("category", ""))[:40],
        kind=kind if kind in KINDS else "",
    )


def tree_of(node_ids: Iterable[int]) -> list[tuple[int, str, int, frozenset[int]]]:
    """These nodes in the order of the tree: number, name, how deep below the first of them, and the numbers of it and
    all of these below it."""
    rows = list(Node.objects.filter(id__in=list(node_ids)).order_by("path").values_list("id", "name", "path"))
    top = min((path.count("/") for _id, _name, path in rows), default=0)
    return [
        (
            node,
            name,
            path.count("/") - top,
            frozenset(one for one, _n, other in rows if other.startswith(path)),
        )
        for node, name, path in rows
    ]
