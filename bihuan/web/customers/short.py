"""/k/…: the short link of an SMS. It leads on to the private page; whoever tries others is soon not heard."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.service.notices.short_links import path_of
from bihuan.web.customers.my_door import private
from bihuan.web.look.doors import customer_page
from bihuan.web.look.throttle import Throttle

WRONG = Throttle(name="short-link", times=20, seconds=600)


class TooMany(Refusal):
    """Somebody tries one link after another."""

    status = 429

    def __init__(self) -> None:
        super().__init__(_("Too many tries from this address. Wait ten minutes, or ring us."))


@never_cache
@require_safe
@customer_page
def short(request: HttpRequest, token: str) -> HttpResponse:
    """Onward; NotFound for a link that we did not give out."""
    if WRONG.spent(request):
        raise TooMany
    try:
        path = path_of(token)
    except NotFound:
        WRONG.count(request)
        raise
    return private(redirect(path))
