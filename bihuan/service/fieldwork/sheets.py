"""The service sheet as facts: gathered once, frozen when the customer signs, checked by anybody who holds it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.utils.timezone import localdate, localtime

from bihuan.ground.journal.models import Entry
from bihuan.ground.journal.queries import faults_of
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import SealedBy, fingerprint, keys_for, signature
from bihuan.ground.vault.cipher import NotReadable
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.masking import masked_name, masked_phone
from bihuan.registers.access.queries import names_of
from bihuan.registers.customers.queries import machine_cards, shown
from bihuan.registers.knowledge.reading import shipped
from bihuan.registers.organisation.naming import company_hotline, company_name
from bihuan.service.cases.models import Case
from bihuan.service.fieldwork import rules
from bihuan.service.fieldwork.actions import points_of
from bihuan.service.fieldwork.models import (
    Check,
    Photo,
    Quote,
    QuoteLine,
    Reading,
    Sheet,
    Tried,
    UsedPart,
    Work,
)
from bihuan.service.intake.queries import words_of

type Facts = dict[str, Any]


def canonical(facts: Facts) -> bytes:
    """The one way these facts are written: UTF-8, keys sorted, no spaces, no floats."""
    return json.dumps(
        facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest_of(facts: Facts) -> str:
    return sha256(canonical(facts)).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Signing:
    """What the customer adds at the end. `charges` may be fewer than quoted: after a refusal only the fee for
    looking, if it was told at booking."""

    number: str
    outcome: str
    opinion: str
    opinion_words: str
    signature_digest: str
    charges: list[dict[str, Any]]
    signed_at: datetime


def gather(work: Work, signing: Signing) -> Facts:
    """Everything the sheet says, as plain values in the order of its sections."""
    case, hand = work.case, keys_for([work.case.customer.key_id])
    done = signing.outcome == "finished"
    return {
        "sheet": signing.number,
        "case": case.number,
        "kind": case.kind,
        "outcome": signing.outcome,
        "node": case.node.name,
        "technician": names_of({work.technician_person_id}).get(work.technician_person_id, ""),
        "arrived_at": _moment(work.arrived_at),
        "signed_at": _moment(signing.signed_at),
        "minutes": work.minutes or 0,
        "customer": _customer(case),
        "machine": _machine(case, day=signing.signed_at),
        "words": words_of(case.report, hand).words,
        "diagnosis": _diagnosis(work, hand),
        "checks": _checks(work),
        "points": _points(work),
        "readings": _readings(work),
        "parts": _parts(work),
        "charges": signing.charges,
        "total_fen": sum(line["charged_fen"] for line in signing.charges),
        "consent": _consent(work),
        "photos": list(Photo.objects.filter(work=work).order_by("id").values_list("sha256", flat=True)),
        "opinion": {"code": signing.opinion, "words": signing.opinion_words},
        "signature_digest": signing.signature_digest,
        "repair_holds_until": localdate(signing.signed_at + rules.REPAIR_HOLDS).isoformat() if done else "",
        "hotline": company_hotline(),
        "company": company_name(),
    }


def _moment(value: datetime | None) -> str:
    return localtime(value).isoformat(timespec="seconds") if value else ""


def _customer(case: Case) -> Facts:
    seen = shown([case.customer], full=frozenset({case.customer_id}))[case.customer_id]
    return {"name": seen.name, "phone": seen.phone, "address": seen.address}


def _machine(case: Case, *, day: datetime) -> Facts:
    if case.machine is None:
        return {
            "category": case.category,
            "brand": case.brand,
            "model": "",
            "serials": {},
            "cover": "unknown",
        }
    card = machine_cards([case.machine], day=localdate(day))[0]
    return {
        "category": card.category,
        "brand": card.brand,
        "model": card.model,
        "serials": card.serials,
        "cover": card.cover.value,
    }


def _diagnosis(work: Work, hand: SealedBy) -> Facts:
    return {
        "reproduced": work.reproduced,
        "cause": hand.open(work.cause_sealed) or "",
        "plan": hand.open(work.plan_sealed) or "",
        "fallback": hand.open(work.fallback_sealed) or "",
    }


def _checks(work: Work) -> list[Facts]:
    found = Check.objects.filter(work=work).order_by("sort", "id")
    return [{"sort": one.sort, "code": one.code, "state": one.state} for one in found]


def _readings(work: Work) -> list[Facts]:
    found = Reading.objects.filter(work=work).order_by("id")
    return [{"name": one.name, "value": one.value, "unit": one.unit} for one in found]


def _points(work: Work) -> list[Facts]:
    tried = dict(Tried.objects.filter(work=work).values_list("point", "passed"))
    known = {symptom.code: symptom for symptom in shipped().symptoms}
    return [
        {
            "code": point,
            "zh": known[point].function if point in known else "",
            "en": known[point].function_en if point in known else "",
            "passed": tried.get(point),
        }
        for point in points_of(work.case)
    ]


def _parts(work: Work) -> list[Facts]:
    return [
        {
            "number": used.part.number,
            "zh": used.part.name_zh,
            "en": used.part.name_en,
            "serial": used.serial,
            "quantity": used.quantity,
            "shown": used.shown,
            "old_part": used.old_part,
        }
        for used in UsedPart.objects.filter(work=work).select_related("part").order_by("id")
    ]


def charges_of(quote: Quote | None) -> list[Facts]:
    """The lines the customer agreed to; none without consent."""
    if quote is None or quote.state != Quote.CONSENTED:
        return []
    return [line_facts(line) for line in QuoteLine.objects.filter(quote=quote).order_by("id")]


def line_facts(line: QuoteLine) -> Facts:
    return {
        "item": line.item,
        "zh": line.name_zh,
        "en": line.name_en,
        "quantity": line.quantity,
        "unit_fen": line.unit_fen,
        "charged_fen": line.charged_fen,
        "free_because": line.free_because,
    }


def _consent(work: Work) -> Facts:
    quote = newest_quote(work)
    if quote is None:
        return {"state": "", "how": "", "at": "", "total_fen": 0}
    return {
        "state": quote.state,
        "how": quote.answered_how,
        "at": _moment(quote.answered_at),
        "total_fen": quote.total_fen,
    }


def newest_quote(work: Work) -> Quote | None:
    """The quote that counts: replaced ones do not."""
    return Quote.objects.filter(work=work).exclude(state=Quote.REPLACED).order_by("-id").first()


def token_of(sheet: Sheet) -> str:
    """What is printed in the square code: unguessable, derived from the row's seed."""
    return signature("service-sheet", sheet.seed)


