"""The texts of messages: what customers and staff are sent, in each language."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.service.notices.rewording import keep_wording, refuse_unfit, restore_wording
from bihuan.service.notices.rules import cost_words, segments
from bihuan.service.notices.texts import Parts, filled, letter, sample_of, signed
from bihuan.service.notices.wordings import blanks_for, parts_of, wordings_listed
from bihuan.service.notices.words import KINDS
from bihuan.web.look.context import SPOKEN
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers.settings_register import Register, yes_no

AUDIENCES = {"customer": _("Customers"), "staff": _("Staff"), "group": _("Chat groups")}


class MessageForm(TidyForm):
    subject = forms.CharField(
        label=_("Subject"), max_length=120, help_text=_("Heads a mail or a push message; an SMS has none.")
    )
    words = forms.CharField(
        label=_("Text"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Names in braces are filled in when it is sent; keep them as they are. The private link follows at "
            "the end by itself."
        ),
    )


def _language(row: Any) -> str:
    return next((spoken.name for spoken in SPOKEN if spoken.code == row.language), row.language)


def _kind(row: Any) -> str:
    return str(KINDS.get(row.kind, row.kind))


def _parts(row: Any) -> Parts:
    return parts_of(row.audience, row.kind, language=row.language)


def _values(row: Any) -> dict[str, Any]:
    parts = _parts(row)
    return {"subject": parts.subject, "words": parts.words}


def _keep(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    return keep_wording(row_id or 0, subject=told["subject"], words=told["words"], now=now)


def _preview(row: Any, told: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """The message as it would arrive, with sample values, and how many SMS it is billed as."""
    parts = Parts(subject=" ".join(told["subject"].split()), words=" ".join(told["words"].split()))
    refuse_unfit(row, subject=parts.subject, words=parts.words)
    link = f"{settings.BIHUAN_ADDRESS}/k/{'•' * 16}"
    text = filled(parts, fill=sample_of(row.language), link=link)
    sms = signed(text.words, language=row.language)
    blanks = blanks_for(row.audience, row.kind, language=row.language)
    shown = [
        (gettext("SMS"), sms),
        (gettext("Subject"), text.subject),
        (gettext("Placeholders"), ", ".join(f"{{{name}}}" for name in sorted(blanks.any)) or "–"),
        (gettext("Billed as messages, without the link"), str(segments(sms.removesuffix(link).rstrip()))),
        (gettext("Billed as messages, with the link"), _billed(sms)),
    ]
    if row.audience == "customer":
        shown.insert(1, (gettext("E-mail"), letter(text.words, language=row.language)))
    return shown


def _billed(sms: str) -> str:
    """How many messages, and what they cost where the price of one is known."""
    many = segments(sms)
    return " · ".join(part for part in (str(many), cost_words(many, settings.BIHUAN_SMS_PRICE)) if part)


REGISTERS = (
    Register(
        code="messages",
        title=_("Message texts"),
        about=_("What customers and staff are sent about each event, in each language."),
        group=_("Rules"),
        icon="message-2",
        rows=wordings_listed,
        columns=(
            Column(_("About"), _kind),
            Column(_("For"), lambda row: str(AUDIENCES.get(row.audience, row.audience))),
            Column(_("Language"), _language),
            Column(_("Text"), lambda row: _parts(row).words),
            Column(_("Own text"), lambda row: yes_no(row.words)),
        ),
        form=MessageForm,
        keep=_keep,
        out=lambda viewer, row_id, now: restore_wording(row_id, now=now),
        out_deed="restored",
        out_about=_("The text that ships with the product is sent again. Your text stays in the history."),
        key=("audience", "kind", "language", "id"),
        values=_values,
        adds=False,
        preview=_preview,
        name=lambda row: f"{_kind(row)} · {AUDIENCES.get(row.audience, row.audience)} · {_language(row)}",
    ),
)
