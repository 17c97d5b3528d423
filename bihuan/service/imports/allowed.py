"""Who may bring in what: administrators everything; supervisors and dispatchers the orders that platforms send every
day, and of imports they see their own."""

from django.db.models import QuerySet

from bihuan.registers.access.errors import NotAllowed
from bihuan.registers.access.viewer import Viewer
from bihuan.service.imports.models import Import
from bihuan.service.imports.orders import BEFORE

ALL, ORDERS = "settings.change", "order.bring_in"


def may_bring_in(viewer: Viewer, kind: str) -> bool:
    """Whether this viewer may bring in files of this kind."""
    return viewer.may(ALL) or (kind.startswith(BEFORE) and viewer.may(ORDERS))


def must_bring_in(viewer: Viewer, kind: str) -> None:
    """NotAllowed for who may not."""
    if not may_bring_in(viewer, kind):
        raise NotAllowed(ORDERS if kind.startswith(BEFORE) else ALL)


def theirs(viewer: Viewer) -> QuerySet[Import]:
    """The imports that this viewer may see and carry on."""
    viewer.must(ORDERS)
    if viewer.may(ALL):
        return Import.objects.all()
    return Import.objects.filter(kind__startswith=BEFORE, by_id=viewer.person_id or 0)
