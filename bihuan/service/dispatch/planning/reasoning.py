"""What the engine says of a plan, kept as codes with their numbers, and told as sentences."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bihuan.ground.routing.explain import Assigned, Fact
from bihuan.ground.routing.model import Id
from bihuan.ground.routing.plans import Unserved
from bihuan.ground.routing.why import Reason as Refused
from bihuan.ground.routing.why import Relaxation, Rule
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.planning.translating import SECOND, Morning
from bihuan.service.dispatch.rules import Reason
from bihuan.service.dispatch.words import sentence

type Told = dict[str, Any]
type Names = Mapping[int, str]  # technician → name

MINUTE = 60
NEAREST = 3  # of those who cannot, as many are named
NO_WINDOW = ((1, 0),)

_FOR: dict[str, Lazy] = {
    "first": gettext_lazy("First of the day, %(minutes)d min from home"),
    "after": gettext_lazy("%(minutes)d min on from case %(number)s"),
    "after_other": gettext_lazy("%(minutes)d min on from what comes before"),
    "told": gettext_lazy("Was asked, or meant to go, before"),
    "preferred": gettext_lazy("The customer asks for them, or they know the appliance"),
    "together": gettext_lazy("Takes two people; both are free then"),
    "next": gettext_lazy("%(name)s would cost %(minutes)d min more"),
    "next_later": gettext_lazy("%(name)s would cost %(minutes)d min more and begin %(later)d min later"),
}
_AGAINST: dict[Rule, Lazy] = {
    Rule.PIN: gettext_lazy("agreed with somebody else"),
    Rule.EXCLUDED: gettext_lazy("refused it before, or the customer does not want them"),
    Rule.PART: gettext_lazy("lacks the part"),
    Rule.MAX_JOBS: gettext_lazy("has as many jobs that day as allowed"),
    Rule.ROOM: gettext_lazy("has as much work outdoors that day as allowed"),
    Rule.NO_WAY: gettext_lazy("has no way there"),
    Rule.WINDOW: gettext_lazy("would come %(minutes)d min after the last time of the day"),
    Rule.SHIFT: gettext_lazy("would be home %(minutes)d min after the end of work"),
    Rule.LUNCH: gettext_lazy("would have no lunch: %(minutes)d min are missing"),
    Rule.NO_GAP: gettext_lazy("has no gap: %(minutes)d min are missing"),
    Rule.TOGETHER: gettext_lazy("nobody else has time at the same moment"),
    Rule.PRICE: gettext_lazy("would drive longer for it than it is worth"),
}


def because(morning: Morning, one: Assigned) -> list[Told]:
    """What speaks for a visit, what speaks most first."""
    found = [_fact(morning, fact) for fact in one.because]
    told = [{"code": "rank", "rank": one.rank, "of": one.feasible}, *(each for each in found if each)]
    told.extend(
        {"code": "next", "who": other.technician, "extra": other.extra, "later": other.later}
        for other in one.alternatives[:1]
    )
    return told


def _fact(morning: Morning, fact: Fact) -> Told | None:
    match fact.kind:
        case "first":
            return {"code": "first", "drive": fact.have}
        case "after":
            number = _number(morning, fact.about)
            return {"code": "after", "case": number, "drive": fact.have}
        case "skill":
            return {"code": "skill", "level": fact.have}
        case "certificate":
            return {"code": "permit", "permit": fact.about, "until": fact.have}
        case "told" | "preferred" | "together" as kind:
            return {"code": kind}
    return None


def _number(morning: Morning, job: str) -> str:
    """The number of a job's case; empty for what is no case."""
    told = job.removesuffix(SECOND)
    case = morning.cases.get(int(told)) if told.isdigit() else None
    return case.number if case is not None else ""


def left_told(morning: Morning, one: Unserved, barred: Collection[tuple[Id, int]] = ()) -> Told:
    """A case that nobody can take on this day: the rules that are missed by least, and what would have to give way.
    `barred`: cases and technicians for whom no time can be booked."""
    case = morning.cases[one.job.id]
    none_left = one.job.windows == NO_WINDOW
    return {
        "case": case.id,
        "number": case.number,
        "urgent": case.urgency == "urgent",
        "because": [{"code": "no_slot_left"}] if none_left else _against(one, case, barred),
        "relax": [] if none_left else [_relaxed(morning, each) for each in one.relax],
    }


def _against(one: Unserved, case: Case, barred: Collection[tuple[Id, int]]) -> list[Told]:
    told = [
        {"code": "not_bookable", "who": each.technician}
        if each.rule is Rule.EXCLUDED and (one.job.id, each.technician) in barred
        else _refused(each, case.category, case.kind)
        for each in one.because[:NEAREST]
    ]
    others = len({each.technician for each in one.because} - {each["who"] for each in told})
    return [*told, {"code": "others", "count": others}] if others else told


