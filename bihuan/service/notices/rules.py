"""How somebody is reached, how long to wait, how many messages a text is. Values in, values out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from string import Formatter

ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
HOUR = timedelta(hours=1)
MINUTE_SECONDS = 60.0

# A colleague's own words: a chat or a mail carries them, an SMS only says that they are there.
ANSWER = "answer"

# Direct answers to what the customer has just done or agreed to: these go out at any hour.
DIRECT = frozenset(
    {
        ANSWER,
        "case_opened",
        "booked",
        "chased",
        "withdrawn",
        "departed",
        "late",
        "quote",
        "sign_in_code",
        "complaint_opened",
    }
)

# Ways by which it is not the customer who acts just now: what came so is told at a decent hour.
NOT_BY_THEM = frozenset({"third_party", "social", "slip"})


def is_direct(kind: str, *, came_by: str = "") -> bool:
    """Whether a message answers what its customer has just done, and so goes out at any hour. `came_by`: the channel
    of the report that a case was opened for."""
    return kind in DIRECT and not (kind in {"case_opened", "complaint_opened"} and came_by in NOT_BY_THEM)


# What staff are told, gathered into the few sorts of news that a person chooses by: kind of notice → news.
NEWS_OF = {
    "new_case": "new",
    "offered": "new",
    "assigned": "job",
    "up_for_grabs": "job",
    "goes_along": "job",
    "along_booked": "job",
    "along_called_off": "job",
    "along_with_other": "job",
    "along_late": "job",
    "mate_refused": "returned",
    "unassigned": "job",
    "day_published": "job",
    "urgent_case": "urgent",
    "danger": "urgent",
    "returned": "returned",
    "at_risk": "at_risk",
    "late_foreseen": "at_risk",
    "not_reached": "at_risk",
    "broken": "broken",
    "escalated": "broken",
    "called_in": "broken",
    "chased": "chased",
    "complaint": "complaint",
    "mentioned": "mentioned",
    "customer_wrote": "mentioned",
    "channel_silent": "at_risk",
    "transfer_begun": "job",
    "transfer_waiting": "at_risk",
    "ring_back_late": "at_risk",
    "chat_waiting": "at_risk",
    "chat_back": "at_risk",
    "day_report": "day_report",
    "not_solved": "unsolved",
}
NEWS = (
    "urgent", "new", "job", "returned", "at_risk", "broken", "chased", "complaint", "unsolved", "mentioned",
    "day_report", "other",
)  # fmt: skip
GROUP_NEWS = ("urgent", "new", "returned", "at_risk", "broken", "chased", "complaint", "day_report")
WAYS = ("push", "sms", "mail", "ring")  # besides the page, which always has it
RINGS_FOR = frozenset({"urgent", "broken"})  # what a machine may ring somebody up for
USUAL = {
    "urgent": frozenset({"push", "sms"}),
    "job": frozenset({"push", "sms"}),
    "broken": frozenset({"push", "sms"}),
    "unsolved": frozenset({"push", "sms"}),
    "other": frozenset[str](),
    "day_report": frozenset[str](),
}
USUALLY = frozenset({"push"})  # of all other news
LEAST = {"urgent": frozenset({"sms"})}  # what nobody can switch off, at any hour
GSM_ONCE = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = frozenset("\f^{}\\[~]|€")
SHIFTS_AHEAD = 14  # days within which a shift is looked for; who has none is not kept waiting


def news_of(kind: str) -> str:
    """Which sort of news a notice to staff is."""
    return NEWS_OF.get(kind, "other")


def usual_ways(news: str) -> frozenset[str]:
    """How the house tells of it where nobody wrote anything else."""
    return USUAL.get(news, USUALLY)


@dataclass(frozen=True, kw_only=True)
class Peace:
    """When somebody is left in peace, in the wall hours of the installation: from `begins` to `ends` (over midnight
    too; none: never), and outside `shifts` (weekday, 0 = Monday → spans; none: always on duty)."""

    begins: time | None = None
    ends: time | None = None
    shifts: Mapping[int, Sequence[tuple[time, time]]] | None = None


def heard_at(peace: Peace, now: datetime) -> datetime:
    """`now` when somebody may be told, else the next moment at which they may. `now` is aware and local."""
    at = now
    for _step in range(2 * SHIFTS_AHEAD):
        later = _quiet_ends(peace, at) or _shift_begins(peace, at)
        if later is None:
            return at
        at = later
    return now  # nobody is kept waiting for ever


def _quiet_ends(peace: Peace, at: datetime) -> datetime | None:
    """When the quiet hours end that `at` lies in; None when it lies in none."""
    begins, ends, clock = peace.begins, peace.ends, at.time()
    if begins is None or ends is None or begins == ends:
        return None
    if begins < ends:
        return _on(at.date(), ends, at) if begins <= clock < ends else None
    if clock >= begins:
        return _on(at.date() + timedelta(days=1), ends, at)
    return _on(at.date(), ends, at) if clock < ends else None


def _shift_begins(peace: Peace, at: datetime) -> datetime | None:
    """When the next shift begins; None while one lasts, or where there is none to wait for."""
    if not peace.shifts:
        return None
    if any(begins <= at.time() < ends for begins, ends in peace.shifts.get(at.weekday(), ())):
        return None
    for ahead in range(SHIFTS_AHEAD):
        day = at.date() + timedelta(days=ahead)
        found = [_on(day, begins, at) for begins, _ends in peace.shifts.get(day.weekday(), ())]
        if coming := [moment for moment in found if moment > at]:
            return min(coming)
    return None


def _on(day: date, clock: time, like: datetime) -> datetime:
    return datetime.combine(day, clock, tzinfo=like.tzinfo)


def sendable_at(recent: Sequence[float], *, now: float, most: int) -> tuple[float, list[float]]:
    """When a robot may speak again that says at most so much a minute, and which of its last messages (epoch seconds)
    still count."""
    counted = sorted(one for one in recent if now - MINUTE_SECONDS < one <= now)
    return (now if len(counted) < most else counted[-most] + MINUTE_SECONDS), counted


def calm_share(a_minute: int) -> int:
    """How much of a robot's minute what does not press may use: three quarters, the rest is kept for danger."""
    return max(1, a_minute * 3 // 4)


def way_to(reach: Mapping[str, str], *, chat: str = "", without: Collection[str] = ()) -> tuple[str, str]:
    """Channel and address by which a customer is told: their chat with us (`chat`), the mobile by SMS, mail; else
    somebody must call. `without`: channels that did not carry it."""
    ways = (("wechat", chat), ("sms", reach.get("mobile", "")), ("mail", reach.get("email", "")))
    for channel, address in ways:
        if address and channel not in without:
            return channel, address
    return "call", reach.get("landline", "")


def kind_on(kind: str, channel: str) -> str:
    """As which message a channel carries this one. Texts of SMS are approved beforehand: nobody's own words."""
    return "progress" if kind == ANSWER and channel not in {"wechat", "mail"} else kind


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts: half a minute, then four times longer each, at most an hour."""
    longer: int = 4 ** min(max(attempts - 1, 0), 10)
    return min(FIRST_WAIT * longer, LONGEST_WAIT)


def segments(text: str) -> int:
    """How many messages an SMS of this text is billed as: 70 signs of UCS-2, or 67 each when it is split; 160 and 153
    when all of it stands in the alphabet of GSM 03.38, whose few doubled signs count twice."""
    if all(sign in GSM_ONCE or sign in GSM_TWICE for sign in text):
        size, one, many = len(text) + sum(sign in GSM_TWICE for sign in text), 160, 153
    else:
        size, one, many = len(text.encode("utf-16-be", "surrogatepass")) // 2, 70, 67
    return 1 if size <= one else -(-size // many)


def cost_words(messages: int, price: str) -> str:
    """What so many messages cost at this price of one, in yuan: `¥0.09`; empty where no price is known."""
    try:
        fee = Decimal(price) * messages
    except InvalidOperation:
        return ""
    return f"¥{fee.quantize(Decimal('0.001')).normalize():f}" if fee >= 0 else ""


@dataclass(frozen=True, kw_only=True)
class Blanks:
    """The placeholders of a message: which its subject needs, which its words; any of them may stand in both."""

    subject: frozenset[str]
    words: frozenset[str]

    @property
    def any(self) -> frozenset[str]:
        return self.subject | self.words


class Unreadable(ValueError):
    """Braces that hold no plain name, or stand alone."""


def blanks_of(text: str) -> frozenset[str]:
    """The names in braces. Nothing but a name may stand there: no index, no attribute, no width."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as fault:
        raise Unreadable from fault
    found = [(name, shape, turned) for _said, name, shape, turned in parts if name is not None]
    if any(shape or turned or not (name.isascii() and name.isidentifier()) for name, shape, turned in found):
        raise Unreadable
    return frozenset(name for name, _shape, _turned in found)
