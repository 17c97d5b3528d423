"""The phones that stay signed in at a service point, and signing one out that was lost."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.registers.access.people import revoke_devices_of
from bihuan.registers.access.queries import remembered_devices
from bihuan.registers.access.viewer import Viewer
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import row_of


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("device.revoke")
def devices(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every remembered phone of one's technicians; `person` in a POST signs all of that person's out."""
    if request.method == "POST":
        revoke_devices_of(viewer, row_of(request.POST.get("person", "")), now=moment(request))
        messages.success(request, _("Signed out. The phone asks for a new code."))
        return redirect("dispatchers:devices")
    return render(
        request, "dispatchers/devices.html", {"devices": remembered_devices(viewer, now=moment(request))}
    )
