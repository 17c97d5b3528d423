"""Refusals about calls and ringing back."""

from django.utils.translation import gettext as _

from bihuan.registers.access.errors import LostRace, Refusal


class ExtensionTaken(Refusal):
    def __init__(self, name: str) -> None:
        sentence = _("%(name)s sits at this extension now.") % {"name": name}
        super().__init__(sentence, fields={"extension": sentence})


class CallNotYours(Refusal):
    status = 403

    def __init__(self) -> None:
        super().__init__(_("Only the agent who took this call, or a supervisor, may say what came of it."))


class CallAccounted(LostRace):
    def __init__(self) -> None:
        super().__init__(_("What came of this call is written down already."))


class CallGoesOn(Refusal):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("The call has not been answered, or is over."))


class ReasonUnknown(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Choose why no report came of this call."))


class NotReady(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _("The customer does not wish to wait: do not transfer. Offer to ring back instead.")
        )


class TransferToNobody(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Say to whom the call is transferred."))


class TransferOver(LostRace):
    def __init__(self) -> None:
        super().__init__(_("Nobody waits on this call any more to be taken over."))


class RingBackOver(LostRace):
    def __init__(self) -> None:
        super().__init__(_("This customer has been rung already."))


class RingBackHeld(LostRace):
    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s rings this customer.") % {"name": name})


class ResultUnknown(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Choose what came of ringing back."))


class TooFewTries(Refusal):
    def __init__(self, least: int) -> None:
        super().__init__(_("Try at least %(least)s times before you give up.") % {"least": least})


class NoNumber(Refusal):
    def __init__(self) -> None:
        sentence = _("Without a phone number we cannot ring you back.")
        super().__init__(sentence, fields={"phone": sentence})
