"""/start: the first page of a new installation. It is open until a company is there, to whoever has the start code."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.web.look.doors import moment
from bihuan.web.look.errors import refused
from bihuan.web.look.first_run import waits_for_company
from bihuan.web.look.throttle import Throttle
from bihuan.web.managers import founding_code
from bihuan.web.managers.founding import FoundingRefused, found
from bihuan.web.managers.founding_form import StartForm

WRONG_CODES = Throttle(name="start-code", times=10, seconds=900)


@never_cache
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponseBase:
    """The form; sent with the right code, the company. Afterwards this page only shows the way to sign in."""
    if not waits_for_company():
        return redirect("account_login")
    if request.method == "GET":
        return _page(request, StartForm(initial={"code": request.GET.get("code", "")[:64]}))
    if WRONG_CODES.spent(request):
        sentence = _("Too many wrong codes. Wait a quarter of an hour and try again.")
        return refused(request, sentence, status=429)
    if not founding_code.is_right(request.POST.get("code", "")):
        WRONG_CODES.count(request)
        form = StartForm(request.POST)
        form.is_valid()
        form.add_error("code", _("This is not the start code. Look at the window that started the product."))
        return _page(request, form)
    return _founded(request, StartForm(request.POST))


def _founded(request: HttpRequest, form: StartForm) -> HttpResponseBase:
    if not form.is_valid():
        return _page(request, form)
    try:
        made = found(form.founding(), now=moment(request))
    except FoundingRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form)
    founding_code.forget_code()
    told = _("The company is founded. Sign in as %(login)s; a second factor is set up first.")
    messages.success(request, told % {"login": made.login})
    return redirect("account_login")


def _page(request: HttpRequest, form: StartForm) -> HttpResponse:
    return render(request, "managers/founding.html", {"form": form}, status=422 if form.errors else 200)
