"""日报 in one message: to those whom its rule names, each for their own node, and to chat groups. It names nobody."""

from datetime import date
from typing import Any

from django.conf import settings

from bihuan.ground.journal.event import Event, Fact
from bihuan.registers.access.models import Person
from bihuan.registers.organisation.queries import node
from bihuan.service.notices.actions import tell_person
from bihuan.service.notices.groups import tell_groups
from bihuan.service.notices.telling import about

# The figures of the event, in its order: cases in, done, not done, of these over 72 h, overdue, chased, complaints,
# solved by phone.
ZH = "进单{0}，完工{1}，未完工{2}（超72小时{3}），超时{4}，催单{5}，投诉升级{6}，电话解决{7}"
EN = "in {0}, done {1}, not done {2} (over 72 h: {3}), overdue {4}, chased {5}, complaints {6}, by phone {7}"


def tell_day_report(fact: Fact[Event]) -> None:
    """Tell the day's figures, once a turn; a day that was corrected since says so."""
    facts = fact.event.facts()
    link = f"{settings.BIHUAN_ADDRESS}/manage/day/{date.fromordinal(facts['day']).isoformat()}"
    people = Person.objects.filter(node_id=facts["node_id"], is_active=True).order_by("id")
    for person in people:
        if set(person.roles) & set(facts["roles"]):
            fill = fill_of(facts, language=person.language or "zh-hans")
            tell_person(
                person, "day_report", about=about(fact), fill=fill, link=link, case=None, now=fact.recorded_at
            )
    if facts["groups"]:
        tell_groups(
            "day_report",
            about=about(fact),
            fill=lambda language: fill_of(facts, language=language),
            link=link,
            now=fact.recorded_at,
            node_id=facts["node_id"],
        )


def fill_of(facts: dict[str, Any], *, language: str) -> dict[str, str]:
    """What the message says: the node, the day, the figures."""
    day, chinese = date.fromordinal(facts["day"]), language.startswith("zh")
    figures = (ZH if chinese else EN).format(*facts["figures"])
    corrected = ("（有更正）" if chinese else " (corrected)") if facts["corrected"] else ""
    return {"number": "", "place": node(facts["node_id"]).name, "what": f"{day:%m-%d}{corrected} {figures}"}
