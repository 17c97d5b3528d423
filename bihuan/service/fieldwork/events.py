"""What happened on site, or in the workshop. The subject is always the case."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class VisitConfirmed(Event):
    """The technician rang before leaving. `reached`: somebody answered and it stands."""

    kind = "fieldwork.confirmed"
    work_id: int
    reached: bool


@dataclass(frozen=True, kw_only=True)
class Departed(Event):
    kind = "fieldwork.departed"
    work_id: int


@dataclass(frozen=True, kw_only=True)
class Arrived(Event):
    kind = "fieldwork.arrived"
    work_id: int


@dataclass(frozen=True, kw_only=True)
class MachineReceived(Event):
    """A machine was carried in, sent in or collected; a receipt exists."""

    kind = "fieldwork.machine_received"
    work_id: int


@dataclass(frozen=True, kw_only=True)
class Diagnosed(Event):
    """Cause, plan and fallback are written; their words are sealed in the work's own row."""

    kind = "fieldwork.diagnosed"
    work_id: int
    reproduced: bool


@dataclass(frozen=True, kw_only=True)
class Quoted(Event):
    """The customer was shown what it will cost. `total_fen` 0 = nothing to pay."""

    kind = "fieldwork.quoted"
    work_id: int
    quote_id: int
    total_fen: int


@dataclass(frozen=True, kw_only=True)
class QuoteConsented(Event):
    """`how`: device (the technician's phone, turned round), link (private page), free (nothing to pay)."""

    kind = "fieldwork.quote_consented"
    work_id: int
    quote_id: int
    total_fen: int
    how: str


@dataclass(frozen=True, kw_only=True)
class QuoteRefused(Event):
    kind = "fieldwork.quote_refused"
    work_id: int
    quote_id: int
    how: str


@dataclass(frozen=True, kw_only=True)
class FunctionsTested(Event):
    """Every complained point has been tried and works."""

    kind = "fieldwork.functions_tested"
    work_id: int
    points: int


@dataclass(frozen=True, kw_only=True)
class SheetSigned(Event):
    """The service sheet is frozen. `digest`: SHA-256 of its canonical facts; `signature_digest`: of the drawing."""

    kind = "fieldwork.signed"
    work_id: int
    sheet_id: int
    digest: str
    signature_digest: str
    total_fen: int


@dataclass(frozen=True, kw_only=True)
class SheetPrinted(Event):
    """The sheet exists as PDF. `digest`: SHA-256 of its bytes."""

    kind = "fieldwork.sheet_printed"
    sheet_id: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class OpinionGiven(Event):
    """`opinion`: very_satisfied, satisfied, fair, dissatisfied."""

    kind = "fieldwork.opinion_given"
    work_id: int
    sheet_id: int
    opinion: str


@dataclass(frozen=True, kw_only=True)
class WorkFinished(Event):
    """One visit, or one stay in the workshop, is over. `outcome` as in `outcomes.py`."""

    kind = "fieldwork.finished"
    work_id: int
    outcome: str
    minutes: int
