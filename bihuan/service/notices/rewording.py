"""Writing the texts of messages: one of one's own in place of the shipped one, and back. Each is checked first."""

import unicodedata
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from bihuan.registers.organisation.keeping import held, keep_row
from bihuan.service.notices import wordings
from bihuan.service.notices.models import Wording
from bihuan.service.notices.rules import Unreadable, blanks_of
from bihuan.service.notices.texts import shipped

FIELDS = frozenset({"subject", "words", "changed_at"})


def load_shipped_wordings(*, now: datetime) -> int:
    """A row for every message and language that has none yet; own texts stay. Returns how many were new."""
    known = set(Wording.objects.values_list("audience", "kind", "language"))
    fresh = [
        Wording(audience=audience, kind=kind, language=language, changed_at=now)
        for audience, kinds in shipped().items()
        for kind in kinds
        for language in wordings.LANGUAGES
        if (audience, kind, language) not in known
    ]
    Wording.objects.bulk_create(fresh, ignore_conflicts=True)
    wordings.forget()
    return len(fresh)


@transaction.atomic
def keep_wording(row_id: int, *, subject: str, words: str, now: datetime) -> Wording:
    """Send this text from now on. Refused, beside its field, when a placeholder is missing or unknown, or when it
    holds signs that no message can carry. What is the text in force already stays that."""
    row = held(Wording, row_id)
    told = {"subject": _tidy(subject), "words": _tidy(words)}
    refuse_unfit(row, **told)
    stands = wordings.parts_of(row.audience, row.kind, language=row.language)
    if not row.words and (stands.subject, stands.words) == (told["subject"], told["words"]):
        return row
    kept = keep_row(Wording, row_id, told | {"changed_at": now}, fields=FIELDS)
    _tell_everybody()
    return kept


@transaction.atomic
def restore_wording(row_id: int, *, now: datetime) -> Wording:
    """Back to the text that ships; refused when that one is in force."""
    row = held(Wording, row_id)
    if not row.words:
        raise ValidationError(_("This message has its shipped text already."))
    row.subject, row.words, row.changed_at = "", "", now
    row.save(update_fields=["subject", "words", "changed_at"])
    _tell_everybody()
    return row


def refuse_unfit(row: Wording, *, subject: str, words: str) -> None:
    """ValidationError, field by field, when this cannot be the text of this message."""
    wanted = wordings.blanks_for(row.audience, row.kind, language=row.language)
    faults = {
        "subject": _faults(subject, needs=wanted.subject, may=wanted.any),
        "words": _faults(words, needs=wanted.words, may=wanted.any),
    }
    if any(faults.values()):
        raise ValidationError({name: said for name, said in faults.items() if said})


def _faults(text: str, *, needs: frozenset[str], may: frozenset[str]) -> list[str]:
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co"} for sign in text):
        return [_("This holds signs that cannot be written down.")]
    if not text:
        return [_("This must not be empty.")]
    try:
        used = blanks_of(text)
    except Unreadable:
        return [_("Braces stand only around a placeholder, such as {number}.")]
    allowed = _(", ").join(f"{{{name}}}" for name in sorted(may)) or _("none")
    told = [
        _("There is no placeholder {%(name)s} in this message. Possible here: %(allowed)s.")
        % {"name": name[:40], "allowed": allowed}
        for name in sorted(used - may)
    ]
    told += [_("The placeholder {%(name)s} is missing.") % {"name": name} for name in sorted(needs - used)]
    return told


def _tidy(text: str) -> str:
    """On one line, without blanks at its ends: a subject with a line break would be a second header."""
    return " ".join(text.split())


def _tell_everybody() -> None:
    wordings.forget()
    transaction.on_commit(wordings.forget)