def verify_address(sheet: Sheet) -> str:
    return f"{settings.BIHUAN_ADDRESS}/v/{token_of(sheet)}"


def sheet_by_token(token: str) -> Sheet:
    """The sheet whose code this is."""
    found = Sheet.objects.select_related("work", "case__customer__key", "case__node").filter(
        token_print=fingerprint(token or " ")
    )
    for sheet in found:
        return sheet
    raise NotFound


def facts_of(sheet: Sheet) -> Facts | None:
    """What the sheet says; None when its customer was forgotten. Raises NotReadable when the row was altered."""
    clear = keys_for([sheet.case.customer.key_id]).open(sheet.facts_sealed)
    if clear is None:
        return None
    told: Facts = json.loads(clear)
    return told


def masked(facts: Facts) -> Facts:
    """The same sheet for eyes that need not know who: name and phone masked, door and own words left out."""
    who = facts["customer"]
    hidden = {"name": masked_name(who["name"]), "phone": masked_phone(who["phone"]), "address": "***"}
    return facts | {"customer": hidden, "words": "", "opinion": facts["opinion"] | {"words": ""}}


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What was compared and whether it is as it was signed. `facts` None: forgotten, or no longer readable."""

    facts: Facts | None
    forgotten: bool
    wrong: tuple[str, ...]

    @property
    def matches(self) -> bool:
        return not self.wrong


def proof_of(sheet: Sheet) -> Proof:
    """Compare row, files and journal. Codes of what does not agree: facts, digest, signature, pdf, journal."""
    facts, wrong = _read_facts(sheet)
    signed = _journal_says(sheet, "fieldwork.signed")
    printed = _journal_says(sheet, "fieldwork.sheet_printed")
    if signed.get("digest") != sheet.digest or signed.get("signature_digest") != sheet.signature_digest:
        wrong.append("digest")
    forgotten = facts is None and not wrong
    if not forgotten:
        if not _file_is(sheet.signature_kept_as, signed.get("signature_digest", "")):
            wrong.append("signature")
        if sheet.pdf_kept_as and not _file_is(sheet.pdf_kept_as, printed.get("digest", "")):
            wrong.append("pdf")
    if faults_of(sheet.case.chain_id):
        wrong.append("journal")
    return Proof(facts=facts, forgotten=forgotten, wrong=tuple(dict.fromkeys(wrong)))


def _read_facts(sheet: Sheet) -> tuple[Facts | None, list[str]]:
    try:
        facts = facts_of(sheet)
    except (NotReadable, ValueError):
        return None, ["facts"]
    if facts is None:
        return None, []
    agrees = digest_of(facts) == sheet.digest and facts.get("total_fen") == sheet.total_fen
    same = facts.get("sheet") == sheet.number and facts.get("opinion", {}).get("code") == sheet.opinion
    return facts, [] if agrees and same else ["facts"]


def _file_is(name: str, digest: str) -> bool:
    try:
        content = files.fetch(name, by=keys_for([files.key_of(name)]))
    except (NotReadable, ValueError, IndexError):
        return False
    return content is not None and sha256(content).hexdigest() == digest


def _journal_says(sheet: Sheet, kind: str) -> Facts:
    """What the journal holds about this sheet; the newest where there are several."""
    for body in _bodies(sheet, kind):
        facts: Facts = json.loads(body)["facts"]
        if facts.get("sheet_id") == sheet.id:
            return facts
    return {}


def _bodies(sheet: Sheet, kind: str) -> Iterable[str]:
    found = Entry.objects.filter(chain_id=sheet.case.chain_id, kind=kind).order_by("-seq")
    return found.values_list("body", flat=True)
