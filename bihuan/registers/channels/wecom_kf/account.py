"""The company's account with WeCom for 微信客服, as the environment tells it: `BIHUAN_WECOM_CORP_ID`, `…_KF_SECRET`,
`…_KF_TOKEN` and `…_KF_AES_KEY`; `…_ADDRESS` for another house than WeCom's own."""

import os
from dataclasses import dataclass, field

from bihuan.registers.channels.wechat.account import Account as CallbackAccount

HOSTS = ("qyapi.weixin.qq.com",)


@dataclass(frozen=True, kw_only=True)
class Account:
    corp_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    address: str

    @property
    def for_callbacks(self) -> CallbackAccount:
        """The same as the checks of a knock want it: WeCom seals for the corporation."""
        return CallbackAccount(
            app_id=self.corp_id, secret="", token=self.token, aes_key=self.aes_key, address=self.address
        )


def kf_account() -> Account | None:
    """The account; None while not all of it is set."""
    told = {
        name: os.environ.get(f"BIHUAN_WECOM_{name}", "").strip()
        for name in ("CORP_ID", "KF_SECRET", "KF_TOKEN", "KF_AES_KEY", "ADDRESS")
    }
    if not all(told[name] for name in ("CORP_ID", "KF_SECRET", "KF_TOKEN", "KF_AES_KEY")):
        return None
    return Account(
        corp_id=told["CORP_ID"],
        secret=told["KF_SECRET"],
        token=told["KF_TOKEN"],
        aes_key=told["KF_AES_KEY"],
        address=told["ADDRESS"].rstrip("/") or "https://qyapi.weixin.qq.com",
    )
