"""Building the index where it is missing: after an upgrade, after a restore, or because somebody asks for it. From the
newest case down, batch by batch, each whole by itself; whoever comes next goes on where the last one stopped."""

from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from django.db import connection, transaction

from bihuan.service.cases.models import Case
from bihuan.service.searching.indexing import BATCH, read_again
from bihuan.service.searching.models import Building, Words

SECONDS = 1.0  # that one round of the clock gives to it


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How many cases were looked at, of how many there were."""

    made: int
    wanted: int


def keep_index(now: datetime) -> str:
    """A sweep: reads again what is stale, builds what is missing, cleans up after erasure. "made / wanted" while it
    builds, else nothing. May be cut short at any moment."""
    until = monotonic() + SECONDS
    while read_stale() and monotonic() < until:
        continue
    state = Building.objects.first()
    if state is not None and state.untidy:
        tidy()
    if state is not None and not state.below:
        return ""  # nearly always
    at = build()
    while at is not None and monotonic() < until:
        at = build()
    return f"{at.made} / {at.wanted}" if at else ""


def read_stale() -> int:
    """Read one batch of stale cases again. How many there were."""
    stale = list(Words.objects.filter(stale=True).values_list("case_id", flat=True)[:BATCH])
    if stale:
        read_again(stale)
    return len(stale)


@transaction.atomic
def build() -> Progress | None:
    """One batch of what is missing; None when nothing is. A case that is there already is read again only when it is
    stale."""
    state = Building.objects.select_for_update().first() or _begun()
    if not state.below:
        return None
    older = Case.objects.filter(id__lt=state.below, customer__forgotten_at__isnull=True)
    ids = list(older.order_by("-id").values_list("id", flat=True)[:BATCH])
    held = set(Words.objects.filter(case_id__in=ids, stale=False).values_list("case_id", flat=True))
    read_again(set(ids) - held)
    state.below, state.made = (ids[-1] if len(ids) == BATCH else 0), state.made + len(ids)
    state.save(update_fields=["below", "made"])
    return Progress(made=state.made, wanted=max(state.wanted, state.made))


def _begun() -> Building:
    newest = Case.objects.order_by("-id").values_list("id", flat=True).first() or 0
    wanted = Case.objects.filter(customer__forgotten_at__isnull=True).count() if newest else 0
    row, _made = Building.objects.get_or_create(id=1, defaults={"below": newest + 1, "wanted": wanted})
    return row


@transaction.atomic
def begin_anew() -> None:
    """Forget how far the building came: every case is read again, and found all the while."""
    Building.objects.all().delete()
    Words.objects.filter(stale=False).update(stale=True)
    _begun()


def tidy() -> None:
    """Write the index anew without what was taken out of it, so that no old page holds it."""
    Building.objects.update(untidy=False)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO searching_found (searching_found) VALUES ('optimize')")
        elif not connection.in_atomic_block:
            cursor.execute("VACUUM searching_words")
