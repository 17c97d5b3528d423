"""Why an order was not taken, in the reader's language."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.registers.access.errors import Refusal
from bihuan.service.orders.rules import Fault

SENTENCES = {
    "too_long": gettext_lazy("This is too long; at most %(most)s characters."),
    "number_missing": gettext_lazy(
        "The platform's own number of the order is needed: by it the order is known again."
    ),
    "number_unknown": gettext_lazy("No order was taken under this number, so there is none to cancel."),
    "number_unreadable": gettext_lazy("This number holds signs that nobody can read."),
    "kind_unknown": gettext_lazy(
        "“%(told)s” is no kind of work that is known for this platform. Add it to the platform's words."
    ),
    "phone_missing": gettext_lazy(
        "The buyer's phone is needed. A private number with its extension will do."
    ),
    "no_phone": gettext_lazy("This is not a phone number. A private number has its extension after a dash."),
    "unknown": gettext_lazy("“%(value)s” is not one of the choices."),
    "no_address": gettext_lazy("This is not the address of a page or picture."),
    "day_far": gettext_lazy("This day lies too far away."),
    "ended": gettext_lazy(
        "The work of this order has ended, so it stays as it was. Send what is new under a new number."
    ),
    "other_kind": gettext_lazy(
        "This number was sent for another kind of work. Cancel that order, or send this one under a new number."
    ),
    "other_machine": gettext_lazy(
        "This number was sent for another machine. Cancel that order, or send this one under a new number."
    ),
}


class OrderRefused(Refusal):
    """The order has faults; each field says its own."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        told = {one.field: str(SENTENCES[one.code]) % dict(one.params) for one in faults}
        super().__init__(_("The order was not taken yet: please mend the marked fields."), fields=told)


class OrderDiffers(Refusal):
    """The same number with other words that are no update."""

    status = 409

    def __init__(self, code: str) -> None:
        self.code = code
        field = {"other_kind": "kind", "other_machine": "machine"}.get(code, "number")
        super().__init__(str(SENTENCES[code]), fields={field: str(SENTENCES[code])})


class PlatformUnknown(Refusal):
    """No platform in use has this code."""

    def __init__(self) -> None:
        sentence = _("No platform in use has this code. An administrator keeps the list.")
        super().__init__(sentence, fields={"platform": sentence})
