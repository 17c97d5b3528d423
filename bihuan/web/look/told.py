"""How I am told: the ways for each sort of news, quiet hours, my own browsers."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.masking import masked_phone
from bihuan.registers.access.people import choose_email
from bihuan.registers.access.queries import person as person_at
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.channels.web_push import browsers
from bihuan.registers.channels.web_push.keys import public_key
from bihuan.service.notices.habits import habits_of, keep_habits, quiet_of
from bihuan.service.notices.rules import NEWS, WAYS
from bihuan.service.notices.words import NEWS as NEWS_WORDS
from bihuan.service.notices.words import WAYS as WAY_WORDS
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.push_worker import WORKER
from bihuan.web.look.shells import shell_for

TIME = {"type": "time"}


class QuietForm(TidyForm):
    begins = forms.TimeField(
        label=gettext_lazy("Quiet from"), required=False, widget=forms.TimeInput(attrs=TIME, format="%H:%M")
    )
    ends = forms.TimeField(
        label=gettext_lazy("Quiet until"), required=False, widget=forms.TimeInput(attrs=TIME, format="%H:%M")
    )
    off_shift = forms.BooleanField(
        label=gettext_lazy("Leave me in peace outside my shifts and on leave"),
        required=False,
        help_text=gettext_lazy("Counts for technicians, whose shifts are known."),
    )
    email = forms.EmailField(label=gettext_lazy("My e-mail address"), required=False, max_length=254)


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page()
def told(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The page, and keeping it."""
    person = person_at(viewer.person_id or 0)
    quiet = quiet_of(person)
    initial: dict[str, Any] = {"email": person.email}
    if quiet is not None:
        initial |= {"begins": quiet.begins, "ends": quiet.ends, "off_shift": quiet.off_shift}
    form = QuietForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid() and _kept(request, person.id, form):
        return redirect("me:told")
    context = {
        "form": form,
        "lines": _lines(person),
        "ways": [(way, WAY_WORDS[way]) for way in WAYS],
        "phone": masked_phone(person.phone),
        "browsers": browsers.listed(person.id),
        "vapid": public_key(),
        "shell": shell_for(viewer),
    }
    return render(request, "look/told.html", context, status=422 if form.errors else 200)


def _lines(person: Any) -> list[dict[str, Any]]:
    """One line for each sort of news, with a box for each way it may come."""
    return [
        {
            "news": habit.news,
            "words": NEWS_WORDS[habit.news],
            "own": habit.own,
            "boxes": [
                {
                    "way": way,
                    "words": WAY_WORDS[way],
                    "on": way in habit.ways,
                    "fixed": way in habit.least,
                    "possible": way in habit.possible,
                }
                for way in WAYS
            ],
        }
        for habit in habits_of(person)
    ]


def _kept(request: HttpRequest, person_id: int, form: QuietForm) -> bool:
    wishes = {news: request.POST.getlist(f"way-{news}") for news in NEWS}
    said = form.cleaned_data
    try:
        keep_habits(
            person_id,
            wishes=wishes,
            begins=said["begins"],
            ends=said["ends"],
            off_shift=said["off_shift"],
        )
    except Refusal as refused:
        form.add_error("ends", str(refused))
        return False
    choose_email(person_id, said["email"])
    messages.success(request, _("You are told so from now on."))
    return True


@require_POST
@staff_page()
def subscribe(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """This browser asks to be told; what it posts is what its push service gave it."""
    post = request.POST
    browsers.subscribe(
        viewer.person_id or 0,
        endpoint=post.get("endpoint", ""),
        p256dh=post.get("p256dh", ""),
        auth=post.get("auth", ""),
        name=request.headers.get("User-Agent", ""),
        now=moment(request),
    )
    messages.success(request, _("This browser is told from now on."))
    return redirect("me:told")


@require_POST
@staff_page()
def unsubscribe(request: HttpRequest, viewer: Viewer, browser_id: int) -> HttpResponse:
    """A browser of mine is told no more."""
    if browsers.unsubscribe(viewer.person_id or 0, browser_id):
        messages.success(request, _("That browser is not told any more."))
    return redirect("me:told")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that shows a push message while no page of ours is open. It holds nothing of anybody."""
    answer = HttpResponse(WORKER, content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
