"""What the customer said, for whoever decides on a case: words, wish, code, what was tried; the person stays masked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bihuan.ground.vault.actions import SealedBy, keys_for
from bihuan.registers.access.masking import masked_email, masked_name, masked_phone
from bihuan.service.cases.remote import guidances_of
from bihuan.service.cases.words import WISHES
from bihuan.service.intake.queries import words_of

PHONE = re.compile(r"\+?\d[\d \-]{5,18}\d")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
ANSWERS: dict[str, Lazy] = {
    "yes": _("yes"),
    "no": _("no"),
    "skipped": _("skipped"),
    "solved": _("solved"),
    "stopped": _("stopped for safety"),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """The report as one who decides reads it. `tried`: what was asked by phone, and the answer."""

    words: str
    wish: str
    error_code: str
    tried: list[tuple[str, str]]


def told_of(cases: Iterable[Any]) -> dict[int, Told]:
    """case id → what was said. The cases come with their report and customer; one statement for all the keys."""
    held = list(cases)
    hand = keys_for([case.customer.key_id for case in held])
    return {case.id: _told(case, hand) for case in held}


def _told(case: Any, hand: SealedBy) -> Told:
    zh = (get_language() or "en").startswith("zh")
    name = hand.open(case.customer.name_sealed) or ""
    return Told(
        words=masked_words(words_of(case.report, hand).words, name=name),
        wish=str(WISHES.get(case.wish, "")),
        error_code=case.report.error_code,
        tried=[
            (step.ask_zh if zh else step.ask_en, str(ANSWERS.get(answer, answer)))
            for guidance in guidances_of(case)
            for _number, step, answer in guidance.tried
        ],
    )


def masked_words(words: str, *, name: str = "") -> str:
    """A customer's words with phone numbers, mail addresses and their own name masked."""
    found = EMAIL.sub(lambda hit: masked_email(hit[0]), words)
    found = PHONE.sub(lambda hit: masked_phone(hit[0]) if _digits(hit[0]) >= 7 else hit[0], found)
    return found.replace(name, masked_name(name)) if len(name) > 1 else found


def _digits(text: str) -> int:
    return sum(sign.isdigit() for sign in text)
