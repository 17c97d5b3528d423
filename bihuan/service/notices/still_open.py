"""Telling customers that we are still on it (S3-101): once per interval in which nobody told them anything else.

A person's word keeps the promise of telling progress; this message does not, since it says that nothing is new.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import batched

from django.conf import settings
from django.core.cache import cache
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from bihuan.ground.journal.models import Entry
from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.models import Case, Note
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.profiles_in_use import profile_at
from bihuan.service.intake.queries import link_of
from bihuan.service.notices.actions import language_for, tell_customer
from bihuan.service.notices.models import Notice
from bihuan.service.notices.sending import after_quiet_hours
from bihuan.service.notices.texts import moment

SHORTEST = timedelta(days=1)  # the shortest interval that anybody can choose
LOOKS_EVERY = 1800  # seconds between two looks
MOST = 500  # messages of one look
AT_ONCE = 500  # cases looked at together
CHOICES = (1, 2, 3, 7, 0)  # days that a customer can choose; 0 = not at all


def house_days() -> int:
    """How many days without news the house lets pass where nobody chose and no clause says; 0 = it never writes."""
    return int(settings.BIHUAN_PROGRESS_DAYS)


def tell_still_open(now: datetime) -> int:
    """A sweep: by day, every half hour, tell those who heard nothing for as long as they chose. Returns how many."""
    if after_quiet_hours(now) > now or not cache.add("still-open", 1, LOOKS_EVERY):
        return 0
    told = 0
    for ids in batched(_quiet(now).values_list("id", flat=True), AT_ONCE):
        rows = Case.objects.filter(id__in=ids).select_related("customer__key", "report", "node")
        cases = list(rows.order_by("opened_at", "id"))
        clauses, heard = _days_of_clauses(cases), last_told(cases)
        for case in cases:
            days = interval_days(case, clauses.get(case.id))
            if days and heard[case.id] + timedelta(days=days) <= now:
                told += _tell(case, last=heard[case.id], now=now)
            if told >= MOST:
                return told
    return told


def interval_days(case: Case, clause_days: int | None) -> int:
    """The customer's own choice, else the clause that is running, else the house's; 0 = nothing is written."""
    chosen = case.customer.progress_days
    return chosen if chosen is not None else clause_days or house_days()


def last_told(cases: Sequence[Case]) -> dict[int, datetime]:
    """case id → when the customer heard of it last, by a message or from a person; at the earliest when we learned of
    it, which for a case of another system is later than its opening. Three statements however many."""
    ids, chains = [case.id for case in cases], {case.chain_id: case.id for case in cases}
    learned = Entry.objects.filter(chain_id__in=chains, seq=1).values_list("chain_id", "recorded_at")
    notices = Notice.objects.filter(case_id__in=ids, customer__isnull=False).order_by().values("case_id")
    notes = Note.objects.filter(case_id__in=ids).exclude(contact="").order_by().values("case_id")
    heard = {case.id: case.opened_at for case in cases}
    for case_id, at in (
        *((chains[chain], at) for chain, at in learned),
        *notices.annotate(last=Max("made_at")).values_list("case_id", "last"),
        *notes.annotate(last=Max("at")).values_list("case_id", "last"),
    ):
        heard[case_id] = max(heard[case_id], at)
    return heard


def _quiet(now: datetime) -> QuerySet[Case]:
    """Open work of ours, of customers who wish to hear, about which nothing was said for the shortest interval."""
    since = now - SHORTEST
    wrote = Notice.objects.filter(case=OuterRef("pk"), customer__isnull=False, made_at__gt=since)
    spoke = Note.objects.filter(case=OuterRef("pk"), at__gt=since).exclude(contact="")
    ours = Q(open=True, done_at__isnull=True, opened_at__lte=since) & ~Q(hold_reason="customer")
    hears = Q(customer__forgotten_at__isnull=True) & ~Q(
        customer__progress_days=0, customer__progress_days__isnull=False
    )
    found = Case.objects.filter(ours & hears).exclude(Exists(wrote)).exclude(Exists(spoke))
    return found.order_by("opened_at", "id")


def _days_of_clauses(cases: Iterable[Case]) -> dict[int, int]:
    """case id → the days that its running clause of telling progress gives; one statement however many."""
    rows = Promise.objects.filter(case_id__in=[case.id for case in cases], open=True)
    found: dict[int, int] = {}
    for case_id, profile, version, clause, seconds in rows.values_list(
        "case_id", "profile", "profile_version", "clause", "allowed_seconds"
    ):
        if profile_at(profile, version).clause(clause).metric == "progress":
            found[case_id] = max(1, seconds // 86400)
    return found


def _tell(case: Case, *, last: datetime, now: datetime) -> bool:
    language = language_for(case)
    title = card_at(case.card, case.card_version).place(case.stands_at).title
    fill = {
        "number": case.number,
        "place": title.in_(language),
        "since": moment(case.stands_since, now=now, language=language),
    }
    about = f"still-open:{case.id}:{int(last.timestamp())}"  # once for each time that something was said
    made = tell_customer(
        case, "still_open", about=about, fill=fill, link=link_of(case.report), language=language, now=now
    )
    return made is not None
