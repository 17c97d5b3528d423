"""What is a phone number, an address, an e-mail; what cover a machine has. Values in, values out."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import phonenumbers

_EMAIL = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,190}\.[^\s@<>\".]{2,}")


class Cover(StrEnum):
    """保内, 延保, 保外, or not known for want of a date."""

    IN = "in"
    EXTENDED = "extended"
    OUT = "out"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Phone:
    """A number in E.164 and whether it is a mobile (it then takes SMS) or a landline."""

    number: str
    mobile: bool


def read_phone(text: str, *, region: str = "CN") -> Phone | None:
    """The number that a person typed, with spaces, dashes or full-width digits; None when it is none.

    An extension is part of the number ("…;ext=1234"): behind one private number of a platform stand many people.
    Such a number takes no SMS.
    """
    plain = text.translate(_HALF)
    if region == "CN" and (
        usual := _USUAL_MOBILE.fullmatch(plain)
    ):  # nearly all; files have a hundred thousand
        return Phone(f"+86{usual[1]}", True)
    number = _parsed(plain, region) or _parsed(_EXTENSION.sub(r";ext=\1", plain), region)
    if number is None:
        return None
    told = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.extension:
        return Phone(f"{told};ext={number.extension}", False)
    mobile = phonenumbers.number_type(number) in {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
    return Phone(told, mobile)


def _parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


_EXTENSION = re.compile(r"\s*(?:-|转|分机)\s*(\d{1,6})\s*$")
_USUAL_MOBILE = re.compile(
    r"(?:\+?86)?(1(?:3\d|4[57]|5[0-35-9]|6[2567]|7[0-35-8]|8\d|9[0-35-9])\d{8})", re.ASCII
)
"""Mobiles of China that need not be looked up; a test holds them against the library."""

_HALF = {0xFF10 + digit: str(digit) for digit in range(10)} | {
    0xFF0B: "+",
    0xFF0D: "-",
    0x3000: " ",
    0x2014: "-",
}


_TITLES = ("先生", "女士", "小姐", "太太", "老师", "师傅", "阿姨", "大爷", "大姐")


def is_same_name(known: str, told: str) -> bool:
    """Whether two names may be one person's: equal but for spaces and case, or one is the other's surname with a
    title (张先生 and 张三丰)."""
    one, other = ("".join(name.split()).casefold() for name in (known, told))
    return one == other or _titled(one, other) or _titled(other, one)


def _titled(short: str, full: str) -> bool:
    title = next((title for title in _TITLES if short.endswith(title)), "")
    surname = short.removesuffix(title)
    return bool(title and surname) and full.startswith(surname) and len(surname) <= 2


def read_email(text: str) -> str | None:
    """The address in lower case; None when it is none."""
    address = text.strip().lower()
    return address if len(address) <= 254 and _EMAIL.fullmatch(address) else None


def language_of(kept: str, phone: str) -> str:
    """What the customer chose; else Chinese, but English for a number of another country."""
    if kept:
        return kept
    return "en" if phone.startswith("+") and not phone.startswith("+86") else "zh-hans"


def cover_on(
    day: date, *, bought_on: date | None, cover_until: date | None, extended_until: date | None
) -> Cover:
    """The warranty on a day; the last days count as covered. Without any date it is not known."""
    if cover_until and day <= cover_until:
        return Cover.IN
    if extended_until and day <= extended_until:
        return Cover.EXTENDED
    return Cover.OUT if cover_until or extended_until or bought_on else Cover.UNKNOWN


def months_after(day: date, months: int) -> date:
    """The same day of a later month; the last of the month where there is none such."""
    year, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("Every month has 28 days.")
