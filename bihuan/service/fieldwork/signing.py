"""How a visit ends: with a sheet the customer signs, or without one. Each end takes its step on the card."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import SealedBy, fingerprint, keys_for, signature
from bihuan.registers.customers.queries import reach_of
from bihuan.registers.customers.rules import language_of
from bihuan.registers.parts.queries import inspection_price
from bihuan.service.cases import talking
from bihuan.service.cases.actions import Doer, move_case, tick
from bihuan.service.cases.errors import ReasonNeeded
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.cases.queries import card_of
from bihuan.service.fieldwork import rules
from bihuan.service.fieldwork.actions import lock as lock_work
from bihuan.service.fieldwork.actions import points_of, receive_machine
from bihuan.service.fieldwork.checklists import safety_left
from bihuan.service.fieldwork.errors import (
    NotArrived,
    NotSigned,
    OpinionNeeded,
    OutcomeNotOpen,
    SheetSignedAlready,
    StillLacking,
    WorkIsOver,
)
from bihuan.service.fieldwork.events import OpinionGiven, SheetSigned, WorkFinished
from bihuan.service.fieldwork.models import Photo, Quote, Sheet, Tried, UsedPart, Work
from bihuan.service.fieldwork.outcomes import BY_OUTCOME, OPINIONS, Way, ways_from
from bihuan.service.fieldwork.photos import content_of
from bihuan.service.fieldwork.quoting import cover_of, is_repeat, price_list, quoted_count, used_count
from bihuan.service.fieldwork.sheets import Facts, Signing, canonical, charges_of, gather, newest_quote

LONGEST_OPINION = 1000


def ways_of(work: Work) -> list[Way]:
    """The ends that the case's card allows from where it stands."""
    case = work.case
    moves = frozenset(move.name for move in card_of(case).moves if case.stands_at in move.leaves)
    return ways_from(moves, arrived=work.arrived_at is not None)


def lacking_of(work: Work, outcome: str) -> list[str]:
    """The codes of what is still missing before this outcome may be signed."""
    return rules.lacking(outcome, progress_of(work))


