"""The whole story on one page: which event wakes which action, and which sweeps the clock runs.

Read it from the top to follow a case through the house.
"""

from collections.abc import Callable
from datetime import datetime

from bihuan.ground.journal import reactions
from bihuan.ground.journal.story import STORY, Line, on, on_every
from bihuan.ground.worktime import clock
from bihuan.registers.access.events import RegisterChanged
from bihuan.registers.channels.wechat import binding
from bihuan.registers.staff.actions import drop_expired_holds
from bihuan.service.cases import following as followers
from bihuan.service.cases import in_the_chat, on_the_phone, opening
from bihuan.service.cases.events import (
    CallConnected,
    CallGivenUp,
    CallGreeted,
    CallPutThrough,
    CallTakenOver,
    CaseBroughtIn,
    CaseChased,
    CaseClosed,
    CaseContacted,
    CaseDone,
    CaseGivenTo,
    CaseGraded,
    CaseImportUndone,
    CaseLetGo,
    CaseMentioned,
    CaseMerged,
    CaseMoved,
    CaseNoted,
    CaseOpened,
    CaseReopened,
    CaseRested,
    CaseResumed,
    CasesBroughtIn,
    CaseSnoozed,
    CaseSorted,
    CasesTakenOut,
    CaseTookIn,
    CaseUnmerged,
    CaseWrittenUp,
    ChatConnected,
    ChatGreeted,
    CustomerWrote,
    DangerHeard,
    FollowedMoved,
    NeedsUnticked,
    NeedTicked,
    OwnerChanged,
    OwnerProposed,
    PastCaseBroughtIn,
    PlanTold,
    ReportParted,
    ShiftHandedOver,
    ShiftTaken,
    SnoozeEnded,
    StepTried,
    SupportAnswered,
    SupportAsked,
    UrgencyChanged,
)
from bihuan.service.commitments import actions as commitments
from bihuan.service.commitments import hearing, replaying, trying_out
from bihuan.service.commitments.events import (
    BreachWithdrawn,
    PromiseAtRisk,
    PromiseBroken,
    PromiseEscalated,
    PromiseKept,
    PromiseMended,
    PromiseRederived,
    PromisesMade,
    PromisesRestored,
    PromisesVoided,
)
from bihuan.service.complaints import keeping_away
from bihuan.service.complaints.events import (
    ComplainedAbout,
    ComplaintLinked,
    OfficialAnswered,
    OfficialNotice,
)
from bihuan.service.dispatch import (
    assigning,
    booking,
    following,
    guiding,
    matching,
    merging,
    offering,
    upkeep,
)
from bihuan.service.dispatch import bringing_in as keeping_on
from bihuan.service.dispatch import forgetting as wishes_forgotten
from bihuan.service.dispatch.deciding.events import BestPassedOver, ProposalRefused, TechnicianProposed
from bihuan.service.dispatch.events import (
    CaseAccepted,
    CaseOffered,
    CaseResent,
    CaseReturned,
    GrabEnded,
    JobAccepted,
    JobRefused,
    LateSaid,
    MateChosen,
    MateRefused,
    MateReleased,
    OfferWithdrawn,
    PutUpForGrabs,
    ReminderDue,
    SlotBooked,
    SlotGivenUp,
    StoodIn,
    TechnicianAssigned,
    TechnicianReleased,
)
from bihuan.service.dispatch.grabs import rounds
from bihuan.service.dispatch.planning import solving
from bihuan.service.dispatch.planning.events import ChangeRefused, PlanPublished
from bihuan.service.dispatch.positions.actions import forget_old as forget_positions
from bihuan.service.dispatch.timing import late
from bihuan.service.dispatch.timing.events import BookingTried, LateAccepted, LateForeseen
from bihuan.service.fieldwork import printing
from bihuan.service.fieldwork.events import (
    Arrived,
    Departed,
    Diagnosed,
    FunctionsTested,
    MachineReceived,
    OpinionGiven,
    QuoteConsented,
    Quoted,
    QuoteRefused,
    SheetPrinted,
    SheetSigned,
    VisitConfirmed,
    WorkFinished,
)
from bihuan.service.imports import running as bringing_in
from bihuan.service.imports.events import WorkbookBroughtIn, WorkbookTakenBack
from bihuan.service.imports.forgetting import forget_old, hear_forgotten
from bihuan.service.improvement import counting, day_facts, day_reports
from bihuan.service.improvement.events import DayReported, ImprovementCarriedOn, ImprovementProposed
from bihuan.service.intake import actions as intake
from bihuan.service.intake import clearing, kf_pulling, picking_up, proving, reading, scanning
from bihuan.service.intake.calls import actions as calls
from bihuan.service.intake.calls import hearing as calls_heard
from bihuan.service.intake.calls import ringing_back
from bihuan.service.intake.calls.events import (
    CallAccountedFor,
    CallAnswered,
    CallEnded,
    RecordingHeard,
    RingBackDone,
    RingBackLate,
    RingBackOpened,
    RingBackTried,
    TransferBegun,
    TransferMoved,
    TransferUnanswered,
)
from bihuan.service.intake.chats import ending as chats
from bihuan.service.intake.chats import keeping as chats_kept
from bihuan.service.intake.chats import taking as chats_taken
from bihuan.service.intake.chats.events import (
    ChatAnswered,
    ChatBegan,
    ChatEnded,
    ChatHandedBack,
    ChatRated,
    ChatTaken,
    ChatWaitsTooLong,
    ChatWentOn,
)
from bihuan.service.intake.events import (
    ChannelFellSilent,
    ChannelHeardAgain,
    MessageArrived,
    MessageErased,
    MessageQuarantined,
    MessageSettled,
    ReportQuarantined,
    ReportReceived,
    ReportUnderstood,
)
from bihuan.service.notices import bounces, customer_codes, retention, sending, still_open, taking_out
from bihuan.service.notices.alerting import tell_of_published, tell_of_silence, tell_the_staff
from bihuan.service.notices.calls_told import tell_of_ring_back, tell_of_transfer, tell_of_transfer_begun
from bihuan.service.notices.chats_told import tell_of_chat, tell_of_chat_back
from bihuan.service.notices.day_report import tell_day_report
from bihuan.service.notices.events import (
    NoticeGivenUp,
    NoticeSent,
)
from bihuan.service.notices.quarantine_told import tell_of_quarantined_message, tell_of_quarantined_report
from bihuan.service.notices.telling import tell_the_customer
from bihuan.service.orders import telling as platforms
from bihuan.service.orders.events import OrderCancelled, OrderChanged, OrderPromised
from bihuan.service.satisfaction import asking, calling_back, closing, comments
from bihuan.service.satisfaction.events import (
    CallbackAttempted,
    CallbackDone,
    CallbackOpened,
    ConfirmAsked,
    NotSolved,
    SolvedConfirmed,
    SurveyAnswered,
    SurveySent,
)
from bihuan.service.searching import building, indexing

