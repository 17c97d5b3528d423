"""The first week: what to do next, in order, with what is done already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.founding import count_customers
from bihuan.service.cases.opened import any_case
from bihuan.web.look.navigation import address
from bihuan.web.managers.doctor_all import Group, found_of
from bihuan.web.managers.doctor_finding import State, register


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to do. `url` is empty where this reader has no page for it."""

    title: str
    why: str
    done: bool
    url: str = ""


def first_week(groups: Sequence[Group], *, viewer: Viewer, now: datetime) -> list[Step]:
    """The steps from an empty company to its first own case; all of them done once the company works."""

    def is_fine(*codes: str) -> bool:
        return all(found_of(groups, code).state == State.FINE for code in codes)

    brings = address("managers:imports") if viewer.may("settings.change") else ""
    keeps = register if viewer.may("settings.change") else _nowhere
    return [
        Step(
            title=_("Say who you are"),
            why=_("Name and hotline stand on every page, sheet and message."),
            done=is_fine("name", "hotline"),
            url=keeps("nodes"),
        ),
        Step(
            title=_("Bring in the service points"),
            why=_("From your workbook, with the districts they serve."),
            done=is_fine("points", "coverage"),
            url=brings or keeps("nodes"),
        ),
        Step(
            title=_("Bring in the staff"),
            why=_("Agents, dispatchers, and technicians with skills, shifts and phones."),
            done=is_fine("manned", "abilities", "desks"),
            url=brings or keeps("people"),
        ),
        Step(
            title=_("Bring in the price list"),
            why=_("Quotes and sheets are reckoned by it."),
            done=is_fine("prices"),
            url=brings or keeps("prices"),
        ),
        Step(
            title=_("Bring in customers, machines and open cases"),
            why=_("So that nobody has to tell their story twice."),
            done=count_customers() > 0,
            url=brings,
        ),
        Step(
            title=_("Choose what you promise"),
            why=_("The profile in force says how fast; fill its blanks."),
            done=is_fine("promises"),
            url=address("managers:profiles"),
        ),
        Step(
            title=_("Let messages leave the house"),
            why=_("SMS to customers and technicians, a robot for the chat group."),
            done=is_fine("sms", "robots"),
            url=address("managers:channels"),
        ),
        Step(
            title=_("Make it safe"),
            why=_("A nightly backup on another disk, and a second administrator."),
            done=is_fine("backup", "administrators"),
            url=address("managers:backups"),
        ),
        Step(
            title=_("Write down the first report"),
            why=_("Paste a message of the chat group, or take a call."),
            done=any_case(),
            url=address("agents:report") if viewer.may("report.take") else "",
        ),
    ]


def _nowhere(code: str) -> str:
    return ""
