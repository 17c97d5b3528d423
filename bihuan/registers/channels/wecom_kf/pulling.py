"""Asking WeCom for the messages of 微信客服 since a cursor. It keeps them for three days.

https://developer.work.weixin.qq.com/document/path/94670
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache

from bihuan.registers.channels.message import NotSent
from bihuan.registers.channels.robots import handed
from bihuan.registers.channels.wechat.errors import TOKEN_ENDED, judged
from bihuan.registers.channels.wecom_kf.account import HOSTS, Account

MOST_BYTES = 4 * 1024 * 1024
MANY = 1000  # messages of one answer
FROM_CUSTOMER = 3
JSON = {"Content-Type": "application/json; charset=utf-8"}


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
    told = _asked(account, "/cgi-bin/kf/sync_msg", asked)
    rows = [one for one in told.get("msg_list") or [] if isinstance(one, dict)]
    return Pulled(
        messages=tuple(one for one in rows if one.get("origin") == FROM_CUSTOMER and one.get("msgid")),
        cursor=str(told.get("next_cursor") or cursor),
        more=bool(told.get("has_more")),
    )


def _asked(account: Account, path: str, told: Mapping[str, Any]) -> dict[str, Any]:
    body = json.dumps(told, ensure_ascii=False).encode()
    for last in (False, True):
        query = urlencode({"access_token": _token(account)})
        url = f"{account.address}{path}?{query}"
        answer = _handed(url, body)
        code = answer.get("errcode")
        if code == 0:
            return answer
        if code not in TOKEN_ENDED or last:
            raise judged(code)
        cache.delete(_key(account))
    raise NotSent("token_ended")


def _token(account: Account) -> str:
    if held := cache.get(_key(account)):
        return str(held)
    query = urlencode({"corpid": account.corp_id, "corpsecret": account.secret})
    told = _handed(f"{account.address}/cgi-bin/gettoken?{query}", b"", method="GET")
    token, lasts = told.get("access_token"), told.get("expires_in")
    if not isinstance(token, str) or not isinstance(lasts, int):
        raise judged(told.get("errcode"))
    cache.set(_key(account), token, max(60, lasts - 300))
    return token


def _handed(url: str, body: bytes, *, method: str = "POST") -> dict[str, Any]:
    return handed(url, hosts=HOSTS, body=body, headers=JSON, method=method, most=MOST_BYTES).told()


def _key(account: Account) -> str:
    return "wecom-token:" + sha256(f"{account.corp_id}\x00{account.address}".encode()).hexdigest()[:32]


def bytes_of_message(message: Mapping[str, Any]) -> bytes:
    """A message as it is kept: the same every time."""
    return json.dumps(message, ensure_ascii=False, sort_keys=True).encode(errors="replace")
