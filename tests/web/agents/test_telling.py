"""The story of a case tells every event that can stand on its chain in a sentence of its own."""

from bihuan.ground.journal.event import KINDS
from bihuan.web.agents.telling import TELLERS

ELSEWHERE = frozenset(
    {"access.register_changed", "improvement.carried_on", "improvement.proposed"}
)  # no case


def test_every_event_of_a_case_has_its_sentence() -> None:
    ours = {kind for kind, event in KINDS.items() if event.__module__.startswith("bihuan.")}
    assert set(TELLERS) == ours - ELSEWHERE
