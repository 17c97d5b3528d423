"""The official account (微信公众号), as the environment tells it: `BIHUAN_WECHAT_APP_ID`, `…_SECRET`, `…_TOKEN` and
`…_AES_KEY` (43 signs; with it every callback must be encrypted), `…_ADDRESS` for another house than WeChat's own.

In the demo an account of our own making stands in, so that a visitor can play the customer with no account anywhere.
"""

import os
from dataclasses import dataclass, field

from django.conf import settings

from bihuan.ground.vault.actions import signature
from bihuan.registers.channels.message import NeverSent

HOSTS = ("api.weixin.qq.com", "api2.weixin.qq.com", "sh.api.weixin.qq.com")
ADDRESS = "https://api.weixin.qq.com"
DEMO = "wxdemo0000000000"


@dataclass(frozen=True, kw_only=True)
class Account:
    app_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    address: str

    @property
    def encrypts(self) -> bool:
        """Whether callbacks come encrypted (安全模式); plain ones are refused then."""
        return bool(self.aes_key)


def account() -> Account:
    """The account that we send by; NeverSent when it is not set."""
    held = _told()
    if not held.app_id or not held.secret:
        raise NeverSent("account_missing")
    return held


def callback_account() -> Account | None:
    """The account whose callbacks we take; the demo's own where none is set; None where there is neither."""
    held = _told()
    if held.token:
        return held
    return demo_account() if settings.BIHUAN_DEMO else None


def demo_account() -> Account:
    """The account that the demo plays: its token and key are this installation's own."""
    return Account(
        app_id=DEMO,
        secret="",
        token=signature("wechat-demo", "token")[:32].replace("-", "a").replace("_", "b"),
        aes_key=signature("wechat-demo", "aes").replace("-", "a").replace("_", "b"),
        address=ADDRESS,
    )


def _told() -> Account:
    told = {
        name: os.environ.get(f"BIHUAN_WECHAT_{name}", "").strip()
        for name in ("APP_ID", "SECRET", "TOKEN", "AES_KEY", "ADDRESS")
    }
    return Account(
        app_id=told["APP_ID"],
        secret=told["SECRET"],
        token=told["TOKEN"],
        aes_key=told["AES_KEY"],
        address=told["ADDRESS"].rstrip("/") or ADDRESS,
    )
