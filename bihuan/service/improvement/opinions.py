"""What a commitment profile measures besides its clocks: satisfaction, opinions collected, customers who asked again.

Collected is a completed service with at least one opinion of its customer: an answered survey, an opinion on the signed
sheet, or a callback that was carried out. The sources name the rate without defining it; this is our definition.
"""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, Sum

from bihuan.service.cases.models import Case
from bihuan.service.commitments.clause import Clause
from bihuan.service.commitments.figures import Cut, Period
from bihuan.service.commitments.measuring import Judged, judge_points
from bihuan.service.fieldwork.models import Sheet
from bihuan.service.improvement.models import Happened
from bihuan.service.satisfaction.models import Callback, Survey

MEASURED = ("satisfaction", "satisfied", "collection")


@dataclass(frozen=True, kw_only=True)
class Opinions:
    """Counts of a period. `points`: the sum of the overall ratings; `satisfied`: four or five of five points."""

    answered: int
    points: int
    satisfied: int
    done: int
    collected: int
    opened: int
    chases: int

    @property
    def chase_rate(self) -> float | None:
        """Chases for each case opened; None while none was."""
        return self.chases / self.opened if self.opened else None

    def of(self, metric: str) -> tuple[float | None, int]:
        """A figure of `MEASURED` and the number it was made of."""
        part, whole = {
            "satisfaction": (self.points, self.answered),
            "satisfied": (self.satisfied, self.answered),
            "collection": (self.collected, self.done),
        }[metric]
        return (part / whole if whole else None), whole


def opinions_in(period: Period, cut: Cut) -> Opinions:
    """Four statements."""
    answers = Survey.objects.filter(cut.of(), period.holds("answered_at"))
    told = answers.aggregate(n=Count("id"), points=Sum("overall"), good=Count("id", filter=Q(overall__gte=4)))
    done = Case.objects.filter(cut.of(), period.holds("done_at"))
    finished = done.aggregate(n=Count("id"), heard=Count("id", filter=_heard()))
    opened = Case.objects.filter(cut.of(), period.holds("opened_at")).count()
    chases = Happened.objects.filter(cut.of(), period.holds("at"), what=Happened.CHASED).count()
    return Opinions(
        answered=told["n"],
        points=told["points"] or 0,
        satisfied=told["good"],
        done=finished["n"],
        collected=finished["heard"],
        opened=opened,
        chases=chases,
    )


def _heard() -> Q:
    mine = {"case_id": OuterRef("id")}
    answered = Survey.objects.filter(**mine, answered_at__isnull=False)
    said = Sheet.objects.filter(**mine).exclude(opinion="")
    called = Callback.objects.filter(**mine, done_at__isnull=False, solved__isnull=False)
    return Q(Exists(answered)) | Q(Exists(said)) | Q(Exists(called))


def judged_opinions(clauses: list[Clause], found: Opinions) -> list[Judged]:
    """The rate clauses about opinions, against these figures."""
    told = []
    for clause in clauses:
        if clause.of in MEASURED:
            value, n = found.of(clause.of)
            told.append(judge_points(clause, value=value, n=n))
    return told
