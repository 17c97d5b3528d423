"""The codes of work on site in the words of the trade."""

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

OUTCOME_HELP: dict[str, Lazy] = {
    "finished": _("Every complained point works; the customer signs."),
    "waiting": _("The clock rests until the part is there."),
    "second_visit": _("A new time is agreed with the customer."),
    "customer_absent": _("Ring twice before you choose this."),
    "declined": _("Nothing is repaired; only the inspection fee told at booking may be charged."),
    "no_fault": _("It works; you showed how to use it."),
    "collected": _("Write down looks and accessories; the customer gets a receipt."),
    "exchange_advised": _("Needs a written diagnosis; the customer signs."),
    "withdrawn": _("The customer no longer wants the work."),
    "site_not_ready": _("Power, wall, opening or pipe is not ready yet."),
    "taken_down": _("The machine is down; agree when it goes up."),
}
OPINIONS: dict[str, Lazy] = {
    "very_satisfied": _("Very satisfied"),
    "satisfied": _("Satisfied"),
    "fair": _("Fair"),
    "dissatisfied": _("Dissatisfied"),
}
LACKING: dict[str, Lazy] = {
    "quote_unanswered": _("the customer's answer to the quote"),
    "quote_refused": _("the customer's consent: the quote was refused"),
    "parts_unquoted": _("consent to every part that was fitted"),
    "parts_unshown": _("showing each new part to the customer"),
    "safety": _("every safety step"),
    "diagnosis": _("the diagnosis"),
    "points_open": _("a function test for every complained point"),
    "points_failed": _("a complained point that works: one test failed"),
}
FREE_BECAUSE: dict[str, Lazy] = {
    "in": _("In warranty"),
    "extended": _("Extended warranty"),
    "repeat": _("Repeat repair within 30 days"),
}
NOT_COVERED: dict[str, Lazy] = {
    "misuse": _("Damaged by use or transport"),
    "opened_by_others": _("Opened by others"),
    "force_majeure": _("Force majeure"),
    "no_voucher": _("No purchase voucher"),
}
OLD_PARTS: dict[str, Lazy] = {
    "kept": _("Customer keeps it"),
    "taken": _("Taken back"),
    "none": _("There was none"),
}
ITEMS: dict[str, Lazy] = {
    "labour": _("Labour"),
    "visit": pgettext_lazy("price", "Visit"),
    "inspection": pgettext_lazy("price", "Inspection"),
    "part": pgettext_lazy("price", "Part"),
    "fee": pgettext_lazy("price", "Other fee"),
}
COVERS: dict[str, Lazy] = {
    "in": _("In warranty"),
    "extended": _("Extended warranty"),
    "out": _("Out of warranty"),
    "unknown": _("Warranty not known"),
}
STATES: dict[str, Lazy] = {
    "yes": pgettext_lazy("check", "Done"),
    "no": pgettext_lazy("check", "Not in order"),
    "none": pgettext_lazy("check", "Not needed"),
}
ENVIRONMENT_STATES: dict[str, Lazy] = STATES | {"yes": pgettext_lazy("check", "In order")}
PHOTO_ABOUT: dict[str, Lazy] = {
    "before": _("Before"),
    "after": _("After"),
    "part": pgettext_lazy("photo", "Part"),
    "plate": _("Name plate"),
    "paper": _("Paper signed by hand"),
}
UNITS: dict[str, Lazy] = {
    "whole": _("Serial"),
    "indoor": _("Indoor unit"),
    "outdoor": _("Outdoor unit"),
}
