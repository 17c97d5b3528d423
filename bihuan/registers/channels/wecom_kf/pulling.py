"""Asking WeCom for the messages of 微信客服 since a cursor. It keeps them for three days.

https://developer.work.weixin.qq.com/document/path/94670
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bihuan.registers.channels.wecom_kf.account import Account
from bihuan.registers.channels.wecom_kf.asking import ask_wecom

MANY = 1000  # messages of one answer
FROM_CUSTOMER = 3


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """Some messages, and from where to go on."""

    messages: tuple[Mapping[str, Any], ...] = field(repr=False)
    cursor: str
    more: bool


def pull(account: Account, *, cursor: str, hint: str = "") -> Pulled:
    """The customers' messages after the cursor. `hint` is the word of the callback, with which WeCom answers at once.
    NotSent when it does not."""
    asked: dict[str, Any] = {"limit": MANY}
    asked |= {"cursor": cursor} if cursor else {}
    asked |= {"token": hint} if hint else {}
    told = ask_wecom(account, "/cgi-bin/kf/sync_msg", asked)
    rows = [one for one in told.get("msg_list") or [] if isinstance(one, dict)]
    return Pulled(
        messages=tuple(one for one in rows if one.get("origin") == FROM_CUSTOMER and one.get("msgid")),
        cursor=str(told.get("next_cursor") or cursor),
        more=bool(told.get("has_more")),
    )


def bytes_of_message(message: Mapping[str, Any]) -> bytes:
    """A message as it is kept: the same every time."""
    return json.dumps(message, ensure_ascii=False, sort_keys=True).encode(errors="replace")
