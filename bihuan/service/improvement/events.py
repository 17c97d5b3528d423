"""What was proposed and done to put a weak point right. The subject is the proposal."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class ImprovementProposed(Event):
    """`round` counts from 1; a later round refers to the one before."""

    kind = "improvement.proposed"
    node_id: int
    owner_id: int
    round: int


@dataclass(frozen=True, kw_only=True)
class ImprovementCarriedOn(Event):
    """A phase ended: do, check or act. `decision` only after act: standard, again, dropped."""

    kind = "improvement.carried_on"
    phase: str
    decision: str = ""


@dataclass(frozen=True, kw_only=True)
class DayReported(Event):
    """日报: the figures of a day and node were frozen and are told. The subject is the report.

    `day` as its ordinal; `figures` in the order of `days.TOLD`; `roles` of those who get it, `groups`: chat groups
    too; `turn` counts from 1, `corrected`: late facts changed figures since they were frozen.
    """

    kind = "improvement.day_reported"
    day: int
    node_id: int
    figures: tuple[int, ...]
    roles: tuple[str, ...]
    groups: bool
    turn: int
    corrected: bool = False
