"""Whoever holds a service sheet may check here that it is as the customer signed it; and fetch it on the link."""

from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.registers.access.errors import NotFound
from bihuan.service.fieldwork import layout, queries, sheets
from bihuan.service.fieldwork.printing import kept_pdf
from bihuan.service.fieldwork.queries import Sheet
from bihuan.web.customers.door import Visitor, linked_page, private_page

LARGEST_PDF = 20 * 1024 * 1024


@never_cache
@require_http_methods(["GET", "POST"])
@linked_page
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """The facts of the sheet, masked, and whether rows, files and journal agree. A PDF may be held against it."""
    sheet = sheets.sheet_by_token(token)
    proof = sheets.proof_of(sheet)
    shown = {
        "sheet": sheet,
        "proof": proof,
        "facts": layout.laid_out(sheets.masked(proof.facts)) if proof.facts and proof.matches else None,
        "compared": _compare(request, sheet) if request.method == "POST" else "",
    }
    return render(request, "customers/verify.html", shown)


def _compare(request: HttpRequest, sheet: Sheet) -> str:
    """same, other or none: whether the PDF that was sent is the one we made."""
    file = request.FILES.get("pdf")
    if file is None or (file.size or 0) > LARGEST_PDF:
        return "none"
    return "same" if sheet.pdf_digest and sha256(file.read()).hexdigest() == sheet.pdf_digest else "other"


@private_page
def sheet(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The customer's own sheet as PDF, on the private link: the one that `?number=` names, else the newest."""
    wanted = request.GET.get("number", "")
    for found in queries.sheets_of(visitor.the_case.id):
        if wanted not in {"", found.number}:
            continue
        content = kept_pdf(found, now=visitor.now)
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{found.number}.pdf"'
        response["Cache-Control"] = "private, no-store"
        return response
    raise NotFound
