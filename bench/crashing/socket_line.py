"""A WebSocket (RFC 6455) as a browser of ours opens it, in the few lines that the trials need: text out, text in."""

import base64
import json
import os
import socket
import struct
from typing import Any, Self

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
LARGEST = 2_000_000


class SocketLine:
    """An open socket. Every silence and every hang-up is an OSError."""

    def __init__(self, port: int, path: str, *, timeout: float) -> None:
        self._line = socket.create_connection(("127.0.0.1", port), timeout)
        try:
            self._shake_hands(port, path)
        except BaseException:
            self._line.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def _shake_hands(self, port: int, path: str) -> None:
        host = f"127.0.0.1:{port}"
        key = base64.b64encode(os.urandom(16)).decode()
        head = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
        )
        self._line.sendall(head.encode())
        self._in = self._line.makefile("rb")
        status = self._in.readline(1000).split()
        while self._in.readline(8000).strip():
            pass
        if status[1:2] != [b"101"]:
            raise ConnectionError("no socket")

    def say(self, told: dict[str, Any]) -> None:
        """Send an object as JSON."""
        self._send(TEXT, json.dumps(told, ensure_ascii=False).encode())

    def hear(self) -> dict[str, Any]:
        """The next object that is pushed."""
        while True:
            kind, body = self._frame()
            if kind == CLOSE:
                raise ConnectionError("closed")
            if kind == PING:
                self._send(PONG, body)
            elif kind == TEXT:
                told = json.loads(body)
                return told if isinstance(told, dict) else {}

    def _frame(self) -> tuple[int, bytes]:
        first, second = self._exactly(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", self._exactly(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self._exactly(8))
        if size > LARGEST or not first & 0x80:
            raise ConnectionError("too large, or in pieces")
        return first & 0x0F, self._exactly(size)

    def _exactly(self, size: int) -> bytes:
        body = self._in.read(size) or b""
        if len(body) < size:
            raise ConnectionError("gone")
        return body

    def _send(self, kind: int, body: bytes) -> None:
        mask = os.urandom(4)
        size = bytes([0x80 | len(body)]) if len(body) < 126 else b"\xfe" + struct.pack(">H", len(body))
        masked = bytes(each ^ mask[at % 4] for at, each in enumerate(body))
        self._line.sendall(bytes([0x80 | kind]) + size + mask + masked)
