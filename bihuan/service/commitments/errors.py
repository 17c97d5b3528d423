"""Why something about promises was refused, in the reader's language."""

from django.utils.translation import gettext as _

from bihuan.registers.access.errors import LostRace


class NothingToMend(LostRace):
    """The row says what the journal says, or the journal knows nothing of it."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing to mend here: the row and the journal agree by now."))
