"""Our answers by 微信客服: a text from the desk to which the customer wrote.

WeCom allows five messages within 48 hours of a message of theirs; whoever sends has counted (`followers.take_one`).
https://developer.work.weixin.qq.com/document/path/94677
"""

from bihuan.registers.channels.message import NeverSent, Sent
from bihuan.registers.channels.wechat.followers import desk_of
from bihuan.registers.channels.wecom_kf.account import kf_account
from bihuan.registers.channels.wecom_kf.asking import ask_wecom
from bihuan.registers.channels.wecom_kf.reader import HANDLE


def send_by_desk(handle: str, words: str) -> Sent:
    """Hand a text to WeCom for this customer; NotSent or NeverSent when it refuses."""
    account, desk = kf_account(), desk_of(handle)
    if account is None or not desk:
        raise NeverSent("account_missing")
    told = ask_wecom(
        account,
        "/cgi-bin/kf/send_msg",
        {
            "touser": handle.removeprefix(HANDLE),
            "open_kfid": desk,
            "msgtype": "text",
            "text": {"content": words},
        },
    )
    return Sent(reference=str(told.get("msgid", "")))
