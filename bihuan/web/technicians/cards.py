"""A job as it is drawn on a technician's phone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.utils import formats
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from bihuan.registers.access.masking import Contact
from bihuan.registers.knowledge.queries import error_codes_shown
from bihuan.registers.knowledge.reading import shipped
from bihuan.registers.staff.queries import shifts_of
from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.words import KINDS, place_title
from bihuan.service.dispatch.lines import planned_arrival
from bihuan.service.dispatch.words import SUITS, sentence
from bihuan.service.fieldwork.layout import family_words, is_chinese
from bihuan.service.fieldwork.queries import Job
from bihuan.service.fieldwork.words import COVERS, UNITS
from bihuan.web.look.words import day_words


@dataclass(frozen=True, kw_only=True)
class JobCard:
    """Everything a card shows, in words."""

    number: str
    contact: Contact
    slot: str
    planned: str
    late: bool
    over: bool
    place: str
    kind: str
    appliance: str
    cover: str
    serials: list[tuple[str, str]]
    words: str
    bring: list[str]
    call: str
    navigate: str
    answer_by: datetime | None
    expected_at: datetime | None
    stands_at: str
    suits: str
    beside: str
    goes_along: bool
    may_stay: bool
    against: list[str]


def card_of_job(job: Job, *, now: datetime) -> JobCard:
    """The words of a job."""
    case, visit = job.case, job.visit
    waiting = case.stands_at in {"booked", "on_the_way"}
    until = visit.slot_until if visit else None
    return JobCard(
        number=case.number,
        contact=job.contact,
        slot=_slot(visit.slot_from, until, now=now) if visit and visit.slot_from and until else "",
        planned=_planned(visit) if visit else "",
        late=bool(waiting and until and now > until),
        over=case.done_at is not None or case.stands_at in {"done", "closed", "to_call_back", "on_hold"},
        place=place_title(card_at(case.card, case.card_version), case.stands_at),
        kind=str(KINDS.get(case.kind, case.kind)),
        appliance=_appliance(job),
        cover=str(COVERS[job.machine.cover.value]) if job.machine else "",
        serials=[(str(UNITS.get(unit, unit)), number) for unit, number in job.machine.serials.items()]
        if job.machine
        else [],
        words=job.words,
        bring=_bring(job),
        call=f"tel:{job.contact.phone}" if job.contact.full and job.contact.phone else "",
        navigate=_geo(job) if job.contact.full else "",
        answer_by=job.answer_by,
        expected_at=visit.expected_at if visit and waiting else None,
        stands_at=case.stands_at,
        suits=str(SUITS.get(job.suits, "")),
        beside=job.beside,
        goes_along=job.goes_along,
        may_stay=job.may_stay,
        against=[sentence(one) for one in job.against],
    )


def _slot(begins: datetime, ends: datetime, *, now: datetime) -> str:
    """Today 10:00–12:00; the day is named when it is another one."""
    span = f"{localtime(begins):%H:%M}–{localtime(ends):%H:%M}"
    day, today = localtime(begins).date(), localtime(now).date()
    return span if day == today else f"{day_words(day, today)} {span}"


def _planned(visit: Any) -> str:
    """When within the slot they are planned to arrive; nothing where that is its begin."""
    at = planned_arrival(visit)
    return f"{localtime(at):%H:%M}" if at is not None and at != visit.slot_from else ""


def _appliance(job: Job) -> str:
    family = family_words(job.case.category) if job.case.category else _("Appliance")
    model = job.machine.model if job.machine else ""
    return " ".join(part for part in (job.case.brand, family, model) if part)


def _bring(job: Job) -> list[str]:
    """What to put into the van: standard kit, what gas asks for, permits, and what the visit before planned."""
    found = [_("Standard tool kit, shoe covers, mat")]
    if "gas" in job.permits or job.case.category == "gas_cooker":
        found.append(_("Gas leak detector"))
    names = {one.code: (one.zh if is_chinese() else one.en) for one in shipped().certificates}
    permits = [names.get(code, code) for code in sorted(job.permits)]
    if permits:
        found.append(_("Certificate: %(names)s") % {"names": _(", ").join(permits)})
    found += _likely(job)
    if job.last_plan:
        found.append(_("From the last visit: %(plan)s") % {"plan": job.last_plan})
    return found


def _likely(job: Job) -> list[str]:
    """Parts that such faults took before; else what the error code most likely means."""
    zh = is_chinese()
    if job.likely:
        named = _(", ").join(f"{part.number} {part.name_zh if zh else part.name_en}" for part in job.likely)
        return [_("Likely parts: %(parts)s") % {"parts": named}]
    return error_code_words(job)


def error_code_words(job: Job) -> list[str]:
    """What the error code that the customer read most likely means."""
    zh = is_chinese()
    shown = job.case.report.error_code
    meanings = error_codes_shown(shown, category=job.case.category, brand=job.case.brand) if shown else []
    causes = [one.cause_zh if zh else one.cause_en for one in meanings[:1]]
    return [_("Error code %(code)s: %(cause)s") % {"code": shown, "cause": cause} for cause in causes]


def _geo(job: Job) -> str:
    """An address that opens the phone's own map; no map service is told."""
    place = job.case.place
    if place is None or not job.contact.address:
        return ""
    where = f"{place.latitude},{place.longitude}" if place.latitude is not None else "0,0"
    return f"geo:{where}?q={quote(job.contact.address)}"


def opening_hours(technician_id: int) -> list[tuple[str, str]]:
    """Weekday and hours at work, Monday first."""
    monday = datetime(2024, 1, 1)  # noqa: DTZ001 (only its weekday is read)
    found = []
    for weekday, spans in sorted(shifts_of(technician_id).items()):
        name = formats.date_format(monday + timedelta(days=weekday), "l")
        found.append((name, _(", ").join(f"{begins:%H:%M}–{ends:%H:%M}" for begins, ends in spans)))
    return found
