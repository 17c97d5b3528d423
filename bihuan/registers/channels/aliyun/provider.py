"""SMS and calls by a machine through Alibaba Cloud (阿里云短信, 语音服务).

SendSms: https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms
SingleCallByTts: https://help.aliyun.com/zh/vms/developer-reference/api-dyvmsapi-2017-05-25-singlecallbytts
"""

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from bihuan.registers.channels.aliyun.account import Account, account
from bihuan.registers.channels.aliyun.signing import query_of, signed_headers
from bihuan.registers.channels.message import NeverSent, NotSent, OutgoingMessage, Sent
from bihuan.registers.channels.robots import BUSY, handed
from bihuan.registers.channels.templates import template_for

HOSTS = ("dysmsapi.aliyuncs.com", "dyvmsapi.aliyuncs.com")
VERSION = "2017-05-25"
JUDGED = (400, 403, 404, 500, 503)  # statuses whose body says more
CODES = {  # what they say → our word; a star: it may pass by itself
    "isv.BUSINESS_LIMIT_CONTROL": "*rate_limited",
    "Throttling": "*rate_limited",
    "isp.SYSTEM_ERROR": "*busy_there",
    "InternalError": "*busy_there",
    "ServiceUnavailable": "*busy_there",
    "SignatureNonceUsed": "*busy_there",
    "InvalidTimeStamp": "*clock_wrong",
    "isv.AMOUNT_NOT_ENOUGH": "*no_money",
    "isv.OUT_OF_SERVICE": "*no_money",
    "isv.MOBILE_NUMBER_ILLEGAL": "number_refused",
    "isv.MOBILE_COUNT_OVER_LIMIT": "number_refused",
    "isv.SMS_TEMPLATE_ILLEGAL": "template_refused",
    "isv.TEMPLATE_MISSING_PARAMETERS": "template_refused",
    "isv.TEMPLATE_PARAMS_ILLEGAL": "template_refused",
    "isv.PARAM_LENGTH_LIMIT": "template_refused",
    "isv.SMS_SIGNATURE_ILLEGAL": "sender_name_refused",
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL": "sender_name_refused",
    "isv.DENY_IP_RANGE": "our_address_refused",
    "isv.BLACK_KEY_CONTROL_LIMIT": "text_refused",
    "SignatureDoesNotMatch": "sign_wrong",
    "IncompleteSignature": "sign_wrong",
    "InvalidAccessKeyId": "account_refused",
    "isp.RAM_PERMISSION_DENY": "account_refused",
    "isv.ACCOUNT_NOT_EXISTS": "account_refused",
    "isv.ACCOUNT_ABNORMAL": "account_refused",
}
LATER = timedelta(minutes=10)


class AliyunSms:
    name = "aliyun_sms"

    def send(self, message: OutgoingMessage) -> Sent:
        held, chosen = account(), template_for(message, provider=self.name)
        params = {
            "PhoneNumbers": number_of(message.receiver),
            "SignName": held.sign_name,
            "TemplateCode": chosen.code,
            "TemplateParam": json.dumps(chosen.params, ensure_ascii=False),
            "OutId": str(message.id),
        }
        told = _asked(held, held.sms_address, action="SendSms", params=params)
        return Sent(reference=str(told.get("BizId", "")))


class AliyunVoice:
    """Rings a phone and reads an approved text aloud."""

    name = "aliyun_voice"

    def send(self, message: OutgoingMessage) -> Sent:
        held = account()
        if not held.voice_template:
            raise NeverSent("no_template")
        params = {
            "CalledNumber": number_of(message.receiver),
            "TtsCode": held.voice_template,
            "TtsParam": json.dumps({"number": message.fill.get("number", "")}),
            "OutId": str(message.id),
        }
        if held.voice_number:
            params["CalledShowNumber"] = held.voice_number
        told = _asked(held, held.voice_address, action="SingleCallByTts", params=params)
        return Sent(reference=str(told.get("CallId", "")))


def number_of(receiver: str) -> str:
    """A number as they want it: without +86 at home, without + abroad."""
    return receiver.removeprefix("+86").removeprefix("+")


def _asked(held: Account, address: str, *, action: str, params: Mapping[str, str]) -> dict[str, Any]:
    headers = signed_headers(
        account=held,
        host=urlsplit(address).netloc,
        action=action,
        version=VERSION,
        params=params,
        at=datetime.now(UTC),  # the wall, not the clock of a demo: theirs allows a quarter of an hour
        nonce=secrets.token_hex(16),
    )
    answer = handed(
        f"{address}?{query_of(params)}",
        hosts=HOSTS,
        body=b"",
        headers=headers | {"Content-Length": "0"},
        reads=JUDGED,
    )
    told = answer.told()
    code = str(told.get("Code", ""))
    if code == "OK":
        return told
    raise judged(code, status=answer.status)


def judged(code: str, *, status: int) -> NotSent:
    """What a refusal of theirs means: whether it may pass, and in a word why."""
    word = CODES.get(code) or next((CODES[one] for one in CODES if code.startswith(f"{one}.")), "")
    if not code or (not word and status >= 500):
        return NotSent(f"unreadable_answer {status}")
    said = f"{word.lstrip('*') or 'refused'} {code}"[:100]
    if word == "*rate_limited":
        return NotSent(said, again_after=BUSY)
    if word.startswith("*"):
        return NotSent(said, again_after=LATER if word == "*no_money" else None)
    return NeverSent(said)


SMS = AliyunSms()
VOICE = AliyunVoice()
