"""What a visitor sees of their chat: the page and the socket draw the same part of the same template."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bihuan.ground.worktime.calendar import next_open
from bihuan.registers.access.masking import masked_email, masked_phone
from bihuan.registers.customers.rules import read_phone
from bihuan.registers.organisation.naming import company_name
from bihuan.service.cases.queries import case_for_link
from bihuan.service.intake.chats.hours import calendar_in_use, code_in_use, is_open_at
from bihuan.service.intake.chats.queries import Queued, queued, said_by, typing
from bihuan.service.intake.chats.writing import Self
from bihuan.service.intake.queries import link_of
from bihuan.web.look.chat_lines import bubbles_of, script_words
from bihuan.web.look.hours import present_words

SCORES = (1, 2, 3, 4, 5)


def shown(chat: Any, token: str, *, now: datetime) -> dict[str, Any]:
    """Everything that the talk shows."""
    known = chat.report is not None and case_for_link(chat.report) is not None
    link = urlsplit(link_of(chat.report)).path if known else ""
    waits = queued(chat, now) if chat.state == "queued" and chat.left_at is None else None
    lines = bubbles_of(chat, me="customer", link=link)
    said = said_by(chat)
    reach = reach_shown(said) if said.reachable else ""
    return {
        "chat": chat,
        "token": token,
        "lines": lines,
        "last_place": max((one.place for one in lines), default=0),
        "waits": wait_words(waits, reach) if waits is not None else "",
        "reach": reach,
        "nobody": waits is not None and (waits.minutes is None or not is_open_at(now)),
        "agent": chat.agent.name if chat.agent is not None else "",
        "typing": typing(chat, now)[0],
        "over": chat.state == "ended",
        "left": chat.left_at is not None,
        "said": said,
        "link": link,
        "scores": SCORES,
        "seen": chat.seen_by_agent,
    }


def reach_shown(told: Self) -> str:
    """Where a visitor who said so is answered, shortened: their page may be seen by others."""
    number = read_phone(told.phone) if told.phone else None
    if number is not None:
        return masked_phone(number.number)
    return masked_email(told.email) if told.email else ""


def wait_words(waits: Queued, reach: str) -> str:
    """Place and minutes, as they are told to whoever waits; `reach` is where we answer them else, once they said."""
    place = _("You are number %(place)s in the queue.") % {"place": waits.position}
    if waits.minutes is None and reach:
        told = _("We have told our people; if nobody comes here we answer at %(reach)s.") % {"reach": reach}
        return f"{place} {told}"
    if waits.minutes is None:
        return f"{place} {_('We have told our people; leave a number and we answer there.')}"
    about = ngettext(
        "An agent is here in about %(minutes)s minute.",
        "An agent is here in about %(minutes)s minutes.",
        waits.minutes,
    ) % {"minutes": waits.minutes}
    return f"{place} {about}"


def greeting() -> str:
    """The first sentence of the chat: the script's, where it has one."""
    told = script_words("chat_greeting").replace("{company}", company_name())
    return told or _("Hello! Tell us what is wrong; an agent answers you here.")


def privacy() -> str:
    """What is done with what is written."""
    return script_words("privacy")


def hours(now: datetime) -> dict[str, Any]:
    """Whether agents answer now, when they do, and when they are back."""
    opens = next_open(calendar_in_use(), now)
    return {
        "open": is_open_at(now),
        "hours": present_words(code_in_use()),
        "back": localtime(opens) if opens is not None else None,
    }
