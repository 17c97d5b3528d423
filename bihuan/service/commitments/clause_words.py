"""A clause in plain words: which events it listens to, for which cases, how long, when its clock rests."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from bihuan.service.cases.words import (
    CHANNELS,
    GRADES,
    HOLD_REASONS,
    KINDS,
    NEEDS,
    URGENCIES,
)
from bihuan.service.commitments.clause import REST_REASONS, Clause
from bihuan.service.commitments.pattern import Condition, Pattern

DAY, HOUR, MINUTE = 86_400, 3_600, 60

TRAITS: Mapping[str, Mapping[str, Lazy]] = {
    "work": KINDS,
    "urgency": URGENCIES,
    "grade": GRADES,
    "channel": CHANNELS,
}
EVENTS: dict[str, Lazy] = {
    "case.opened": _("the case is opened"),
    "case.call_connected": _("the call is answered"),
    "case.call_greeted": _("the greeting is spoken"),
    "case.call_put_through": _("the customer is put through"),
    "case.call_taken_over": _("the call is taken over"),
    "case.call_given_up": _("the caller hangs up before"),
    "case.chat_connected": _("an agent takes the chat"),
    "case.chat_greeted": _("the agent's first line stands in the chat"),
    "case.contacted": _("the customer is contacted"),
    "case.owner_proposed": _("the case is handed to a colleague"),
    "case.owner_changed": _("a colleague takes it over"),
    "case.plan_told": _("the plan is told to the customer"),
    "case.written_up": _("something is written up"),
    "case.support_asked": _("technical support is asked"),
    "case.support_answered": _("technical support answers"),
    "case.urgency_changed": _("its urgency changes"),
    "case.graded": _("the problem is graded"),
    "case.chased": _("the customer asks again"),
    "case.moved": _("the case moves on its card"),
    "case.need_ticked": _("a condition is met"),
    "case.rested": _("the case is put on hold"),
    "case.resumed": _("the case goes on"),
    "case.reopened": _("the case is opened again"),
    "case.done": _("the work is done"),
    "case.closed": _("the case is closed"),
    "dispatch.offered": _("the case is offered to a service point"),
    "dispatch.accepted": _("the service point accepts"),
    "dispatch.returned": _("the service point returns it"),
    "dispatch.offer_withdrawn": _("the offer is taken back"),
    "dispatch.assigned": _("a technician is assigned"),
    "dispatch.booked": _("a time is agreed with the customer"),
    "dispatch.withdrawn": _("the agreed time is given up"),
    "fieldwork.arrived": _("the technician arrives"),
    "fieldwork.machine_received": _("the machine is received"),
    "order.promised": _("the platform names the day that it promised"),
    "notice.sent": _("a message goes out"),
    "notice.given_up": _("a message cannot be delivered"),
    "satisfaction.confirm_asked": _("the customer is asked whether it is solved"),
    "satisfaction.survey_sent": _("the survey is sent"),
    "satisfaction.survey_answered": _("the survey is answered"),
    "satisfaction.callback_opened": _("a callback is due"),
    "satisfaction.callback_attempted": _("the customer is called back"),
    "satisfaction.callback_done": _("the callback is finished"),
    "satisfaction.not_solved": _("the customer says that it is not solved"),
    "complaint.official_notice": _("a notice of the authority is entered"),
    "complaint.official_answered": _("the authority is answered"),
}
CONDITIONS: dict[tuple[str, str], Lazy] = {
    ("about", "case_opened"): _("confirming a report"),
    ("about", "complaint_opened"): _("confirming a complaint"),
    ("about", "progress"): _("telling progress"),
    ("live", "yes"): _("while the customer waits on the line"),
    ("by_customer", "yes"): _("by the customer"),
    ("by_customer", "no"): _("by us"),
    ("reason", "moved_on"): _("because the case moved on"),
    ("move", "conclude"): _("when the facts are established"),
    ("move", "submit"): _("when the plan goes to approval"),
}


def trait_words(trait: str, value: str) -> str:
    """One value of a trait: "urgent" as 紧急; a city or a category as it is."""
    return str(TRAITS.get(trait, {}).get(value, value))


def scope_words(clause: Clause, *, without: str = "") -> str:
    """For which cases it holds, in words; empty for every case. `without`: a trait that is said elsewhere."""
    between, parts = pgettext("between names", ", "), []
    for trait, values in clause.scope.items():
        if trait == without or values >= set(TRAITS.get(trait, {"": ""})):
            continue
        known = list(TRAITS.get(trait, {}))
        ordered = sorted(values, key=lambda value: (known.index(value) if value in known else 99, value))
        parts.append(_named(trait, between.join(trait_words(trait, value) for value in ordered)))
    return " · ".join(parts)


def _named(trait: str, values: str) -> str:
    """Values that do not say by themselves what they are, such as "high", with the name of their trait."""
    if trait == "urgency":
        return gettext("urgency: %(values)s") % {"values": values}
    return gettext("grade: %(values)s") % {"values": values} if trait == "grade" else values


def patterns_words(patterns: Iterable[Pattern]) -> list[str]:
    """Each event with its conditions, each once."""
    return list(dict.fromkeys(pattern_words(one) for one in patterns))


def pattern_words(pattern: Pattern) -> str:
    told = str(EVENTS.get(pattern.kind, pattern.kind))
    if not pattern.conditions:
        return told
    between = pgettext("between names", ", ")
    conditions = between.join(_condition(one) for one in pattern.conditions)
    return gettext("%(event)s (%(conditions)s)") % {"event": told, "conditions": conditions}


def _condition(one: Condition) -> str:
    if (one.field, one.value) in CONDITIONS:
        return str(CONDITIONS[one.field, one.value])
    if one.field == "times":
        return gettext("%(times)s times or more") % {"times": one.value}
    if one.field == "need":
        return str(NEEDS.get(one.value, one.value))
    if one.field == "reason":
        return str(HOLD_REASONS.get(one.value, one.value))
    return trait_words(one.field, one.value)


def length_words(seconds: int, *, in_days: bool = False) -> str:
    """A length as it is promised: 10 s, 30 min, 48 h; from more than three days on, or when asked, in days."""
    days, hours, minutes = seconds // DAY, seconds // HOUR, seconds // MINUTE
    if seconds % DAY == 0 and (in_days or days > 3):
        return gettext("%(days)d d") % {"days": days}
    if seconds and seconds % HOUR == 0:
        return gettext("%(hours)d h") % {"hours": hours}
    if seconds and seconds % MINUTE == 0:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    return gettext("%(seconds)d s") % {"seconds": seconds}


def time_words(clause: Clause) -> str:
    """Its time: a length, the end of the slot, or what is still to be filled in."""
    if clause.placeholder and not clause.seconds:
        return clause.placeholder.removeprefix("within ")
    if clause.due_from == "slot_until":
        return gettext("until the agreed slot ends")
    if clause.due_from:
        return gettext("by the day that is named")
    return length_words(clause.seconds, in_days="workdays" in clause.calendar)


def rests_words(clause: Clause) -> str:
    """For which reasons its clock rests."""
    if not clause.rests:
        return gettext("never")
    ordered = [reason for reason in HOLD_REASONS if reason in clause.rests & REST_REASONS]
    return pgettext("between names", ", ").join(str(HOLD_REASONS[reason]) for reason in ordered)


def share_words(share: float) -> str:
    """0.95 as 95 %, 4.5 as 4.5."""
    return gettext("%(share)s %%") % {"share": f"{share * 100:.10g}"} if share <= 1 else f"{share:.10g}"


def rate_words(clause: Clause) -> str:
    """What a rate asks: "at least 95 % within 48 h", "on average within 72 h"."""
    within = length_words(clause.seconds) if clause.seconds else ""
    if clause.statistic == "rate":
        told = {"share": share_words(clause.target), "within": within}
        return (
            gettext("at least %(share)s within %(within)s") % told
            if within
            else gettext("at least %(share)s") % told
        )
    statistic = gettext("on average") if clause.statistic == "mean" else clause.statistic
    if within:
        return gettext("%(statistic)s within %(within)s") % {"statistic": statistic, "within": within}
    return gettext("%(statistic)s at least %(target)s") % {
        "statistic": statistic,
        "target": f"{clause.target:.10g}",
    }
