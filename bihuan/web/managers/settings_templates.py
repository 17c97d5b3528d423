"""The register of SMS and WeChat texts that a provider approved, or is to approve."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.channels.keeping_templates import drop_template, keep_template, templates_listed
from bihuan.service.notices.rules import cost_words, segments
from bihuan.service.notices.texts import SAMPLES, shipped
from bihuan.service.notices.words import KINDS
from bihuan.web.look.context import SPOKEN
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers.settings_register import Register, choice

PROVIDERS = (
    ("aliyun_sms", _("Alibaba Cloud SMS")),
    ("tencent_sms", _("Tencent Cloud SMS")),
    ("wechat", _("WeChat template message")),
)
STATES = (
    ("draft", _("Draft")),
    ("submitted", _("Handed in")),
    ("approved", _("Approved")),
    ("refused", _("Refused")),
)
FILLED = frozenset({*SAMPLES, "words", "link", "token"})
AUDIENCES = {"customer": _("Customers"), "staff": _("Staff")}


def _messages() -> list[tuple[str, Any]]:
    found = []
    for audience, title in AUDIENCES.items():
        for kind in shipped()[audience]:
            if not kind.startswith("chat_"):
                found.append((f"{audience}.{kind}", f"{title} · {KINDS.get(kind, kind)}"))
    return found


class TemplateForm(TidyForm):
    provider = choice(_("Provider"), lambda: list(PROVIDERS))
    message = choice(_("Message"), _messages, required=False, blank=_("all that have no text of their own"))
    language = choice(
        _("Language"), lambda: [(one.code, one.name) for one in SPOKEN], required=False, blank=_("any")
    )
    code = forms.CharField(
        label=_("Code at the provider"), max_length=64, required=False, help_text=_("Such as SMS_123456789.")
    )
    places = forms.CharField(
        label=_("Places, in their order"),
        max_length=300,
        required=False,
        help_text=_(
            "Names of what is filled in, with a space between: number, slot, who, link; token is the end of the short "
            "link, words the whole text. For WeChat with the field before it: thing1=number."
        ),
    )
    words = forms.CharField(
        label=_("Text as handed in"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    state = choice(_("Approval"), lambda: list(STATES))
    why = forms.CharField(label=_("Why it was refused"), max_length=120, required=False)


def _values(row: Any) -> dict[str, Any]:
    names = ("provider", "message", "language", "code", "words", "state", "why")
    return {name: getattr(row, name) for name in names} | {"places": " ".join(row.places)}


def _keep(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    return keep_template(row_id, told, known=FILLED, now=now)


def _preview(row: Any, told: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """How many messages the text is billed as, and what they cost where the price of one is known."""
    many = segments(told["words"])
    billed = [str(many), cost_words(many, settings.BIHUAN_SMS_PRICE)]
    return [
        (gettext("Text as handed in"), told["words"] or "–"),
        (gettext("Billed as messages"), " · ".join(part for part in billed if part)),
    ]


def _message(row: Any) -> str:
    return str(dict(_messages()).get(row.message) or _("all that have no text of their own"))


def _word(pairs: Sequence[tuple[str, Any]], code: str) -> str:
    return str(dict(pairs).get(code, code))


REGISTERS = (
    Register(
        code="message-templates",
        title=_("Approved texts"),
        about=_(
            "SMS and WeChat carry only texts that the provider approved. One that is not approved goes by another "
            "channel, and the outbox says so."
        ),
        group=_("Rules"),
        icon="message-2",
        rows=templates_listed,
        columns=(
            Column(_("Provider"), lambda row: _word(PROVIDERS, row.provider)),
            Column(_("Message"), _message),
            Column(_("Code at the provider"), lambda row: row.code or "–"),
            Column(_("Approval"), lambda row: _word(STATES, row.state)),
            Column(_("Text as handed in"), lambda row: row.words),
        ),
        form=TemplateForm,
        keep=_keep,
        out=lambda viewer, row_id, now: drop_template(row_id),
        out_deed="removed",
        out_about=_("Messages of this kind go by the text for all others, or by another channel."),
        key=("provider", "message", "language", "id"),
        values=_values,
        preview=_preview,
        name=lambda row: f"{_word(PROVIDERS, row.provider)} · {_message(row)}",
    ),
)
