"""What somebody answered by SMS. The bytes are one item of a provider's knock, as `incoming` took it apart."""

import json
import re
from typing import Any

from bihuan.registers.channels.message import IncomingMessage, Unreadable

_STOP = re.compile(r"\s*(?:TD|T|退订|拒收|STOP|UNSUBSCRIBE|QUIT)\s*[。.!！]?\s*", re.IGNORECASE)
PROBE = re.compile(r"probe\.\w{1,20}\.\d{1,12}\.[\w-]{20,64}", re.ASCII)
OPT_OUT = "opt_out"


class SmsReader:
    """Answers are a customer's words; receipts and 退订 are machinery, the latter with a consequence."""

    channel = "sms"

    def read(self, raw: bytes) -> IncomingMessage:
        said = _said(raw)
        phone = phone_of(said)
        words = str(said.get("content", said.get("text", "")) or "").strip()
        if "report_status" in said or "report_time" in said or "biz_id" in said:
            return IncomingMessage(words="", automatic="receipt")
        if PROBE.fullmatch(words):
            return IncomingMessage(words=words, probe=words)
        if not phone:
            raise Unreadable("no_sender")
        if is_stop(words):
            return IncomingMessage(words=words, phone=phone, automatic=OPT_OUT)
        if not words:
            raise Unreadable("no_words")
        return IncomingMessage(words=words, phone=phone)


def _said(raw: bytes) -> dict[str, Any]:
    try:
        told = json.loads(raw)
        said = told["said"]
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise Unreadable("not_json") from fault
    if not isinstance(said, dict):
        raise Unreadable("not_json")
    return said


def phone_of(said: dict[str, Any]) -> str:
    """The sender's number as it is dialled: with its country where it is told."""
    number = "".join(
        sign for sign in str(said.get("phone_number", said.get("mobile", "")) or "") if sign in DIALLED
    )
    country = str(said.get("nationcode", "") or "").lstrip("+")
    if country and country.isdecimal() and not number.startswith("+"):
        return f"+{country}{number}" if number else ""
    return number


DIALLED = "+0123456789"


def is_stop(words: str) -> bool:
    """Whether the words ask for nothing but to be left alone."""
    return _STOP.fullmatch(words) is not None


READER = SmsReader()
