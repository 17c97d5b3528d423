"""Files that came with a customer's words: pictures as they may be seen, and the original for a purpose."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.came_along import original_of, picture_of
from bihuan.service.cases.queries import case_by_number
from bihuan.service.cases.revealing import look_behind
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.files import as_file


@require_safe
@staff_page("case.read")
def picture(request: HttpRequest, viewer: Viewer, number: str, file_id: int) -> HttpResponse:
    """One picture, drawn anew."""
    case = case_by_number(viewer, number)
    content, media = picture_of(viewer, case, file_id, now=moment(request))
    return as_file(content, media=media, name=f"{case.number}-{file_id}.{media.rpartition('/')[2]}")


@require_POST
@staff_page("customer.reveal")
def original(request: HttpRequest, viewer: Viewer, number: str, file_id: int) -> HttpResponse:
    """The very file that came, as a download; who took it and what for is written down."""
    case = case_by_number(viewer, number)
    look_behind(viewer, case, purpose=request.POST.get("purpose", ""), now=moment(request))
    content, name = original_of(case, file_id)
    return as_file(content, media="application/octet-stream", name=name)