# Who is told what. The words and their timing stand in `notices`; no action sends a message.
TOLD: tuple[Line, ...] = (
    on(ReportQuarantined, later=[tell_of_quarantined_report]),
    on(MessageQuarantined, later=[tell_of_quarantined_message]),
    on(ChannelFellSilent, later=[tell_of_silence]),
    on(TransferBegun, later=[tell_of_transfer_begun]),
    on(TransferUnanswered, later=[tell_of_transfer]),
    on(RingBackLate, later=[tell_of_ring_back]),
    on(ChatWaitsTooLong, later=[tell_of_chat]),
    on(ChatHandedBack, later=[tell_of_chat_back]),
    on(CustomerWrote, later=[tell_the_staff]),
    on(CaseOpened, later=[tell_the_customer, tell_the_staff]),
    on(CaseChased, later=[tell_the_customer, tell_the_staff]),
    on(CaseNoted, later=[tell_the_customer]),
    on(CaseRested, later=[tell_the_customer]),
    on(CaseResumed, later=[tell_the_customer]),
    on(CaseClosed, later=[tell_the_customer]),
    on(CaseReopened, later=[tell_the_customer]),
    on(CaseMentioned, later=[tell_the_staff]),
    on(FollowedMoved, later=[tell_the_staff]),
    on(OwnerProposed, later=[tell_the_staff]),
    on(SupportAsked, later=[tell_the_staff]),
    on(SupportAnswered, later=[tell_the_staff]),
    on(UrgencyChanged, later=[tell_the_staff]),
    on(DangerHeard, later=[tell_the_staff]),
    on(PromiseAtRisk, later=[tell_the_staff]),
    on(PromiseBroken, later=[tell_the_staff]),
    on(PromiseEscalated, later=[tell_the_staff]),
    on(CaseOffered, later=[tell_the_staff]),
    on(CaseAccepted, later=[tell_the_customer]),
    on(CaseReturned, later=[tell_the_staff]),
    on(PutUpForGrabs, later=[tell_the_staff]),
    on(TechnicianAssigned, later=[tell_the_staff]),
    on(TechnicianReleased, later=[tell_the_staff]),
    on(MateChosen, later=[tell_the_staff]),
    on(MateReleased, later=[tell_the_staff]),
    on(MateRefused, later=[tell_the_staff]),
    on(JobAccepted, later=[tell_the_customer]),
    on(SlotBooked, later=[tell_the_customer, tell_the_staff]),
    on(SlotGivenUp, later=[tell_the_customer, tell_the_staff]),
    on(StoodIn, later=[tell_the_customer, tell_the_staff]),
    on(LateForeseen, later=[tell_the_staff]),
    on(PlanPublished, later=[tell_of_published]),
    on(BookingTried, later=[tell_the_customer, tell_the_staff]),
    on(LateSaid, later=[tell_the_customer, tell_the_staff]),
    on(ReminderDue, later=[tell_the_customer]),
    on(Departed, later=[tell_the_customer]),
    on(Quoted, later=[tell_the_customer]),
    on(WorkFinished, later=[tell_the_customer]),
    on(ConfirmAsked, later=[tell_the_customer]),
    on(SurveySent, later=[tell_the_customer]),
    on(CallbackOpened, later=[tell_the_staff]),
    on(NotSolved, later=[tell_the_staff]),
    on(NoticeGivenUp, later=[tell_the_staff]),
    on(DayReported, later=[tell_day_report]),
)

