"""The codes of dispatch in the words of the trade, and the sentence of every reason."""

from collections.abc import Mapping
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.functional import Promise as Lazy
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from bihuan.registers.parts.queries import categories
from bihuan.service.cases.words import KINDS
from bihuan.service.dispatch.rules import Reason

MODE_NAMES: dict[str, Lazy] = {
    "automatic": _("Automatic: the best is asked"),
    "proposed": _("Proposed: a dispatcher agrees or refuses"),
    "manual": _("By hand: a dispatcher chooses"),
    "grab": _("Up for grabs: the first to take it has it"),
}
RETURN_REASONS: dict[str, Lazy] = {
    "too_far": _("Outside our area"),
    "no_capacity": _("No technician free in time"),
    "no_skill": _("We cannot do this work"),
    "no_part": _("The part cannot be had"),
    "wrong_address": _("Address wrong or incomplete"),
    "customer_unreachable": _("Customer cannot be reached"),
    "other": _("Another reason"),
}
REFUSE_REASONS: dict[str, Lazy] = {
    "no_time": _("No time"),
    "too_far": _("Too far away"),
    "no_skill": _("I cannot do this work"),
    "no_part": _("I lack the part or tool"),
    "ill": _("Ill or on leave"),
    "other": _("Another reason"),
}
REASSIGN_REASONS: dict[str, Lazy] = {
    "better_skill": _("Somebody more skilled is needed"),
    "nearer": _("Somebody is nearer"),
    "ill": _("Technician ill or on leave"),
    "running_late": _("Technician runs late"),
    "customer_wish": _("The customer asked for somebody else"),
    "other": _("Another reason"),
}
OVERRIDE_REASONS: dict[str, Lazy] = {
    "knows_customer": _("Knows the customer or the appliance"),
    "customer_wish": _("The customer asked for somebody else"),
    "nearer": _("Somebody is nearer"),
    "better_skill": _("Somebody more skilled is needed"),
    "fair_share": _("The work is shared out more evenly"),
    "not_reached": _("The first cannot be reached or cannot come"),
    "other": _("Another reason"),
}
REBOOK_REASONS: dict[str, Lazy] = {
    "customer_wish": _("The customer asked for another time"),
    "no_part": _("The part is not here yet"),
    "technician_absent": _("The technician cannot come"),
    "running_late": _("The day runs late"),
    "weather": _("Weather or force majeure"),
    "other": _("Another reason"),
}
LATE_REASONS: dict[str, Lazy] = {
    "previous_job": _("The job before takes longer"),
    "traffic": _("Traffic"),
    "part": _("A part must be fetched"),
    "weather": _("Weather"),
    "other": _("Another reason"),
}
WISH_REASONS: dict[str, Lazy] = {
    "knows_appliance": _("Knows the appliance"),
    "satisfied": _("The customer was satisfied"),
    "language": _("Speaks the customer's language"),
    "unsatisfied": _("The customer was not satisfied"),
    "quarrel": _("They did not get on"),
    "complaint": _("The customer complained after their visit"),
    "other": _("Another reason"),
}
BY_THE_HOUSE: dict[str, Lazy] = {
    "no_answer": _("No answer in time"),
    "moved_on": _("The case went another way"),
    "by_plan": _("By the plan of the day"),
}
OFFER_REASONS: dict[str, Lazy] = {**RETURN_REASONS, **BY_THE_HOUSE}
JOB_REASONS: dict[str, Lazy] = {**REBOOK_REASONS, **REASSIGN_REASONS, **REFUSE_REASONS, **BY_THE_HOUSE}

ASSIGNMENT_STATES: dict[str, Lazy] = {
    "offered": _("Waits for the technician's answer"),
    "accepted": _("Accepted by the technician"),
    "refused": _("Refused by the technician"),
    "recalled": _("Recalled, no answer in time"),
    "withdrawn": _("Taken back"),
    "finished": _("Work done"),
}
VISIT_STATES: dict[str, Lazy] = {
    "planned": _("No time agreed yet"),
    "booked": _("Time agreed"),
    "on_the_way": _("On the way"),
    "arrived": _("At work on site"),
    "finished": _("Finished"),
    "missed": _("Customer not at home"),
    "withdrawn": _("Given up"),
}
PERMITS: dict[str, Lazy] = {
    "electrician": _("electrician's permit"),
    "low_voltage_electrician": _("electrician's permit"),
    "refrigeration": _("refrigeration permit"),
    "height": _("permit for work at height"),
    "welding": _("welding permit"),
    "gas": _("gas permit"),
    "brand_training": _("brand training"),
    "product_exam": _("product knowledge exam"),
    "repair_exam": _("repair practice exam"),
}

