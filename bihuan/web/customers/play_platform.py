"""/play/platform: a visitor of the demo is a platform that orders work, or somebody who posts about it in public.

Both go the way that files and programs go: an order is known by its number, a post is judged by the rules.
"""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.ground.journal.event import Actor
from bihuan.registers.access.errors import Refusal
from bihuan.service.intake.queries import link_of
from bihuan.service.orders.actions import platform_in_use, take_order
from bihuan.service.orders.keeping import platforms_in_use
from bihuan.service.orders.queries import states_of
from bihuan.service.orders.told import OrderTold
from bihuan.service.orders.words import STATES
from bihuan.service.social.actions import PostTold, rules_in_force, take_post
from bihuan.web.customers.play import play_page
from bihuan.web.customers.sending import TooOften
from bihuan.web.look.doors import moment
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.throttle import Throttle

TRIES = Throttle(name="play-platform", times=60, seconds=600)
PROGRAM = Actor(kind="token")


class OrderForm(TidyForm):
    platform = forms.ChoiceField(label=gettext_lazy("Platform"))
    number = forms.CharField(label=gettext_lazy("Order number"), max_length=60)
    kind = forms.CharField(label=gettext_lazy("Kind of work, in the platform's words"), max_length=60)
    phone = forms.CharField(
        label=gettext_lazy("Buyer's phone"),
        max_length=40,
        help_text=gettext_lazy("A private number with its extension too: 13800001111-1234"),
    )
    words = forms.CharField(label=gettext_lazy("Buyer's words"), required=False, max_length=2000)
    promised_on = forms.DateField(
        label=gettext_lazy("Promised day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    cancelled = forms.BooleanField(label=gettext_lazy("The platform cancels it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("platform", [(one.code, one.name) for one in platforms_in_use()])


class PostForm(TidyForm):
    user = forms.CharField(label=gettext_lazy("User"), max_length=100)
    post = forms.CharField(
        label=gettext_lazy("Post"), max_length=5000, widget=forms.Textarea(attrs={"rows": "3"})
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@play_page
def platform(request: HttpRequest) -> HttpResponse:
    """Two forms; each says at once what became of what was sent."""
    now = moment(request)
    first = {
        "number": f"DEMO{localtime(now):%m%d%H%M%S}",
        "kind": "安装",
        "promised_on": localdate(now) + timedelta(days=2),
    }
    context: dict[str, Any] = {"order": OrderForm(initial=first), "post": PostForm()}
    if request.method == "POST":
        if not TRIES.count(request):
            raise TooOften
        context |= _posted(request) if "post" in request.POST else _ordered(request)
    wrong = any(context[name].errors for name in ("order", "post"))
    return render(request, "customers/play/platform.html", context, status=422 if wrong else 200)


def _ordered(request: HttpRequest) -> dict[str, Any]:
    form = OrderForm(request.POST)
    if not form.is_valid():
        return {"order": form}
    told = dict(form.cleaned_data)
    try:
        taken = take_order(
            platform_in_use(told.pop("platform")), OrderTold(**told), by=PROGRAM, now=moment(request)
        )
    except Refusal as refused:
        form.blame_all(refused.fields or {"": str(refused)})
        return {"order": form}
    words = {"new": _("New"), "same": _("The same already"), "changed": _("Updated")}
    held = taken.order
    return {
        "order": form,
        "became": words[taken.became],
        "number": held.case.number if held.case else "",
        "link": link_of(held.report) if held.report else "",
        "states": [STATES.get(one.state, one.state) for one in reversed(states_of(held.id))],
    }


def _posted(request: HttpRequest) -> dict[str, Any]:
    form = PostForm(request.POST)
    if not form.is_valid():
        return {"post": form}
    told = PostTold(platform="demo", user=form.cleaned_data["user"], words=form.cleaned_data["post"])
    post, fresh = take_post(told, rules=rules_in_force(), now=moment(request))
    return {"post": form, "kept": post, "fresh": fresh}
