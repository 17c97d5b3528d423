"""What the customer said, for whoever decides on a case: words, wish, code, what was tried; the person stays masked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bihuan.ground.vault.actions import SealedBy, keys_for
from bihuan.registers.access.masking import masked_words
from bihuan.service.cases.remote import guidances_of
from bihuan.service.cases.words import WISHES
from bihuan.service.intake.queries import words_of

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
