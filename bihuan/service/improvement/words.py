"""The figures in the words of the trade, and what each of them counts."""

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TITLES: dict[str, Lazy] = {
    "opened": _("Reported today"),
    "done": _("Done today"),
    "unfinished": _("Not done"),
    "to_24": _("Not done, up to 24 h"),
    "to_48": _("Not done, 24–48 h"),
    "to_72": _("Not done, 48–72 h"),
    "over_72": _("Not done, over 72 h"),
    "broken": _("Promises broken"),
    "chased": _("Asked again"),
    "complaints": _("Complaints and escalations"),
    "escalated": _("Escalated: not solved after a callback"),
    "kept": _("Promises kept"),
    "satisfaction": _("Satisfaction"),
    "remote": _("Solved by phone"),
    "late": _("Late now"),
}
DEFINITIONS: dict[str, Lazy] = {
    "opened": _("Cases whose report came in since midnight."),
    "done": _("Cases whose work was done since midnight and has not been opened again."),
    "unfinished": _("Open cases whose work is not done, by hours since the report."),
    "to_24": _("Open, work not done, reported at most 24 hours ago."),
    "to_48": _("Open, work not done, reported more than 24 and at most 48 hours ago."),
    "to_72": _("Open, work not done, reported more than 48 and at most 72 hours ago."),
    "over_72": _("Open, work not done, reported more than 72 hours ago."),
    "broken": _("Promises whose time ran out since midnight. One case may break several."),
    "chased": _("How often customers asked again since midnight."),
    "complaints": _("Complaints opened since midnight, and cases not solved after a callback."),
    "escalated": _("Cases that a callback found not solved; a supervisor has 24 hours."),
    "kept": _("Promises kept ÷ promises kept or broken, last 30 days. Open and overdue counts as broken."),
    "satisfaction": _(
        "Answers with 4 or 5 points overall ÷ all answers, last 30 days. Silence is no answer and never counts as "
        "satisfied."
    ),
    "remote": _("Work done by phone ÷ all work done, last 30 days."),
    "late": _("Open cases with a promise whose time is over."),
}
WHEN: dict[str, Lazy] = {
    "today": _("today"),
    "yesterday": _("yesterday until this time of day"),
    "last_week": _("a week ago until this time of day"),
}
STAGES: dict[str, Lazy] = {
    "speed": _("Speed"),
    "effect": _("Problem solved"),
    "attitude": _("Treatment"),
    "overall": _("Overall"),
}
FACTORS: dict[str, Lazy] = {
    "all": _("All answers"),
    "node": _("Service point"),
    "category": _("Appliance family"),
    "kind": _("Kind of work"),
    "promise": _("Promises of the case"),
}
PROMISE_GROUPS: dict[str, Lazy] = {
    "broken": _("at least one broken"),
    "held": _("all kept"),
}
PHASES: dict[str, Lazy] = {
    "plan": pgettext_lazy("phase", "Plan"),
    "do": pgettext_lazy("phase", "Do"),
    "check": pgettext_lazy("phase", "Check"),
    "act": pgettext_lazy("phase", "Act"),
    "ended": pgettext_lazy("phase", "Ended"),
}
DECISIONS: dict[str, Lazy] = {
    "standard": _("It helped: make it the standard"),
    "again": _("Not yet: plan another round"),
    "dropped": _("Dropped: it was not worth it"),
}
