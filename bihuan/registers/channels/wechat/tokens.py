"""The key of an hour by which WeChat lets us ask (access_token): fetched by one at a time, kept for all, and fetched
anew when WeChat says that it has ended.

The stable kind is asked for: whoever asks twice is given the same one, so two processes never take it from each other.
https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/getStableAccessToken.html
"""

import json
from hashlib import sha256
from threading import Lock

from django.core.cache import cache

from bihuan.registers.channels.message import NotSent
from bihuan.registers.channels.robots import handed
from bihuan.registers.channels.wechat.account import HOSTS, Account
from bihuan.registers.channels.wechat.errors import judged

EARLY_SECONDS = 300  # asked for again so long before it ends
_one_at_a_time = Lock()


def access_token(account: Account) -> str:
    """The token in force; NotSent or NeverSent when WeChat gives none."""
    if held := cache.get(_key(account)):
        return str(held)
    with _one_at_a_time:
        if held := cache.get(_key(account)):
            return str(held)
        return _fetched(account)


def token_ended(account: Account, token: str) -> None:
    """WeChat takes this one no more: the next who asks fetches another."""
    if cache.get(_key(account)) == token:
        cache.delete(_key(account))


def _fetched(account: Account) -> str:
    asked = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret}
    answer = handed(
        f"{account.address}/cgi-bin/stable_token",
        hosts=HOSTS,
        body=json.dumps(asked).encode(),
        headers={"Content-Type": "application/json; charset=utf-8"},
    ).told()
    token, lasts = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(token, str) or not isinstance(lasts, int):
        if answer.get("errcode"):
            raise judged(answer["errcode"])
        raise NotSent("unreadable_answer")
    cache.set(_key(account), token, max(60, lasts - EARLY_SECONDS))
    return token


def _key(account: Account) -> str:
    """Never the account itself: a cache is read by many."""
    return "wechat-token:" + sha256(f"{account.app_id}\x00{account.address}".encode()).hexdigest()[:32]
