"""The registers of how the house tells its people: chat groups with a robot, and the ways for each role."""

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

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.notices import customs, groups, queries
from bihuan.service.notices.rules import GROUP_NEWS, NEWS, WAYS
from bihuan.service.notices.words import CHANNELS, GROUP_KINDS, KINDS, STATES, trouble_words
from bihuan.service.notices.words import NEWS as NEWS_WORDS
from bihuan.service.notices.words import WAYS as WAY_WORDS
from bihuan.web.look.context import SPOKEN
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers.settings_register import Register, choice, number_choice
from bihuan.web.managers.settings_rules import calendar_codes

SHOWN = 10  # messages of a group


class GroupForm(TidyForm):
    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=60)
    kind = choice(_("Robot of"), lambda: list(GROUP_KINDS.items()))
    webhook = forms.CharField(
        label=_("The robot's address"),
        required=False,
        max_length=600,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "Copied from the group's settings. It is sealed and never shown again; leave it empty to keep what is kept."
        ),
    )
    secret = forms.CharField(
        label=_("Secret for signatures"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "DingTalk and Feishu give one with the signature check. Empty keeps what is kept, a single - takes it away."
        ),
    )
    node_id = number_choice(_("Part of the tree"), chosen.nodes)
    news = forms.MultipleChoiceField(
        label=_("Is told of"),
        choices=[(news, NEWS_WORDS[news]) for news in GROUP_NEWS],
        widget=forms.CheckboxSelectMultiple,
    )
    calendar = choice(_("Hours"), calendar_codes)
    language = forms.ChoiceField(label=_("Language"), choices=[(one.code, one.name) for one in SPOKEN])


class CustomForm(TidyForm):
    role = choice(_("Role"), chosen.role_choices, required=False)
    node_id = number_choice(_("Part of the tree"), chosen.nodes, required=False)
    news = choice(_("News"), lambda: [(news, NEWS_WORDS[news]) for news in NEWS])
    channels = forms.MultipleChoiceField(
        label=_("Besides the page by"),
        choices=[(way, WAY_WORDS[way]) for way in WAYS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


def _words(codes: Any, words: Any) -> str:
    return gettext(", ").join(str(words.get(code, code)) for code in codes) or "–"


def _group_values(row: Any) -> dict[str, Any]:
    kept = ("name", "kind", "node_id", "news", "calendar", "language")
    return {name: getattr(row, name) for name in kept} | {"webhook": "", "secret": ""}


def _keep_group(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    return groups.keep_group(viewer, row_id, now=now, **told)


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("settings.change")
def try_group(request: HttpRequest, viewer: Viewer, row_id: int) -> HttpResponse:
    """A group with its last messages, and a button that sends a test message now and says what came of it."""
    group = groups.groups_listed().filter(id=row_id).first()
    if group is None or (request.method == "POST" and group.retired_at is not None):
        raise NotFound
    if request.method == "POST":
        tried = groups.try_group(viewer, row_id, now=moment(request))
        if tried.sent:
            messages.success(request, gettext("The test message is in the group."))
        else:
            said = trouble_words(tried.trouble)
            messages.error(request, gettext("The test message was not taken. %(why)s") % {"why": said})
        return redirect("managers:settings_try_group", row_id)
    rows = queries.outbox(viewer).filter(group_id=row_id).order_by("-made_at", "-id")[:SHOWN]
    shown = [
        {
            "view": view,
            "kind": KINDS.get(view.kind, view.kind),
            "state": STATES[view.state],
            "trouble": trouble_words(view.trouble),
        }
        for view in queries.shown(rows)
    ]
    context = {
        "group": group,
        "kind": CHANNELS[group.kind],
        "shown": shown,
        "signs": bool(group.secret_sealed),
    }
    return render(request, "managers/try_group.html", context)


REGISTERS = (
    Register(
        code="groups",
        title=_("Chat groups"),
        about=_("Robots of WeCom, DingTalk and Feishu: which group is told of what, and when."),
        group=_("Telling people"),
        icon="robot",
        rows=groups.groups_listed,
        columns=(
            Column(pgettext_lazy("of a thing", "Name"), lambda row: row.name),
            Column(_("Robot of"), lambda row: str(GROUP_KINDS.get(row.kind, row.kind))),
            Column(_("Part of the tree"), lambda row: row.node.name),
            Column(_("Is told of"), lambda row: _words(row.news, NEWS_WORDS)),
            Column(_("Hours"), lambda row: chosen.word(calendar_codes(), row.calendar)),
        ),
        form=GroupForm,
        keep=_keep_group,
        out=lambda viewer, row_id, now: groups.retire_group(viewer, row_id, now=now),
        back=lambda viewer, row_id, now: groups.take_back_group(viewer, row_id),
        out_about=_("The group is told no more. What was sent to it stays in the outbox."),
        key=("name", "id"),
        personal=frozenset({"webhook", "secret"}),
        values=_group_values,
        row_links=lambda row: (
            (reverse("managers:settings_try_group", args=(row.pk,)), _("Send a test message"), "send"),
        ),
        name=lambda row: row.name,
    ),
    Register(
        code="telling",
        title=_("How roles are told"),
        about=_("By which ways besides the page; everybody may choose for themselves on their own page."),
        group=_("Telling people"),
        icon="bell",
        rows=customs.customs_listed,
        columns=(
            Column(_("Role"), lambda row: chosen.word(chosen.role_choices(), row.role) or gettext("every")),
            Column(_("Part of the tree"), lambda row: row.node.name if row.node else gettext("every")),
            Column(_("News"), lambda row: str(NEWS_WORDS.get(row.news, row.news))),
            Column(_("Besides the page by"), lambda row: _words(row.channels, WAY_WORDS)),
        ),
        form=CustomForm,
        keep=lambda viewer, row_id, told, now: customs.keep_custom(row_id, **told),
        out=lambda viewer, row_id, now: customs.drop_custom(row_id),
        out_deed="removed",
        key=("news", "role", "id"),
        name=lambda row: str(NEWS_WORDS.get(row.news, row.news)),
    ),
)
