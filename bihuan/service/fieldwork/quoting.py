"""What it costs, and the customer's word to it before paid work starts. Parts go in only after that word."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import Actor, Event
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys_for
from bihuan.registers.customers.queries import machine_cards
from bihuan.registers.customers.rules import Cover
from bihuan.registers.parts.actions import put_back_stock, take_stock
from bihuan.registers.parts.models import Part, Price
from bihuan.registers.parts.queries import prices_on
from bihuan.service.cases import talking
from bihuan.service.cases.actions import tick, untick
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.fieldwork import rules
from bihuan.service.fieldwork.actions import MOST_MINUTES, lock
from bihuan.service.fieldwork.errors import (
    FieldLacks,
    NotArrived,
    NothingQuoted,
    NotOnPriceList,
    PartNotQuoted,
    QuoteAnswered,
    SerialNeeded,
    SerialUsed,
    WorkIsOver,
)
from bihuan.service.fieldwork.events import QuoteConsented, Quoted, QuoteRefused
from bihuan.service.fieldwork.models import Quote, QuoteLine, Sheet, UsedPart, Work

DEVICE, LINK, FREE = "device", "link", "free"


def price_list(case: Case, *, now: datetime) -> list[Price]:
    """The published lines that may be charged for this case today."""
    lines = prices_on(localdate(now), category_code=case.category)
    return [line for line in lines if line.kind in {"", case.kind}]


def cover_of(case: Case, *, now: datetime) -> Cover:
    """The warranty of the case's machine today; unknown without a machine."""
    if case.machine is None:
        return Cover.UNKNOWN
    return machine_cards([case.machine], day=localdate(now))[0].cover


def is_repeat(case: Case, *, now: datetime) -> bool:
    """Whether our own repair of the same fault on this machine is not yet 30 days old."""
    if case.machine_id is None or case.kind != "repair":
        return False
    earlier = (
        Sheet.objects.filter(case__machine_id=case.machine_id, work__outcome="finished", case__kind="repair")
        .filter(signed_at__gte=now - rules.REPAIR_HOLDS, signed_at__lte=now)
        .exclude(case_id=case.id)
        .select_related("case__report")
    )
    points = set(rules.points_to_test(case.report.symptoms))
    return any(points & set(rules.points_to_test(sheet.case.report.symptoms)) for sheet in earlier)


@transaction.atomic
def quote(
    work: Work,
    wanted: Mapping[int, int],
    *,
    by: Actor,
    now: datetime,
    not_covered_because: str = "",
    expected_minutes: int | None = None,
) -> Quote:
    """Write down what it will cost: numbers of price lines with their quantities, nothing else. Cause and plan as
    they are now, and how long it takes, stay with it: that is what the customer agrees to.

    An earlier quote of this visit no longer counts, whatever the customer said to it. Nothing to pay needs no
    answer.
    """
    case = lock(work)
    _must_be_here(work)
    if not wanted:
        raise NothingQuoted
    if not_covered_because and not_covered_because not in rules.NOT_COVERED:
        raise FieldLacks("not_covered_because", _("Choose one of the reasons shown."))
    if expected_minutes is not None and not 1 <= expected_minutes <= MOST_MINUTES:
        raise FieldLacks("expected_minutes", _("Minutes of work: 1 to 1,440."))
    prices = {line.id: line for line in price_list(case, now=now)}
    if not set(wanted) <= set(prices) or not all(
        1 <= count <= rules.MOST_OF_ONE for count in wanted.values()
    ):
        raise NotOnPriceList
    cover = cover_of(case, now=now)
    lines = rules.charge(
        [
            rules.Wanted(price_id=at, item=prices[at].item, unit_fen=prices[at].fen, quantity=count)
            for at, count in wanted.items()
        ],
        cover=cover,
        not_covered_because=not_covered_because,
        repeat=is_repeat(case, now=now),
    )
    return _offer(
        work,
        lines,
        prices,
        by=by,
        now=now,
        cover=cover,
        not_covered_because=not_covered_because,
        expected_minutes=expected_minutes,
    )


@transaction.atomic
def nothing_to_charge(work: Work, *, by: Actor, now: datetime) -> Quote:
    """A quote without a line: this visit costs nothing, and nobody has to agree to that."""
    case = lock(work)
    _must_be_here(work)
    return _offer(work, [], {}, by=by, now=now, cover=cover_of(case, now=now))


def _offer(
    work: Work,
    lines: list[rules.Charged],
    prices: Mapping[int, Price],
    *,
    by: Actor,
    now: datetime,
    cover: Cover,
    not_covered_because: str = "",
    expected_minutes: int | None = None,
) -> Quote:
    """Write the quote down; the one before it no longer counts. Nothing to pay is settled at once."""
    case = work.case
    Quote.objects.filter(work=work, state__in=(Quote.OFFERED, Quote.CONSENTED)).update(state=Quote.REPLACED)
    made = Quote.objects.create(
        work=work,
        cover=cover,
        not_covered_because=not_covered_because,
        cause_sealed=work.cause_sealed,
        plan_sealed=work.plan_sealed,
        expected_minutes=expected_minutes,
        total_fen=rules.total(lines),
        offered_at=now,
    )
    _keep_lines(made, lines, prices)
    with writing():
        untick(case, Need.QUOTE_CONSENTED, by=by, now=now)
        _record(
            work,
            Quoted(subject_id=case.id, work_id=work.id, quote_id=made.id, total_fen=made.total_fen),
            by=by,
            now=now,
        )
        if made.total_fen == 0:
            _settle(made, work, consented=True, how=FREE, by=by, now=now)
    return made


