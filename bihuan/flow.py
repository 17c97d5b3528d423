"""The whole story on one page: which event wakes which action, and which sweeps the clock runs.

Read it from the top to follow a case through the house.
"""

from collections.abc import Callable
from datetime import datetime

from bihuan.ground.journal import reactions
from bihuan.ground.journal.story import STORY, Line, on, on_every
from bihuan.ground.worktime import clock
from bihuan.service.cases import opening
from bihuan.service.commitments import actions as commitments
from bihuan.service.intake.events import ReportUnderstood

LINES: tuple[Line, ...] = (
    on(ReportUnderstood, at_once=[opening.open_for_report]),
    on_every(commitments.hear),
)

NOBODY_WAITS_FOR: tuple[type, ...] = ()

SWEEPS: tuple[tuple[str, Callable[[datetime], object]], ...] = (
    ("reactions", reactions.wake_overdue),
    ("promises at risk", commitments.mark_at_risk),
    ("promises broken", commitments.mark_broken),
)


def begin() -> None:
    """Called once, at start-up."""
    STORY.follow(LINES)
    reactions.run_by(clock.now)
