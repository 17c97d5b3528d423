"""Files that came with a customer's words: who may look, and what they see of them."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys
from bihuan.ground.vault.stripping import SHOWN, NotAPicture, without_metadata
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.errors import FileHurts, FileNotLookedThrough
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import may_see_full
from bihuan.service.intake.models import Attachment
from bihuan.service.intake.scanning import CLEAN


@dataclass(frozen=True, kw_only=True)
class CameAlong:
    """One file of a case, as a page lists it. `shown`: it is a picture that a page can show."""

    id: int
    name: str
    media: str
    size: int
    shown: bool
    agrees: bool
    hurts: str  # what the virus scanner found in it
    waits: bool  # for the scanner


def came_along(case: Case) -> list[CameAlong]:
    """All files that came with the reports of a case, oldest first."""
    rows = list(Attachment.objects.filter(report__chain_id=case.chain_id).order_by("id"))
    hand = keys(case.customer.key)
    return [_listed(row, hand.open(row.name_sealed) or "") for row in rows]


def _listed(row: Attachment, name: str) -> CameAlong:
    hurts = row.looked_through if row.looked_through not in {"", CLEAN} else ""
    waits = bool(settings.BIHUAN_CLAMAV) and not row.looked_through
    return CameAlong(
        id=row.id,
        name=name,
        media=row.media,
        size=row.size,
        shown=row.media in SHOWN and not hurts and not waits,
        agrees=row.agrees,
        hurts=hurts,
        waits=waits,
    )


def picture_of(viewer: Viewer, case: Case, file_id: int, *, now: datetime) -> tuple[bytes, str]:
    """A picture drawn anew, without where and with what it was taken, and its kind; for those who may see this
    customer in full. NotFound for everybody else, and for what is no picture."""
    if not may_see_full(viewer, case, now=now):
        raise NotFound
    row, content = _opened(case, file_id)
    if row.media not in SHOWN:
        raise NotFound
    try:
        return without_metadata(content)
    except NotAPicture as fault:
        raise NotFound from fault


def original_of(case: Case, file_id: int) -> tuple[bytes, str]:
    """The very bytes that came, and the name to keep them under: evidence. Whoever calls this writes down who looked
    and what for."""
    row, content = _opened(case, file_id)
    return content, keys(case.customer.key).open(row.name_sealed) or f"{case.number}-{row.id}"


def _opened(case: Case, file_id: int) -> tuple[Attachment, bytes]:
    row = Attachment.objects.filter(report__chain_id=case.chain_id, id=file_id).first()
    if row is None:
        raise NotFound
    if row.looked_through not in {"", CLEAN}:
        raise FileHurts(row.looked_through)
    if settings.BIHUAN_CLAMAV and not row.looked_through:
        raise FileNotLookedThrough
    content = files.fetch(row.kept_as, by=keys(case.customer.key))
    if content is None:
        raise NotFound
    return row, content
