"""How the company chats: when agents answer, how many chats one has at a time, how long a visitor waits before somebody
is told, and how long who waits may say nothing. Data that an administrator changes."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bihuan.ground.worktime.errors import CalendarRefused
from bihuan.ground.worktime.queries import calendar_for
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.channels.chat.account import account
from bihuan.service.intake.chats.models import ChatLimits

BOUNDS = {"at_once": (1, 50), "answer_seconds": (5, 3600), "silent_minutes": (1, 1440)}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What holds now."""

    calendar: str
    at_once: int
    answer_within: timedelta
    silent_for: timedelta


def limits_in_use() -> Limits:
    """What the company said; what the installation says where it said nothing."""
    row = ChatLimits.objects.first()
    if row is None:
        held = account()
        return Limits(
            calendar=held.calendar,
            at_once=held.at_once,
            answer_within=held.answer_within,
            silent_for=held.silent_for,
        )
    return Limits(
        calendar=row.calendar,
        at_once=row.at_once,
        answer_within=timedelta(seconds=row.answer_seconds),
        silent_for=timedelta(minutes=row.silent_minutes),
    )


def limits_listed(search: str = "") -> QuerySet[ChatLimits]:
    """The one row, written down as the installation says it where there is none yet."""
    if not ChatLimits.objects.exists():
        held = limits_in_use()
        ChatLimits.objects.get_or_create(
            id=1,
            defaults={
                "calendar": held.calendar,
                "at_once": held.at_once,
                "answer_seconds": int(held.answer_within.total_seconds()),
                "silent_minutes": int(held.silent_for.total_seconds() // 60),
            },
        )
    return ChatLimits.objects.order_by("id")


def keep_limits(viewer: Viewer, row_id: int | None, *, calendar: str, **told: int) -> ChatLimits:
    """Change how the company chats. ValidationError for what cannot be."""
    viewer.must("settings.change")
    try:
        calendar_for(calendar)
    except CalendarRefused as refused:
        raise ValidationError({"calendar": str(refused)}) from refused
    for name, (least, most) in BOUNDS.items():
        if not least <= told[name] <= most:
            wrong = _("From %(least)s to %(most)s.") % {"least": least, "most": most}
            raise ValidationError({name: wrong})
    row = limits_listed().get(id=row_id or 0)
    row.calendar = calendar
    for name in BOUNDS:
        setattr(row, name, told[name])
    row.save()
    return row
