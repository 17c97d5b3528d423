"""The hotline's last days in the demo: calls that were answered, some that were missed, one that is still to be rung
back. Told by the telephone system like any other call."""

from datetime import datetime, timedelta
from random import Random

from bihuan.management.demo.quiet import quietly
from bihuan.registers.access.models import Person
from bihuan.registers.access.queries import people_with, viewer_of
from bihuan.registers.access.roles import Role
from bihuan.service.intake.calls import ringing_back
from bihuan.service.intake.calls.actions import REASONS, account_for, sit
from bihuan.service.intake.calls.models import Call, RingBack
from bihuan.service.intake.calls.playing import play

DAYS, A_DAY, SEATED = 3, 6, 3
LIKELY = REASONS[:3]  # why no report came of a call, as a rule


def found_calls(*, now: datetime) -> int:
    """Play them, once. Returns how many."""
    agents = people_with(Role.AGENT)
    if Call.objects.exists() or not agents:
        return 0
    chance, made = Random("calls of the demo"), 0
    with quietly():
        for day in range(DAYS, -1, -1):
            for turn in range(A_DAY):
                rang = now - timedelta(days=day, minutes=6 + 47 * (A_DAY - 1 - turn) + chance.randrange(9))
                missed = turn == A_DAY - 1 or (turn + day) % 7 == 0
                _call(f"demo-{day}-{turn}", rang, None if missed else chance.choice(agents), chance, now=now)
                made += 1
        _ring_back(agents[0], now=now)
        for agent in agents[:SEATED]:
            sit(viewer_of(agent), extension="", ready=True, now=now)
    return made


def _call(name: str, rang: datetime, agent: Person | None, chance: Random, *, now: datetime) -> None:
    """One call; nobody's, when no agent takes it."""
    waited, talked = (
        timedelta(seconds=4 + int(30 * chance.random() ** 3)),
        timedelta(seconds=chance.randrange(70, 380)),
    )
    number = f"139{chance.randrange(10**8):08d}"
    play("ringing", call=name, now=rang, **{"from": number, "keys": chance.choice("123")})
    if agent is None:
        play("ended", call=name, now=rang + timedelta(seconds=20) + waited)
        return
    play("answered", call=name, now=rang + waited, agent=agent.login)
    ended = min(rang + waited + talked, now)
    play("ended", call=name, now=ended)
    call = Call.objects.select_related("message").latest("id")
    account_for(call, reason=chance.choice(LIKELY), viewer=viewer_of(agent), now=ended)


def _ring_back(agent: Person, *, now: datetime) -> None:
    """All that were missed before today were rung back in time; today's are still to be rung."""
    viewer = viewer_of(agent)
    for duty in RingBack.objects.filter(due_at__lt=now).select_related("message").order_by("id"):
        rung = duty.opened_at + timedelta(minutes=7)
        ringing_back.hold(duty, viewer=viewer)
        ringing_back.finish(duty, result="reached", viewer=viewer, now=rung)
