"""A group robot of DingTalk (钉钉). With a secret every message is signed; it takes 20 a minute, and who sends more
waits ten minutes.

The rule: `timestamp` in milliseconds; `sign` is the base64 of HMAC-SHA256 over "timestamp\\nsecret" with the secret as
key; both follow in the address. https://open.dingtalk.com/document/orgapp/customize-robot-security-settings
"""

import base64
import hmac
import time
from datetime import timedelta
from hashlib import sha256
from urllib.parse import quote_plus

from bihuan.registers.channels.message import NeverSent, NotSent, OutgoingMessage, Sent
from bihuan.registers.channels.robots import HOSTS, told_by

TOO_OFTEN = {130101, 410100}
TEN_MINUTES = timedelta(minutes=10)
BUSY_THERE = -1
GUARD = 310000  # signature, keyword or address: the words say which
NO_ROBOT = {300001, 400013, 400101, 400102, 400106}  # token or robot unknown, group gone, robot stopped
UNWANTED = {430101, 430102, 430103, 430104}  # the content's own filter


class DingTalkRobot:
    name = "dingtalk"

    def send(self, message: OutgoingMessage) -> Sent:
        told = told_by(
            signed_address(message.receiver, secret=message.secret, at_ms=int(time.time() * 1000)),
            {"msgtype": "text", "text": {"content": message.words}},
            hosts=HOSTS["dingtalk"],
        )
        code = told.get("errcode")
        if code == 0:
            return Sent()
        if code in TOO_OFTEN:
            raise NotSent(f"rate_limited {code}", again_after=TEN_MINUTES)
        if code == GUARD:
            raise NeverSent(f"{_guard(str(told.get('errmsg', '')))} {code}")
        if code in NO_ROBOT:
            raise NeverSent(f"no_robot {code}")
        if code in UNWANTED:
            raise NeverSent(f"text_refused {code}")
        if code in (None, BUSY_THERE):
            raise NotSent(f"busy_there {code}")
        raise NeverSent(f"refused {code}")


def signed_address(url: str, *, secret: str, at_ms: int) -> str:
    """The address with its signature; as it is where the robot has no secret. `at_ms`: the wall clock in milliseconds
    (theirs allows an hour of difference)."""
    if not secret:
        return url
    made = hmac.new(secret.encode(), f"{at_ms}\n{secret}".encode(), sha256).digest()
    return f"{url}&timestamp={at_ms}&sign={quote_plus(base64.b64encode(made))}"


def _guard(said: str) -> str:
    """Which of the robot's three guards refused."""
    if "keyword" in said or "关键词" in said:
        return "keyword_missing"
    if "whitelist" in said or "白名单" in said:
        return "our_address_refused"
    return "sign_wrong"


ROBOT = DingTalkRobot()
