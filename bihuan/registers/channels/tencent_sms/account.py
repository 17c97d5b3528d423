"""The account with Tencent Cloud (腾讯云), as the environment tells it: `BIHUAN_TENCENT_SECRET_ID`, `…_SECRET_KEY`,
`…_SMS_APP_ID`, `…_SIGN_NAME`, `…_REGION`."""

import os
from dataclasses import dataclass, field

from bihuan.registers.channels.message import NeverSent


@dataclass(frozen=True, kw_only=True)
class Account:
    secret_id: str
    secret_key: str = field(repr=False)
    app_id: str
    sign_name: str
    region: str
    address: str


def account() -> Account:
    """The account; NeverSent when its key is not set."""
    told = {
        name: os.environ.get(f"BIHUAN_TENCENT_{name}", "").strip()
        for name in ("SECRET_ID", "SECRET_KEY", "SMS_APP_ID", "SIGN_NAME", "REGION", "SMS_ADDRESS")
    }
    if not told["SECRET_ID"] or not told["SECRET_KEY"]:
        raise NeverSent("account_missing")
    return Account(
        secret_id=told["SECRET_ID"],
        secret_key=told["SECRET_KEY"],
        app_id=told["SMS_APP_ID"],
        sign_name=told["SIGN_NAME"],
        region=told["REGION"] or "ap-guangzhou",
        address=told["SMS_ADDRESS"] or "https://sms.tencentcloudapi.com/",
    )
