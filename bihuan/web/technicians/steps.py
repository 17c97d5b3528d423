"""The steps of a visit, one below the other: what each shows and whether it is done."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from bihuan.registers.knowledge.reading import shipped
from bihuan.service.cases.words import OUTCOMES
from bihuan.service.fieldwork import actions, checklists, preparing, queries, quoting, signing
from bihuan.service.fieldwork.layout import is_chinese
from bihuan.service.fieldwork.outcomes import OPINIONS
from bihuan.service.fieldwork.quoting import is_repeat
from bihuan.service.fieldwork.words import (
    COVERS,
    ENVIRONMENT_STATES,
    FREE_BECAUSE,
    ITEMS,
    LACKING,
    NOT_COVERED,
    OLD_PARTS,
    OUTCOME_HELP,
    PHOTO_ABOUT,
    STATES,
    UNITS,
)
from bihuan.service.fieldwork.words import OPINIONS as OPINION_WORDS
from bihuan.web.look.words import money
from bihuan.web.technicians.site import Site

ORDER: tuple[tuple[str, str, Lazy], ...] = (
    ("conduct", "user-check", _("At the door")),
    ("safety", "shield-check", _("Safety")),
    ("diagnosis", "tool", _("Fault and plan")),
    ("quote", "receipt", _("Quote and consent")),
    ("standard", "clipboard-list", _("Work standard")),
    ("parts", "package", _("Parts fitted")),
    ("readings", "gauge", _("Key readings")),
    ("tests", "list-check", _("Function tests")),
    ("photos", "camera", _("Photos and serials")),
    ("closing", "sparkles", _("Clean up and explain")),
    ("outcome", "signature", _("Result and signature")),
)
NAMES = tuple(name for name, _icon, _title in ORDER)
MAY_STAY_EMPTY = frozenset({"standard", "parts", "readings", "photos"})


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. `done` is None where nothing has to be done."""

    name: str
    icon: str
    title: str
    done: bool | None
    summary: str
    open: bool
    shows: dict[str, Any]


def steps_of(site: Site, *, wanted: str = "") -> list[Step]:
    """Every step of this visit; the wanted one is open, else the first that is not done."""
    found = [(name, icon, str(title), *_BUILD[name](site)) for name, icon, title in ORDER]
    standing = wanted if wanted in NAMES else _first_open(found)
    return [
        Step(
            name=name, icon=icon, title=title, done=done, summary=summary, open=name == standing, shows=shows
        )
        for name, icon, title, done, summary, shows in found
    ]


def _first_open(found: list[tuple[Any, ...]]) -> str:
    return next((row[0] for row in found if row[3] is False), "outcome")


type Built = tuple[bool | None, str, dict[str, Any]]


def _checks(site: Site, sort: str) -> Built:
    items = checklists.items_of(site.work, sort)
    answered = sum(bool(item.state) for item in items)
    wrong = sum(item.state == "no" for item in items)
    rows = [
        {"code": item.code, "words": item.zh if is_chinese() else item.en, "state": item.state}
        for item in items
    ]
    done = answered == len(items) and (sort != "safety" or not wrong)
    said = f"{answered - wrong}/{len(items)}" if answered else ""
    return done, said, {"rows": rows, "states": STATES, "sort": sort}


def _conduct(site: Site) -> Built:
    return _checks(site, "conduct")


def _safety(site: Site) -> Built:
    return _checks(site, "safety")


def _standard(site: Site) -> Built:
    """How such work is done, step by step; nothing is lacking while no step is ticked."""
    done, said, shows = _checks(site, "standard")
    zh = is_chinese()
    titles = [one.zh if zh else one.en for one in preparing.standards_of(site.case)]
    return (
        True if done else None,
        said if "/" in said and not said.startswith("0/") else "",
        shows
        | {
            "titles": titles,
            "plain": plain_words(site),
        },
    )


def plain_words(site: Site) -> str:
    """What may be said to the customer about this work, in plain words."""
    found = preparing.standards_of(site.case)
    return "" if not found else (found[0].plain_zh if is_chinese() else found[0].plain_en)


def _closing(site: Site) -> Built:
    done, said, shows = _checks(site, "closing")
    family = site.case.category
    advice = [
        line.zh if is_chinese() else line.en for line in shipped().script.advice if line.family == family
    ]
    return done, said, shows | {"advice": advice}


def _diagnosis(site: Site) -> Built:
    work = site.work
    cause, plan, fallback = queries.opened(work, work.cause_sealed, work.plan_sealed, work.fallback_sealed)
    environment = _checks(site, "environment")[2]["rows"]
    shows = {
        "environment": environment,
        "states": ENVIRONMENT_STATES,
        "reproduced": {True: "yes", False: "no"}.get(work.reproduced) if work.reproduced is not None else "",
        "cause": cause,
        "plan": plan,
        "fallback": fallback,
        "plain": plain_words(site),
    }
    return work.diagnosed_at is not None, cause[:40], shows


