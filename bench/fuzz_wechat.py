"""Damaged and forged knocks of WeChat's: `python -m bench.fuzz_wechat [COUNT]`, 10,000 when nothing is said.

Each begins as a sound one, in plain or AES mode, and is then mended badly: bytes and parameters changed, left out,
doubled, swapped with another's, signed with another token, replayed; some are badly written under a true signature,
and must be taken. A crash is anything but a refusal; a forgery is
one that was let in though its message is not among those that were really sent. Prints what became of them and ends
with 1 when there was a crash or a forgery.
"""

import os
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.settings")
django.setup()

from bihuan.registers.channels.message import Unreadable  # noqa: E402
from bihuan.registers.channels.wechat.account import Account  # noqa: E402
from bihuan.registers.channels.wechat.callback import opened  # noqa: E402
from bihuan.registers.channels.wechat.playing import knock_of, message_xml  # noqa: E402
from bihuan.registers.channels.wechat.reader import READER  # noqa: E402
from bihuan.registers.channels.wechat.signing import NotTheirs  # noqa: E402

PLAIN = Account(
    app_id="wxfuzz", secret="", token="fuzz-token", aes_key="", address="https://api.weixin.qq.com"
)
SEALED = replace(PLAIN, aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
WORDS = ("空调不制冷", "漏水", "<b>&", "]]>", "😀" * 20, "x" * 3000, "\u202e", "绑定12345678")
SPITEFUL = (
    b"<!DOCTYPE a>",
    b"]]>",
    b"\x00",
    b"\xff\xfe",
    b"&#0;",
    b"<xml>",
    b"</xml>",
    b"&lt;",
    b"A" * 70_000,
)

type Knock = tuple[dict[str, str], bytes]


@dataclass
class Gate:
    """A door with its memory of nonces, and what was really sent through it."""

    account: Account
    now: float
    held: dict[str, str] = field(default_factory=dict)
    sent: set[bytes] = field(default_factory=set)

    def sound(self, chance: random.Random | None = None) -> Knock:
        """A knock as WeChat makes it."""
        by = chance or random.Random(1)
        told: dict[str, str | int] = {
            "MsgType": by.choice(("text", "event", "image", "voice")),
            "Content": by.choice(WORDS).replace("\u202e", ""),
            "MsgId": by.getrandbits(62),
        }
        xml = message_xml(told, sender=f"o{by.getrandbits(40)}", account=self.account, at=int(self.now))
        self.sent.add(xml)
        return knock_of(xml, account=self.account, at=int(self.now), nonce=str(by.getrandbits(48)))

    def judge(self, query: dict[str, str], body: bytes) -> str:
        """What became of a knock: refused, taken, forged or crashed."""
        try:
            heard = opened(
                query,
                body,
                account=self.account,
                now=self.now,
                remember=lambda mark, digest: self.held.setdefault(mark, digest) == digest,
            )
        except NotTheirs:
            return "refused"
        except Exception as error:
            return f"crashed {type(error).__name__}"
        try:
            READER.read(heard.xml)
        except Unreadable:
            pass
        except Exception as error:
            return f"crashed {type(error).__name__}"
        return "taken" if heard.xml in self.sent else "forged"


def damaged(knock: Knock, other: Knock, chance: random.Random) -> Knock:
    """The same knock, mended badly in one to three ways."""
    query, body = dict(knock[0]), bytearray(knock[1])
    for _ in range(chance.randint(1, 3)):
        how = chance.randrange(8)
        name = chance.choice([*query, "msg_signature", "signature"])
        if how == 0 and body:
            at = chance.randrange(len(body))
            body[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            at = chance.randrange(len(body) + 1)
            body[at:at] = chance.choice(SPITEFUL)
        elif how == 2:
            del body[chance.randrange(len(body) + 1) :]
        elif how == 3:
            query.pop(name, None)
        elif how == 4:
            query[name] = other[0].get(name, "")
        elif how == 5:
            query[name] = chance.choice(("", "0", "-1", "９", "\udcff", "1e9", "a" * 5000, "\x00"))
        elif how == 6:
            body = bytearray(other[1])
        else:
            half = len(body) // 2
            body = body[:half] + bytearray(other[1])[half:]
    return query, bytes(body)


def misspelt(gate: Gate, first: Knock, second: Knock, chance: random.Random) -> Knock:
    """A damaged message under a true signature: theirs, however badly it is written, and so to be kept."""
    _query, body = damaged(first, second, chance)
    gate.sent.add(body)
    return knock_of(body, account=gate.account, at=int(gate.now), nonce=str(chance.getrandbits(48)))


@dataclass(frozen=True)
class Outcome:
    count: int
    crashes: int
    forged: int
    told: Counter[str]


def run(*, count: int, seed: int) -> Outcome:
    """Judge so many damaged knocks, half of them in each mode."""
    chance, told = random.Random(seed), Counter[str]()
    now = float(int(time.time()))
    for number in range(count):
        gate = Gate(SEALED if number % 2 else PLAIN, now)
        strange = Gate(replace(gate.account, token="guessed"), now)
        first, second = gate.sound(chance), gate.sound(chance)
        if number % 4 == 0:  # in plain mode
            knock = misspelt(gate, first, second, chance)
        elif gate.account.encrypts:
            knock = damaged(first, chance.choice((second, strange.sound(chance))), chance)
        else:  # a plain signature covers no body: each nonce was used by the sound one before
            gate.judge(*first)
            gate.judge(*second)
            knock = damaged(first, chance.choice((second, strange.sound(chance))), chance)
        told[gate.judge(*knock)] += 1
    crashes = sum(n for what, n in told.items() if what.startswith("crashed"))
    return Outcome(count=count, crashes=crashes, forged=told["forged"], told=told)


def main(count: int) -> int:
    began = time.monotonic()
    outcome = run(count=count, seed=20261122)
    print(f"{outcome.count} damaged knocks in {time.monotonic() - began:.1f} s")
    for what, number in outcome.told.most_common():
        print(f"  {what}: {number}")
    print(f"crashes {outcome.crashes}, accepted forgeries {outcome.forged}")
    return 1 if outcome.crashes or outcome.forged else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
