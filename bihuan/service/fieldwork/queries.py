"""What a technician's day looks like, and what stands in the record of a visit."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils.timezone import get_current_timezone, localdate

from bihuan.ground.vault.actions import SealedBy, keys_for
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.masking import Contact, masked_words
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.queries import MachineCard, machine_cards
from bihuan.registers.knowledge.content import Symptom
from bihuan.registers.knowledge.reading import shipped
from bihuan.registers.parts.models import Part
from bihuan.registers.parts.queries import certificates_needed
from bihuan.registers.staff.queries import technician_of
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import ONE, case_by_number, contacts_of
from bihuan.service.dispatch.conflicts import conflicts_of
from bihuan.service.dispatch.grabs.queries import up_for
from bihuan.service.dispatch.lines import with_planned
from bihuan.service.dispatch.mates import MAY_REFUSE
from bihuan.service.dispatch.models import Assignment, Visit
from bihuan.service.dispatch.rules import Reason
from bihuan.service.fieldwork.models import Photo, Quote, QuoteLine, Reading, Sheet, Tried, UsedPart, Work
from bihuan.service.fieldwork.sheets import newest_quote
from bihuan.service.intake.queries import words_of

__all__ = [
    "Case",
    "Job",
    "Quote",
    "QuoteLine",
    "Sheet",
    "Work",
]  # the rows that pages name in their signatures
MOST_JOBS = 60
RECENT_PARTS, MOST_LIKELY = 1000, 3
IN_CASE = tuple(f"case__{name}" for name in ONE)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One card of the day. `contact` is full only where this technician may see it."""

    case: Case
    visit: Visit | None
    contact: Contact
    words: str
    machine: MachineCard | None
    permits: frozenset[str]
    last_plan: str
    likely: tuple[Part, ...] = ()  # parts that such faults asked for before
    answer_by: datetime | None = None
    beside: str = ""  # the other one, where two go
    goes_along: bool = False  # this technician is the second one: the first does the steps
    against: tuple[Reason, ...] = ()  # rules that forbid the agreed visit since
    may_stay: bool = False  # the second one may still say that they cannot go
    suits: str = ""  # when the customer said that it suits


def mine(viewer: Viewer, number: str) -> Case:
    """A case that this technician goes to; any other sounds as if it did not exist."""
    case = case_by_number(viewer, number)
    if case.technician_person_id is None or case.technician_person_id != viewer.person_id:
        raise NotFound
    return case


def gone_along_on(viewer: Viewer, number: str) -> tuple[Case, int]:
    """A case on which this technician goes along, and who they are; any other sounds as if it did not exist."""
    case, technician = case_by_number(viewer, number), technician_of(viewer.person_id or 0)
    if technician is None or case.mate_person_id != viewer.person_id:
        raise NotFound
    return case, technician.id


def offered_to(viewer: Viewer, *, now: datetime) -> list[Job]:
    """Jobs that wait for this technician's yes or no, the soonest answer first; masked."""
    technician = technician_of(viewer.person_id or 0)
    if technician is None:
        return []
    waiting = list(
        Assignment.objects.filter(technician=technician, state=Assignment.OFFERED)
        .select_related(*IN_CASE)
        .order_by("answer_by", "id")[:MOST_JOBS]
    )
    until = {one.case_id: one.answer_by for one in waiting}
    return _jobs([one.case for one in waiting], viewer, now=now, answer_by=until, full=False)


def up_for_grabs(viewer: Viewer, *, now: datetime) -> list[Job]:
    """Jobs that this technician may grab (抢单), the one that ends first first; masked."""
    technician = technician_of(viewer.person_id or 0)
    asked = up_for(technician.id)[:MOST_JOBS] if technician is not None else []
    if not asked:
        return []
    until = {one.round.case_id: one.round.until for one in asked}
    found = {case.id: case for case in Case.objects.select_related(*ONE).filter(id__in=until)}
    return _jobs([found[case_id] for case_id in until], viewer, now=now, answer_by=until, full=False)


