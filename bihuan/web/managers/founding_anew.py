"""/settings/demo: the demo company goes, and one's own is founded in its place. The work is done by a process of its
own, which outlives this one; the page that follows it needs no session, because sessions go with the demo."""

import json
import os
import secrets
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from bihuan.ground.vault.actions import fingerprint
from bihuan.management.demo.leaving import leaving
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.web.look.doors import open_page, staff_page
from bihuan.web.managers import founding_progress
from bihuan.web.managers.founding import Founding
from bihuan.web.managers.founding_form import FoundingForm
from bihuan.web.managers.founding_progress import BEGUN, STEPS, Progress

WORD = pgettext_lazy("typed to confirm that the demo goes", "remove")


class AnewForm(FoundingForm):
    """With the word that says that it is meant."""

    confirm = forms.CharField(label=gettext_lazy("Confirm"), max_length=40)

    def clean_confirm(self) -> str:
        typed = str(self.cleaned_data["confirm"]).strip()
        if typed.casefold() != str(WORD).casefold():
            raise forms.ValidationError(_("Type %(word)s to confirm.") % {"word": WORD})
        return typed


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("settings.change")
def anew(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """What goes, what was made by hand, and the form of the company that comes."""
    goes = leaving()
    if goes is None:
        raise NotFound
    form = AnewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("managers:founding_going", _begin(form.founding()))
    told = {"form": form, "goes": goes, "word": WORD}
    return render(request, "managers/founding_anew.html", told, status=422 if form.errors else 200)


@never_cache
@require_GET
@open_page
def going(request: HttpRequest, token: str) -> HttpResponse:
    """How far it has come; asks again by itself, with scripts off too."""
    told = founding_progress.noted()
    if told is None or not secrets.compare_digest(told.follower, fingerprint(token)):
        raise NotFound
    response = render(request, "managers/founding_going.html", {"told": told, "steps": STEPS})
    if told.state == BEGUN:
        response.headers["Refresh"] = "2"
    return response


def _begin(founding: Founding) -> str:
    """Start the process that does it; returns the token by which its page is found. The password goes by a pipe."""
    token = secrets.token_urlsafe(24)
    begun = Progress(follower=fingerprint(token), login=founding.login)
    founding_progress.note(begun)
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py")]
    command += ["start_company", "--remove-demo", "--told-by-page"]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # the web process begins anew when it is done
        text=True,
        env={**os.environ},
    )
    pipe = process.stdin
    if pipe is None:
        raise RuntimeError("The process has no pipe.")
    with pipe:
        json.dump({"founding": asdict(founding), "follower": begun.follower}, pipe)
    return token
