"""The registers of other systems: platforms that give us orders, and programs that send us something."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.ground.worktime import clock
from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.programs import make_program, programs_listed, revoke_program
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.words import CHANNELS, KINDS
from bihuan.service.complaints.words import AUTHORITIES
from bihuan.service.imports.order_fields import heads_of_fields
from bihuan.service.orders import keeping
from bihuan.service.orders.words import trouble_words
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers.settings_register import Register, Use, choice, day

OF_PROGRAMS = (
    "app",
    "web",
    "store",
    "wechat",
    "chat",
    "hotline",
    "slip",
    "callback",
    "third_party",
    "social",
)
GROUP = _("Other systems")


def pairs(text: str, *, left: Callable[[str], str], right: Callable[[str], str]) -> list[tuple[str, str]]:
    """ "one = other" line by line. ValidationError names the line that cannot be read."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        one, sign, other = line.replace("＝", "=").replace("：", "=").partition("=")
        one, other = one.strip(), other.strip()
        if not (sign and one and other and left(one) and right(other)):
            sentence = gettext("“%(line)s” cannot be read. Write one pair a line, like: left = right.")
            raise forms.ValidationError(sentence % {"line": line[:60]})
        found.append((left(one), right(other)))
    return found


def _code_of(words: Mapping[str, Any]) -> Callable[[str], str]:
    """The code that a word means: the code itself, or what it is called in the reader's language."""

    def read(word: str) -> str:
        return next((code for code, said in words.items() if word in (code, str(said))), "")

    return read