def day_of(viewer: Viewer, day: date, *, now: datetime) -> list[Job]:
    """The visits of a day in time order; today's list also holds what has no time yet or stands in the workshop."""
    begins = datetime.combine(day, time(), tzinfo=get_current_timezone())
    booked = Q(slot_from__gte=begins, slot_from__lt=begins + timedelta(days=1))
    visits = _visits(viewer, booked & ~Q(state=Visit.WITHDRAWN))
    if day != localdate(now):
        return _with_visits([visit.case for visit in visits], visits, viewer, now=now)
    overdue = _visits(
        viewer, Q(slot_from__lt=begins, state__in=(Visit.BOOKED, Visit.ON_THE_WAY, Visit.ARRIVED))
    )
    unbooked = _visits(viewer, Q(state=Visit.PLANNED))
    inside = Case.objects.select_related(*ONE).filter(
        technician_person_id=viewer.person_id, open=True, stands_at="in_workshop"
    )
    every = [*overdue, *visits, *unbooked]
    cases = list({case.id: case for case in [*(visit.case for visit in every), *inside[:MOST_JOBS]]}.values())
    return _with_visits(cases, every, viewer, now=now)


def coming(viewer: Viewer, *, now: datetime, days: int = 7) -> dict[date, list[Job]]:
    """The next days' visits, day by day; days without any are left out."""
    found = {}
    for ahead in range(1, days + 1):
        day = localdate(now) + timedelta(days=ahead)
        if jobs := day_of(viewer, day, now=now):
            found[day] = jobs
    return found


def _visits(viewer: Viewer, wanted: Q) -> list[Visit]:
    """This technician's visits, of cases that are theirs, in time order."""
    me = viewer.person_id or 0
    first = Q(case__technician_person_id=me, technician__person_id=me)
    second = Q(case__mate_person_id=me, state__in=Visit.OPEN)
    rows = Visit.objects.filter(wanted & (first | second))
    joined = rows.select_related(*IN_CASE, "technician__person")
    return list(with_planned(joined)[:MOST_JOBS])


def _with_visits(cases: list[Case], visits: Iterable[Visit], viewer: Viewer, *, now: datetime) -> list[Job]:
    newest = {visit.case_id: visit for visit in visits}
    against: dict[int, list[Reason]] = {}
    for one in conflicts_of(newest.values(), now=now):
        against.setdefault(one.visit.case_id, []).append(one.rule)
    jobs = _jobs(cases, viewer, now=now, visits=newest)
    return [replace(job, against=tuple(against.get(job.case.id, ()))) for job in jobs]


def _jobs(
    cases: list[Case],
    viewer: Viewer,
    *,
    now: datetime,
    visits: dict[int, Visit] | None = None,
    answer_by: dict[int, datetime] | None = None,
    full: bool = True,
) -> list[Job]:
    """Cards with names, words and machines, in a fixed number of queries."""
    contacts = contacts_of(cases, viewer, now=now, masked=not full)
    hand = keys_for(case.customer.key_id for case in cases)
    cards = {
        card.id: card for card in machine_cards([c.machine for c in cases if c.machine], day=localdate(now))
    }
    plans, likely = _last_plans(cases, hand), likely_parts((case.category, case.symptom) for case in cases)
    permits = {
        pair: certificates_needed(category_code=pair[0], kind=pair[1])
        for pair in {(case.category, case.kind) for case in cases}
    }
    held = visits or {}
    return [
        Job(
            case=case,
            visit=held.get(case.id),
            contact=contacts[case.customer_id],
            words=_words(case, hand, full=contacts[case.customer_id].full),
            machine=cards.get(case.machine_id or 0),
            permits=permits[(case.category, case.kind)],
            last_plan=plans.get(case.id, ""),
            likely=likely.get((case.category, case.symptom), ()),
            answer_by=(answer_by or {}).get(case.id),
            beside=_beside(case, viewer) if full else "",
            goes_along=_second(case, viewer),
            may_stay=_second(case, viewer) and case.id in held and held[case.id].state in MAY_REFUSE,
            suits="" if full else words_of(case.report, hand).asked.get("suits", ""),
        )
        for case in cases
    ]


def _second(case: Case, viewer: Viewer) -> bool:
    return case.mate_person_id is not None and case.mate_person_id == viewer.person_id


def _beside(case: Case, viewer: Viewer) -> str:
    """The name of the other one where two go."""
    if case.mate_person_id is None:
        return ""
    alone = case.mate_person_id != viewer.person_id
    other = case.mate_person if alone else case.technician_person
    return other.name if other is not None else ""


def _words(case: Case, hand: SealedBy, *, full: bool) -> str:
    """What the customer reported; masked for whoever sees the customer masked."""
    said = words_of(case.report, hand).words
    return said if full else masked_words(said, name=hand.open(case.customer.name_sealed) or "")


