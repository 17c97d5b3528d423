"""What the customer answered, and what we did about it. The subject is always the case."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class ConfirmAsked(Event):
    """The customer was asked whether it is solved."""

    kind = "satisfaction.confirm_asked"
    survey_id: int


@dataclass(frozen=True, kw_only=True)
class SolvedConfirmed(Event):
    """The customer said whether it is solved."""

    kind = "satisfaction.confirmed"
    survey_id: int
    solved: bool


@dataclass(frozen=True, kw_only=True)
class SurveySent(Event):
    kind = "satisfaction.survey_sent"
    survey_id: int


@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(Event):
    """Four ratings from 1 to 5; `low` when any of them asks for a callback."""

    kind = "satisfaction.survey_answered"
    survey_id: int
    speed: int
    effect: int
    attitude: int
    overall: int
    low: bool


@dataclass(frozen=True, kw_only=True)
class CallbackOpened(Event):
    kind = "satisfaction.callback_opened"
    callback_id: int
    cause: str


@dataclass(frozen=True, kw_only=True)
class CallbackAttempted(Event):
    kind = "satisfaction.callback_attempted"
    callback_id: int
    reached: bool


@dataclass(frozen=True, kw_only=True)
class CallbackDone(Event):
    """`score` is the second score, 0 when the customer gave none."""

    kind = "satisfaction.callback_done"
    callback_id: int
    solved: bool
    fault: str
    score: int


@dataclass(frozen=True, kw_only=True)
class NotSolved(Event):
    """It was not solved after all: back to work, and to the supervisor with a clock of 24 hours."""

    kind = "satisfaction.not_solved"
    callback_id: int
