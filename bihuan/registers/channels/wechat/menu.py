"""The menu at the foot of the chat (自定义菜单): what can be tapped, and what is answered.

A tap that can be answered in the chat is an event of ours; the words of the answer are an administrator's to change.
"""

from typing import Any

from bihuan.registers.channels.wechat.account import Account
from bihuan.registers.channels.wechat.asking import ask_wechat

REPORT, PROGRESS, MACHINES, COMPLAIN, BIND, PERSON = (
    "report", "progress", "machines", "complain", "bind", "person",
)  # fmt: skip
KEYS = (REPORT, PROGRESS, MACHINES, COMPLAIN, BIND, PERSON)
SHOWN = (  # at most three columns of five, names of at most sixteen bytes above and sixty below
    ("报修", ((REPORT, "我要报修"), (MACHINES, "我的家电"))),
    ("查进度", ((PROGRESS, "工单进度"), (BIND, "绑定手机号"))),
    ("帮助", ((COMPLAIN, "我要投诉"), (PERSON, "人工服务"))),
)


def menu() -> dict[str, Any]:
    """The menu as WeChat wants it."""
    return {
        "button": [
            {
                "name": title,
                "sub_button": [{"type": "click", "name": name, "key": key} for key, name in below],
            }
            for title, below in SHOWN
        ]
    }


def put_menu(account: Account) -> None:
    """Put our menu in the place of the account's own; NotSent when WeChat refuses."""
    ask_wechat(account, "/cgi-bin/menu/create", menu())