def likely_parts(faults: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[Part, ...]]:
    """(category, symptom) → the parts that such repairs took most often of late; nothing where none is known."""
    wanted = {fault for fault in faults if fault[1]}
    if not wanted:
        return {}
    recent = UsedPart.objects.filter(part__retired_at__isnull=True).order_by("-id")[:RECENT_PARTS]
    counts: dict[tuple[str, str], Counter[int]] = {}
    for category, symptom, part in recent.values_list(
        "work__case__category", "work__case__symptom", "part_id"
    ):
        if (category, symptom) in wanted:
            counts.setdefault((category, symptom), Counter())[part] += 1
    parts = Part.objects.in_bulk({part for count in counts.values() for part in count})
    return {
        fault: tuple(parts[part] for part, _times in count.most_common(MOST_LIKELY))
        for fault, count in counts.items()
    }


def _last_plans(cases: list[Case], hand: SealedBy) -> dict[int, str]:
    """What was planned on the visit before: what to bring on the second one."""
    earlier = Work.objects.filter(
        case_id__in=[case.id for case in cases], finished_at__isnull=False
    ).order_by("id")
    return {work.case_id: hand.open(work.plan_sealed) or "" for work in earlier}


def job_of(case: Case, viewer: Viewer, *, now: datetime) -> Job:
    """The card of one case."""
    visit = Visit.objects.filter(case=case).order_by("-id").first()
    return _jobs([case], viewer, now=now, visits={case.id: visit} if visit else {})[0]


def work_of(case: Case) -> Work | None:
    """The visit that is going on, else the last one."""
    found = Work.objects.filter(case=case).order_by("-id").first()
    if found is not None:
        found.case = case
    return found


def works_of(case_id: int) -> list[Work]:
    """Every visit and stay of a case, oldest first."""
    return list(Work.objects.filter(case_id=case_id).select_related("technician_person").order_by("id"))


def last_works(case_ids: Iterable[int]) -> dict[int, Work]:
    """The last visit or stay of each of these cases: one query."""
    return {work.case_id: work for work in Work.objects.filter(case_id__in=list(case_ids)).order_by("id")}


def sheet_of(work: Work | None) -> Sheet | None:
    return Sheet.objects.select_related("case__customer__key").filter(work=work).first() if work else None


def sheets_of(case_id: int) -> list[Sheet]:
    """The signed sheets of a case, newest first."""
    return list(Sheet.objects.select_related("case__customer__key").filter(case_id=case_id).order_by("-id"))


def opened(work: Work, *sealed: str) -> list[str]:
    """Sealed words of this visit, in clear; empty where the customer was forgotten."""
    hand = keys_for([work.case.customer.key_id])
    return [hand.open(words) or "" for words in sealed]


def quote_of(work: Work | None) -> Quote | None:
    """The quote that counts, with its work and case."""
    return newest_quote(work) if work else None


def proposed(quote: Quote, work: Work) -> tuple[str, str, int | None]:
    """Cause, plan and minutes as the quote told them; of a quote made before the diagnosis as they are now."""
    told = quote if quote.plan_sealed else work
    cause, plan = opened(work, told.cause_sealed, told.plan_sealed)
    return cause, plan, quote.expected_minutes


def lines_of(quote: Quote | None) -> list[QuoteLine]:
    return list(QuoteLine.objects.filter(quote=quote).order_by("id")) if quote else []


def quote_of_case(case: Case) -> Quote | None:
    """The quote that the customer may see on the private link: of the visit that is going on, or the last one."""
    work = work_of(case)
    found = quote_of(work)
    if found is not None and work is not None:
        found.work = work
    return found


def quoted_parts(work: Work) -> list[Part]:
    """The parts that the customer agreed to."""
    numbers = QuoteLine.objects.filter(quote__work=work, quote__state=Quote.CONSENTED, item="part").values(
        "code"
    )
    return list(Part.objects.filter(number__in=numbers, retired_at__isnull=True).order_by("number"))


def used_parts(work: Work) -> list[UsedPart]:
    return list(UsedPart.objects.filter(work=work).select_related("part").order_by("id"))


def readings_of(work: Work) -> list[Reading]:
    return list(Reading.objects.filter(work=work).order_by("id"))


def tried_of(work: Work) -> dict[str, bool]:
    return dict(Tried.objects.filter(work=work).values_list("point", "passed"))


def photos_of(work: Work) -> list[Photo]:
    return list(Photo.objects.filter(work=work).order_by("id"))


def photo(case: Case, photo_id: int) -> Photo:
    """A photo of this very case."""
    found = Photo.objects.filter(work__case=case, id=photo_id).first()
    if found is None:
        raise NotFound
    return found


def symptom(code: str) -> Symptom | None:
    """The standard symptom of this code; None for the appliance as a whole."""
    return next((one for one in shipped().symptoms if one.code == code), None)
