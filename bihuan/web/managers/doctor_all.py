"""Everything the doctor looks at, group by group. The page, the card and the command read the same findings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from django.utils.translation import gettext_lazy

from bihuan.web.managers.doctor_channels import CHANNELS
from bihuan.web.managers.doctor_company import COMPANY, FIELD
from bihuan.web.managers.doctor_finding import Finding, Named, State
from bihuan.web.managers.doctor_house import HOUSE
from bihuan.web.managers.doctor_privacy import PRIVACY
from bihuan.web.managers.doctor_wechat import WECHAT

REMEMBERED_SECONDS = 30.0
GROUPS: tuple[tuple[object, tuple[Named, ...]], ...] = (
    (gettext_lazy("The company"), COMPANY),
    (gettext_lazy("Service points and technicians"), FIELD),
    (gettext_lazy("Messages"), CHANNELS),
    (gettext_lazy("WeChat and SMS"), WECHAT),
    (gettext_lazy("Personal data"), PRIVACY),
    (gettext_lazy("The installation"), HOUSE),
)


@dataclass(frozen=True, kw_only=True)
class Group:
    """The findings of one part."""

    title: str
    findings: tuple[Finding, ...]

    @property
    def open(self) -> list[Finding]:
        """What waits for somebody, the worst first."""
        found = [one for one in self.findings if one.state != State.FINE]
        return sorted(found, key=lambda one: one.state != State.BROKEN)

    @property
    def fine(self) -> list[Finding]:
        return [one for one in self.findings if one.state == State.FINE]


@dataclass(frozen=True, kw_only=True)
class Open:
    """How many findings wait for somebody, and how many of them do harm."""

    missing: int
    broken: int


_remembered: dict[str, tuple[float, Open]] = {}


def examine(now: datetime) -> tuple[Group, ...]:
    """Look at everything, in the reader's language."""
    groups = tuple(
        Group(title=str(title), findings=tuple(check.ask(now) for check in checks))
        for title, checks in GROUPS
    )
    _remembered["open"] = (monotonic(), counted(groups))
    return groups


def counted(groups: Iterable[Group]) -> Open:
    states = [finding.state for group in groups for finding in group.findings]
    return Open(missing=states.count(State.MISSING), broken=states.count(State.BROKEN))


def open_findings(now: datetime) -> Open:
    """How many are open, looked at again at most every half minute: the card stands on a page that is opened often."""
    at, held = _remembered.get("open", (float("-inf"), Open(missing=0, broken=0)))
    if monotonic() - at <= REMEMBERED_SECONDS:
        return held
    return counted(examine(now))


def forget_findings() -> None:
    """Look again at the next question."""
    _remembered.clear()


def found_of(groups: Iterable[Group], code: str) -> Finding:
    """The finding of this code."""
    return next(one for group in groups for one in group.findings if one.code == code)
