"""The codes of notices in the words of whoever reads about them."""

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CHANNELS: dict[str, Lazy] = {
    "sms": _("SMS"),
    "mail": _("E-mail"),
    "push": _("Push message"),
    "call": _("To be rung"),
}
STATES: dict[str, Lazy] = {
    "waiting": _("Waiting"),
    "sent": _("Sent"),
    "given_up": pgettext_lazy("message", "Given up"),
}
TROUBLES: dict[str, Lazy] = {
    "no_address": _("There is no mobile number and no e-mail address: please ring."),
    "hourly_cap": _("This address has had its share of messages this hour; the rest wait."),
    "forgotten": _("The customer was forgotten before this could be sent."),
}
KINDS: dict[str, Lazy] = {
    "case_opened": _("Report received"),
    "complaint_opened": _("Complaint received"),
    "accepted": _("Service point accepted"),
    "assigned": _("Technician chosen"),
    "booked": _("Visit booked"),
    "unbooked": _("Visit called off"),
    "reminder": _("Reminder"),
    "late": _("Running late"),
    "departed": _("On the way"),
    "quote": _("Quote to consent to"),
    "confirm": _("Is it solved?"),
    "survey": _("Survey"),
    "closed": _("Closed"),
    "withdrawn": _("Withdrawn"),
    "waiting": _("Has to wait"),
    "resumed": _("Goes on"),
    "progress": _("Progress"),
    "still_open": _("Still open, nothing new"),
    "chased": _("Chased"),
    "reopened": _("Reopened"),
    "no_one_home": _("Customer not at home"),
    "urgent_case": _("Urgent case"),
    "offered": _("Job offered"),
    "unassigned": _("Job taken back"),
    "returned": _("Returned by the service point"),
    "at_risk": _("Promise at risk"),
    "broken": _("Promise broken"),
    "low_score": _("Low score"),
    "not_solved": _("Still not solved"),
    "mentioned": _("Named in a note"),
    "followed": _("A followed case moved"),
    "day_report": _("Day report"),
    "proposed": _("Asked to take over"),
    "support_asked": _("Technical support asked"),
    "support_answered": _("Technical support answered"),
    "quarantined": _("Report in quarantine"),
    "customer_unreachable": _("Customer cannot be written to"),
    "sign_in_code": _("Sign-in code"),
}


def trouble_words(trouble: str) -> str:
    """What went wrong, for a person; an engineer's word is said as a fault of the provider."""
    if not trouble:
        return ""
    return str(TROUBLES.get(trouble, _("The provider did not take it.")))
