"""What the doctor says of one thing: fine, missing, or broken; what to do about it, and where."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import DatabaseError, transaction
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _


class State(StrEnum):
    """`MISSING` waits for somebody to do it; `BROKEN` does harm until somebody does."""

    FINE, MISSING, BROKEN = "fine", "missing", "broken"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the list. `url` is empty where no page helps."""

    code: str
    title: str
    state: State
    said: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a check answers, before its name is put to it."""

    state: State
    said: str
    url: str = ""


type Check = Callable[[datetime], Asked]


@dataclass(frozen=True, kw_only=True)
class Named:
    """A check with its code and its title."""

    code: str
    title: object  # lazy words, or plain ones
    check: Check

    def ask(self, now: datetime) -> Finding:
        """What it finds. One that fails is a finding too, and stops none of the others."""
        try:
            with transaction.atomic():
                asked = self.check(now)
        except (DatabaseError, OSError, ValueError, LookupError) as error:
            asked = broken(_("This could not be looked at: %(why)s.") % {"why": type(error).__name__})
        return Finding(
            code=self.code, title=str(self.title), state=asked.state, said=asked.said, url=asked.url
        )


def fine(said: str = "", url: str = "") -> Asked:
    return Asked(state=State.FINE, said=said or _("All is well."), url=url)


def missing(said: str, url: str = "") -> Asked:
    return Asked(state=State.MISSING, said=said, url=url)


def broken(said: str, url: str = "") -> Asked:
    return Asked(state=State.BROKEN, said=said, url=url)


def register(code: str) -> str:
    """The page of one register, such as "people"; empty where there is none."""
    try:
        return reverse("managers:settings_rows", args=[code])
    except NoReverseMatch:
        return ""


def some(names: list[str], most: int = 5) -> str:
    """The first few names, and how many more there are."""
    between = "、" if (get_language() or "").startswith("zh") else ", "
    told = between.join(names[:most])
    return told if len(names) <= most else f"{told} (+{len(names) - most})"