def _quote(site: Site) -> Built:
    quote = queries.quote_of(site.work)
    lines = quoting.price_list(site.case, now=site.now)
    counts = {line.price_id: line.quantity for line in queries.lines_of(quote)}
    groups: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        row = {"id": line.id, "words": _named(line), "fen": line.fen, "count": counts.get(line.id, 0)}
        groups.setdefault(str(ITEMS.get(line.item, line.item)), []).append(row)
    shows = {
        "quote": quote,
        "minutes": (quote.expected_minutes or "") if quote else "",
        "lines": quote_lines(site),
        "groups": groups,
        "cover": COVERS[quoting.cover_of(site.case, now=site.now).value],
        "repeat": is_repeat(site.case, now=site.now),
        "reasons": NOT_COVERED,
    }
    state = quote.state if quote else ""
    words = {"consented": say("agreed"), "refused": say("refused"), "offered": say("waits for the customer")}
    said = f"{money(quote.total_fen)} · {words[state]}" if quote else ""
    return state in {"consented", "refused"}, said, shows


def quote_lines(site: Site) -> list[dict[str, Any]]:
    """The lines of the quote that counts, in words."""
    return [
        {
            "item": ITEMS.get(line.item, line.item),
            "words": _named(line),
            "quantity": line.quantity,
            "unit_fen": line.unit_fen,
            "charged_fen": line.charged_fen,
            "free": FREE_BECAUSE.get(line.free_because, ""),
        }
        for line in queries.lines_of(queries.quote_of(site.work))
    ]


def _named(line: Any) -> str:
    return str(line.name_zh if is_chinese() else line.name_en)


def _parts(site: Site) -> Built:
    rows = [
        {"id": used.id, "words": _named(used.part), "serial": used.serial, "quantity": used.quantity,
         "shown": used.shown, "old": OLD_PARTS.get(used.old_part, "")}
        for used in queries.used_parts(site.work)
    ]  # fmt: skip
    choices = [(part.id, f"{part.number} {_named(part)}") for part in queries.quoted_parts(site.work)]
    return (
        True if rows else None,
        str(len(rows)) if rows else "",
        {"rows": rows, "choices": choices, "old": OLD_PARTS},
    )


def _readings(site: Site) -> Built:
    rows = queries.readings_of(site.work)
    usual = [say("Current"), say("Voltage"), say("Temperature"), say("Pressure"), say("Insulation")]
    return True if rows else None, str(len(rows)) if rows else "", {"rows": rows, "usual": usual}


def _tests(site: Site) -> Built:
    tried = queries.tried_of(site.work)
    rows = []
    for point in actions.points_of(site.case):
        symptom = queries.symptom(point)
        words, test = say("The appliance as a whole"), ""
        if symptom is not None:
            words = symptom.zh if is_chinese() else symptom.en
            test = symptom.function if is_chinese() else symptom.function_en
        state = {True: "yes", False: "no"}.get(tried[point]) if point in tried else ""
        rows.append({"code": point, "words": words, "test": test, "state": state})
    passed = sum(row["state"] == "yes" for row in rows)
    return passed == len(rows), f"{passed}/{len(rows)}", {"rows": rows}


def _photos(site: Site) -> Built:
    rows = [
        {"id": photo.id, "about": PHOTO_ABOUT.get(photo.about, "")} for photo in queries.photos_of(site.work)
    ]
    serials = site.job.machine.serials if site.job.machine else {}
    units = [
        {"unit": unit, "words": UNITS.get(unit, unit), "number": serials.get(unit, "")} for unit in site.units
    ]
    shows = {"rows": rows, "about": PHOTO_ABOUT, "units": units}
    return True if rows else None, str(len(rows)) if rows else "", shows


def _outcome(site: Site) -> Built:
    ways = [
        {
            "outcome": way.outcome,
            "words": OUTCOMES[way.outcome],
            "help": OUTCOME_HELP.get(way.outcome, ""),
            "lacks": [LACKING[code] for code in signing.lacking_of(site.work, way.outcome)]
            if way.signed
            else [],
        }
        for way in signing.ways_of(site.work)
    ]
    fee = signing.inspection_fee(site.work, now=site.now)
    shows = {
        "ways": ways,
        "chosen": site.work.outcome or "finished",
        "minutes": site.work.minutes or "",
        "fee": fee[0]["charged_fen"] if fee else 0,
        "fee_told": signing.fee_told(site.work),
        "opinions": [(code, OPINION_WORDS[code]) for code in OPINIONS],
    }
    return False, "", shows


_BUILD = {
    "conduct": _conduct,
    "safety": _safety,
    "diagnosis": _diagnosis,
    "quote": _quote,
    "standard": _standard,
    "parts": _parts,
    "readings": _readings,
    "tests": _tests,
    "photos": _photos,
    "closing": _closing,
    "outcome": _outcome,
}
