"""备份: which backups there are, what each holds, and making one now. Bringing one back is done at the console."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bihuan.ground.vault import backups as kept
from bihuan.ground.vault.backups import Known
from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.signing_in import is_demo
from bihuan.registers.access.viewer import Viewer
from bihuan.web.look.doors import moment, staff_page


@dataclass(frozen=True, kw_only=True)
class Line:
    """One backup as the list shows it. `size` in bytes; `keys`: here, old (must go), elsewhere."""

    name: str
    made_at: datetime | None
    version: str
    rows: int
    files: int
    size: int
    keys: str
    unfinished: bool
    damaged: bool


@require_GET
@staff_page("operations.mend")
def backups(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The list, newest first."""
    found = [_line(one, moment(request)) for one in kept.known(settings.BIHUAN_BACKUPS)]
    told = {
        "lines": found,
        "being_made": kept.is_asked_for() or any(line.unfinished for line in found),
        "folder": settings.BIHUAN_BACKUPS,
        "nightly": is_nightly(),
        "same_disk": _same_disk(settings.BIHUAN_BACKUPS, settings.BIHUAN_DATA),
        "last": kept.last(),
    }
    return render(request, "managers/backups.html", told)


@require_POST
@staff_page("operations.mend")
def make(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Begin a backup; it grows in a process of its own."""
    if any(one.unfinished for one in kept.known(settings.BIHUAN_BACKUPS)):
        raise Refusal(_("A backup is being made already."))
    kept.ask_for_one()
    messages.success(request, _("The backup has begun. It appears here when it is whole."))
    return redirect("managers:backups")


@require_GET
@staff_page("operations.mend")
def backup(request: HttpRequest, viewer: Viewer, name: str) -> HttpResponse:
    """What one backup holds, table by table."""
    found = next((one for one in kept.known(settings.BIHUAN_BACKUPS) if one.folder.name == name), None)
    if found is None or found.manifest is None:
        raise NotFound
    language = "zh" if (get_language() or "").startswith("zh") else "en"
    told = {
        "line": _line(found, moment(request)),
        "manifest": found.manifest,
        "words": kept.in_words(found.manifest)[language],
        "tables": sorted(found.manifest.tables.items()),
        "folder": found.folder,
        "ours": found.manifest.secrets_mark == kept.secrets_mark(),
    }
    return render(request, "managers/backup.html", told)


def is_nightly() -> bool:
    """Whether the clock makes a backup every night: as it is set, else unless the demo company lives here."""
    told = settings.BIHUAN_NIGHTLY_BACKUP
    return bool(told == "1") if told else not is_demo()


def _line(one: Known, now: datetime) -> Line:
    manifest = one.manifest
    return Line(
        name=one.folder.name,
        made_at=manifest.made_at if manifest else None,
        version=manifest.version if manifest else "",
        rows=sum(table.rows for table in manifest.tables.values()) if manifest else 0,
        files=manifest.files if manifest else 0,
        size=one.size,
        keys="old" if one.keys_too_old(now) else "here" if one.has_keys else "elsewhere",
        unfinished=one.unfinished,
        damaged=manifest is None and not one.unfinished,
    )


def _same_disk(one: Path, other: Path) -> bool:
    """Whether two folders lie on one disk; a backup that does not survive the disk is half a backup."""
    try:
        return one.stat().st_dev == other.stat().st_dev
    except OSError:
        return True
