"""Messages that must follow a text which the provider has approved: which one a message uses, and with what.

They stand in a register (`MessageTemplate`), each with how far its approval is; a text that is not approved is never
tried. Where the register has none, `BIHUAN_SMS_TEMPLATES` may hold JSON for SMS, the kind of message → its template's
code and the names of its places in order:
`{"customer.booked": {"code": "SMS_1", "params": ["number", "link"]}, "": {"code": "SMS_2", "params": ["words"]}}`.
The empty name is for all others; `words` is the whole text, `link` its link, `token` the end of a short link, other
names what the text is filled with.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass

from bihuan.registers.channels.message import NeverSent, OutgoingMessage
from bihuan.registers.channels.models import MessageTemplate

SMS_PROVIDERS = ("aliyun_sms", "tencent_sms")
PROVIDERS = (*SMS_PROVIDERS, "wechat")


@dataclass(frozen=True, kw_only=True)
class Template:
    """An approved text with its places filled: by name for those who ask for names, in order for the others."""

    code: str
    params: dict[str, str]


def template_for(message: OutgoingMessage, *, provider: str) -> Template:
    """The template of this message; NeverSent when there is none, it is not approved, or it is named wrongly."""
    rows = rows_for(provider, message=message.template, language=message.language)
    approved = next((one for one in rows if one.state == MessageTemplate.APPROVED and one.code), None)
    if approved is not None:
        return _filled(approved.code, approved.places, message)
    if rows and rows[0].message:
        raise NeverSent("template_waiting")
    if provider not in SMS_PROVIDERS:
        raise NeverSent("template_waiting" if rows else "no_template")
    return _named_by_installation(message, waiting=bool(rows))


def rows_for(provider: str, *, message: str, language: str) -> list[MessageTemplate]:
    """What the register holds for this message, the one made for it and for its language first."""
    found = MessageTemplate.objects.filter(
        provider=provider, message__in=("", message), language__in=("", language)
    )
    return sorted(found, key=lambda one: (one.message != message, one.language != language, one.id))


def may_use(provider: str, *, message: str, language: str) -> bool:
    """Whether an approved text of the register carries this message."""
    rows = rows_for(provider, message=message, language=language)
    return any(one.state == MessageTemplate.APPROVED and one.code for one in rows)


def _named_by_installation(message: OutgoingMessage, *, waiting: bool) -> Template:
    try:
        told = json.loads(os.environ.get("BIHUAN_SMS_TEMPLATES", "") or "{}")
        chosen = told.get(message.template) or told.get("")
        if chosen is None:
            raise NeverSent("template_waiting" if waiting else "no_template")
        return _filled(str(chosen["code"]), chosen.get("params", []), message)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise NeverSent("template_unreadable") from fault


def _filled(code: str, places: Sequence[str], message: OutgoingMessage) -> Template:
    """The places with their words. `thing1=number` puts the number into the field `thing1`."""
    filling = {
        **message.fill,
        "words": message.words,
        "link": message.link,
        "token": message.link.rpartition("/")[2],
    }
    try:
        pairs = [place.partition("=") for place in places]
        return Template(code=code, params={name: filling[value or name] for name, _is, value in pairs})
    except (KeyError, AttributeError, TypeError) as fault:
        raise NeverSent("template_unreadable") from fault
