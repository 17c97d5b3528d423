"""Why something about promises was refused, in the reader's language."""

from django.utils.translation import gettext as _

from bihuan.registers.access.errors import LostRace, Refusal


class NothingToMend(LostRace):
    """The row says what the journal says, or the journal knows nothing of it."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing to mend here: the row and the journal agree by now."))


class NoSuchProfile(Refusal):
    """The profile is not stored, or something in it is still to be filled in."""

    def __init__(self) -> None:
        sentence = _("Choose one of the stored profiles.")
        super().__init__(sentence, fields={"profile": sentence})


class NoSuchMonth(Refusal):
    def __init__(self) -> None:
        sentence = _("Choose a month that has begun, like 2026-10.")
        super().__init__(sentence, fields={"month": sentence})
