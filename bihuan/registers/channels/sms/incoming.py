"""What the providers of SMS tell us: that a message arrived or did not, and what somebody answered.

Alibaba Cloud: https://help.aliyun.com/zh/sms/developer-reference/smsreport-2 and …/smsup-2 (lists)
Tencent Cloud: https://cloud.tencent.com/document/product/382/59178 and …/59179
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

PROVIDERS = ("aliyun_sms", "tencent_sms")
MOST_BYTES = 512 * 1024
MOST_ITEMS = 1000
RECEIPT, REPLY = "receipt", "reply"


class NotTold(Exception):
    """This is nothing that a provider tells; its one argument says why in a word."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One thing that a provider told: `raw` are the bytes that are kept of it, `once` its key."""

    what: str
    provider: str
    once: str
    raw: bytes = field(repr=False)
    said: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What became of a message: the provider's number for it, whether it arrived, and its own word for why not."""

    reference: str
    arrived: bool
    code: str


def items_of(provider: str, body: bytes) -> list[Told]:
    """Everything that one knock tells, each by itself; NotTold when it cannot be taken apart."""
    if len(body) > MOST_BYTES:
        raise NotTold("too_large")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise NotTold("not_json") from fault
    said = told if isinstance(told, list) else [told]
    if len(said) > MOST_ITEMS or not all(isinstance(one, dict) for one in said):
        raise NotTold("not_a_list")
    return list(_each(provider, said))


def _each(provider: str, said: list[dict[str, Any]]) -> Iterator[Told]:
    for one in said:
        raw = json.dumps({"provider": provider, "said": one}, ensure_ascii=False, sort_keys=True).encode(
            errors="replace"
        )
        what = RECEIPT if _is_receipt(one) else REPLY
        yield Told(what=what, provider=provider, once=_key(what, provider, one, raw), raw=raw, said=one)


def _is_receipt(one: Mapping[str, Any]) -> bool:
    return "report_status" in one or "report_time" in one or "biz_id" in one


def _key(what: str, provider: str, one: Mapping[str, Any], raw: bytes) -> str:
    """By what the same is known when it is told again."""
    number = one.get("sequence_id") if what == REPLY else None
    own = str(number) if number not in (None, "") else sha256(raw).hexdigest()
    return f"{provider} {what} {own}"[:200]


def receipt_of(told: Told) -> Receipt:
    """A receipt in plain values."""
    said = told.said
    if told.provider == "tencent_sms":
        return Receipt(
            reference=str(said.get("sid", ""))[:120],
            arrived=str(said.get("report_status", "")).upper() == "SUCCESS",
            code=str(said.get("errmsg", ""))[:40],
        )
    return Receipt(
        reference=str(said.get("biz_id", ""))[:120],
        arrived=said.get("success") is True or str(said.get("success")).lower() == "true",
        code=str(said.get("err_code", ""))[:40],
    )
