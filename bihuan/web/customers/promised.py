"""How a promise reads for the customer to whom it was made: the time left, why it stands still, or that we failed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise as Lazy
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from bihuan.service.commitments.queries import PromiseView
from bihuan.service.commitments.rules import Light
from bihuan.service.commitments.steps import Step, steps_of
from bihuan.web.look.words import due_time, local_time, words_left

LONG = 4  # more promises than this that have ended are folded away

WAITS: dict[str, Lazy] = {
    "customer": gettext_lazy("The clock stands still while we wait for your answer."),
    "parts": gettext_lazy("The clock stands still until the parts are here."),
    "supplier": gettext_lazy("The clock stands still until the supplier has answered."),
    "force_majeure": gettext_lazy(
        "The clock stands still: something that nobody can help keeps us from coming."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """One promise: `state` and `words` make its chip, `notes` are sentences below it."""

    title: str
    state: str
    words: str
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Promised:
    """What is open, the soonest first, and what has ended, the newest first; `folded` when that is much. `sorry`: an
    honest sentence while something is broken and still owed, with who sees to it now."""

    open: list[Told]
    ended: list[Told]
    sorry: str = ""

    @property
    def folded(self) -> bool:
        return len(self.ended) > LONG

    def __bool__(self) -> bool:
        return bool(self.open or self.ended)


def promised(promises: Sequence[PromiseView], *, waits_for: str, now: datetime) -> Promised:
    """The promises of one case. `waits_for`: the reason for which it is on hold, if it is."""
    late = [one for one in promises if one.light is Light.BROKEN and one.open]
    steps = steps_of(late[0].case_id) if late else {}

    def told(one: PromiseView) -> Told:
        return _told(one, waits_for=waits_for, now=now)

    running = sorted(
        (one for one in promises if one.open), key=lambda one: (one.due_at is None, one.due_at or now)
    )
    ended = sorted(
        (one for one in promises if not one.open), key=lambda one: one.ended_at or one.began_at, reverse=True
    )
    sorry = _what_now([step for one in late for step in steps.get(one.id, [])], now) if late else ""
    return Promised(open=[told(one) for one in running], ended=[told(one) for one in ended], sorry=sorry)


def _told(one: PromiseView, *, waits_for: str, now: datetime) -> Told:
    words, notes = _running(one, now) if one.open else _ended(one, now)
    if one.light is Light.RESTING and waits_for in WAITS:
        notes.append(str(WAITS[waits_for]))
    if one.open and one.provisional and one.due_at is not None:
        year = localtime(one.due_at).year
        notes.append(
            _("The public holidays of %(year)s are not announced yet, so this time may still move.")
            % {"year": year}
        )
    return Told(title=one.title.in_(get_language() or "en"), state=str(one.light), words=words, notes=notes)


def _running(one: PromiseView, now: datetime) -> tuple[str, list[str]]:
    if one.due_at is None:
        return _("Paused"), []
    facts = {"left": words_left(one.due_at - now), "when": due_time(one.due_at, now)}
    if one.light is Light.BROKEN:
        return _("%(left)s · promised for %(when)s") % facts, []
    return _("%(left)s · by %(when)s") % facts, []


def _ended(one: PromiseView, now: datetime) -> tuple[str, list[str]]:
    facts = {
        "when": local_time(one.ended_at or now, now),
        "due": due_time(one.due_at, now) if one.due_at else "–",
    }
    if one.light is Light.KEPT:
        return _("Kept: %(when)s") % facts, []
    if one.ended_how == "done":
        return _("Done %(when)s · promised for %(due)s") % facts, [
            _("We were late with this, and we are sorry.")
        ]
    return _("Not kept · promised for %(due)s") % facts, [_("We did not keep this, and we are sorry.")]


def _what_now(steps: Sequence[Step], now: datetime) -> str:
    """Who sees to what is broken and still owed."""
    told = max((step.told_at for step in steps if step.told_at is not None), default=None)
    if told is None:
        return _(
            "We did not keep what is marked late below, and we are sorry. We still owe it to you and see to it first."
        )
    return _(
        "We did not keep what is marked late below, and we are sorry. It was passed up to whoever is in charge "
        "(%(when)s); we still owe it to you."
    ) % {"when": local_time(told, now)}
