"""What the robots of chat groups have in common: one JSON message to a secret address, and how answers are judged."""

import json
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from bihuan.registers.channels.message import NeverSent, NotSent
from bihuan.registers.channels.outward import MOST_BYTES, AddressRefused, Answer, NoAnswer, ask

A_MINUTE = {"wecom": 20, "dingtalk": 20, "feishu": 100}  # messages that one robot takes
LONGEST = {
    "wecom": 2000,
    "dingtalk": 16_000,
    "feishu": 16_000,
}  # bytes of one text; the houses' limits lie above
HOSTS = {
    "wecom": ("qyapi.weixin.qq.com",),
    "dingtalk": ("oapi.dingtalk.com",),
    "feishu": ("open.feishu.cn", "open.larksuite.com"),
}
PATHS = {
    "wecom": "/cgi-bin/webhook/send",
    "dingtalk": "/robot/send",
    "feishu": "/open-apis/bot/v2/hook/",
}
BUSY = timedelta(minutes=1)


def told_by(url: str, message: Mapping[str, Any], *, hosts: Collection[str]) -> dict[str, Any]:
    """Post the message and return what the house answers as an object. NotSent when it should be tried again, NeverSent
    when the address is wrong for good."""
    body = json.dumps(message, ensure_ascii=False).encode()
    answer = handed(url, hosts=hosts, body=body, headers={"Content-Type": "application/json; charset=utf-8"})
    told = answer.told()
    if not told:
        raise NotSent("unreadable_answer")  # a page of a proxy, say
    return told


def handed(
    url: str,
    *,
    hosts: Collection[str],
    body: bytes,
    headers: Mapping[str, str],
    reads: Collection[int] = (),
    method: str = "POST",
    most: int = MOST_BYTES,
) -> Answer:
    """The answer to one request. What no answer and what the plain statuses mean is judged here; `reads` are
    statuses above 299 whose body the caller wants to judge."""
    try:
        answer = ask(url, hosts=hosts, body=body, headers=headers, method=method, most=most)
    except AddressRefused as refused:
        raise NeverSent(f"address_{refused.args[0]}") from refused
    except NoAnswer as nothing:
        raise NotSent(str(nothing.args[0])) from nothing
    if 200 <= answer.status < 300 or answer.status in reads:
        return answer
    if answer.status == 429:
        raise NotSent("rate_limited", again_after=_wished(answer))
    if answer.status in (404, 410):
        raise NeverSent(f"address_unknown {answer.status}")
    raise NotSent(f"status {answer.status}")


def _wished(answer: Answer) -> timedelta:
    """How long the house asks us to wait; a minute when it does not say, an hour at most."""
    said = answer.headers.get("retry-after", "")
    return min(timedelta(seconds=int(said)), timedelta(hours=1)) if said.isdecimal() else BUSY
