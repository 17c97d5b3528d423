"""The doctor's card on an administrator's first page."""

from typing import Any

from django import template

from bihuan.ground.worktime.clock import now
from bihuan.web.managers.doctor_all import open_findings

register = template.Library()


@register.inclusion_tag("managers/parts/doctor_card.html")
def doctor_card() -> dict[str, Any]:
    """How many things are broken or missing; nothing when all is well."""
    found = open_findings(now())
    return {"open": found, "shown": bool(found.broken or found.missing)}
