"""SMS that must follow a template which the carrier has approved: which one a message uses, and with what.

`BIHUAN_SMS_TEMPLATES` holds JSON, the kind of message → its template's code and the names of its places in order:
`{"customer.booked": {"code": "SMS_1", "params": ["number", "link"]}, "": {"code": "SMS_2", "params": ["words"]}}`.
The empty name is for all others; `words` is the whole text, `link` its link, other names what the text is filled with.
"""

import json
import os
from dataclasses import dataclass

from bihuan.registers.channels.message import NeverSent, OutgoingMessage


@dataclass(frozen=True, kw_only=True)
class Template:
    """An approved text with its places filled: by name for those who ask for names, in order for the others."""

    code: str
    params: dict[str, str]


def template_for(message: OutgoingMessage) -> Template:
    """The template of this message; NeverSent when the installation names none, or names it wrongly."""
    try:
        told = json.loads(os.environ.get("BIHUAN_SMS_TEMPLATES", "") or "{}")
        chosen = told.get(message.template) or told.get("")
        if chosen is None:
            raise NeverSent("no_template")
        filling = {**message.fill, "words": message.words, "link": message.link}
        return Template(
            code=str(chosen["code"]), params={name: filling[name] for name in chosen.get("params", [])}
        )
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise NeverSent("template_unreadable") from fault
