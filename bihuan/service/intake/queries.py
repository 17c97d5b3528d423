"""Asking about reports."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from bihuan.ground.vault.actions import SealedBy, fingerprint
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.intake.actions import link_token
from bihuan.service.intake.models import Report


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a report says, opened; empty where the customer was forgotten."""

    words: str
    asked: dict[str, str]


def report(report_id: int) -> Report:
    return Report.objects.select_related("customer__key", "machine", "place").get(id=report_id)


def report_by_link(token: str) -> Report:
    """The report whose private link this is."""
    found = Report.objects.select_related("customer__key", "machine", "place").filter(
        link_print=fingerprint(token or " ")
    )
    for one in found:
        return one
    raise NotFound


def link_of(report: Report) -> str:
    """The absolute private link of a report: the only thing that lets its customer in."""
    return f"{settings.BIHUAN_ADDRESS}/c/{link_token(report.link_seed)}"


def words_of(report: Report, hand: SealedBy) -> Words:
    asked: dict[str, Any] = json.loads(hand.open(report.asked_sealed) or "{}")
    return Words(words=hand.open(report.words_sealed) or "", asked={str(k): str(v) for k, v in asked.items()})


def quarantined(viewer: Viewer, limit: int = 100) -> list[Report]:
    """Reports that no case could be opened for, oldest first."""
    viewer.must("operations.read")
    return list(Report.objects.filter(state=Report.QUARANTINED).order_by("id")[:limit])
