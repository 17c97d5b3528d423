"""How personal data look to those who do not need it in full. Pure."""

import re
import unicodedata
from dataclasses import dataclass

PHONE = re.compile(r"\+?\d[\d \-]{5,18}\d")
EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
DAY = re.compile(r"(?:19|20)\d\d-\d{1,2}-\d{1,2}")
COMPOUND_SURNAMES = frozenset(
    {
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "长孙",
        "宇文",
        "司徒",
        "夏侯",
        "端木",
        "南宫",
        "百里",
        "东郭",
        "西门",
        "轩辕",
    }
)


@dataclass(frozen=True, kw_only=True)
class Contact:
    """What a page may show of a person; `full` says whether it is unmasked."""

    name: str
    phone: str
    address: str
    full: bool


def masked_name(name: str) -> str:
    """The surname and a star: 张*. A name in Latin letters keeps the first letter of each word."""
    name = "".join(sign for sign in name if unicodedata.category(sign) != "Cf").strip()  # turns text around
    if not name:
        return ""
    if name.isascii():
        return " ".join(f"{word[0]}*" for word in name.split())
    return (name[:2] if name[:2] in COMPOUND_SURNAMES else name[0]) + "*"


def masked_phone(phone: str) -> str:
    """138****8000 for a Chinese mobile; elsewhere all but the last four digits."""
    digits = "".join(sign for sign in phone if sign.isdigit())
    if not digits:
        return ""
    if phone.startswith("+86") and len(digits) == 13:
        digits = digits[2:]
    if len(digits) == 11 and digits[0] == "1":
        return f"{digits[:3]}****{digits[-4:]}"
    return "*" * max(len(digits) - 4, 3) + digits[-4:] if len(digits) > 6 else "*" * len(digits)


def masked_email(email: str) -> str:
    name, _at, host = email.partition("@")
    return f"{name[:1]}***@{host}" if host else "***"


def masked_address(*, city: str, district: str, street: str) -> str:
    """City, district and street; nothing nearer to the door."""
    return "".join(part for part in (city, district, street) if part) + (
        "***" if city or district or street else ""
    )


def masked_words(words: str, *, name: str = "") -> str:
    """A customer's words with phone numbers, mail addresses and their own name masked."""
    found = EMAIL.sub(lambda hit: masked_email(hit[0]), words)
    found = PHONE.sub(lambda hit: masked_phone(hit[0]) if _may_be_phone(hit[0]) else hit[0], found)
    return found.replace(name, masked_name(name)) if len(name) > 1 else found


def _may_be_phone(text: str) -> bool:
    return sum(sign.isdigit() for sign in text) >= 7 and not DAY.fullmatch(text)