def _lines(width: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": width, "spellcheck": "false"})


class PlatformForm(TidyForm):
    code = forms.SlugField(
        label=_("Code"),
        max_length=24,
        help_text=_("Small letters and digits; programs send it: jd, tmall, 12345."),
    )
    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=60)
    kind = choice(
        _("Kind of work where its word is not known"),
        chosen.kinds,
        required=False,
        blank=_("refuse the order"),
    )
    kinds = forms.CharField(
        label=_("Its words for kinds of work"),
        required=False,
        max_length=5000,
        widget=_lines("4"),
        help_text=_("One a line: its word = our kind. The usual words of the trade are known already."),
    )
    columns = forms.CharField(
        label=_("Its heads of columns"),
        required=False,
        max_length=5000,
        widget=_lines("4"),
        help_text=_("One a line: our field = its head, its other head. The usual heads are known already."),
    )
    promise_days = forms.IntegerField(
        label=_("Days until the promised day, where an order names none (0: nothing is promised)"),
        min_value=0,
        max_value=90,
        initial=0,
    )
    authority = choice(
        _("It asks as an authority"), lambda: list(AUTHORITIES.items()), required=False, blank=_("no")
    )
    webhook = forms.CharField(
        label=_("Address to tell states to (webhook)"),
        required=False,
        max_length=600,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "It is sealed and never shown again; empty keeps what is kept, a single - takes it away. "
            "Without one the states wait for an export."
        ),
    )
    secret = forms.CharField(
        label=_("Secret for signatures"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty keeps what is kept, a single - takes it away."),
    )

    def clean_kinds(self) -> dict[str, str]:
        read = _code_of(KINDS)
        return dict(pairs(self.cleaned_data["kinds"], left=lambda word: word[:60], right=read))

    def clean_columns(self) -> dict[str, list[str]]:
        heads: dict[str, list[str]] = {}
        read = _code_of(heads_of_fields())
        for field, told in pairs(self.cleaned_data["columns"], left=read, right=lambda word: word[:300]):
            parts = [one.strip()[:60] for one in told.replace("，", ",").replace("、", ",").split(",")]
            heads.setdefault(field, []).extend(one for one in parts if one)
        return heads


class ProgramForm(TidyForm):
    name = forms.CharField(label=_("Name of the program"), max_length=60)
    channel = choice(_("Channel"), lambda: [(one, CHANNELS[one]) for one in OF_PROGRAMS])
    platform = choice(
        _("Only orders of this platform"),
        lambda: [(one.code, one.name) for one in keeping.platforms_in_use()],
        required=False,
        blank=_("no platform: it sends reports"),
    )
    until = day(_("Last day"), required=False, help_text=_("Left empty, it holds until it is revoked."))


def _platform_values(row: Any) -> dict[str, Any]:
    kept = ("code", "name", "kind", "promise_days", "authority")
    kinds = "\n".join(f"{word} = {KINDS.get(kind, kind)}" for word, kind in row.kinds.items())
    heads = heads_of_fields()
    columns = "\n".join(f"{heads.get(field, field)} = {', '.join(its)}" for field, its in row.columns.items())
    return {name: getattr(row, name) for name in kept} | {
        "kinds": kinds,
        "columns": columns,
        "webhook": "",
        "secret": "",
    }


def _keep_platform(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    return keeping.keep_platform(viewer, row_id, now=now, **told)


def _platform_uses(row: Any, now: datetime) -> list[Use]:
    return [Use(_("Orders under way, which go on"), keeping.orders_under_way(row.pk))]


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("settings.change")
def program(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make a program's token and show it, this once."""
    form = ProgramForm(request.POST if request.method == "POST" else None)
    clear = ""
    if form.is_bound and form.is_valid():
        try:
            clear = make_program(viewer, now=moment(request), **form.cleaned_data).clear
        except Refusal as refused:
            for name, said in (refused.fields or {"__all__": str(refused)}).items():
                form.add_error(None if name == "__all__" else name, said)
    told = {"form": form, "clear": clear, "name": form.cleaned_data.get("name", "") if clear else ""}
    return render(request, "managers/settings_program.html", told, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("settings.change")
def try_platform(request: HttpRequest, viewer: Viewer, row_id: int) -> HttpResponse:
    """How a platform is told, and a button that sends a test event now and says what came of it."""
    platform = keeping.platforms_listed().filter(id=row_id).first()
    if platform is None:
        raise NotFound
    if request.method == "POST":
        trouble = keeping.try_webhook(viewer, row_id, now=moment(request))
        if trouble:
            said = trouble_words(trouble)
            messages.error(request, gettext("The test event was not taken. %(why)s") % {"why": said})
        else:
            messages.success(request, gettext("The platform took the test event."))
        return redirect("managers:settings_try_platform", row_id)
    told = {
        "platform": platform,
        "told": bool(platform.webhook_sealed),
        "signs": bool(platform.secret_sealed),
    }
    return render(request, "managers/try_platform.html", told)


REGISTERS = (
    Register(
        code="platforms",
        title=_("Platforms and retailers"),
        about=_("Who gives us orders, in which words, and how each is told where its orders stand."),
        group=GROUP,
        icon="building-store",
        rows=keeping.platforms_listed,
        columns=(
            Column(pgettext_lazy("of a thing", "Name"), lambda row: row.name),
            Column(_("Code"), lambda row: row.code),
            Column(_("Told by"), lambda row: gettext("webhook") if row.webhook_sealed else gettext("export")),
            Column(_("Promised within days"), lambda row: row.promise_days or ""),
            Column(_("As an authority"), lambda row: str(AUTHORITIES.get(row.authority, ""))),
        ),
        form=PlatformForm,
        keep=_keep_platform,
        out=lambda viewer, row_id, now: keeping.retire_platform(viewer, row_id, now=now),
        back=lambda viewer, row_id, now: keeping.take_back_platform(viewer, row_id),
        out_about=_("No more orders are taken from it. Those that are here go on, and it is told of them."),
        key=("name", "id"),
        personal=frozenset({"webhook", "secret"}),
        values=_platform_values,
        uses=_platform_uses,
        row_links=lambda row: (
            (reverse("managers:settings_try_platform", args=(row.pk,)), _("Send a test event"), "send"),
            (
                f"{reverse('managers:imports')}?kind=orders-{row.code}",
                _("Bring in orders"),
                "file-spreadsheet",
            ),
        ),
        name=lambda row: row.name,
    ),
    Register(
        code="programs",
        title=_("Programs and their tokens"),
        about=_("Apps, shops and platforms that send by the API: each its own token, channel and figures."),
        group=GROUP,
        icon="key",
        rows=lambda search: programs_listed(search, now=clock.now()),
        columns=(
            Column(_("Name of the program"), lambda row: row.name),
            Column(
                _("Channel"),
                lambda row: str(CHANNELS.get(row.channel, row.channel)),
            ),
            Column(_("Platform"), lambda row: row.platform),
            Column(_("Made"), lambda row: row.made_at.date()),
            Column(_("Last used"), lambda row: row.used_at.date() if row.used_at else ""),
            Column(_("Last day"), lambda row: row.expires_at.date() if row.expires_at else ""),
            Column(_("Taken today"), lambda row: row.today or 0),
            Column(_("Taken in 30 days"), lambda row: row.month or 0),
        ),
        form=ProgramForm,
        keep=None,
        adds=False,
        out=lambda viewer, row_id, now: revoke_program(viewer, row_id, now=now),
        out_about=_("Its token opens nothing from this moment on. Whatever it sent stays."),
        key=("name", "id"),
        values=lambda row: {
            "name": row.name,
            "channel": row.channel,
            "platform": row.platform,
            "until": row.expires_at.date() if row.expires_at else None,
        },
        keeps=("name", "channel", "platform"),
        links=(("managers:settings_program", _("Make a token"), "plus"),),
        name=lambda row: row.name,
    ),
)