# Who goes, and when: first a service point, then its technician; visits follow the moves of a case.
SENT: tuple[Line, ...] = (
    on(CaseOpened, later=[guiding.offer_opened]),
    on(CaseReturned, later=[offering.offer_returned]),
    on(CaseUnmerged, later=[merging.offer_again]),
    on(CaseMoved, at_once=[following.follow, followers.hear_moved]),
    on(CaseResent, later=[offering.offer_resent]),
    on(LateSaid, at_once=[late.hear_said]),
    on(SlotGivenUp, at_once=[late.hear_given_up]),
    on(CaseAccepted, later=[assigning.assign_accepted]),
    on(JobRefused, later=[assigning.assign_refused]),
    on(GrabEnded, later=[assigning.assign_ungrabbed]),
    on(ProposalRefused, later=[assigning.propose_next]),
    on(ComplainedAbout, at_once=[keeping_away.hear_complained]),
)

# Whenever somebody has time again, what waits is matched again.
FREED: tuple[Line, ...] = (
    on(SlotGivenUp, at_once=[matching.hear_freed]),
    on(TechnicianReleased, at_once=[matching.hear_freed]),
    on(MateRefused, at_once=[matching.hear_freed]),
    on(CaseReturned, at_once=[matching.hear_freed]),
    on(CaseClosed, at_once=[matching.hear_freed]),
    on(RegisterChanged, at_once=[matching.hear_changed]),
)

# What the customer thought: asked when the work is done, answered once; what hurt is rung about by a person.
HEARD: tuple[Line, ...] = (
    on(CaseDone, at_once=[asking.plan_asking]),
    on(WorkFinished, at_once=[closing.hear_low_opinion]),
    on(CaseReopened, at_once=[asking.hear_reopened]),
    on(CaseMoved, at_once=[asking.drop_asking, calling_back.hear_arrived]),
    on(CaseClosed, at_once=[asking.hear_closed]),
    on(SolvedConfirmed, at_once=[closing.hear_confirmed]),
    on(SurveyAnswered, at_once=[closing.hear_answer], later=[comments.hear_survey]),
    on(OpinionGiven, later=[comments.hear_sheet]),
)

