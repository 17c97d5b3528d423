"""The account with Alibaba Cloud (阿里云), as the environment tells it: `BIHUAN_ALIYUN_KEY_ID`, `…_KEY_SECRET`,
`…_SIGN_NAME` for SMS (the approved signature), `…_VOICE_NUMBER` and `…_VOICE_TEMPLATE` for calls by a machine."""

import os
from dataclasses import dataclass, field

from bihuan.registers.channels.message import NeverSent


@dataclass(frozen=True, kw_only=True)
class Account:
    key_id: str
    key_secret: str = field(repr=False)
    sign_name: str
    voice_number: str
    voice_template: str
    sms_address: str
    voice_address: str


def account() -> Account:
    """The account; NeverSent when its key is not set."""
    told = {
        name: os.environ.get(f"BIHUAN_ALIYUN_{name}", "").strip()
        for name in (
            "KEY_ID",
            "KEY_SECRET",
            "SIGN_NAME",
            "VOICE_NUMBER",
            "VOICE_TEMPLATE",
            "SMS_ADDRESS",
            "VOICE_ADDRESS",
        )
    }
    if not told["KEY_ID"] or not told["KEY_SECRET"]:
        raise NeverSent("account_missing")
    return Account(
        key_id=told["KEY_ID"],
        key_secret=told["KEY_SECRET"],
        sign_name=told["SIGN_NAME"],
        voice_number=told["VOICE_NUMBER"],
        voice_template=told["VOICE_TEMPLATE"],
        sms_address=told["SMS_ADDRESS"] or "https://dysmsapi.aliyuncs.com/",
        voice_address=told["VOICE_ADDRESS"] or "https://dyvmsapi.aliyuncs.com/",
    )
