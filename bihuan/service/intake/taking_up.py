"""A person makes a report of a message that could not be read, or has it read once more."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.queries import head_office
from bihuan.service.intake.actions import receive
from bihuan.service.intake.errors import MessageSettledMeanwhile
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.reading import read_message
from bihuan.service.intake.told import Told


@transaction.atomic
def take_up(viewer: Viewer, message: RawMessage, told: Told, *, now: datetime) -> Report:
    """What a person reads in a message becomes its report. MessageSettledMeanwhile when it has one by now;
    ReportRefused where something is missing."""
    viewer.must("message.decide")
    _hold(message)
    return receive(
        replace(told, channel=message.channel),
        by=viewer.actor,
        node=head_office(),
        now=now,
        taken_by=viewer.person_id,
        strict=False,
        message=message,
    )


@transaction.atomic
def read_again(viewer: Viewer, message: RawMessage, *, now: datetime) -> Report | None:
    """Let its reader try once more; where it fails again the message is back in quarantine."""
    viewer.must("message.decide")
    _hold(message)
    return read_message(message, now=now)


def _hold(message: RawMessage) -> None:
    """Of two who do something with it at once one is told so."""
    mine = RawMessage.objects.filter(id=message.id, state=message.state).update(state=RawMessage.WAITING)
    if not mine:
        raise MessageSettledMeanwhile
    message.state = RawMessage.WAITING
