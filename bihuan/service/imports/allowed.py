"""Who may bring in what: administrators everything; supervisors and dispatchers the orders that platforms send every
day, supervisors posts of social networks too; of imports they see their own."""

from django.db.models import Q, QuerySet

from bihuan.registers.access.errors import NotAllowed
from bihuan.registers.access.viewer import Viewer
from bihuan.service.imports.models import Import
from bihuan.service.imports.orders import BEFORE
from bihuan.service.imports.social_posts import POSTS

ALL, ORDERS = "settings.change", "order.bring_in"
DECIDE = "message.decide"  # who says of a post whether it is about us


def may_bring_in(viewer: Viewer, kind: str) -> bool:
    """Whether this viewer may bring in files of this kind."""
    theirs = kind.startswith(BEFORE) or (kind == POSTS and viewer.may(DECIDE))
    return viewer.may(ALL) or (viewer.may(ORDERS) and theirs)


def must_bring_in(viewer: Viewer, kind: str) -> None:
    """NotAllowed for who may not."""
    if not may_bring_in(viewer, kind):
        raise NotAllowed(ORDERS if kind.startswith(BEFORE) else ALL)


def theirs(viewer: Viewer) -> QuerySet[Import]:
    """The imports that this viewer may see and carry on."""
    viewer.must(ORDERS)
    if viewer.may(ALL):
        return Import.objects.all()
    kinds = Q(kind__startswith=BEFORE)
    if viewer.may(DECIDE):
        kinds |= Q(kind=POSTS)
    return Import.objects.filter(kinds, by_id=viewer.person_id or 0)
