"""Pictures and sheets of a visit: served to those who may see them, as what they are and nothing else."""

from django.http import HttpRequest, HttpResponse

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.queries import case_by_number, may_see_full
from bihuan.service.fieldwork import photos, queries
from bihuan.service.fieldwork.printing import kept_pdf, masked_pdf
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.files import as_file


@staff_page("visit.work", "case.read")
def photo(request: HttpRequest, viewer: Viewer, number: str, photo_id: int) -> HttpResponse:
    """One picture, for those who may see this customer in full."""
    case = case_by_number(viewer, number)
    if not may_see_full(viewer, case, now=moment(request)):
        raise NotFound
    found = queries.photo(case, photo_id)
    content = photos.content_of(found)
    if content is None:
        raise NotFound
    return as_file(content, media=found.media, name=f"{case.number}-{found.id}", inline=True)


@staff_page("sheet.read")
def sheet(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The newest signed sheet of a case as PDF; a masked copy for those who may not see the customer in full."""
    case = case_by_number(viewer, number)
    now = moment(request)
    for found in queries.sheets_of(case.id):
        full = may_see_full(viewer, case, now=now)
        content = kept_pdf(found, now=now) if full else masked_pdf(found)
        return as_file(content, media="application/pdf", name=f"{found.number}.pdf")
    raise NotFound
