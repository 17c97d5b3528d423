"""The story of a case tells every event that can stand on its chain in a sentence of its own."""

from bihuan.ground.journal.event import KINDS
from bihuan.web.agents.telling import TELLERS

NO_CASE = (
    *(
        "access.",
        "call.",
        "channel.",
        "chat.",
        "imports.",
        "improvement.",
        "message.",
        "plan.",
        "ring_back.",
        "shift.",
    ),
    "case.many_",
)
ON_BOTH = {"call.recording_heard"}  # on a case's chain where the call belongs to one


def test_every_event_of_a_case_has_its_sentence() -> None:
    ours = {kind for kind, event in KINDS.items() if event.__module__.startswith("bihuan.")}
    assert set(TELLERS) == {kind for kind in ours if not kind.startswith(NO_CASE)} | ON_BOTH
