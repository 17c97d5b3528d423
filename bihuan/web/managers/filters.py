"""The filter over every page of figures: node, category, kind of work; kept in the address."""

from dataclasses import dataclass

from django.http import HttpRequest

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.words import KINDS
from bihuan.service.improvement.scope import Scope, scope_of
from bihuan.web.look.naming import family_names

NAMES = ("node", "category", "kind")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What may be chosen, and what is."""

    nodes: list[tuple[str, str]]
    categories: list[tuple[str, str]]
    kinds: list[tuple[str, str]]
    node: str
    category: str
    kind: str
    query: str


def chosen(request: HttpRequest, viewer: Viewer) -> tuple[Scope, Filters]:
    """The scope of this request, and the filter form that leads to others."""
    scope = scope_of(viewer, {name: request.GET.get(name, "") for name in NAMES})
    query = request.GET.copy()
    for name in list(query):
        if name not in NAMES or not query[name]:
            del query[name]
    shown = Filters(
        nodes=[(str(number), name) for number, name in scope.names.items()],
        categories=list(family_names().items()),
        kinds=[(code, str(name)) for code, name in KINDS.items()],
        node=str(scope.node_id or ""),
        category=scope.category,
        kind=scope.kind,
        query=query.urlencode(),
    )
    return scope, shown
