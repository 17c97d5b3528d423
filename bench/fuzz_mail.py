"""Mails that were damaged in every way: none breaks the reader, none is lost, none takes long.

    python bench/fuzz_mail.py [--mails 10000] [--seed 1] [--kept 300]

Each is read by itself, in this process, and some of them are kept and taken in whole on a database of their own.
Prints one line of JSON: mails, read, quarantined, crashes (0), lost (0), milliseconds of the processor at the middle,
at p99 and at most, and p99 beside a fixed piece of work in the same run (hashing a megabyte), since machines differ.
"""

import argparse
import hashlib
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["BIHUAN_DATA"] = tempfile.mkdtemp(prefix="bihuan-fuzz-")
os.environ["DJANGO_SETTINGS_MODULE"] = "bihuan.settings"
os.environ.pop("DATABASE_URL", None)

import django

django.setup()

from bihuan.registers.channels.mail.key import key_of  # noqa: E402
from bihuan.registers.channels.mail.reader import READER  # noqa: E402
from bihuan.registers.channels.message import Unreadable  # noqa: E402
from tests.registers.channels.mails import CLIENTS, PAGES, TOKEN, in_base64, mail, with_files  # noqa: E402

ALPHABETS = ("utf-8", "gb18030", "gbk", "big5", "utf-16", "hz", "latin-1", "gb2312", "x-unknown", "utf-7", "")
PACKED = ("8bit", "7bit", "base64", "quoted-printable", "x-uuencode", "")
SIGNS = "\u200b\u202e\ufeff\u0000\ud7ff\U0001f600<>\"'&%;=?\r\n\t"


def healthy(chance: random.Random) -> bytes:
    """A mail as some client writes it."""
    words = chance.choice([*CLIENTS.values(), "机器不制冷了", ""])
    alphabet = chance.choice(("utf-8", "gb18030", "big5"))
    body = words.encode(alphabet, "replace")
    kind = chance.randrange(4)
    if kind == 0:
        return with_files(b'Content-Disposition: attachment; filename="=?gb18030?B?ucrVz9XVxqwuanBn?="')
    if kind == 1:
        return mail(
            chance.choice([*PAGES.values()]).encode(), media="text/html", said=chance.choice(ALPHABETS)
        )
    more = f"In-Reply-To: <n1.{TOKEN}@x.example>\r\n".encode() if chance.random() < 0.3 else b""
    packed = chance.choice(PACKED)
    return mail(
        in_base64(body) if packed == "base64" else body,
        said=chance.choice(ALPHABETS),
        packed=packed,
        more=more,
        number=f"{chance.randrange(10**9)}@mail.example" if chance.random() < 0.9 else "",
    )


def flipped(raw: bytes, chance: random.Random) -> bytes:
    found = bytearray(raw)
    for _ in range(chance.randrange(1, 30)):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)


def cut(raw: bytes, chance: random.Random) -> bytes:
    begin, end = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    return raw[:begin] + raw[end:]


def doubled(raw: bytes, chance: random.Random) -> bytes:
    begin, end = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    return raw[:end] + raw[begin:end] * chance.randrange(1, 60) + raw[end:]


def shuffled(raw: bytes, chance: random.Random) -> bytes:
    lines = raw.split(b"\r\n")
    chance.shuffle(lines)
    return b"\r\n".join(lines)


def strewn(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw) + 1)
    signs = "".join(chance.choice(SIGNS) for _ in range(chance.randrange(1, 200)))
    return raw[:at] + signs.encode(chance.choice(("utf-8", "gb18030", "utf-16")), "replace") + raw[at:]


def nested(raw: bytes, chance: random.Random) -> bytes:
    for at in range(chance.randrange(1, 60)):
        mark = f"b{at}".encode()
        raw = (
            b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary="
            + mark
            + b"\r\n\r\n--"
            + mark
            + b"\r\n"
            + raw
        )
    return raw


def spliced(raw: bytes, chance: random.Random) -> bytes:
    other = healthy(chance)
    return raw[: chance.randrange(len(raw) + 1)] + other[chance.randrange(len(other) + 1) :]


