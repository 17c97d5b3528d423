"""What happens to a case. The subject is always the case."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class CaseOpened(Event):
    kind = "case.opened"
    card: str
    card_version: int
    work: str  # kind of work
    urgency: str
    channel: str
    node_id: int
    owner_id: int
    category: str
    live: bool = False  # one of us was speaking with the customer as it was written down


@dataclass(frozen=True, kw_only=True)
class CaseBroughtIn(Event):
    """A case that another system had is carried on here. It happened when it was opened there; what is promised of it
    begins when it is brought in. `ticks`: what is so already; `person_id`: its technician, 0 for none."""

    kind = "case.brought_in"
    run_id: int
    card: str
    card_version: int
    work: str
    urgency: str
    channel: str
    node_id: int
    category: str
    stands_at: str
    ticks: tuple[str, ...] = ()
    hold_reason: str = ""
    person_id: int = 0


@dataclass(frozen=True, kw_only=True)
class PastCaseBroughtIn(Event):
    """A case that ended in another system is kept for its history: nothing is promised, asked or told of it. Moments
    are epoch seconds, 0 where not known; `score` is 0 where nobody gave one."""

    kind = "case.past_brought_in"
    run_id: int
    card: str
    card_version: int
    work: str
    channel: str
    node_id: int
    category: str
    stands_at: str
    outcome: str = ""
    done_at: int = 0
    closed_at: int = 0
    fee_fen: int = 0
    score: int = 0
    person_id: int = 0


@dataclass(frozen=True, kw_only=True)
class CaseImportUndone(Event):
    """The bringing in of this case was taken back: its row is gone, its story stays."""

    kind = "case.import_undone"
    run_id: int


@dataclass(frozen=True, kw_only=True)
class CasesBroughtIn(Event):
    """Many cases of one file were written together. Subject: the import. `days` (ISO) are those on which something of
    theirs happened, so that what was counted of them is counted again."""

    kind = "case.many_brought_in"
    count: int
    days: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CasesTakenOut(Event):
    """Many cases of one file are about to go. Subject: the import."""

    kind = "case.many_taken_out"
    cases: tuple[int, ...]
    days: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CaseMoved(Event):
    kind = "case.moved"
    move: str
    left: str
    reached: str
    reason: str = ""
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class NeedTicked(Event):
    kind = "case.need_ticked"
    need: str


@dataclass(frozen=True, kw_only=True)
class NeedsUnticked(Event):
    """What was met is not met any more: the service point returned the case, the slot was given up."""

    kind = "case.needs_unticked"
    needs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CaseRested(Event):
    """The clocks rest from now: the case reached a place where they do."""

    kind = "case.rested"
    reason: str


@dataclass(frozen=True, kw_only=True)
class CaseResumed(Event):
    kind = "case.resumed"


@dataclass(frozen=True, kw_only=True)
class CaseDone(Event):
    """完工: the work is done."""

    kind = "case.done"
    outcome: str


@dataclass(frozen=True, kw_only=True)
class CaseClosed(Event):
    """结案: everything is answered. `how`: confirmed, no_answer or withdrawn."""

    kind = "case.closed"
    how: str


@dataclass(frozen=True, kw_only=True)
class CaseReopened(Event):
    kind = "case.reopened"
    reason: str


@dataclass(frozen=True, kw_only=True)
class OwnerProposed(Event):
    kind = "case.owner_proposed"
    owner_id: int
    live: bool = False  # the customer waits on the line for whoever takes over


@dataclass(frozen=True, kw_only=True)
class OwnerChanged(Event):
    kind = "case.owner_changed"
    owner_id: int


@dataclass(frozen=True, kw_only=True)
class CaseGivenTo(Event):
    """Another node does the work from now on."""

    kind = "case.given_to"
    node_id: int


@dataclass(frozen=True, kw_only=True)
class CaseContacted(Event):
    """A person of ours spoke with the customer, or wrote to them."""

    kind = "case.contacted"
    how: str


@dataclass(frozen=True, kw_only=True)
class CaseChased(Event):
    """催单: the customer asked again. `times` counts from 1."""

    kind = "case.chased"
    times: int


@dataclass(frozen=True, kw_only=True)
class CaseNoted(Event):
    kind = "case.noted"
    note_id: int


@dataclass(frozen=True, kw_only=True)
class UrgencyChanged(Event):
    kind = "case.urgency_changed"
    urgency: str


@dataclass(frozen=True, kw_only=True)
class CaseGraded(Event):
    """How much there is to it: general, complex or major. Unlike the urgency it says nothing of haste."""

    kind = "case.graded"
    grade: str


@dataclass(frozen=True, kw_only=True)
class CaseSorted(Event):
    """A person sorted the case otherwise than the rules had. `value` is a code; `card` the card of another kind."""

    kind = "case.sorted"
    field: str
    value: str
    card: str = ""
    card_version: int = 0


@dataclass(frozen=True, kw_only=True)
class DangerHeard(Event):
    """A customer's later words tell of danger. `dangers` are codes; `raised`: the case was not urgent before."""

    kind = "case.danger_heard"
    dangers: tuple[str, ...]
    raised: bool


