"""How much one address gets. Two machines that answer each other, a forged sender, a fault of ours: none of them makes
this house send without end (RFC 3834). What presses, and codes that somebody waits for, are not held up by the day.

Of one address at most so many messages go in an hour, the rest waits; so many in a day, the rest is given up and a
person sees it. Answers by mail to what came by mail are counted apart, since nobody has proven whose address it is:
few a day to each address, and not too many an hour to all of them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from bihuan.service.notices.marking import give_up
from bihuan.service.notices.models import Notice
from bihuan.service.notices.rules import HOUR

DAY = timedelta(days=1)
COUNTED_BY_DAY = frozenset({Notice.SMS, Notice.MAIL})
ANSWERS = frozenset(
    {"case_opened", "complaint_opened", "chased", "reopened"}
)  # what a mail can bring about at once
NEVER_HELD = frozenset({"sign_in_code"})


@dataclass(frozen=True, kw_only=True)
class Caps:
    """Messages at most; each a setting of the installation."""

    hour: int
    day_customer: int
    day_person: int
    answers_day: int
    answers_hour: int


def caps() -> Caps:
    """What this installation allows."""
    return Caps(
        hour=int(getattr(settings, "BIHUAN_NOTICES_AN_HOUR", 20)),
        day_customer=int(getattr(settings, "BIHUAN_NOTICES_A_DAY", 60)),
        day_person=int(getattr(settings, "BIHUAN_NOTICES_A_DAY_STAFF", 400)),
        answers_day=int(getattr(settings, "BIHUAN_MAIL_ANSWERS_A_DAY", 4)),
        answers_hour=int(getattr(settings, "BIHUAN_MAIL_ANSWERS_AN_HOUR", 300)),
    )


def held_back(notice: Notice, now: datetime) -> bool:
    """Whether this address had its share. Then the notice waits, and no attempt is counted, or it is given up."""
    most = caps()
    told = _told(notice, now)
    if notice.channel in COUNTED_BY_DAY and not notice.presses and notice.kind not in NEVER_HELD:
        if trouble := _over_the_day(notice, told, most):
            give_up(notice, trouble, now=now)
            return True
        if _answers_too_many(notice, most, now):
            return _wait(notice, until=now + HOUR / 4, trouble="answers_cap")
    recent = [at for at, _kind in told if at > now - HOUR]
    if len(recent) < most.hour:
        return False
    return _wait(notice, until=recent[-most.hour] + HOUR, trouble="hourly_cap")


def _told(notice: Notice, now: datetime) -> list[tuple[datetime, str]]:
    """When this receiver was sent what by this channel within a day, in order."""
    since = DAY if notice.channel in COUNTED_BY_DAY else HOUR
    rows = Notice.objects.filter(
        receiver=notice.receiver, channel=notice.channel, sent_at__gt=now - since, sent_at__lte=now
    ).order_by("sent_at")
    return [(at, kind) for at, kind in rows.values_list("sent_at", "kind")[:1000] if at is not None]


def _over_the_day(notice: Notice, told: list[tuple[datetime, str]], most: Caps) -> str:
    """Why the day's share of this receiver is used up, in a word; empty when it is not."""
    if len(told) >= (most.day_person if notice.person_id else most.day_customer):
        return "daily_cap"
    answers = sum(kind in ANSWERS for _at, kind in told)
    if _is_answer(notice) and answers >= most.answers_day:
        return "loop_guard"
    return ""


def _is_answer(notice: Notice) -> bool:
    return notice.channel == Notice.MAIL and notice.kind in ANSWERS and notice.customer_id is not None


def _answers_too_many(notice: Notice, most: Caps, now: datetime) -> bool:
    if not _is_answer(notice):
        return False
    sent = Notice.objects.filter(
        channel=Notice.MAIL, kind__in=ANSWERS, sent_at__gt=now - HOUR, sent_at__lte=now
    )
    return sent.count() >= most.answers_hour


def _wait(notice: Notice, *, until: datetime, trouble: str) -> bool:
    Notice.objects.filter(id=notice.id, state=Notice.WAITING).update(next_at=until, trouble=trouble)
    return True
