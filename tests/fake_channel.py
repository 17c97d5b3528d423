"""A channel for tests: its messages are JSON, and some are written so that they hurt."""

import json

from bihuan.registers.channels.message import IncomingFile, IncomingMessage, Unreadable


class FakeReader:
    """Reads `{"words", "phone", …}`; `{"hurts": true}` breaks it, other bytes cannot be read."""

    channel = "sms"

    def read(self, raw: bytes) -> IncomingMessage:
        try:
            told = json.loads(raw)
        except ValueError as fault:
            raise Unreadable("no_json") from fault
        if told.pop("hurts", False):
            raise ZeroDivisionError("what it says must not be kept with the trouble")
        files = tuple(
            IncomingFile(name=name, media="image/jpeg", content=name.encode())
            for name in told.pop("files", [])
        )
        return IncomingMessage(files=files, **told)


READER = FakeReader()


def bytes_of(**told: object) -> bytes:
    return json.dumps({"words": "冰箱不制冷了", "phone": "13800138000"} | told, ensure_ascii=False).encode()