def swollen(raw: bytes, chance: random.Random) -> bytes:
    piece = chance.choice(
        (b"<div>", b"> ", b"=?utf-8?B?5L2g?= ", b"a=b;", b"\r\n", b"--b\r\n", "在".encode(), b"<!--", b"\0")
    )
    at = chance.randrange(len(raw) + 1)
    return raw[:at] + piece * chance.randrange(1, 40_000) + raw[at:]


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flipped, cut, doubled, shuffled, strewn, nested, spliced, swollen,
)  # fmt: skip


def damaged(count: int, *, seed: int) -> Iterator[bytes]:
    """So many mails, each damaged once to three times; the same seed gives the same mails."""
    chance = random.Random(seed)
    for _ in range(count):
        raw = healthy(chance)
        for _again in range(chance.randrange(1, 4)):
            raw = chance.choice(DAMAGES)(raw, chance) or b"\n"
        yield raw


def read_all(count: int, *, seed: int) -> dict[str, object]:
    """Read them all; what each came to, and how long it took."""
    ends: Counter[str] = Counter()
    took: list[float] = []
    for raw in damaged(count, seed=seed):
        began = time.process_time()  # of this process: other work on the machine is not the mail's
        try:
            read = READER.read(raw)
            read.whole.encode()  # a database takes no half characters
            ends["automatic" if read.automatic else "read"] += 1
        except Unreadable:
            ends["quarantined"] += 1
        except Exception as error:
            ends["crashes"] += 1
            print(type(error).__name__, error, repr(raw[:200]), file=sys.stderr)
        key_of(raw)
        took.append((time.process_time() - began) * 1000)
    took.sort()
    p99 = took[int(len(took) * 0.99)]
    return {
        "mails": count,
        **{name: ends[name] for name in ("read", "automatic", "quarantined", "crashes")},
        "ms_middle": round(took[len(took) // 2], 2),
        "ms_p99": round(p99, 2),
        "ms_most": round(took[-1], 2),
        "p99_to_reference": round(p99 / reference_ms(), 1),
    }


def reference_ms() -> float:
    """A megabyte hashed, the middle of five."""
    took = []
    for _ in range(5):
        began = time.process_time()
        hashlib.sha256(b"x" * 1_000_000).hexdigest()
        took.append((time.process_time() - began) * 1000)
    return sorted(took)[2]


def keep_some(count: int, *, seed: int) -> dict[str, int]:
    """Keep so many of them twice over and take them in; each must stand somewhere, once."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_shipped", verbosity=0)
    from bihuan.ground.worktime import clock
    from bihuan.registers.organisation.actions import add_node
    from bihuan.registers.organisation.models import Node
    from bihuan.service.intake.arriving import bytes_of, keep
    from bihuan.service.intake.models import RawMessage
    from bihuan.service.intake.reading import read_message

    add_node(kind=Node.HEAD_OFFICE, name="Bench", code="BENCH")
    sent: dict[str, bytes] = {}
    for raw in damaged(count, seed=seed):
        for _twice in range(2):
            kept = keep("mail", raw, once=key_of(raw), now=clock.now())
        sent.setdefault(key_of(raw), raw)
        if kept.message.state == RawMessage.WAITING:
            read_message(kept.message, now=clock.now())
    rows = list(RawMessage.objects.filter(channel="mail"))
    there = {bytes_of(row) for row in rows}
    return {
        "kept": len(rows),
        "doubles": len(rows) - len(sent),
        "lost": sum(raw not in there for raw in sent.values()),
        "left_waiting": sum(row.state == RawMessage.WAITING for row in rows),
    }


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--mails", type=int, default=10_000)
    asked.add_argument("--kept", type=int, default=300)
    asked.add_argument("--seed", type=int, default=1)
    told = asked.parse_args()
    figures = read_all(told.mails, seed=told.seed) | keep_some(told.kept, seed=told.seed)
    print(json.dumps(figures))
    return 1 if figures["crashes"] or figures["lost"] or figures["doubles"] or figures["left_waiting"] else 0


if __name__ == "__main__":
    sys.exit(main())
