"""What a new company's catalogue begins with: the families of appliances that the shipped knowledge speaks of, and
the permits that work on them asks for. Models, parts and prices are the company's own."""

from bihuan.registers.knowledge.queries import knowledge
from bihuan.registers.parts.actions import keep_category, keep_condition, keep_requirement
from bihuan.registers.parts.queries import categories

NO_APPLIANCE = "general"
ELECTRIC, GAS = "electric", "gas"
RUNS_ON = {"gas_cooker": [GAS], "water_heater": [ELECTRIC, GAS]}  # the others: electric
UNITS = {"air_conditioner": ["indoor", "outdoor"]}  # parts with a serial of their own
CONDITIONS = (  # units on outer walls: done outdoors at height, by two
    ("air_conditioner", "installation", True, 2),
    ("air_conditioner", "relocation", True, 2),
)


def found_catalogue() -> int:
    """Make the families that are missing, with their permits. Returns how many there are new. Repeatable."""
    known, there = knowledge(), {row.code for row in categories()}
    fresh = [one for one in known.families if one.code != NO_APPLIANCE and one.code not in there]
    for family in fresh:
        years = [one.years for one in known.service_life if one.family == family.code]
        keep_category(
            None,
            code=family.code,
            name_zh=family.zh,
            name_en=family.en,
            units=UNITS.get(family.code, []),
            safe_years=min(years, default=None),
            runs_on=RUNS_ON.get(family.code, [ELECTRIC]),
        )
    codes = {family.code for family in fresh}
    asked = {
        (work.family, work.kind, paper)
        for work in known.required
        if work.family in codes and not work.only_when  # what depends on the very job the dispatcher sees
        for paper in work.certificates
    }
    for family_code, kind, paper in sorted(asked):
        keep_requirement(None, category=family_code, kind=kind, certificate=paper)
    for family_code, kind, outdoors, people in CONDITIONS:
        if family_code in codes:
            keep_condition(None, category=family_code, kind=kind, outdoors=outdoors, people=people)
    return len(fresh)