# Whose platform ordered it is told how it stands.
ORDERED: tuple[Line, ...] = (
    on(CaseOpened, at_once=[platforms.hear_opened]),
    on(CaseMoved, at_once=[platforms.hear_moved]),
)

# What is counted by time and stands in no row of its own.
COUNTED: tuple[Line, ...] = (
    on(CaseChased, at_once=[counting.hear_chased]),
    on(CaseClosed, at_once=[counting.hear_withdrawn]),
    on(CaseOpened, at_once=[day_facts.hear_opened]),
    on(CaseMoved, at_once=[day_facts.hear_moved]),
    on(CaseMerged, at_once=[day_facts.hear_merged]),
    on(CaseUnmerged, at_once=[day_facts.hear_merged]),
    on(CaseGivenTo, at_once=[day_facts.hear_given]),
    on(CaseChased, at_once=[day_facts.hear_chased]),
    on(CallbackDone, at_once=[day_facts.hear_called_back]),
    on(CaseOffered, at_once=[day_facts.hear_offered]),
    on(CaseReturned, at_once=[day_facts.hear_returned]),
)

# Work that another system had: what is open goes on here, what is past wakes nothing but the counting of its days.
BROUGHT_IN: tuple[Line, ...] = (
    on(CaseBroughtIn, later=[keeping_on.offer_brought_in]),
    on(CasesBroughtIn, at_once=[counting.count_again, day_facts.hear_brought_in]),
    on(CasesTakenOut, at_once=[taking_out.forget_cases, counting.count_again]),
)

# What is found again: the index is written with the row that it speaks of, and goes with the customer.
FOUND: tuple[Line, ...] = (
    on(ReportReceived, at_once=[indexing.hear_received]),
    on(CaseOpened, at_once=[indexing.hear_opened]),
    on(CaseNoted, at_once=[indexing.hear_noted]),
    on(CasesBroughtIn, at_once=[indexing.hear_brought_in]),
    on(RegisterChanged, at_once=[indexing.hear_forgotten]),
)

LINES: tuple[Line, ...] = (
    on(MessageArrived, later=[reading.read_arrived], urgent=True),
    on(MessageSettled, later=[bounces.hear_bounce]),
    on(ReportUnderstood, at_once=[opening.open_for_report]),
    on(CaseOpened, at_once=[on_the_phone.hear_opened, in_the_chat.hear_opened]),
    on(ChatWentOn, later=[chats.hear_went_on], urgent=True),
    on(ChatAnswered, at_once=[in_the_chat.hear_answered]),
    on(CallAccountedFor, at_once=[on_the_phone.hear_accounted]),
    on(TransferMoved, at_once=[on_the_phone.hear_transfer]),
    on(SheetSigned, later=[printing.print_sheet]),
    on(RegisterChanged, at_once=[hear_forgotten, calls.hear_forgotten, wishes_forgotten.hear_forgotten]),
    on(ReportReceived, at_once=[calls.hear_received, chats.hear_received]),
    on_every(hearing.hear),
    *SENT,
    *FREED,
    *HEARD,
    *ORDERED,
    *COUNTED,
    *BROUGHT_IN,
    *FOUND,
    *TOLD,
)