def progress_of(work: Work) -> rules.Progress:
    """What stands in the rows of this visit."""
    points = points_of(work.case)
    tried = dict(Tried.objects.filter(work=work).values_list("point", "passed"))
    used = list(UsedPart.objects.filter(work=work).select_related("part"))
    parts = {row.part_id: row.part for row in used}
    quote = newest_quote(work)
    return rules.Progress(
        kind=work.case.kind,
        safety_open=safety_left(work),
        diagnosed=work.diagnosed_at is not None,
        points_open=sum(point not in tried for point in points),
        points_failed=sum(tried.get(point) is False for point in points),
        quote=quote.state if quote else "",
        parts_unquoted=sum(
            used_count(work, part) > quoted_count(work, part.number) for part in parts.values()
        ),
        parts_unshown=sum(not row.shown for row in used),
    )


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What comes from the screen turned to the customer. `signature` is a PNG data URL."""

    outcome: str
    opinion: str
    signature: str
    opinion_words: str = ""
    reason: str = ""
    inspection_told: bool = False


@transaction.atomic
def sign(work: Work, told: Signed, *, doer: Doer, now: datetime) -> Sheet:
    """Freeze the service sheet under the customer's signature and end the visit the way it came out.

    Everything happens or nothing: a sheet never exists for a case whose card refuses the step.
    """
    case = lock_work(work)
    way = _way_or_refuse(work, told.outcome)
    drawing = rules.read_signature(told.signature) if told.signature else signed_paper(work)
    if drawing is None:
        raise NotSigned
    if told.opinion not in OPINIONS:
        raise OpinionNeeded
    if missing := lacking_of(work, told.outcome):
        raise StillLacking(missing)
    if _needs_reason(case, way) and not told.reason.strip():
        raise ReasonNeeded
    with writing():
        sheet = _freeze(work, told, drawing, now=now)
        _record_signing(work, sheet, told, doer=doer, now=now)
        _end(work, way, reason=told.reason, doer=doer, now=now)
    return sheet


def signed_paper(work: Work) -> bytes | None:
    """The photo of a paper that the customer signed by hand; None when there is none."""
    paper = Photo.objects.filter(work=work, about="paper").order_by("-id").first()
    return content_of(paper) if paper else None


def _way_or_refuse(work: Work, outcome: str) -> Way:
    """The way this visit may end with a signature."""
    known = Sheet.objects.filter(work=work).first()
    if known is not None:
        raise SheetSignedAlready(known.number)
    if work.finished_at is not None:
        raise WorkIsOver
    if work.arrived_at is None:
        raise NotArrived
    way = BY_OUTCOME.get(outcome)
    if way is None or not way.signed or way not in ways_of(work):
        raise OutcomeNotOpen
    return way


def _freeze(work: Work, told: Signed, drawing: bytes, *, now: datetime) -> Sheet:
    case, key = work.case, work.case.customer.key_id
    hand = keys_for([key])
    signing = Signing(
        number=f"{case.number}-{Sheet.objects.filter(case=case).count() + 1}",
        outcome=told.outcome,
        opinion=told.opinion,
        opinion_words=told.opinion_words.strip()[:LONGEST_OPINION],
        signature_digest=sha256(drawing).hexdigest(),
        charges=_charges(work, told, now=now),
        signed_at=now,
    )
    return _keep(work, gather(work, signing), drawing, hand, now=now)


def _keep(work: Work, facts: Facts, drawing: bytes, hand: SealedBy, *, now: datetime) -> Sheet:
    case, key = work.case, work.case.customer.key_id
    written, seed = canonical(facts), secrets.token_hex(16)
    return Sheet.objects.create(
        work=work,
        case=case,
        number=facts["sheet"],
        facts_sealed=hand.seal(key, written.decode()),
        digest=sha256(written).hexdigest(),
        opinion=facts["opinion"]["code"],
        total_fen=facts["total_fen"],
        signature_kept_as=files.keep(drawing, key_id=key, by=hand).name,
        signature_digest=facts["signature_digest"],
        language=language_of(case.customer.language, reach_of(case.customer_id, hand).get("mobile", "")),
        seed=seed,
        token_print=fingerprint(signature("service-sheet", seed)),
        signed_at=now,
    )


def _charges(work: Work, told: Signed, *, now: datetime) -> list[Facts]:
    """What is charged: the lines agreed to; after a refusal the fee for looking, if it was told at booking."""
    agreed = charges_of(newest_quote(work))
    if told.outcome != "declined" or agreed:
        return agreed
    return inspection_fee(work, now=now) if told.inspection_told or fee_told(work) else []


def charges_for(work: Work, *, now: datetime) -> list[Facts]:
    """What the customer would sign for, with the result chosen so far."""
    chosen = Signed(outcome=work.outcome, opinion="", signature="", inspection_told=work.inspection_told)
    return _charges(work, chosen, now=now)


def inspection_fee(work: Work, *, now: datetime) -> list[Facts]:
    """The published fee for looking without repairing, as a charge; free under cover, none where the list has none."""
    case = work.case
    line = inspection_price(price_list(case, now=now), category_code=case.category)
    if line is None:
        return []
    fen = min(line.fen, fee_told(work) or line.fen)  # never more than was told
    why = rules.free_because(
        line.item, cover=cover_of(case, now=now), not_covered_because="", repeat=is_repeat(case, now=now)
    )
    return [
        {
            "item": line.item,
            "zh": line.name_zh,
            "en": line.name_en,
            "quantity": 1,
            "unit_fen": fen,
            "charged_fen": 0 if why else fen,
            "free_because": why,
        }
    ]


def fee_told(work: Work) -> int:
    """The fee for looking, in fen, that the customer was told last: when the visit was agreed, else when they
    reported; 0 when none was."""
    at_booking = work.visit.fee_told_fen if work.visit is not None else 0
    return at_booking or work.case.report.fee_told_fen


def fee_to_tell(case: Case, *, now: datetime) -> int:
    """The fee for looking, in fen, that has to be told when a visit for a repair is agreed; 0 under cover."""
    if case.kind != "repair":
        return 0
    line = inspection_price(price_list(case, now=now), category_code=case.category)
    if line is None or rules.free_because(
        line.item, cover=cover_of(case, now=now), not_covered_because="", repeat=is_repeat(case, now=now)
    ):
        return 0
    return line.fen


def _record_signing(work: Work, sheet: Sheet, told: Signed, *, doer: Doer, now: datetime) -> None:
    case = work.case
    signed = SheetSigned(
        subject_id=case.id,
        work_id=work.id,
        sheet_id=sheet.id,
        digest=sheet.digest,
        signature_digest=sheet.signature_digest,
        total_fen=sheet.total_fen,
    )
    opinion = OpinionGiven(subject_id=case.id, work_id=work.id, sheet_id=sheet.id, opinion=told.opinion)
    for event in (signed, opinion):
        record(event, by=doer.by, now=now, chain=case.chain_id)
    tick(case, Need.CUSTOMER_SIGNED, by=doer.by, now=now)


@transaction.atomic
def end_unsigned(
    work: Work, outcome: str, *, reason: str, doer: Doer, now: datetime, receipt: str = ""
) -> Work:
    """End a visit that has no sheet: waiting for a part, a second visit, nobody at home, collected, cancelled."""
    case = lock_work(work)
    if work.finished_at is not None:
        raise WorkIsOver
    way = BY_OUTCOME.get(outcome)
    if way is None or way.signed or way not in ways_of(work):
        raise OutcomeNotOpen
    if _needs_reason(case, way) and not reason.strip():
        raise ReasonNeeded
    with writing():
        if way.receipt:
            receive_machine(work, receipt, by=doer.by, now=now)
        _end(work, way, reason=reason, doer=doer, now=now)
    return work


def _needs_reason(case: Case, way: Way) -> bool:
    return card_of(case).move(way.move).asks_reason


def _end(work: Work, way: Way, *, reason: str, doer: Doer, now: datetime) -> None:
    """Take the card's step, close this visit's record, keep the reason where it can be forgotten."""
    case = work.case
    if reason.strip():
        talking.note(case, reason, by=doer.by, now=now)
    mover = Doer.house(doer.by) if way.by_customer else doer
    move_case(
        case, way.move, doer=mover, now=now, reason="parts" if way.outcome == "waiting" else way.outcome
    )
    key = case.customer.key_id
    changed: dict[str, Any] = {
        "outcome": way.outcome,
        "finished_at": now,
        "reason_sealed": keys_for([key]).seal(key, reason.strip()[:2000]),
    }
    Work.objects.filter(id=work.id).update(**changed)
    for name, value in changed.items():
        setattr(work, name, value)
    Quote.objects.filter(work=work, state=Quote.OFFERED).update(state=Quote.REPLACED)
    finished = WorkFinished(
        subject_id=case.id, work_id=work.id, outcome=way.outcome, minutes=work.minutes or 0
    )
    record(finished, by=doer.by, now=now, chain=case.chain_id)


def say_outcome(work: Work, outcome: str, *, inspection_told: bool = False, reason: str = "") -> None:
    """Choose how the visit ends, before the screen is turned to the customer."""
    if outcome not in {way.outcome for way in ways_of(work)}:
        raise OutcomeNotOpen
    key = work.case.customer.key_id
    sealed = keys_for([key]).seal(key, reason.strip()[:2000])
    Work.objects.filter(id=work.id, finished_at__isnull=True).update(
        outcome=outcome, inspection_told=inspection_told, reason_sealed=sealed
    )
    work.outcome, work.inspection_told, work.reason_sealed = outcome, inspection_told, sealed


def reason_of(work: Work) -> str:
    """The words kept with the outcome."""
    return keys_for([work.case.customer.key_id]).open(work.reason_sealed) or _("(forgotten)")
