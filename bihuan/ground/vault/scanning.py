"""Asking ClamAV whether bytes do harm, by its own stream of blocks (INSTREAM). Nothing here knows Django.

The protocol: https://docs.clamav.net/manual/Usage/Scanning.html#clamd
"""

import socket
import struct

TIMEOUT_SECONDS = 20.0
BLOCK = 64 * 1024


class NotScanned(Exception):
    """The scanner could not be asked, or did not answer in its own words."""


def found_in(content: bytes, *, at: str) -> str:
    """The name of what was found, "" for nothing. `at` is host:port, or the path of a socket."""
    try:
        with _line(at) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), BLOCK):
                block = content[start : start + BLOCK]
                line.sendall(struct.pack(">I", len(block)) + block)
            line.sendall(struct.pack(">I", 0))
            answer = _answer(line)
    except OSError as error:
        raise NotScanned(type(error).__name__) from error
    if answer == "OK":
        return ""
    if answer.endswith(" FOUND"):
        return answer.removesuffix(" FOUND")[:80]
    raise NotScanned("unreadable_answer")


def _line(at: str) -> socket.socket:
    host, colon, port = at.rpartition(":")
    if colon and port.isdecimal():
        return socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(TIMEOUT_SECONDS)
    line.connect(at)
    return line


def _answer(line: socket.socket) -> str:
    told = b""
    while b"\0" not in told and len(told) < 4096:
        part = line.recv(1024)
        if not part:
            break
        told += part
    return told.partition(b"\0")[0].decode("utf-8", "replace").removeprefix("stream: ").strip()
