"""Why a proposal was not taken, in the reader's language."""

from django.utils.translation import gettext as _

from bihuan.registers.access.errors import LostRace, Refusal


class ProposalLacks(Refusal):
    """Something is missing or cannot be: field → sentence."""

    def __init__(self, **fields: str) -> None:
        super().__init__(" ".join(fields.values()), fields=fields)


class CarriedOnAlready(LostRace):
    def __init__(self) -> None:
        super().__init__(_("Somebody else carried this on already. Look at it again."))
