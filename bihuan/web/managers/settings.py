"""/settings: the registers by group. Lists, entries and histories stand beside this."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.registers.access.viewer import Viewer
from bihuan.web.look.doors import staff_page
from bihuan.web.managers.settings_all import REGISTERS
from bihuan.web.managers.settings_register import Register

__all__ = ("REGISTERS", "index")


@require_GET
@staff_page("settings.change")
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every register, by group."""
    groups: dict[str, list[Register]] = {}
    for register in REGISTERS.values():
        groups.setdefault(str(register.group), []).append(register)
    return render(request, "managers/settings.html", {"groups": list(groups.items())})