def _refused(one: Refused, category: str, kind: str) -> Told:
    told: Told = {"code": one.rule.value, "who": one.technician, "short": one.short_by, "have": one.have}
    if one.rule is Rule.SKILL:
        told |= {"category": category, "work": kind}
    if one.about:
        told["about"] = one.about
    return told


def _relaxed(morning: Morning, one: Relaxation) -> Told:
    told: Told = {"code": one.kind, "who": one.technician, "by": one.by or 0}
    if one.job is not None:
        told["case"] = _number(morning, str(one.job))
    return told


def sentences_for(told: list[Told], names: Names) -> list[str]:
    """What speaks for a change, in the reader's language."""
    return [_sentence_for(one, names) for one in told]


def _sentence_for(one: Told, names: Names) -> str:
    match one["code"]:
        case "rank":
            return _rank(one["rank"], one["of"])
        case "skill":
            return sentence(Reason("skill", {"level": one["level"]}))
        case "permit":
            until = date.fromisoformat(one["until"])
            return sentence(Reason("permit_until", {"permit": one["permit"], "day": until}))
        case "next":
            code = "next_later" if one["later"] > 0 else "next"
            told = {
                "name": names.get(one["who"], "–"),
                "minutes": minutes(one["extra"]),
                "later": minutes(one["later"]),
            }
            return str(_FOR[code]) % told
        case code:
            known = "after_other" if code == "after" and not one["case"] else code
            return str(_FOR[known]) % {"minutes": minutes(one.get("drive", 0)), "number": one.get("case", "")}


def _rank(rank: int, of: int) -> str:
    if of == 1:
        return _("The only one who could come that day")
    if rank == 1:
        return _("Costs least of the %(count)d who could come") % {"count": of}
    return _("By cost number %(place)d of the %(count)d who could come; it makes room for others") % {
        "count": of,
        "place": rank,
    }


def sentences_against(told: list[Told], names: Names) -> list[str]:
    """Why nobody takes a case, in the reader's language."""
    return [_sentence_against(one, names) for one in told]


def _sentence_against(one: Told, names: Names) -> str:
    if one["code"] == "no_slot_left":
        return _("No time of this day is left for it, or a rule closes the day")
    if one["code"] == "others":
        return ngettext(
            "%(count)d other technician cannot either",
            "%(count)d other technicians cannot either",
            one["count"],
        ) % {"count": one["count"]}
    if one["code"] == "not_bookable":
        return _("%(name)s: no time that can be booked is left") % {"name": names.get(one["who"], "–")}
    told = {"name": names.get(one["who"], "–"), "why": _why_not(one, Rule(one["code"]))}
    return _("%(name)s: %(why)s") % told


def _why_not(one: Told, rule: Rule) -> str:
    if rule is Rule.SKILL:
        return sentence(Reason("no_skill", {"work": one["work"], "category": one["category"]}))
    if rule is Rule.CERTIFICATE and one["have"]:
        ended = date.fromisoformat(one["have"])
        return sentence(Reason("permit_expired", {"permit": one["about"], "day": ended}))
    if rule is Rule.CERTIFICATE:
        return sentence(Reason("permit_missing", {"permit": one["about"]}))
    return str(_AGAINST[rule]) % {"minutes": minutes(one["short"])}


def sentences_of_ways(told: list[Told], names: Names) -> list[str]:
    """What would make room for a case, in the reader's language."""
    return [words for one in told for words in _way(one, names)]


def _way(one: Told, names: Names) -> Iterator[str]:
    told = {"name": names.get(one["who"], "–"), "minutes": minutes(one["by"]), "number": one.get("case", "")}
    match one["code"]:
        case "window":
            yield _("A time that begins or ends %(minutes)d min outside of the offered ones: %(name)s") % told
        case "overtime":
            yield _("%(name)s works %(minutes)d min longer") % told
        case "skill":
            yield _("%(name)s has the time, but not the skill") % told
        case "pin":
            yield _("%(name)s has the time, but it is agreed with somebody else") % told
        case "displace" if told["number"]:
            yield _("%(name)s leaves case %(number)s for another day instead") % told


def minutes(seconds: int) -> int:
    """Whole minutes, rounded up."""
    return -(-int(seconds) // MINUTE)


def span_words(seconds: int) -> str:
    """3 h 05 min, with a sign before what is less than nothing."""
    hours, rest = divmod(abs(seconds) // MINUTE, 60)
    told = _("%(hours)d h %(minutes)d min") if hours else _("%(minutes)d min")
    return ("−" if seconds < 0 else "") + told % {"hours": hours, "minutes": rest}
