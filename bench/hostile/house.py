"""A house with people, a platform and rules, at which every channel may knock."""

import random
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bench.hostile.payloads import Payload

CALM = "机器不制冷了。"  # so that it is read as a report, whatever else it says


@dataclass
class House:
    """What the senders need. `seen` gathers what was made beside cases: name → numbers."""

    made: Any
    app: str = field(repr=False)
    platform: str = field(repr=False)
    rules: list[Any] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Mouthful:
    """What one customer says by one way: some payloads as words, others where a field is short."""

    way: str
    at: int
    payloads: tuple[Payload, ...]
    short: tuple[Payload, ...]

    @property
    def words(self) -> str:
        return "\n".join([CALM, *(one.at(self.way) for one in self.payloads)])

    def fit(self, most: int, turn: int = 0) -> str:
        """One that a field of so many characters holds, another for each `turn`; they take turns from mouth to
        mouth, so that each comes to stand in each field."""
        fitting = [text for one in self.short if len(text := one.at(self.way)) <= most]
        return fitting[(self.at * 5 + turn * 11) % len(fitting)] if fitting else ""

    @property
    def phone(self) -> str:
        """A number that nobody else has."""
        first, second = (ord(sign) - ord("a") for sign in self.way)
        return f"13{first * 26 + second:03d}{self.at:06d}"


def mouthfuls(way: str, payloads: Sequence[Payload], *, together: int) -> list[Mouthful]:
    """All of them in words, so many at once. Lines are broken: what is torn by it stands in one piece besides."""
    short = tuple(one for one in payloads if "\x00" not in one.text)
    return [
        Mouthful(way=way, at=at // together, payloads=tuple(payloads[at : at + together]), short=short)
        for at in range(0, len(payloads), together)
    ]


def client(person: Any = None) -> Any:
    """A browser or program from somewhere else each time, with a hostile name of its own."""
    from django.test import Client

    where = ".".join(str(random.randrange(1, 255)) for _ in range(4))  # noqa: S311 (no secret)
    agent = f'<script>__xss(/zqua{random.randrange(999):03d}z/)</script>"onload="__xss(1)'  # noqa: S311
    made = Client(
        headers={"Accept-Language": "zh-CN", "User-Agent": agent, "Referer": f"http://x.example/{agent}"},
        SERVER_NAME="127.0.0.1",
        REMOTE_ADDR=where,
    )
    if person is not None:
        made.force_login(person)
    return made


def once() -> str:
    return secrets.token_hex(12)


def found_house(now: datetime) -> House:
    """People, two programs, a platform and rules for what is posted about us."""
    from bihuan.registers.access.actions import make_token
    from bihuan.registers.access.programs import make_program
    from bihuan.registers.access.roles import Role
    from bihuan.service.orders.keeping import keep_platform
    from bihuan.service.social.actions import keep_rule, rules_in_force
    from tests.makers import company

    made = company()
    viewer = made.viewer(Role.ADMINISTRATOR)
    keep_platform(viewer, None, now=now, code="jd", name="jd", kinds={"安装": "installation"})
    program = make_program(viewer, name="jd-erp", channel="third_party", platform="jd", now=now)
    told: dict[str, Any] = {"name": "品牌故障", "words": ["不制冷"], "kind": "repair", "urgency": "high"}
    keep_rule(viewer, None, now=now, **told)
    app = make_token(role=Role.CUSTOMER, now=now, channel="app")
    return House(made=made, app=app, platform=program.clear, rules=rules_in_force())


def hand_out(here: House, *, most: int, now: datetime) -> int:
    """Give some of the cases, spread over all, to the technician, who takes them. How many it were."""
    from bihuan.registers.access.errors import Refusal
    from bihuan.registers.access.queries import viewer_of
    from bihuan.registers.access.roles import Role
    from bihuan.service.cases.actions import Doer
    from bihuan.service.cases.models import Case
    from bihuan.service.dispatch.assigning import accept_job, assign
    from bihuan.service.dispatch.offering import accept_offer, offer, standing_offer

    desk, point = (
        Doer.of(here.made.viewer(role)) for role in (Role.DISPATCHER, Role.SERVICE_POINT_DISPATCHER)
    )
    technician = here.made.technicians[0]
    doer = Doer.of(viewer_of(technician.person))
    waiting = list(Case.objects.filter(open=True, stands_at="to_accept").order_by("id"))
    given = 0
    for case in waiting[:: max(1, len(waiting) // most)]:
        with suppress(Refusal):
            if standing_offer(case.id) is None:
                offer(case, node_id=here.made.own.id, doer=desk, now=now, by_choice=True)
            accept_offer(case, doer=point, now=now)
            assign(case, technician_id=technician.id, doer=desk, now=now, by_choice=True)
            accept_job(case, technician_id=technician.id, doer=doer, now=now)
            given += 1
    return given
