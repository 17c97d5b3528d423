"""Playing WeChat in tests: knocks at our real door, signed and sealed as WeChat does it."""

import itertools
import time
from typing import Any

from django.test import Client

from bihuan.registers.channels.wechat.account import callback_account
from bihuan.registers.channels.wechat.playing import answer_in, knock_of, message_xml

_numbers = itertools.count(24_000_000_000_000_001)


class Chat:
    """Somebody's chat with the official account."""

    def __init__(self, openid: str = "oTester1") -> None:
        self.openid = openid
        self.client = Client(enforce_csrf_checks=True)

    def deliver(self, xml: bytes, *, nonce: str = "") -> Any:
        """One delivery; the whole response."""
        account = callback_account()
        assert account is not None
        query, body = knock_of(xml, account=account, at=int(time.time()), nonce=nonce or str(next(_numbers)))
        return self.client.post("/in/wechat/", data=body, content_type="text/xml", query_params=query)

    def xml(self, **told: str | int) -> bytes:
        account = callback_account()
        assert account is not None
        return message_xml(told, sender=self.openid, account=account, at=int(time.time()))

    def answer(self, response: Any) -> str:
        account = callback_account()
        assert account is not None
        assert response.status_code == 200, response.status_code
        return answer_in(response.content.decode(), account=account)

    def writes(self, words: str) -> str:
        return self.answer(self.deliver(self.xml(MsgType="text", Content=words, MsgId=next(_numbers))))

    def sends(self, kind: str, **told: str | int) -> str:
        return self.answer(self.deliver(self.xml(MsgType=kind, MsgId=next(_numbers), **told)))

    def taps(self, key: str, *, event: str = "CLICK") -> str:
        return self.answer(self.deliver(self.xml(MsgType="event", Event=event, EventKey=key)))
