"""A group robot of Feishu (飞书) or Lark. With a secret every message is signed; it takes 100 a minute, 5 a second.

The rule: `timestamp` in seconds; `sign` is the base64 of HMAC-SHA256 over nothing, with "timestamp\\nsecret" as key;
both stand in the body. https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
"""

import base64
import hmac
import time
from hashlib import sha256
from typing import Any

from bihuan.registers.channels.message import NeverSent, NotSent, OutgoingMessage, Sent
from bihuan.registers.channels.robots import BUSY, HOSTS, told_by

TOO_OFTEN = {9499, 11232, 11233}
GUARDS = {19021: "sign_wrong", 19022: "our_address_refused", 19024: "keyword_missing"}
NO_ROBOT = {19001, 19002, 19003, 19004, 19005, 19006, 10003}
BUSY_THERE = {11246, 190003, 1500}


class FeishuRobot:
    name = "feishu"

    def send(self, message: OutgoingMessage) -> Sent:
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": message.words}}
        if message.secret:
            at = int(time.time())
            body |= {"timestamp": str(at), "sign": signature(message.secret, at=at)}
        told = told_by(message.receiver, body, hosts=HOSTS["feishu"])
        code = told.get("code", told.get("StatusCode"))
        if code == 0:
            return Sent()
        if code in TOO_OFTEN:
            raise NotSent(f"rate_limited {code}", again_after=BUSY)
        if code in GUARDS:
            raise NeverSent(f"{GUARDS[code]} {code}")
        if code in NO_ROBOT:
            raise NeverSent(f"no_robot {code}")
        if code is None or code in BUSY_THERE:
            raise NotSent(f"busy_there {code}")
        raise NeverSent(f"refused {code}")


def signature(secret: str, *, at: int) -> str:
    """`at`: the wall clock in seconds (theirs allows an hour of difference)."""
    made = hmac.new(f"{at}\n{secret}".encode(), b"", sha256).digest()
    return base64.b64encode(made).decode()


ROBOT = FeishuRobot()
