"""Asking what customers thought."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from bihuan.ground.vault.actions import SealedBy
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.queries import visible
from bihuan.service.satisfaction.asking import link_of
from bihuan.service.satisfaction.models import Attempt, Callback, Survey


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


def callbacks_due(viewer: Viewer) -> QuerySet[Callback]:
    """Open callbacks of the cases this viewer may see."""
    viewer.must("callback.work")
    found = Callback.objects.filter(open=True).select_related("case__customer__key", "case__node", "holder")
    return found if viewer.nodes is None else found.filter(case__in=visible(viewer))


def callback(viewer: Viewer, callback_id: int) -> Callback:
    viewer.must("callback.work")
    row = (
        Callback.objects.select_related("case__customer__key", "case__node", "holder")
        .filter(id=callback_id)
        .first()
    )
    if row is None or not visible(viewer).filter(id=row.case_id).exists():
        raise NotFound
    return row


def callbacks_of(case_id: int) -> list[Callback]:
    return list(Callback.objects.filter(case_id=case_id).select_related("holder").order_by("-id"))


def attempts_of(callback_id: int) -> list[Attempt]:
    return list(Attempt.objects.filter(callback_id=callback_id).select_related("by").order_by("id"))