_SENTENCES: dict[str, Lazy] = {
    "covers_street": _("Covers %(street)s"),
    "covers_district": _("Covers %(district)s"),
    "covers_city": _("Covers %(city)s"),
    "covers_all": _("Serves every area"),
    "own_point": _("Our own service point"),
    "authorised_until": _("Authorised by the brand until %(day)s"),
    "point_load": _("Today %(load)s of %(capacity)s"),
    "distance": _("%(km)s km away"),
    "not_covered": _("Does not cover this area"),
    "category_not_covered": _("Does not serve %(category)s here"),
    "kind_not_covered": _("Does not do this kind of work here: %(work)s"),
    "not_authorised": _("No authorisation by the brand %(brand)s for this appliance"),
    "authorisation_not_yet": _("Authorisation by the brand begins on %(day)s only"),
    "authorisation_expired": _("Authorisation by the brand ended on %(day)s"),
    "licence_missing": _("The service point has no licence: %(permit)s"),
    "licence_expired": _("The service point's licence ended on %(day)s: %(permit)s"),
    "licence_until": _("Licence of the service point valid until %(day)s: %(permit)s"),
    "papers_end_before": _("The service point's papers end on %(day)s; no visit after that day"),
    "permit_ends_before": _("%(permit)s ends on %(day)s, before that day"),
    "too_hot": _("No work outdoors on %(day)s: %(celsius)s °C"),
    "rest_in_heat": _("No work outdoors between %(rest)s on %(day)s: %(celsius)s °C"),
    "hours_in_heat": _("Outdoors at most %(hours)s hours for one person on %(day)s: %(celsius)s °C"),
    "no_second": _("Takes two people, and nobody can go along"),
    "one_of_two": _("Takes two people, and nobody goes along yet"),
    "asked_for": _("The customer asks for them"),
    "fixed_last": _("Was there last and knows the appliance"),
    "kept_away": _("Does not come to this customer: %(wish)s"),
    "returned_before": _("Returned this case, or did not answer"),
    "point_full": _("Full today: %(load)s of %(capacity)s"),
    "skill": _("Skill level %(level)s"),
    "permit_until": _("%(permit)s valid until %(day)s"),
    "free_on": _("Free from %(day)s"),
    "day_load": _("%(load)s of %(max)s jobs that day"),
    "no_skill": _("Not trained for %(work)s of %(category)s"),
    "permit_missing": _("Has no %(permit)s"),
    "permit_expired": _("%(permit)s ended on %(day)s"),
    "refused_before": _("Refused this job, or did not answer"),
    "days_full": _("Every free day is full by the capacity calendar"),
    "no_time": _("No free time in the next seven days"),
    "not_here": _("Works for another service point"),
    "no_slot": _("Outside the times that customers are offered"),
    "slot_past": _("This time has begun, or lies too far ahead"),
    "no_room": _("Does not fit: it would run into what stands there"),
    "under_way": _("The technician is on the way or at work; nothing moves any more"),
    "not_to_assign": _("The case does not wait for a technician"),
    "off_shift": _("Not at work at this time"),
}


def sentence(reason: Reason, *, categories_named: Mapping[str, str] | None = None) -> str:
    """A reason in the reader's language. `categories_named`: code → name; asked for when it is not given."""
    params: dict[str, object] = dict(reason.params)
    if "day" in params and isinstance(params["day"], date):
        params["day"] = date_format(params["day"], gettext("j M Y"))
    if "metres" in params:
        params["km"] = f"{int(str(params['metres'])) / 1000:.1f}"
    if "permit" in params:
        params["permit"] = permit_name(str(params["permit"]))
    if "wish" in params:
        params["wish"] = str(WISH_REASONS.get(str(params["wish"]), params["wish"]))
    if "work" in params:
        params["work"] = str(KINDS.get(str(params["work"]), params["work"]))
    if "category" in params:
        names = category_names() if categories_named is None else categories_named
        params["category"] = names.get(str(params["category"])) or gettext("this appliance")
    if params.get("brand") == "":
        params["brand"] = gettext("(unknown)")
    words = str(_SENTENCES[reason.code]) % params
    return words[:1].upper() + words[1:]


def permit_name(code: str) -> str:
    return str(PERMITS.get(code, code))


def category_names() -> dict[str, str]:
    """Category code → its name in the reader's language."""
    chinese = (get_language() or "").startswith("zh")
    return {one.code: one.name_zh if chinese else one.name_en for one in categories()}


SUITS: dict[str, Lazy] = {
    "any": _("Any time"),
    "morning": _("Mornings, 8–12"),
    "afternoon": _("Afternoons, 12–18"),
    "evening": _("Evenings, after 18"),
    "weekend": _("Weekends"),
}


def slot_words(begins: datetime, ends: datetime) -> str:
    """23 Nov 10:00–12:00, in the installation's zone."""
    return (
        f"{date_format(localtime(begins), gettext('j M'))} {localtime(begins):%H:%M}–{localtime(ends):%H:%M}"
    )
