"""The report form of a call, or of somebody who is rung back: prefilled with what the telephone system told.

The form carries only the number of the row; the caller's phone never stands in an address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import QueryDict

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.intake.calls.queries import call_of, number_of, ring_back_of
from bihuan.web.look.forms import row_of


@dataclass(frozen=True, kw_only=True)
class OnTheLine:
    """What is known before the first word: fields of the form, and what it carries along."""

    fields: dict[str, Any] = field(default_factory=dict, repr=False)
    data: QueryDict = field(default_factory=QueryDict)


def known_by_phone(asked: Mapping[str, str], viewer: Viewer) -> OnTheLine:
    """The caller's number and what they chose in the menu; nothing for a form of no call."""
    data = QueryDict(mutable=True)
    if (line := row_of(asked.get("line", ""))) and viewer.may("call.take"):
        call = call_of(viewer, line)
        data["line"] = str(call.id)
        return OnTheLine(fields={"phone": number_of(call), "kind": call.kind}, data=data)
    if (wanted := row_of(asked.get("ring_back", ""))) and viewer.may("call.take"):
        duty = ring_back_of(viewer, wanted)
        if not duty.full:
            raise NotFound
        data["ring_back"] = str(duty.row.id)
        said = {"phone": duty.number, "name": duty.name, "words": duty.words}
        return OnTheLine(fields=said, data=data)
    return OnTheLine()


def message_of(sent: Mapping[str, str], viewer: Viewer) -> Any:
    """The message that a report is read from: the call's, or that of the wish to be rung. None for a form of neither,
    and for a call that a report came of already."""
    if line := row_of(sent.get("line", "")):
        call = call_of(viewer, line)
        return None if call.report_id else call.message
    if wanted := row_of(sent.get("ring_back", "")):
        duty = ring_back_of(viewer, wanted)
        return duty.row.message if duty.row.open and duty.full else None
    return None


def taken_at(line: str, viewer: Viewer, *, now: datetime) -> datetime:
    """When the call was answered, as the telephone system told; now for a form of no call."""
    number = row_of(line)
    return (call_of(viewer, number).answered_at or now) if number else now
