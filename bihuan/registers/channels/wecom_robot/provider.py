"""A group robot of WeCom (企业微信). Its address holds the key; it takes 20 messages a minute and 2,048 bytes each.

What it answers: https://developer.work.weixin.qq.com/document/path/91770 and the list of global error codes.
"""

from bihuan.registers.channels.message import NeverSent, NotSent, OutgoingMessage, Sent
from bihuan.registers.channels.robots import BUSY, HOSTS, told_by

TOO_OFTEN = 45009
BUSY_THERE = -1
NO_ROBOT = {93000, 93004, 93008}  # address invalid, robot taken out, robot not in the group
TOO_LONG = {45002, 40058}


class WeComRobot:
    """Speaks plain text: links become links by themselves."""

    name = "wecom"

    def send(self, message: OutgoingMessage) -> Sent:
        told = told_by(
            message.receiver,
            {"msgtype": "text", "text": {"content": message.words}},
            hosts=HOSTS["wecom"],
        )
        code = told.get("errcode")
        if code == 0:
            return Sent(reference=str(told.get("msgid", "")))
        if code == TOO_OFTEN:
            raise NotSent(f"rate_limited {code}", again_after=BUSY)
        if code == BUSY_THERE:
            raise NotSent(f"busy_there {code}")
        if code in NO_ROBOT:
            raise NeverSent(f"no_robot {code}")
        if code in TOO_LONG:
            raise NeverSent(f"text_refused {code}")
        raise NotSent(f"refused {code}") if code is None else NeverSent(f"refused {code}")


ROBOT = WeComRobot()
