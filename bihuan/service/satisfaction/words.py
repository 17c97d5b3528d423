"""The codes of this room in words."""

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

RATINGS: dict[str, Lazy] = {
    "speed": _("How fast did we respond?"),
    "effect": _("How well was the problem solved?"),
    "attitude": _("How were you treated?"),
    "overall": _("All in all, how satisfied are you?"),
}
CAUSES: dict[str, Lazy] = {
    "low_score": _("Low score"),
    "opinion": _("Opinion on the service sheet"),
    "not_solved": _("Not solved"),
    "complaint": _("Complaint about the work"),
}
FAULTS: dict[str, Lazy] = {
    "product": _("The product"),
    "service": _("Our service"),
    "other": _("Something else"),
}
RESULTS: dict[str, Lazy] = {
    "reached": _("Reached"),
    "no_answer": pgettext_lazy("attempt", "No answer"),
    "busy": _("Busy"),
    "wrong_number": _("Wrong number"),
    "later": _("Asked to be called later"),
}
LACKING: dict[str, Lazy] = {
    "fault": _("Say where the reason lies."),
    "remedy": _("Say what was agreed to put it right."),
    "score": _("A second score lies between 1 and 5."),
    "result": _("Say what came of the call."),
}


def incomplete(*names: str) -> dict[str, str]:
    """field → what is missing there, in the reader's language."""
    return {name: str(LACKING[name]) for name in names}
