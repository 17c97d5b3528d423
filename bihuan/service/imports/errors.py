"""Why something about bringing in a file was refused, in the reader's language."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bihuan.registers.access.errors import LostRace, Refusal
from bihuan.service.imports.book import NoBook
from bihuan.service.imports.words import book_words


class NotAWorkbook(Refusal):
    """The file cannot be read; the sentence says what would help."""

    def __init__(self, why: NoBook) -> None:
        sentence = book_words(why.code, why.params)
        super().__init__(sentence, fields={"file": sentence})


class NoHeads(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _("No row of heads was found on this sheet. Put the names of the columns in one row.")
        )


class MappingRefused(Refusal):
    """A field that is needed has no column, or one field has two."""

    def __init__(self, *, lacking: list[str], doubled: list[str]) -> None:
        said = []
        if lacking:
            said.append(_("Choose a column for: %(fields)s.") % {"fields": "、".join(lacking)})
        if doubled:
            said.append(
                _("More than one column is brought into: %(fields)s.") % {"fields": "、".join(doubled)}
            )
        super().__init__(" ".join(said), fields={"mapping": " ".join(said)})


class ImportMovedOn(LostRace):
    def __init__(self) -> None:
        super().__init__(_("This import has moved on meanwhile. Look at how it stands now."))


class ImportForgotten(Refusal):
    """The file and what was there before are no longer kept."""

    status = 410

    def __init__(self) -> None:
        super().__init__(_("This was brought in more than 30 days ago; the file is no longer kept."))


def refusal_words(error: Refusal | ValidationError) -> str:
    """What a register's refusal says, in the language of the person who brings in."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return " ".join(dict.fromkeys([*error.fields.values(), *([str(error)] if str(error) else [])]))
