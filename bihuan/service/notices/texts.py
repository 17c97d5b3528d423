"""The words of each notice, in the receiver's language. What ships is written in `texts.toml`; Traditional Chinese
readers get the Simplified text until one of their own is written (`wordings`)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.utils.timezone import localtime

from bihuan.registers.organisation.naming import company_hotline, company_name

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, kw_only=True)
class Text:
    """What is sent: `subject` heads a mail or a push; `words` end with the link where there is one."""

    subject: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A text before its placeholders are filled."""

    subject: str
    words: str


@lru_cache(maxsize=1)
def shipped() -> dict[str, dict[str, dict[str, str]]]:
    """`customer` and `staff` → kind → the text's parts."""
    return tomllib.loads((Path(__file__).parent / "texts.toml").read_text("utf-8"))


# What the placeholders could say, for a preview: Chinese, English.
SAMPLES: dict[str, tuple[str, str]] = {
    "number": ("AF20261123001", "AF20261123001"),
    "promise": ("首次联系：最晚今天15:30。", "First contact: by today 15:30. "),
    "who": ("王建国", "Wang Jianguo"),
    "who_comes": ("，王建国师傅", " with Wang Jianguo"),
    "slot": ("明天08:00–10:00", "tomorrow 08:00–10:00"),
    "when": ("，约今天15:30到", ", expected today 15:30"),
    "reason": ("正在等配件到货", "a part is on its way"),
    "place": ("西湖区文新街道", "Xihu District, Wenxin"),
    "what": ("首次联系", "First contact"),
    "since": ("11月20日09:30", "20 Nov 09:30"),
    "words": ("配件已到，周二上午上门方便吗？", "The part is here. Would Tuesday morning suit you?"),
    "code": ("••••••", "••••••"),
}


def sample_of(language: str) -> dict[str, str]:
    """Every placeholder with something it could say."""
    at = 0 if language.startswith("zh") else 1
    return {name: words[at] for name, words in SAMPLES.items()}


def filled(parts: Parts, *, fill: Mapping[str, str], link: str = "") -> Text:
    """The text with its placeholders filled, the link at its end."""
    words = parts.words.format_map(fill)
    return Text(
        subject=parts.subject.format_map(fill),
        words=f"{words} {link}" if link else words.rstrip("：: "),
    )


def signed(text: str, *, language: str) -> str:
    """An SMS as the trade sends it: the sender's name in front."""
    name = company_name()
    return f"【{name}】{text}" if language.startswith("zh") else f"[{name}] {text}"


def dressed(text: str, channel: str, *, language: str) -> str:
    """The text as a channel carries it to a customer."""
    if channel == "sms":
        return signed(text, language=language)
    return letter(text, language=language) if channel == "mail" else text


def letter(text: str, *, language: str) -> str:
    """A mail: a greeting, what there is to say, and how to reach a person."""
    name, hotline = company_name(), company_hotline()
    if language.startswith("zh"):
        person = f"\n\n需要人工帮助请拨打 {hotline}。" if hotline else "\n"
        return f"您好！\n\n{text}{person}\n{name}"
    person = f"\n\nIf you would rather speak to a person, ring {hotline}." if hotline else "\n"
    return f"Hello,\n\n{text}{person}\n{name}"


def moment(value: datetime, *, now: datetime, language: str) -> str:
    """A day and clock as a person says it: 今天15:30, 24 Nov 15:30; in the installation's zone."""
    local, today = localtime(value), localtime(now).date()
    apart, clock = (local.date() - today).days, f"{local:%H:%M}"
    if language.startswith("zh"):
        day = {0: "今天", 1: "明天"}.get(apart, f"{local.month}月{local.day}日")
        return f"{day}{clock}"
    return f"{ {0: 'today', 1: 'tomorrow'}.get(apart, f'{local.day} {MONTHS[local.month - 1]}') } {clock}"


def slot_words(begins: datetime | None, ends: datetime, *, now: datetime, language: str) -> str:
    """An agreed slot: 明天08:00–10:00; only its end when that is all we know."""
    if begins is None:
        until = moment(ends, now=now, language=language)
        return f"{until}前" if language.startswith("zh") else f"before {until}"
    return f"{moment(begins, now=now, language=language)}–{localtime(ends):%H:%M}"


REASONS = {
    "customer": ("等您方便", "we wait for you"),
    "parts": ("正在等配件到货", "a part is on its way"),
    "supplier": ("正在等厂家处理", "the maker has to act first"),
    "force_majeure": ("受不可抗力影响", "circumstances nobody can change"),
}


def reason_words(reason: str, *, language: str) -> str:
    """Why work rests, in plain words; an unknown reason is said generally."""
    zh, en = REASONS.get(reason, ("需要等待一项条件", "something is still missing"))
    return zh if language.startswith("zh") else en
