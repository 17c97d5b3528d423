"""What it costs, on the private link: the customer reads it line by line and says yes or no."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from bihuan.ground.journal.event import Actor
from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.service.fieldwork import queries, quoting
from bihuan.service.fieldwork.layout import is_chinese
from bihuan.service.fieldwork.queries import Case, Quote, QuoteLine
from bihuan.service.fieldwork.words import FREE_BECAUSE, ITEMS
from bihuan.web.customers.door import Visitor, private_page


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def quote(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Looking changes nothing; an answer is given once."""
    case = visitor.the_case
    made = queries.quote_of_case(case)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            _answer(request, visitor, made)
        except Refusal as error:
            refusal = error
        else:
            return redirect(request.path)
    return render(
        request,
        "customers/quote.html",
        _shown(case, made, token=visitor.token, refusal=refusal),
        status=refusal.status if refusal else 200,
    )


def _answer(request: HttpRequest, visitor: Visitor, made: Quote | None) -> None:
    answer = request.POST.get("answer", "")
    if made is None or answer not in {"yes", "no"}:
        raise NotFound
    by = Actor(kind="customer", id=visitor.the_case.customer_id)
    quoting.answer(made, consented=answer == "yes", how=quoting.LINK, by=by, now=visitor.now)


def _shown(case: Case, made: Quote | None, *, token: str, refusal: Refusal | None) -> dict[str, Any]:
    cause, plan, minutes = queries.proposed(made, made.work) if made else ("", "", None)
    return {
        "case": case,
        "quote": made,
        "lines": [_line(line) for line in queries.lines_of(made)],
        "cause": cause,
        "plan": plan,
        "minutes": minutes,
        "back": reverse("customers:case", args=[token]),
        "refused": str(refusal) if refusal else "",
        "on_device": False,
    }


def _line(line: QuoteLine) -> dict[str, Any]:
    return {
        "item": ITEMS.get(line.item, line.item),
        "words": line.name_zh if is_chinese() else line.name_en,
        "quantity": line.quantity,
        "unit_fen": line.unit_fen,
        "charged_fen": line.charged_fen,
        "free": FREE_BECAUSE.get(line.free_because, ""),
    }
