"""/c/TOKEN/again: it is not solved, or it has come back. The customer's words open the case again."""

import secrets

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from bihuan.service.cases.queries import link_to_case
from bihuan.service.satisfaction.coming_back import come_back, may_come_back, opens_again
from bihuan.service.satisfaction.thanks import only_thanks
from bihuan.web.customers.door import Visitor, private_page
from bihuan.web.customers.tracking import back_to
from bihuan.web.look.forms import TidyForm


class AgainForm(TidyForm):
    words = forms.CharField(
        label=gettext_lazy("What is not right?"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": "5"}),
    )
    once = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def again(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The form; sent, the case is open again, or 30 days after closing a new report stands beside it."""
    case = visitor.the_case
    if not may_come_back(case):
        return back_to(visitor, "again" if case.stands_at == "to_call_back" else "")
    opens = opens_again(case, now=visitor.now)
    form = AgainForm(
        request.POST if request.method == "POST" else None, initial={"once": secrets.token_urlsafe(16)}
    )
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "case": case, "token": visitor.token, "opens": opens}
        return render(request, "customers/again.html", context, status=422 if form.is_bound else 200)
    told = form.cleaned_data
    made = come_back(case, told["words"], by=visitor.viewer.actor, now=visitor.now, once=told["once"])
    said = "added" if only_thanks(told["words"]) else "again" if opens else "again_anew"
    return redirect(f"{link_to_case(made)}?said={said}")
