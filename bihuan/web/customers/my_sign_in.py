"""/my/sign-in: by a six-digit code to the phone. The answer is the same, and takes the same time, whether we know the
number or not; the code counts only in the browser that asked for it."""

from django import forms
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from bihuan.ground.vault.actions import blind
from bihuan.registers.access.errors import Refusal
from bihuan.registers.customers.rules import read_phone
from bihuan.registers.customers.signing_in import (
    end_session,
    end_sessions_of,
    open_session,
    session_of,
    use_code,
)
from bihuan.service.notices.customer_codes import ask_for_code
from bihuan.web.customers import my_door
from bihuan.web.customers.my_door import Owner, own_page
from bihuan.web.look.doors import customer_page, moment
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.opened import counted
from bihuan.web.look.throttle import Throttle

ASKS = Throttle(name="my-ask", times=10, seconds=600)  # of one address
CODES = Throttle(name="my-code", times=30, seconds=600)  # of one address
SHARE = ((3, 600), (10, 86400))  # codes to one number: at most so many in so many seconds


class PhoneForm(TidyForm):
    phone = forms.CharField(
        label=gettext_lazy("The phone number you gave us"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        read = read_phone(self.cleaned_data["phone"])
        if read is None or not read.mobile:
            raise forms.ValidationError(_("Please give a mobile number: the code comes by SMS."))
        return read.number


class CodeForm(TidyForm):
    code = forms.CharField(
        label=gettext_lazy("Code from the SMS"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "form-control-lg"}
        ),
    )
    remember = forms.BooleanField(
        label=gettext_lazy("Stay signed in on this phone for 30 days"), required=False
    )

    def clean_code(self) -> str:
        return "".join(sign for sign in self.cleaned_data["code"] if sign.isdecimal())[:6]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the number; then lead to the page that asks for the code."""
    if request.method != "POST":
        if my_door.owner_of(request) is not None:
            return redirect(my_door.onward(request))
        counted("my", moment(request))
    form = PhoneForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _asked(request, form, status=422 if form.is_bound else 200)
    if not ASKS.count(request):
        form.add_error(None, _("Too many tries from this address. Wait ten minutes, or ring us."))
        return _asked(request, form, status=429)
    phone = form.cleaned_data["phone"]
    clear = ask_for_code(phone, now=moment(request), quietly=not _has_share(phone))
    onward = my_door.onward(request)
    query = "" if onward == reverse("customers:my") else "?" + urlencode({"next": onward})
    response = redirect(reverse("customers:my_code") + query)
    my_door.keep_cookie(response, my_door.ASKED, clear)
    return my_door.private(response)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def code(request: HttpRequest) -> HttpResponse:
    """Take the code; a new session begins, whatever the browser held before."""
    asked = my_door.read_cookie(request, my_door.ASKED)
    if not asked:
        return redirect(reverse("customers:my_sign_in") + "?said=cookies")
    form = CodeForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "next": my_door.onward(request)}
    if request.method == "POST" and form.is_valid():
        if not CODES.count(request):
            form.add_error(None, _("Too many tries from this address. Wait ten minutes, or ring us."))
            return my_door.private(render(request, "customers/my_code.html", context, status=429))
        try:
            return _let_in(request, asked, form)
        except Refusal as refused:
            form.add_error("code", str(refused))
    status = 422 if form.is_bound else 200
    return my_door.private(render(request, "customers/my_code.html", context, status=status))


def _let_in(request: HttpRequest, asked: str, form: CodeForm) -> HttpResponse:
    now, remember = moment(request), form.cleaned_data["remember"]
    customer = use_code(asked, form.cleaned_data["code"], now=now)
    before = session_of(my_door.read_cookie(request, my_door.COOKIE), now=now)
    if before is not None:
        end_session(before, now=now)
    clear = open_session(customer, remember=remember, now=now)
    response = redirect(my_door.onward(request))
    my_door.keep_cookie(response, my_door.COOKIE, clear, remember=remember)
    my_door.drop_cookie(response, my_door.ASKED)
    return my_door.private(response)


@require_POST
@own_page
def sign_out(request: HttpRequest, owner: Owner) -> HttpResponse:
    """Out of this browser, or of every one."""
    if request.POST.get("everywhere"):
        end_sessions_of(owner.customer.id, now=owner.now)
    else:
        end_session(owner.session, now=owner.now)
    response = redirect(reverse("customers:my_sign_in") + "?said=out")
    my_door.drop_cookie(response, my_door.COOKIE)
    return response


SAID = {
    "out": gettext_lazy("You are signed out."),
    "cookies": gettext_lazy(
        "The code has ended, or this browser keeps no cookies. Ask for a new code, or open the link in our message."
    ),
}


def _asked(request: HttpRequest, form: PhoneForm, *, status: int) -> HttpResponse:
    onward = my_door.onward(request)
    context = {"form": form, "next": onward, "said": SAID.get(request.GET.get("said", ""), "")}
    return my_door.private(render(request, "customers/my_sign_in.html", context, status=status))


def _has_share(phone: str) -> bool:
    """Whether this number may get another code now; each question counts."""
    within = True
    for times, seconds in SHARE:
        key = f"my-code:{seconds}:{blind('throttle', phone)[:32]}"
        cache.add(key, 0, seconds)
        try:
            within = cache.incr(key) <= times and within
        except ValueError:  # it ended between the two lines
            continue
    return within
