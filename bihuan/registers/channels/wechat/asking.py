"""Asking WeChat for something with the token in force; one that has just ended is replaced once."""

import json
from collections.abc import Mapping
from typing import Any

from bihuan.registers.channels.message import NotSent
from bihuan.registers.channels.outward import Answer
from bihuan.registers.channels.robots import handed
from bihuan.registers.channels.wechat.account import HOSTS, Account
from bihuan.registers.channels.wechat.errors import TOKEN_ENDED, judged
from bihuan.registers.channels.wechat.tokens import access_token, token_ended


def ask_wechat(account: Account, path: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """What WeChat answers to this object at this path (`/cgi-bin/…`); NotSent or NeverSent when it refuses."""
    body = json.dumps(told, ensure_ascii=False).encode()
    for last in (False, True):
        token = access_token(account)
        answer = _posted(account, path, token, body).told()
        code = answer.get("errcode", 0 if answer else None)
        if code == 0:
            return answer
        if code not in TOKEN_ENDED or last:
            raise judged(code)
        token_ended(account, token)
    raise NotSent("token_ended")


def _posted(account: Account, path: str, token: str, body: bytes) -> Answer:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return handed(f"{account.address}{path}?access_token={token}", hosts=HOSTS, body=body, headers=headers)
