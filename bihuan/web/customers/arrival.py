"""/c/TOKEN/arrival: between when and when the technician comes, looked at again by itself until they are there; and
the customer's answer to a late notice. A time only: where the technician is, is nobody's business here."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from bihuan.ground.journal.event import Actor
from bihuan.registers.access.errors import NotFound
from bihuan.service.cases.actions import Doer
from bihuan.service.dispatch.queries import open_visit_of
from bihuan.service.dispatch.timing.late import accept_late
from bihuan.web.customers.arriving import arrival_of
from bihuan.web.customers.door import Visitor, private_page
from bihuan.web.customers.tracking import back_to


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def arrival(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The part of the page that is asked for again; a POST says that the customer waits for the later time."""
    visit = open_visit_of(visitor.the_case.id)
    if request.method == "POST":
        if visit is None:
            raise NotFound
        doer = Doer(by=Actor(kind="customer", id=visitor.the_case.customer_id), roles=frozenset({"customer"}))
        accept_late(visit, doer=doer, now=visitor.now)
        return back_to(visitor, "waits")
    context = {"token": visitor.token, "arrival": arrival_of(visitor, visit)}
    return render(request, "customers/parts/arrival.html", context)
