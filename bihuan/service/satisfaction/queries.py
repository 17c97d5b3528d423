"""Asking what customers thought."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from bihuan.ground.vault.actions import SealedBy
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.queries import ONE, visible
from bihuan.service.commitments.models import Promise
from bihuan.service.satisfaction.asking import link_of
from bihuan.service.satisfaction.models import Attempt, Callback, Survey
from bihuan.service.satisfaction.rules import RATINGS


@dataclass(frozen=True, kw_only=True)
class SurveyView:
    """One survey as a page shows it; ratings None while unanswered."""

    id: int
    sent_at: datetime | None
    answered_at: datetime | None
    solved: bool | None
    ratings: dict[str, int | None]
    words: str


def surveys_of(case_id: int, hand: SealedBy) -> list[SurveyView]:
    """The surveys of a case, newest first."""
    return [
        SurveyView(
            id=row.id,
            sent_at=row.sent_at,
            answered_at=row.answered_at,
            solved=row.solved,
            ratings={
                "speed": row.speed,
                "effect": row.effect,
                "attitude": row.attitude,
                "overall": row.overall,
            },
            words=hand.open(row.words_sealed) or "",
        )
        for row in Survey.objects.filter(case_id=case_id).order_by("-id")
    ]


def survey_link(survey_id: int) -> str:
    return link_of(Survey.objects.get(id=survey_id))


def confirm_link(case_id: int) -> str:
    """The private page on which a customer says whether it is solved."""
    survey = latest_survey(case_id)
    return f"{link_of(survey)}/solved" if survey else ""


def latest_survey(case_id: int) -> Survey | None:
    """The survey that a customer may still answer: of the newest completion."""
    return Survey.objects.filter(case_id=case_id, dropped_at__isnull=True).order_by("-id").first()


def callbacks_due(viewer: Viewer, *, held_by: int | None = None, unheld: bool = False) -> QuerySet[Callback]:
    """Open callbacks of the cases this viewer may see; only those that one person holds, or that nobody does."""
    viewer.must("callback.work")
    found = Callback.objects.filter(open=True).select_related("case__customer__key", "case__node", "holder")
    if held_by is not None:
        found = found.filter(holder_id=held_by)
    if unheld:
        found = found.filter(holder__isnull=True)
    return found if viewer.nodes is None else found.filter(case__in=visible(viewer))


def callbacks_between(viewer: Viewer, since: datetime, until: datetime) -> QuerySet[Callback]:
    """The callbacks that were opened in this stretch, of the cases this viewer may see, the oldest first."""
    viewer.must("survey.read")
    found = Callback.objects.filter(opened_at__gte=since, opened_at__lt=until, case__in=visible(viewer))
    return found.select_related("case__customer__key", "case__node", "holder").order_by("opened_at", "id")


def callback(viewer: Viewer, callback_id: int) -> Callback:
    """One callback with its case; the same refusal whether it is absent or not theirs."""
    viewer.must("callback.work")
    joined = (*(f"case__{name}" for name in ONE if name != "next_owner"), "holder")
    row = Callback.objects.select_related(*joined).filter(id=callback_id).first()
    if row is None or not visible(viewer).filter(id=row.case_id).exists():
        raise NotFound
    return row


def remedy_of(callback: Callback, hand: SealedBy) -> str:
    return hand.open(callback.remedy_sealed) or ""


def scores_of(case_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """The newest ratings of these cases: one query for a whole list."""
    answered = Survey.objects.filter(case_id__in=list(case_ids), answered_at__isnull=False).order_by("id")
    return {
        row["case_id"]: {name: row[name] for name in RATINGS} for row in answered.values("case_id", *RATINGS)
    }


def attempts_made(callback_ids: Iterable[int]) -> dict[int, int]:
    """How often each of these customers was tried."""
    tries = Attempt.objects.filter(callback_id__in=list(callback_ids)).values("callback_id")
    return {row["callback_id"]: row["times"] for row in tries.annotate(times=Count("id"))}


def second_handlings(viewer: Viewer, limit: int = 25) -> list[Promise]:
    """What was not solved after all and is back at work, the soonest due first; for supervisors."""
    viewer.must("callback.work")
    found = Promise.objects.filter(open=True, clause="second_handling").select_related(
        "case__owner", "case__next_owner"
    )
    if viewer.nodes is not None:
        found = found.filter(case__in=visible(viewer))
    return list(found.order_by("due_at", "id")[:limit])


def callbacks_of(case_id: int) -> list[Callback]:
    return list(Callback.objects.filter(case_id=case_id).select_related("holder").order_by("-id"))


def attempts_of(callback_id: int) -> list[Attempt]:
    return list(Attempt.objects.filter(callback_id=callback_id).select_related("by").order_by("id"))