@dataclass(frozen=True, kw_only=True)
class CaseMerged(Event):
    """The same was reported twice: this case goes on in another, and nothing is asked of it any more."""

    kind = "case.merged"
    into_id: int


@dataclass(frozen=True, kw_only=True)
class CaseUnmerged(Event):
    """It was another matter after all: this case goes on by itself, as it was."""

    kind = "case.unmerged"
    from_id: int


@dataclass(frozen=True, kw_only=True)
class CaseTookIn(Event):
    """Another case of the same matter goes on in this one."""

    kind = "case.took_in"
    other_id: int


@dataclass(frozen=True, kw_only=True)
class CaseLetGo(Event):
    """A case that was taken in goes on by itself again."""

    kind = "case.let_go"
    other_id: int


@dataclass(frozen=True, kw_only=True)
class ReportParted(Event):
    """Words that had been taken as belonging to this case became a case of their own."""

    kind = "case.report_parted"
    report_id: int


@dataclass(frozen=True, kw_only=True)
class CallConnected(Event):
    """The call of which the case came was taken."""

    kind = "case.call_connected"


@dataclass(frozen=True, kw_only=True)
class CallGreeted(Event):
    """The greeting of the script was said to the caller."""

    kind = "case.call_greeted"


@dataclass(frozen=True, kw_only=True)
class CallPutThrough(Event):
    """On the call of this case the customer agreed to wait for somebody else, and waits from then on."""

    kind = "case.call_put_through"
    call_id: int


@dataclass(frozen=True, kw_only=True)
class CallTakenOver(Event):
    """Somebody took over the call that was put through."""

    kind = "case.call_taken_over"
    call_id: int


@dataclass(frozen=True, kw_only=True)
class CallGivenUp(Event):
    """The call ended before anybody took it over."""

    kind = "case.call_given_up"
    call_id: int


@dataclass(frozen=True, kw_only=True)
class ChatConnected(Event):
    """An agent took the chat of which the case came."""

    kind = "case.chat_connected"
    chat_id: int


@dataclass(frozen=True, kw_only=True)
class ChatGreeted(Event):
    """The agent's first line stood in the chat."""

    kind = "case.chat_greeted"
    chat_id: int


@dataclass(frozen=True, kw_only=True)
class PlanTold(Event):
    """The customer was told how we go about it; the words stand in the note."""

    kind = "case.plan_told"
    note_id: int


@dataclass(frozen=True, kw_only=True)
class StepTried(Event):
    """One step of the phone guidance was answered: yes, no, skipped, solved or stopped. `step` counts from 1."""

    kind = "case.step_tried"
    checklist: str
    step: int
    answer: str


@dataclass(frozen=True, kw_only=True)
class CaseWrittenUp(Event):
    """A finding, plan, decision or answer was written down; the words stand in the note."""

    kind = "case.written_up"
    need: str
    note_id: int


@dataclass(frozen=True, kw_only=True)
class SupportAsked(Event):
    """Technical support was asked how to go about it; the words stand in the consultation's own row."""

    kind = "case.support_asked"
    consultation_id: int
    special: bool


@dataclass(frozen=True, kw_only=True)
class SupportAnswered(Event):
    """`way`: remote_guidance, on_site_repair, part_replacement."""

    kind = "case.support_answered"
    consultation_id: int
    way: str
    contingency: bool


@dataclass(frozen=True, kw_only=True)
class CaseMentioned(Event):
    """Somebody was named in a note: they are to read it."""

    kind = "case.mentioned"
    note_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerWrote(Event):
    """The customer answered or added something by a channel. Whoever answers for the case is to read it."""

    kind = "case.customer_wrote"
    note_id: int
    report_id: int
    channel: str


@dataclass(frozen=True, kw_only=True)
class FollowedMoved(Event):
    """A case that people follow moved. They are told on their page."""

    kind = "case.followed_moved"
    reached: str


@dataclass(frozen=True, kw_only=True)
class CaseSnoozed(Event):
    """Somebody put the case of their list off until then (epoch seconds). No promise waits for it."""

    kind = "case.snoozed"
    person_id: int
    until: int


@dataclass(frozen=True, kw_only=True)
class SnoozeEnded(Event):
    """Taken back before its time."""

    kind = "case.snooze_ended"
    person_id: int


@dataclass(frozen=True, kw_only=True)
class ShiftHandedOver(Event):
    """A hand-over note was written. The subject is the note; the words stand in its row."""

    kind = "shift.handed_over"
    node_id: int
    cases: int


@dataclass(frozen=True, kw_only=True)
class ShiftTaken(Event):
    """The next person read the hand-over note and took it. The subject is the note."""

    kind = "shift.taken"
    person_id: int
