"""How well chats are answered: how many came, how long visitors waited, who left without an answer, how content they
were. Pure arithmetic over the rows of a period."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.timezone import localdate

from bihuan.ground.journal.models import Entry
from bihuan.ground.journal.queries import event_of
from bihuan.ground.worktime.percentiles import nearest_rank
from bihuan.registers.access.viewer import Viewer
from bihuan.service.intake.chats.events import ChatBegan
from bihuan.service.intake.chats.models import Chat


@dataclass(frozen=True, kw_only=True)
class Level:
    """The chats of a stretch of time. Waits are seconds from the visitor's first line to an agent's; `abandoned` ended
    without one within the hours in which agents answer, `away` began outside of them. None: nothing to reckon with."""

    chats: int = 0
    answered: int = 0
    abandoned: int = 0
    away: int = 0
    wait_p50: int | None = None
    wait_p90: int | None = None
    score: float | None = None
    rated: int = 0

    @property
    def abandoned_rate(self) -> float | None:
        """Percent of those that began while agents answered."""
        offered = self.chats - self.away
        return round(100 * self.abandoned / offered, 1) if offered else None


@dataclass(frozen=True, kw_only=True)
class ChatDay:
    """One day of the installation's zone."""

    day: date
    level: Level


def figures(viewer: Viewer, since: datetime, until: datetime) -> tuple[Level, list[ChatDay]]:
    """All chats that began in this time, and day by day: two statements."""
    viewer.must("figures.read")
    rows = list(Chat.objects.filter(began_at__gte=since, began_at__lt=until).order_by("began_at"))
    away = _away([row.id for row in rows])
    days: dict[date, list[Chat]] = {}
    for row in rows:
        days.setdefault(localdate(row.began_at), []).append(row)
    told = [ChatDay(day=day, level=level_of(chats, away)) for day, chats in sorted(days.items())]
    return level_of(rows, away), told


def _away(ids: Sequence[int]) -> frozenset[int]:
    """The chats that began outside of the hours in which agents answer."""
    if not ids:
        return frozenset()
    began = Entry.objects.filter(kind=ChatBegan.kind, subject_id__range=(min(ids), max(ids)))
    events = (event_of(entry) for entry in began)
    return frozenset(one.subject_id for one in events if isinstance(one, ChatBegan) and not one.open)


def level_of(rows: Iterable[Chat], away: frozenset[int] = frozenset()) -> Level:
    """The figures of these chats."""
    chats = list(rows)
    waits = sorted(
        int((one.answered_at - one.began_at).total_seconds())
        for one in chats
        if one.answered_at is not None and one.id not in away
    )
    scores = [one.score for one in chats if one.score is not None]
    lost = [one for one in chats if one.ended_at and one.answered_at is None and one.id not in away]
    return Level(
        chats=len(chats),
        answered=sum(1 for one in chats if one.answered_at is not None),
        abandoned=len(lost),
        away=sum(1 for one in chats if one.id in away),
        wait_p50=percentile(waits, 0.5),
        wait_p90=percentile(waits, 0.9),
        score=round(sum(scores) / len(scores), 2) if scores else None,
        rated=len(scores),
    )


def percentile(ordered: Sequence[int], share: float) -> int | None:
    """The smallest value that so large a share of these ordered values does not exceed; None of none."""
    return nearest_rank(ordered, round(share * 100)) if ordered else None
