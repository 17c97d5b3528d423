"""/s/TOKEN/solved: is it solved? Two buttons; only pressing one of them changes anything."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.ground.journal.event import Actor
from bihuan.service.intake.queries import link_of
from bihuan.service.satisfaction import asking
from bihuan.web.customers.about import hours_of_clause
from bihuan.web.customers.door import linked_page
from bihuan.web.customers.survey import what_was_done
from bihuan.web.look.doors import moment

ANSWERS = {"yes": True, "no": False}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@linked_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The question, or what was answered and what happens next."""
    asked = asking.survey_by_token(token)
    solved = ANSWERS.get(request.POST.get("solved", "")) if request.method == "POST" else None
    if solved is not None:
        by = Actor(kind="customer", id=asked.case.customer_id)
        asking.say_solved(asked, solved=solved, via="link", by=by, now=moment(request))
        return redirect("customers:confirm", token=token)
    context = {
        "asked": asked,
        "token": token,
        "what": what_was_done(asked),
        "ring_within": hours_of_clause("callback"),
        "case_link": link_of(asked.case.report),
        "unchosen": request.method == "POST",
    }
    return render(request, "customers/confirm.html", context, status=422 if request.method == "POST" else 200)
