"""Playing the customer, with no account anywhere: only where the demo company lives."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from bihuan.web.look.doors import customer_page
from bihuan.web.look.navigation import address

WAYS: tuple[tuple[str, Lazy, Lazy, str], ...] = (  # page, name, what one does there, icon
    ("customers:play_phone", _("Phone"), _("Ring the hotline, press keys, wait, hang up."), "phone"),
    ("customers:report", _("Web form"), _("Report a fault or say what you think."), "device-mobile"),
    ("customers:play_mailbox", _("Mailbox"), _("Write a mail and read what comes back."), "mail"),
    ("customers:play_wechat", _("WeChat"), _("Write to the official account."), "message-2"),
    ("customers:play_sms", _("SMS"), _("Read our messages and answer them."), "device-mobile"),
    ("customers:play_chat", _("Online chat"), _("Chat with an agent."), "message-2"),
    (
        "customers:play_platform",
        _("Platform or post"),
        _("Order work as a platform, or write about us in public."),
        "building-store",
    ),
    ("customers:my", _("My page"), _("Machines, warranty cards and cases of one customer."), "user"),
)


def play_page(view: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """A page that only the demo company has; elsewhere there is nothing at its address."""

    @wraps(view)
    def enter(request: HttpRequest) -> HttpResponseBase:
        if not settings.BIHUAN_DEMO:
            raise Http404
        return view(request)

    return customer_page(enter)


@require_safe
@play_page
def play(request: HttpRequest) -> HttpResponse:
    """Every way in, one link each."""
    ways = [(url, name, told, icon) for page, name, told, icon in WAYS if (url := address(page))]
    return render(request, "customers/play/index.html", {"ways": ways})
