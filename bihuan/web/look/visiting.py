"""How long it takes until somebody is chosen to come, and how the time of the visit is agreed: said to customers on
the phone and on their page in the same words."""

from datetime import timedelta

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from bihuan.ground.worktime import clock
from bihuan.service.commitments.queries import allowed_for
from bihuan.web.look.words import words_span

ROUND_THE_CLOCK = "24x7"
NO_VISIT = frozenset({"carry_in", "mail_in", "remote"})


def visit_words(*, kind: str, urgency: str, channel: str, category: str, way: str) -> str:
    """The dispatch time in force for such a case and the way to a slot; empty where nobody comes."""
    traits = {"work": kind, "urgency": urgency, "channel": channel, "category": category}
    clause = allowed_for("dispatch", traits, on=localdate(clock.now()))
    if clause is None or way in NO_VISIT:
        return ""
    span = words_span(timedelta(seconds=clause.seconds))
    if clause.calendar == ROUND_THE_CLOCK:
        chosen = _("Within %(span)s, at any hour, a technician is chosen.") % {"span": span}
    else:
        chosen = _("Within %(span)s of our contact hours a technician is chosen.") % {"span": span}
    slot = _("Then you choose a two-hour slot on your private link, or we ring you to agree on one.")
    return f"{chosen} {slot}"
