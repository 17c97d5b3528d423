"""Why a complaint was not taken, in the reader's language."""

from django.utils.translation import gettext as _

from bihuan.registers.access.errors import Refusal


class WordsNeeded(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Write something first."), fields={"words": _("Write something first.")})