def _keep_lines(made: Quote, lines: list[rules.Charged], prices: Mapping[int, Price]) -> None:
    QuoteLine.objects.bulk_create(
        QuoteLine(
            quote=made,
            price_id=line.price_id,
            item=prices[line.price_id].item,
            code=prices[line.price_id].code,
            name_zh=prices[line.price_id].name_zh,
            name_en=prices[line.price_id].name_en,
            quantity=line.quantity,
            unit_fen=line.unit_fen,
            charged_fen=line.charged_fen,
            free_because=line.free_because,
        )
        for line in lines
    )


@transaction.atomic
def answer(
    made: Quote, *, consented: bool, how: str, by: Actor, now: datetime, signature: bytes | None = None
) -> Quote:
    """The customer's yes or no. A quote is answered once; an outdated one not at all."""
    work = made.work
    lock(work)
    if work.finished_at is not None:
        raise WorkIsOver
    _settle(made, work, consented=consented, how=how, by=by, now=now)
    if signature is not None:
        key = work.case.customer.key_id
        kept = files.keep(signature, key_id=key, by=keys_for([key]))
        Quote.objects.filter(id=made.id).update(signature_kept_as=kept.name)
        made.signature_kept_as = kept.name
    return made


def _settle(made: Quote, work: Work, *, consented: bool, how: str, by: Actor, now: datetime) -> None:
    state = Quote.CONSENTED if consented else Quote.REFUSED
    waiting = Quote.objects.filter(id=made.id, state=Quote.OFFERED)
    if not waiting.update(state=state, answered_at=now, answered_how=how):
        raise QuoteAnswered
    made.state, made.answered_at, made.answered_how = state, now, how
    case = work.case
    event: Event
    with writing():
        if consented:
            tick(case, Need.QUOTE_CONSENTED, by=by, now=now)
            event = QuoteConsented(
                subject_id=case.id, work_id=work.id, quote_id=made.id, total_fen=made.total_fen, how=how
            )
        else:
            event = QuoteRefused(subject_id=case.id, work_id=work.id, quote_id=made.id, how=how)
        _record(work, event, by=by, now=now)


@transaction.atomic
def use_part(
    work: Work,
    *,
    part_id: int,
    serial: str = "",
    quantity: int = 1,
    shown: bool,
    old_part: str,
    now: datetime,
) -> UsedPart:
    """Write down a part that was fitted. The customer must have agreed to it on the quote that counts."""
    lock(work)
    _must_be_here(work)
    part = Part.objects.filter(id=part_id, retired_at__isnull=True).first()
    if part is None or not 1 <= quantity <= rules.MOST_OF_ONE:
        raise FieldLacks("part", _("Choose a part and how many of it."))
    if old_part not in rules.OLD_PARTS:
        raise FieldLacks("old_part", _("Say what becomes of the old part."))
    serial = serial.strip()[:60]
    if part.by_serial and (not serial or quantity != 1):
        raise SerialNeeded
    if quoted_count(work, part.number) < used_count(work, part) + quantity:
        raise PartNotQuoted
    try:
        with transaction.atomic():
            used = UsedPart.objects.create(
                work=work, part=part, serial=serial, quantity=quantity, shown=shown, old_part=old_part, at=now
            )
    except IntegrityError as error:
        raise SerialUsed from error
    _take_from_stock(used, now=now)
    return used


def _take_from_stock(used: UsedPart, *, now: datetime) -> None:
    """The counts go down with what was fitted. What they did not have is said, and refuses nothing: it is fitted."""
    work, person = used.work, used.work.technician_person_id
    taken = take_stock(used.part_id, used.quantity, person_id=person, node_id=work.case.node_id)
    UsedPart.objects.filter(id=used.id).update(from_van=taken.van, from_shelf=taken.shelf)
    if taken.short:
        words = _(
            "Stock finding: %(count)d of part %(number)s fitted that neither van nor shelf had counted."
        )
        told = words % {"count": taken.short, "number": used.part.number}
        talking.note(work.case, told, by=Actor(kind="staff", id=person), now=now)


@transaction.atomic
def strike_part(work: Work, used_id: int) -> None:
    """Take a part out of the record, before the sheet is signed; what the counts lost for it comes back."""
    case = lock(work)
    _must_be_here(work)
    for used in UsedPart.objects.filter(work=work, id=used_id):
        person, van, shelf = work.technician_person_id, used.from_van, used.from_shelf
        put_back_stock(used.part_id, van=van, shelf=shelf, person_id=person, node_id=case.node_id)
        used.delete()


def quoted_count(work: Work, number: str) -> int:
    """How many of a part the customer agreed to."""
    lines = QuoteLine.objects.filter(quote__work=work, quote__state=Quote.CONSENTED, item="part", code=number)
    return int(lines.aggregate(all=Sum("quantity"))["all"] or 0)


def used_count(work: Work, part: Part) -> int:
    """How many of it are written down as fitted."""
    return int(UsedPart.objects.filter(work=work, part=part).aggregate(all=Sum("quantity"))["all"] or 0)


def _must_be_here(work: Work) -> None:
    if work.finished_at is not None:
        raise WorkIsOver
    if work.arrived_at is None:
        raise NotArrived


def _record(work: Work, event: Event, *, by: Actor, now: datetime) -> None:
    record(event, by=by, now=now, chain=work.case.chain_id)
