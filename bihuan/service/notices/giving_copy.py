"""A customer's copy of everything that is kept about them (L-21): it stands on the top floor of service, beside
forgetting, because every room below holds something."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import SealedBy, keys
from bihuan.registers.customers.models import Consent, Customer, MachinePaper, Place
from bihuan.registers.customers.queries import machines_of, reach_of
from bihuan.service.cases.models import Case, Note
from bihuan.service.dispatch.models import TechnicianWish, UpkeepPlan, Visit
from bihuan.service.fieldwork.models import Sheet
from bihuan.service.intake.models import Attachment, Report
from bihuan.service.intake.queries import words_of
from bihuan.service.notices.models import Notice
from bihuan.service.satisfaction.models import Survey

TOLD = Q(public=True) | Q(by_kind="customer")  # what colleagues write for each other is no reply to anybody


@dataclass(frozen=True, kw_only=True)
class OwnFile:
    """One file of the copy: its name in it, and its bytes."""

    name: str
    content: bytes


def copy_of(customer: Customer, *, now: datetime) -> dict[str, Any]:
    """Everything in plain values, made for reading by people and by programs; moments in ISO 8601."""
    hand = keys(customer.key)
    return {
        "made_at": now.isoformat(timespec="seconds"),
        "person": {
            "name": hand.open(customer.name_sealed) or "",
            "reached_by": reach_of(customer.id, hand),
            "language": customer.language,
            "known_since": _at(customer.made_at),
        },
        "places": [_place(row, hand) for row in Place.objects.filter(customer=customer).order_by("id")],
        "machines": [_machine(row) for row in machines_of(customer.id, day=now.date())],
        "maintenance": [_upkeep(row) for row in UpkeepPlan.objects.filter(machine__customer=customer)],
        "technicians": [
            {
                "wanted": row.wanted,
                "reason": row.reason,
                "since": _at(row.made_at),
                "until": row.until.isoformat() if row.until else None,
                "ended_at": _at(row.ended_at),
            }
            for row in TechnicianWish.objects.filter(customer=customer).order_by("id")
        ],
        "consents": [
            {"to": row.kind, "given": row.given, "how": row.how, "at": _at(row.at)}
            for row in Consent.objects.filter(customer=customer).order_by("id")
        ],
        "reports": [_report(row, hand) for row in Report.objects.filter(customer=customer).order_by("id")],
        "cases": [_case(row, hand) for row in Case.objects.filter(customer=customer).order_by("id")],
        "messages": [
            {
                "at": _at(row.made_at),
                "by": row.channel,
                "words": "" if row.kind == "sign_in_code" else hand.open(row.words_sealed) or "",
                "sent_at": _at(row.sent_at),
            }
            for row in Notice.objects.filter(customer=customer).order_by("id")
        ],
    }


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _place(row: Place, hand: SealedBy) -> dict[str, Any]:
    return {
        "city": row.city,
        "district": row.district,
        "street": row.street,
        "door": hand.open(row.door_sealed) or "",
    }


def _machine(row: Any) -> dict[str, Any]:
    return {
        "category": row.category,
        "brand": row.brand,
        "model": row.model,
        "serials": row.serials,
        "bought_on": row.bought_on.isoformat() if row.bought_on else None,
        "bought_at": row.bought_at,
        "cover_until": row.cover_until.isoformat() if row.cover_until else None,
        "extended_until": row.extended_until.isoformat() if row.extended_until else None,
    }


def _upkeep(row: UpkeepPlan) -> dict[str, Any]:
    return {
        "machine": row.machine_id,
        "months": row.months,
        "next_due": None if row.ended_at else row.next_due.isoformat(),
        "contract": row.contract,
        "until": row.until.isoformat() if row.until else None,
    }


def _report(row: Report, hand: SealedBy) -> dict[str, Any]:
    said = words_of(row, hand)
    return {
        "at": _at(row.received_at),
        "channel": row.channel,
        "words": said.words,
        "asked": said.asked,
        "outside_number": row.outside_number,
    }


def _case(row: Case, hand: SealedBy) -> dict[str, Any]:
    surveys = Survey.objects.filter(case=row, answered_at__isnull=False).order_by("id")
    return {
        "number": row.number,
        "kind": row.kind,
        "stands_at": row.stands_at,
        "opened_at": _at(row.opened_at),
        "done_at": _at(row.done_at),
        "closed_at": _at(row.closed_at),
        "notes": [
            {
                "at": _at(note.at),
                "by": "you" if note.by_kind == "customer" else "us",
                "words": hand.open(note.words_sealed) or "",
            }
            for note in Note.objects.filter(TOLD, case=row).order_by("id")
        ],
        "visits": [
            {"state": visit.state, "from": _at(visit.slot_from), "until": _at(visit.slot_until)}
            for visit in Visit.objects.filter(case=row).order_by("id")
        ],
        "ratings": [
            {
                "at": _at(one.answered_at),
                "speed": one.speed,
                "effect": one.effect,
                "attitude": one.attitude,
                "overall": one.overall,
                "words": hand.open(one.words_sealed) or "",
            }
            for one in surveys
        ],
    }


def files_of(customer: Customer) -> Iterator[OwnFile]:
    """Every file they sent, and the sheets they signed, one after the other; what cannot be read is left out."""
    hand = keys(customer.key)
    rows: list[tuple[str, str]] = [
        (f"sheets/{number}.pdf", kept)
        for number, kept in Sheet.objects.filter(case__customer=customer)
        .exclude(pdf_kept_as="")
        .values_list("number", "pdf_kept_as")
    ]
    for sort, table in (
        ("sent", Attachment.objects.filter(report__customer=customer)),
        ("papers", MachinePaper.objects.filter(machine__customer=customer)),
    ):
        told = table.order_by("id").values_list("id", "media", "kept_as")
        rows += [(f"{sort}/{row_id}{ENDINGS.get(media, '.bin')}", kept) for row_id, media, kept in told]
    for name, kept in rows:
        content = files.fetch(kept, by=hand)
        if content is not None:
            yield OwnFile(name=name, content=content)


ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
}
