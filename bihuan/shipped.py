"""Loads what ships with the product into the database. Repeatable: what is there already stays.

Called by the command of the same name, the demo and the tests, after any flush.
"""

from datetime import datetime

from bihuan.ground.worktime.actions import load_shipped_calendars
from bihuan.registers.customers.terms import load_terms
from bihuan.registers.knowledge.actions import load_shipped_knowledge
from bihuan.registers.staff.heat import load_limits
from bihuan.service.cases.cards_in_use import load_shipped_cards
from bihuan.service.commitments.profiles_in_use import load_shipped_profiles
from bihuan.service.improvement.day_reports import load_rule
from bihuan.service.notices.rewording import load_shipped_wordings


def load_shipped(*, now: datetime) -> None:
    """Calendars, knowledge, process cards, commitment profiles, the texts of messages, when the day report goes out,
    how long customers are kept, what heat asks of work outdoors."""
    load_shipped_calendars()
    load_shipped_knowledge(now=now)
    load_shipped_cards(now=now)
    load_shipped_profiles(now=now)
    load_shipped_wordings(now=now)
    load_rule()
    load_terms()
    load_limits()
