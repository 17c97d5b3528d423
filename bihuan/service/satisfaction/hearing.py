"""Who reads a customer's own words: one rule for pages, paper and programs.

In full: the customer, whoever may see the customer in full (`may_see_full`), and whoever holds an open callback of
the case. What they reported is masked for everybody else who works on cases, and withheld from who only counts
them. What they thought of us, and what was asked of them in confidence, is withheld from everybody else.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bihuan.ground.vault.actions import SealedBy
from bihuan.registers.access.masking import masked_words
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import may_see_full
from bihuan.service.satisfaction.models import Callback


class Heard(StrEnum):
    FULL = "full"
    MASKED = "masked"
    WITHHELD = "withheld"


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """How one viewer reads the words of one case. `name` is the customer's, so that it can be masked."""

    heard: Heard
    name: str

    @property
    def full(self) -> bool:
        return self.heard is Heard.FULL

    def told(self, words: str) -> str:
        """What the customer reported or wrote on the case."""
        if self.heard is Heard.WITHHELD:
            return ""
        return words if self.full else masked_words(words, name=self.name)

    def thought(self, words: str) -> str:
        """What the customer answered when we asked how it was."""
        return words if self.full else ""

    def on_paper(self, words: str) -> str:
        """What may be printed: masked whoever prints it."""
        return "" if self.heard is Heard.WITHHELD else masked_words(words, name=self.name)


def hearing_of(
    viewer: Viewer, case: Case, hand: SealedBy, *, now: datetime, revealed: bool = False
) -> Hearing:
    """How this viewer reads the words of this case now. `revealed`: they said what for, and it was written down."""
    name = hand.open(case.customer.name_sealed) or ""
    if revealed or may_see_full(viewer, case, now=now) or _rings_about(viewer, case):
        return Hearing(heard=Heard.FULL, name=name)
    return Hearing(heard=Heard.MASKED if viewer.may("case.note") else Heard.WITHHELD, name=name)


def _rings_about(viewer: Viewer, case: Case) -> bool:
    if viewer.person_id is None or not viewer.may("callback.work"):
        return False
    return Callback.objects.filter(case_id=case.id, open=True, holder_id=viewer.person_id).exists()
