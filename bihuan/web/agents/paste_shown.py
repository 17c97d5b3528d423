"""What stands beside a pasted report: the text with what was understood, the customer we know, open cases, twins."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bihuan.ground.divisions import Division, since
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.queries import case_of_report, visible
from bihuan.service.intake.pasting.queries import joined_before, mark_of, taken_before
from bihuan.service.intake.pasting.values import Card
from bihuan.web.agents.caller import Caller, caller_of
from bihuan.web.agents.paste_form import CardForm, initial_of

UNDO_FOR = timedelta(hours=1)
KINDS_HEARD: dict[str, Any] = {
    "name": _("Name"),
    "phone": _("Phone"),
    "service_phone": _("A hotline"),
    "address": _("Address"),
    "product": _("Appliance"),
    "brand": _("Brand"),
    "model": _("Model"),
    "serial": _("Serial number"),
    "error_code": _("Error code shown"),
    "time": _("Wished time"),
    "bought_on": _("Bought on"),
    "bought_at": _("Bought where"),
    "order": _("Order number elsewhere"),
    "case_number": _("Case number"),
    "kind": _("Kind of work"),
    "fault": _("What happened"),
    "urgent": _("Urgency"),
}


@dataclass(frozen=True, kw_only=True)
class Part:
    """A stretch of the pasted text: what it was understood as, or that it was not."""

    words: str
    title: str = ""
    unread: bool = False


@dataclass(kw_only=True)
class Shown:
    """One report on the page: before it is taken in a form, afterwards its case."""

    at: int
    form: CardForm
    parts: list[Part] = field(default_factory=list)
    choices: tuple[Division, ...] = ()
    said: str = ""
    renamed: str = ""  # the month since when the name that was said is an old one
    caller: Caller = field(default_factory=lambda: Caller(state="none"))
    twins: list[str] = field(default_factory=list)  # numbers of cases with the same order number
    number: str = ""  # of the case it became, or was added to
    kept: bool = False  # written down, but no case could be opened by itself
    joined: bool = False
    before: bool = False  # this very message was taken in earlier
    undoable: bool = False  # taken in by the reader, a short while ago
    whole: bool = False
    hazards: bool = False

    @property
    def done(self) -> bool:
        return bool(self.number) or self.kept

    @property
    def clear(self) -> bool:
        """Whether it may be taken in with all others: nothing is missing, and nothing asks for a decision."""
        return self.whole and not self.done and not self.twins and not self.caller.open_rows


def parts_of(card: Card) -> list[Part]:
    """The text cut where one understanding ends and the next begins."""
    titles = {at: one.kind for one in card.heard for at in range(*one.span)}
    unread = {at for span in card.unread for at in range(*span)}
    parts: list[Part] = []
    begin, text = 0, card.text
    for at in range(1, len(text) + 1):
        mine = (titles.get(begin), begin in unread)
        if at == len(text) or (titles.get(at), at in unread) != mine:
            kind = titles.get(begin, "")
            parts.append(Part(words=text[begin:at], title=str(KINDS_HEARD.get(kind, "")), unread=mine[1]))
            begin = at
    return parts


def shown_card(card: Card, at: int, viewer: Viewer, *, now: datetime) -> Shown:
    """A report as it was just read."""
    form = CardForm(initial=initial_of(card), prefix=str(at))
    shown = Shown(at=at, form=form, whole=card.whole)
    return beside(shown, card, viewer, now=now)


def beside(shown: Shown, card: Card, viewer: Viewer, *, now: datetime) -> Shown:
    """The same with what is known: who it is, what is open, whether it was taken before."""
    mark = mark_of(card.text)
    phone = str(shown.form["phone"].value() or "")
    order = str(shown.form["outside_number"].value() or "")
    shown.parts, shown.choices, shown.said = parts_of(card), card.place.choices, card.place.said
    shown.renamed = since(card.place.said) if card.place.said else ""
    shown.hazards = bool(card.hazards)
    shown.caller = caller_of(phone, "", viewer, now=now) if phone else shown.caller
    shown.twins = _told_of(order, card.case_number, viewer)
    held = taken_before(mark)
    if held is not None:
        case = case_of_report(held.id)
        mine = (
            case is not None and held.taken_by_id == viewer.person_id and now - case.stands_since < UNDO_FOR
        )
        shown.number, shown.kept, shown.before = case.number if case else "", case is None, not mine
        shown.undoable = case is not None and mine and case.open
    elif number := joined_before(mark):
        shown.number, shown.joined, shown.before = number, True, True
    return shown


def _told_of(order: str, number: str, viewer: Viewer) -> list[str]:
    """The cases with this order number, and the one that the message names itself."""
    if len(order) < 6 and not number:
        return []
    found = visible(viewer).filter(Q(outside_number=order) if len(order) >= 6 else Q(number=number))
    if len(order) >= 6 and number:
        found = found | visible(viewer).filter(number=number)
    return list(found.order_by("-id").values_list("number", flat=True)[:3])
