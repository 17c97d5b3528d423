"""SMS through Tencent Cloud (腾讯云短信), signed by TC3-HMAC-SHA256.

SendSms: https://cloud.tencent.com/document/product/382/55981 · signature: https://cloud.tencent.com/document/api/382/52072
"""

import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from bihuan.registers.channels.message import NeverSent, NotSent, OutgoingMessage, Sent
from bihuan.registers.channels.robots import BUSY, handed
from bihuan.registers.channels.templates import template_for
from bihuan.registers.channels.tencent_sms.account import Account, account

HOSTS = ("sms.tencentcloudapi.com", ".sms.tencentcloudapi.com")
ALGORITHM, SERVICE, ACTION, VERSION = "TC3-HMAC-SHA256", "sms", "SendSms", "2021-01-11"
KIND = "application/json; charset=utf-8"
CODES = {  # the beginning of what they say → our word; a star: it may pass by itself
    "LimitExceeded.PhoneNumberDailyLimit": "*day_limit",
    "LimitExceeded.AppDailyLimit": "*day_limit",
    "LimitExceeded": "*rate_limited",
    "RequestLimitExceeded": "*rate_limited",
    "InternalError": "*busy_there",
    "AuthFailure.SignatureExpire": "*clock_wrong",
    "AuthFailure.SignatureFailure": "sign_wrong",
    "AuthFailure": "account_refused",
    "UnauthorizedOperation.RequestIpNotInWhitelist": "our_address_refused",
    "UnauthorizedOperation": "account_refused",
    "FailedOperation.InsufficientBalanceInSmsPackage": "*no_money",
    "FailedOperation.SignatureIncorrectOrUnapproved": "sender_name_refused",
    "FailedOperation.TemplateIncorrectOrUnapproved": "template_refused",
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": "template_refused",
    "FailedOperation.ContainSensitiveWord": "text_refused",
    "FailedOperation.PhoneNumberInBlacklist": "number_refused",
    "InvalidParameterValue.IncorrectPhoneNumber": "number_refused",
    "InvalidParameterValue.ContentLengthLimit": "text_refused",
}
WAITS = {"*rate_limited": BUSY, "*no_money": timedelta(minutes=10), "*day_limit": timedelta(hours=1)}


class TencentSms:
    name = "tencent_sms"

    def send(self, message: OutgoingMessage) -> Sent:
        held, chosen = account(), template_for(message, provider=self.name)
        asked = {
            "PhoneNumberSet": [message.receiver],
            "SmsSdkAppId": held.app_id,
            "SignName": held.sign_name,
            "TemplateId": chosen.code,
            "TemplateParamSet": list(chosen.params.values()),
            "SessionContext": str(message.id),
        }
        body = json.dumps(asked, ensure_ascii=False).encode()
        host = urlsplit(held.address).netloc
        headers = signed_headers(account=held, host=host, body=body, at=int(time.time()))
        answer = handed(held.address, hosts=HOSTS, body=body, headers=headers)
        return Sent(reference=_serial(answer.told()))


def _serial(told: dict[str, Any]) -> str:
    """The number of the message that was taken; else the refusal that it means."""
    response = told.get("Response")
    if not isinstance(response, dict):
        raise NotSent("unreadable_answer")
    status = (response.get("SendStatusSet") or [{}])[0]
    code = str((response.get("Error") or status).get("Code", ""))
    if code == "Ok":
        return str(status.get("SerialNo", ""))
    raise judged(code)


def judged(code: str) -> NotSent:
    """What a refusal of theirs means: whether it may pass, and in a word why. The longest beginning counts."""
    fits = [one for one in CODES if code == one or code.startswith(f"{one}.")]
    word = CODES[max(fits, key=len)] if fits else ""
    if not code:
        return NotSent("unreadable_answer")
    said = f"{word.lstrip('*') or 'refused'} {code}"[:100]
    return NotSent(said, again_after=WAITS.get(word)) if word.startswith("*") else NeverSent(said)


def signed_headers(*, account: Account, host: str, body: bytes, at: int) -> dict[str, str]:
    """The headers of the POST. `at`: the wall clock in seconds (theirs allows five minutes of difference)."""
    day = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    names = "content-type;host;x-tc-action"
    lines = f"content-type:{KIND}\nhost:{host}\nx-tc-action:{ACTION.lower()}\n"
    asked = "\n".join(("POST", "/", "", lines, names, sha256(body).hexdigest()))
    scope = f"{day}/{SERVICE}/tc3_request"
    text = f"{ALGORITHM}\n{at}\n{scope}\n{sha256(asked.encode()).hexdigest()}"
    key = f"TC3{account.secret_key}".encode()
    for part in (day, SERVICE, "tc3_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    made = hmac.new(key, text.encode(), sha256).hexdigest()
    return {
        "Authorization": f"{ALGORITHM} Credential={account.secret_id}/{scope}, SignedHeaders={names}, "
        f"Signature={made}",
        "Content-Type": KIND,
        "Host": host,
        "X-TC-Action": ACTION,
        "X-TC-Timestamp": str(at),
        "X-TC-Version": VERSION,
        "X-TC-Region": account.region,
    }


SMS = TencentSms()
