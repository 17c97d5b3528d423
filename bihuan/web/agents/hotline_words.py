"""Words of the hotline's codes, and the lines that its pages show."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.channels.hotline.account import LANGUAGES as SPOKEN
from bihuan.registers.channels.hotline.account import RING_BACK, account
from bihuan.service.cases.words import KINDS
from bihuan.service.intake.calls.hearing import person_at
from bihuan.service.intake.calls.queries import Duty, Estimate, Line, Waiting
from bihuan.service.intake.calls.transferring import department_called, may_take_over, waits_for_somebody
from bihuan.web.agents.rows import departments
from bihuan.web.look.words import local_time, words_left, words_span

STATES: dict[str, Lazy] = {
    "ringing": gettext_lazy("Rings"),
    "queued": gettext_lazy("Waits in the queue"),
    "talking": gettext_lazy("Talks"),
    "handled": pgettext_lazy("call", "Answered"),
    "missed": gettext_lazy("Missed"),
    "abandoned": gettext_lazy("Hung up at once"),
}
REASONS: dict[str, Lazy] = {
    "answered": gettext_lazy("A question, answered at once"),
    "progress": gettext_lazy("Asked how a case stands"),
    "chased": gettext_lazy("Asked again; noted on the case"),
    "wrong_number": gettext_lazy("Wrong number"),
    "nobody_there": gettext_lazy("Nobody spoke"),
    "internal": gettext_lazy("One of us"),
    "nuisance": gettext_lazy("Advertising or nuisance"),
}
CAUSES: dict[str, Lazy] = {
    "missed": gettext_lazy("Missed call"),
    "key": gettext_lazy("Asked for it in the menu"),
    "web": gettext_lazy("Asked for it on the web"),
}
RESULTS: dict[str, Lazy] = {
    "reached": gettext_lazy("Reached, and answered at once"),
    "not_wanted": gettext_lazy("Reached, needs nothing more"),
    "wrong_number": gettext_lazy("The number is wrong"),
    "not_reached": gettext_lazy("Not reached after three tries"),
}
LANGUAGES: dict[str, Lazy] = {"en": gettext_lazy("English"), "zh-hans": gettext_lazy("Chinese")}


@dataclass(frozen=True, kw_only=True)
class OnLine:
    """One call on the line, as the desk shows it."""

    call: Any
    number: str = field(repr=False)
    stands: str
    since: str
    place: str
    wants: str
    transfer: str = ""  # to whom the customer was put through and waits, and how long
    mine: bool = False  # whoever looks may take them over


def on_line(row: Waiting, viewer: Viewer, now: datetime) -> OnLine:
    call = row.call
    begun = waits_for_somebody(call)
    wants = [str(KINDS[call.kind])] if call.kind in KINDS else []
    wants += [str(LANGUAGES["en"])] if call.language == "en" else []
    return OnLine(
        call=call,
        number=row.number or _("number hidden"),
        stands=str(STATES[call.state]),
        since=words_span(now - call.rang_at),
        place=place_words(row.estimate),
        wants=" · ".join(wants),
        transfer=transfer_words(call, now - begun) if begun is not None else "",
        mine=may_take_over(viewer, call),
    )


def key_words(keys: str) -> str:
    """The keys that a caller pressed, each with what it means: 1 Repair · 9 English."""
    meanings = account().keys
    told = {**KINDS, **{code: LANGUAGES[language] for code, language in SPOKEN.items()}}
    told[RING_BACK] = gettext_lazy("Ring me back")
    return " · ".join(f"{key} {told.get(meanings.get(key, ''), '')}".strip() for key in keys)


def put_through_to(to: str) -> str:
    """The department or the colleague to whom a customer was put through, in the reader's language."""
    code = department_called(to)
    if code:
        return departments().get(code, to)
    person = person_at(to) if to else None
    return person.name if person is not None else to


def transfer_words(call: Any, span: timedelta) -> str:
    """转接待接手 → 技术支持 · 0:40."""
    seconds = max(0, int(span.total_seconds()))
    told = {"to": put_through_to(call.transfer_to), "time": f"{seconds // 60}:{seconds % 60:02d}"}
    return _("Put through, waits → %(to)s · %(time)s") % told


def place_words(estimate: Estimate | None) -> str:
    """The place in the queue and how long it takes."""
    if estimate is None:
        return ""
    if estimate.minutes is None:
        return _("place %(place)s, no stable estimate") % {"place": estimate.position}
    told = {"place": estimate.position, "minutes": estimate.minutes}
    return _("place %(place)s, about %(minutes)s min") % told


def line_words(line: Line) -> list[str]:
    """来电 n · 排队 n · 预计等待 m 分."""
    told = [
        _("Calls %(count)s") % {"count": line.incoming},
        _("Queue %(count)s") % {"count": line.queued},
    ]
    minutes = line.next_caller.minutes
    if line.next_caller.seconds == 0:
        return [*told, _("No wait")]
    return [
        *told,
        _("No stable estimate") if minutes is None else _("Wait %(minutes)s min") % {"minutes": minutes},
    ]


@dataclass(frozen=True, kw_only=True)
class ToRing:
    """One number to ring, as a list shows it."""

    duty: Duty
    cause: str
    left: str
    late: bool
    when: str
    tries: str


def to_ring(duty: Duty, now: datetime) -> ToRing:
    row = duty.row
    return ToRing(
        duty=duty,
        cause=str(CAUSES.get(row.cause, row.cause)),
        left=words_left(row.due_at - now),
        late=row.due_at <= now,
        when=local_time(row.due_at, now),
        tries=ngettext("%(count)s try", "%(count)s tries", row.tries) % {"count": row.tries},
    )
