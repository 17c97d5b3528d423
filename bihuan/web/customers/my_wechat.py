"""/my/wechat: news into the customer's own chat, by a code that they type there; and the end of it, at any time."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from bihuan.registers.channels.wechat.binding import LASTS, new_code, unbind_customer
from bihuan.registers.channels.wechat.followers import chats_of
from bihuan.service.notices.reaching import carries_wechat
from bihuan.web.customers.my_door import Owner, own_page
from bihuan.web.look.throttle import Throttle

CODES = Throttle(name="wechat-codes", times=10, seconds=3600)
SAID = {
    "ended": _("The binding has ended. News comes by SMS from now on."),
    "often": _("Too many tries from this address. Wait ten minutes, or ring us."),
}


@require_safe
@own_page
def wechat(request: HttpRequest, owner: Owner) -> HttpResponse:
    """Whether a chat is bound, and how to bind one."""
    return _shown(request, owner)


@require_POST
@own_page
def bind(request: HttpRequest, owner: Owner) -> HttpResponse:
    """A code to type into the chat. Asking for it is the consent that is written down when it is used."""
    if not CODES.count(request, str(owner.customer.id)):
        return redirect(reverse("customers:my_wechat") + "?said=often")
    return _shown(request, owner, code=new_code(owner.customer, now=owner.now))


@require_POST
@own_page
def unbind(request: HttpRequest, owner: Owner) -> HttpResponse:
    """No more news into the chat."""
    unbind_customer(owner.customer, how="web", now=owner.now)
    return redirect(reverse("customers:my_wechat") + "?said=ended")


def _shown(request: HttpRequest, owner: Owner, *, code: str = "") -> HttpResponse:
    context = {
        "owner": owner,
        "code": code,
        "minutes": int(LASTS.total_seconds() // 60),
        "chats": [chat for chat in chats_of(owner.customer, now=owner.now) if chat.bound],
        "carried": carries_wechat(),
        "said": SAID.get(request.GET.get("said", ""), ""),
    }
    return render(request, "customers/my_wechat.html", context)