# Facts that stand for themselves: they stop or start a promise, or are only told. The law test reads this list.
NOBODY_WAITS_FOR: tuple[type, ...] = (
    ChannelHeardAgain,
    MessageErased,
    CallAnswered,
    CallEnded,
    RingBackOpened,
    RingBackTried,
    RingBackDone,
    ChatBegan,
    ChatTaken,
    ChatConnected,
    ChatGreeted,
    ChatEnded,
    ChatRated,
    RecordingHeard,
    CallConnected,
    CallGreeted,
    CallPutThrough,
    CallTakenOver,
    CallGivenUp,
    CaseContacted,
    CaseGraded,
    CaseImportUndone,
    CaseSorted,
    CaseTookIn,
    CaseLetGo,
    ReportParted,
    PastCaseBroughtIn,
    CaseWrittenUp,
    NeedTicked,
    NeedsUnticked,
    OwnerChanged,
    PlanTold,
    CaseSnoozed,
    SnoozeEnded,
    ShiftHandedOver,
    ShiftTaken,
    StepTried,
    PromisesMade,
    PromiseKept,
    PromiseMended,
    PromiseRederived,
    PromisesVoided,
    PromisesRestored,
    BreachWithdrawn,
    NoticeSent,
    VisitConfirmed,
    Arrived,
    MachineReceived,
    Diagnosed,
    QuoteConsented,
    QuoteRefused,
    FunctionsTested,
    SheetPrinted,
    LateAccepted,
    OfferWithdrawn,
    TechnicianProposed,
    BestPassedOver,
    ChangeRefused,
    CallbackAttempted,
    ComplaintLinked,
    OfficialAnswered,
    OfficialNotice,
    OrderPromised,
    OrderChanged,
    OrderCancelled,
    ImprovementProposed,
    ImprovementCarriedOn,
    WorkbookBroughtIn,
    WorkbookTakenBack,
)

SWEEPS: tuple[tuple[str, Callable[[datetime], object]], ...] = (
    ("reactions", reactions.wake_overdue),
    ("promises at risk", commitments.mark_at_risk),
    ("promises broken", commitments.mark_broken),
    ("ladders", commitments.climb),
    ("promises in years newly published", commitments.rederive_published),
    ("second reckoning of promises", replaying.replay_nightly),
    ("what-ifs", trying_out.carry_on_what_ifs),
    ("offers without answer", offering.recall_unanswered),
    ("cases nobody guided by phone", guiding.offer_unguided),
    ("jobs without answer", assigning.recall_unanswered),
    ("jobs nobody grabbed", rounds.lapse_ungrabbed),
    ("cases that wait for somebody", matching.match_waiting),
    ("plans being sought", solving.wake_proposals),
    ("plans of days that are over", solving.end_past),
    ("times kept too long", drop_expired_holds),
    ("reminders of visits", booking.remind),
    ("maintenance that falls due", upkeep.keep_upkeep),
    ("visits that will be late", late.foresee),
    ("positions older than their term", forget_positions),
    ("confirm contacts", asking.ask_confirms),
    ("surveys", asking.send_surveys),
    ("closing after silence", closing.close_silent),
    ("sums of days", counting.keep_days),
    ("facts of days", day_reports.gather_once),
    ("day reports", day_reports.report_days),
    ("search index", building.keep_index),
    ("imports under way", bringing_in.carry_on_imports),
    ("files of old imports", forget_old),
    ("customers whose time is over", retention.forget_after_term),
    ("keys of requests", intake.forget_keys),
    ("messages that belong to nobody", clearing.erase_nobodys),
    ("silent channels", proving.find_silent),
    ("files to look through", scanning.look_through),
    ("calls nobody heard the end of", calls_heard.end_silent),
    ("calls that nobody took", calls_heard.settle_lost),
    ("calls kept and not yet heard", calls_heard.take_up_unheard),
    ("transfers nobody took over", calls.alarm_transfers),
    ("customers to be rung", ringing_back.alarm_late),
    ("numbers of unknown callers", calls.forget_unknown),
    ("chats nobody came to", chats.hand_on_left),
    ("chats handed on and not taken", chats_taken.call_back_unanswered),
    ("chats that wait too long", chats_taken.alarm_waiting),
    ("chats of unknown visitors", chats_kept.forget_unknown),
    ("notices", sending.wake_due),
    ("files sent into chats", picking_up.wake_wanted),
    ("codes that bind chats", binding.drop_codes),
    ("messages of WeCom", kf_pulling.wake_pull),
    ("states of orders", platforms.wake_states),
    ("codes for customers", customer_codes.answer_unheard),
    ("still open", still_open.tell_still_open),
)


def begin() -> None:
    """Called once, at start-up."""
    STORY.follow(LINES)
    reactions.run_by(clock.now)
