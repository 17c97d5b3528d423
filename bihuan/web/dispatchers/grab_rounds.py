"""How a case was up for grabs, for the dispatcher: who saw it, who passed and why, who took it, who was ruled out."""

from dataclasses import dataclass

from django.utils.functional import Promise as Lazy
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy

from bihuan.service.dispatch.grabs.queries import Choice, RoundSeen, rounds_of
from bihuan.service.dispatch.words import REFUSE_REASONS, sentence

STATES: dict[str, Lazy] = {
    "open": gettext_lazy("Up for grabs now"),
    "taken": gettext_lazy("Taken"),
    "lapsed": gettext_lazy("Nobody took it"),
    "withdrawn": gettext_lazy("Given to somebody, or went another way"),
}
DID: dict[str, Lazy] = {
    "taken": gettext_lazy("took it"),
    "late": gettext_lazy("reached for it too late"),
    "passed": gettext_lazy("passed"),
    "seen": gettext_lazy("saw it"),
    "asked": gettext_lazy("has not seen it"),
    "ruled_out": gettext_lazy("was not asked"),
}


@dataclass(frozen=True, kw_only=True)
class RoundRow:
    """One round in words; each line is a name with what they did."""

    state: str
    open: bool
    seen: RoundSeen
    lines: tuple[tuple[str, str], ...]


def rounds_shown(case_id: int) -> list[RoundRow]:
    """Every round of a case, the newest first: two statements, one where there is none."""
    return [
        RoundRow(
            state=str(STATES[one.row.state]),
            open=one.row.state == "open",
            seen=one,
            lines=tuple((choice.name, _line(choice)) for choice in one.choices),
        )
        for one in rounds_of(case_id)
    ]


def _line(choice: Choice) -> str:
    told = [str(DID[choice.did])]
    if choice.at is not None:
        told.append(f"{localtime(choice.at):%H:%M}")
    if choice.reason:
        told.append(str(REFUSE_REASONS.get(choice.reason, choice.reason)))
    if choice.rule is not None:
        told.append(sentence(choice.rule))
    return " · ".join(told)
