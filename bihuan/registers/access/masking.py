"""How personal data look to those who do not need it in full. Pure."""

import unicodedata
from dataclasses import dataclass

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
