"""/chat: write to an agent from any browser, with scripts off as well; outside of hours leave a message.

The page of a chat is its private link. With scripts the same lines travel by a socket, and are pushed.
"""

from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.service.intake.chats.ending import hand_on, rate
from bihuan.service.intake.chats.hours import is_open_at
from bihuan.service.intake.chats.queries import chat_by_token
from bihuan.service.intake.chats.rules import LONGEST_LINE
from bihuan.service.intake.chats.writing import Line, Self, begin, keep_probe, leave, say, say_who
from bihuan.service.intake.proving import is_own
from bihuan.web.customers.chat_shown import greeting, hours, privacy, shown
from bihuan.web.customers.sending import Sent, answered
from bihuan.web.look.chat_lines import SENT_BY_SCRIPT, file_response, lines_in
from bihuan.web.look.doors import customer_page, moment
from bihuan.web.look.forms import TidyForm, row_of
from bihuan.web.look.throttle import Throttle

SAID = Throttle(name="chat-say", times=60, seconds=60)
WRONG = Throttle(name="chat-wrong", times=30, seconds=60)
COOKIE, SALT, MINTED_FOR = "bihuan_chat", "a visitor's chat", 24 * 3600


class TooFast(Refusal):
    status = 429

    def __init__(self) -> None:
        super().__init__(_("That was very fast. Please wait a moment, or ring us."))


class BeginForm(TidyForm):
    """The first line; who somebody is may be said later, but for a message outside of hours."""

    words = forms.CharField(
        label=gettext_lazy("What can we do for you?"),
        max_length=LONGEST_LINE,
        widget=forms.Textarea(attrs={"rows": "4"}),
    )
    name = forms.CharField(label=gettext_lazy("Your name, if you like"), required=False, max_length=120)
    phone = forms.CharField(label=gettext_lazy("Your phone"), required=False, max_length=40)
    email = forms.CharField(label=gettext_lazy("Or your e-mail"), required=False, max_length=254)
    key = forms.CharField(max_length=200, widget=forms.HiddenInput)

    def __init__(self, *args: Any, open_now: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.open_now = open_now
        self.fields["phone"].widget.attrs |= {"inputmode": "tel", "autocomplete": "tel"}
        self.fields["email"].widget.attrs |= {"inputmode": "email", "autocomplete": "email"}
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean(self) -> dict[str, Any]:
        held = super().clean() or self.cleaned_data
        told = self_in(held)
        if (told.phone or told.email or not self.open_now) and not told.reachable:
            self.add_error(
                "phone", _("A phone number or an e-mail address is needed, so that we can answer.")
            )
        return held


def self_in(held: Any) -> Self:
    """Who the visitor says they are."""
    name, phone, email = (str(held.get(name, "") or "").strip() for name in ("name", "phone", "email"))
    return Self(name=name[:120], phone=phone[:40], email=email[:254])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def chat(request: HttpRequest) -> HttpResponse:
    """The first line; sent, it leads to the page of the chat."""
    now = moment(request)
    if request.method != "POST":
        held = request.COOKIES.get(COOKIE, "")
        if held and _goes_on(held):
            return redirect("customers:chat_talk", held)
        fresh = signing.dumps(token_urlsafe(32), salt=SALT)
        return _first_page(request, BeginForm(open_now=is_open_at(now), initial={"key": fresh}))
    if is_own(request.POST.get("key", "")[:200], "chat", now=now):
        keep_probe(request.POST["key"], now=now)
        return HttpResponse(status=204)
    form = BeginForm(request.POST, open_now=is_open_at(now))
    sent = Sent(
        page="chat",
        form=form,
        take=lambda: _begin(request, form),
        draw=lambda status: _first_page(request, form, status=status),
        channel="chat",
    )
    return answered(request, sent)


def _begin(request: HttpRequest, form: BeginForm) -> HttpResponse:
    now, held = moment(request), form.cleaned_data
    try:
        token = str(signing.loads(held["key"], salt=SALT, max_age=MINTED_FOR))
    except signing.BadSignature:
        token = token_urlsafe(32)
    told, language = self_in(held), get_language() or ""
    made = begin(token, Line(once="first", words=held["words"]), told=told, language=language, now=now)
    if not form.open_now:
        hand_on(leave(made, told=told, now=now), now=now)
    response = redirect("customers:chat_talk", token)
    response.set_cookie(
        COOKIE,
        token,
        max_age=12 * 3600,
        httponly=True,
        samesite="Lax",
        path="/chat",
        secure=request.is_secure(),
    )
    return response


def _goes_on(token: str) -> bool:
    try:
        return chat_by_token(token[:200]).state != "ended"
    except NotFound:
        return False


def _first_page(request: HttpRequest, form: BeginForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "greeting": greeting(), "privacy": privacy()} | hours(moment(request))
    return render(request, "customers/chat.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def talk(request: HttpRequest, token: str) -> HttpResponse:
    """The chat itself; a script asks for the talk alone."""
    now, held = moment(request), _chat_at(request, token)
    if request.method == "POST":
        return _deed(request, held, token)
    if request.headers.get(SENT_BY_SCRIPT):
        return render(request, "customers/chat_talk.html#talk", shown(held, token, now=now))
    context = shown(held, token, now=now) | {"once": uuid4().hex, "privacy": privacy()} | hours(now)
    return render(request, "customers/chat_talk.html", context)


def _chat_at(request: HttpRequest, token: str) -> Any:
    """The chat of this link. Whoever tries one after another is stopped."""
    if WRONG.spent(request):
        raise TooFast
    try:
        return chat_by_token(token[:200])
    except NotFound:
        WRONG.count(request)
        raise


def _deed(request: HttpRequest, held: Any, token: str) -> HttpResponse:
    if not SAID.count(request, token):
        raise TooFast
    now, sent = moment(request), request.POST
    match sent.get("do", "say"):
        case "say":
            for line in lines_in(request, longest=40):
                say(held, line, now=now)
        case "who":
            say_who(held, self_in(sent))
        case "leave":
            hand_on(leave(held, told=self_in(sent), now=now), now=now)
        case "over":
            hand_on(leave(held, told=None, now=now), now=now)
        case "rate":
            rate(held, score=row_of(sent.get("score", "")), words=sent.get("opinion", ""), now=now)
        case _:
            raise NotFound
    if request.headers.get(SENT_BY_SCRIPT):
        return HttpResponse(status=204)
    return redirect("customers:chat_talk", token)


@require_safe
@customer_page
def file(request: HttpRequest, token: str, line_id: int) -> HttpResponse:
    """A picture or file of the chat, for whoever holds its link."""
    return file_response(_chat_at(request, token), line_id)
