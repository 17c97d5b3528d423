"""Asking WeCom for something, with the token in force; one that has just ended is replaced once.

https://developer.work.weixin.qq.com/document/path/91039
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache

from bihuan.registers.channels.message import NotSent
from bihuan.registers.channels.robots import handed
from bihuan.registers.channels.wechat.errors import TOKEN_ENDED, judged
from bihuan.registers.channels.wecom_kf.account import HOSTS, Account

MOST_BYTES = 4 * 1024 * 1024
JSON = {"Content-Type": "application/json; charset=utf-8"}


def ask_wecom(account: Account, path: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """What WeCom answers to this object at this path (`/cgi-bin/…`); NotSent or NeverSent when it refuses."""
    body = json.dumps(told, ensure_ascii=False).encode()
    for last in (False, True):
        query = urlencode({"access_token": kf_token(account)})
        answer = _handed(f"{account.address}{path}?{query}", body)
        code = answer.get("errcode")
        if code == 0:
            return answer
        if code not in TOKEN_ENDED or last:
            raise judged(code)
        kf_token_ended(account)
    raise NotSent("token_ended")


def kf_token(account: Account) -> str:
    """The token in force; NotSent or NeverSent when WeCom gives none."""
    if held := cache.get(_key(account)):
        return str(held)
    query = urlencode({"corpid": account.corp_id, "corpsecret": account.secret})
    told = _handed(f"{account.address}/cgi-bin/gettoken?{query}", b"", method="GET")
    token, lasts = told.get("access_token"), told.get("expires_in")
    if not isinstance(token, str) or not isinstance(lasts, int):
        raise judged(told.get("errcode"))
    cache.set(_key(account), token, max(60, lasts - 300))
    return token


def kf_token_ended(account: Account) -> None:
    """WeCom takes this one no more: the next who asks fetches another."""
    cache.delete(_key(account))


def _handed(url: str, body: bytes, *, method: str = "POST") -> dict[str, Any]:
    return handed(url, hosts=HOSTS, body=body, headers=JSON, method=method, most=MOST_BYTES).told()


def _key(account: Account) -> str:
    return "wecom-token:" + sha256(f"{account.corp_id}\x00{account.address}".encode()).hexdigest()[:32]
