"""Speaking to a chat group: what waits for it goes together, within its hours and within what its robot takes.

A robot takes some twenty messages a minute. So whatever is due for a group when its turn comes becomes one text, and a
quarter of each minute is kept for danger, which waits neither for the hours nor for others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q

from bihuan.ground.vault.actions import SealedBy, keys_of
from bihuan.ground.worktime.calendar import next_open
from bihuan.ground.worktime.errors import CalendarRefused
from bihuan.ground.worktime.queries import calendar_for
from bihuan.registers.channels.message import OutgoingMessage
from bihuan.registers.channels.robots import A_MINUTE, LONGEST
from bihuan.service.notices.marking import LEASE, failed, give_up, provider_for, sent
from bihuan.service.notices.models import Group, Notice
from bihuan.service.notices.rules import calm_share, sendable_at

MOST = 60  # notices of one text


def group_ready_at(group: Group, *, now: datetime, presses: bool) -> datetime:
    """`now` within the group's hours and for danger, else when its hours begin again."""
    if presses:
        return now
    try:
        return next_open(calendar_for(group.calendar), now) or now
    except CalendarRefused:  # the calendar was taken away: better at an odd hour than never
        return now


def speak(group_id: int, *, handed: Mapping[int, int], now: datetime, once: bool = False) -> int:
    """Say what is due for a group, as one text. `handed`: notices that a worker was given, with the attempts they had
    then. `once`: only these, and one try. Returns how many notices went out."""
    group, mine, message = _claimed(group_id, handed, now=now, once=once)
    if group is None or message is None:
        return 0
    try:
        by = provider_for(group.kind)
        reference = by.send(message).reference
    except Exception as error:  # a provider may fail in ways of its own
        for notice in mine:
            failed(notice, error, now=now, once=once)
        return 0
    for notice in mine:
        sent(notice, by=by.name, reference=reference or f"n{mine[0].id}", now=now)
    return len(mine)


@transaction.atomic
def _claimed(
    group_id: int, handed: Mapping[int, int], *, now: datetime, once: bool
) -> tuple[Group | None, list[Notice], OutgoingMessage | None]:
    """Take what is due, its attempt counted, and one of the robot's turns: under the group's lock, so that two workers
    never say the same nor more than the robot takes."""
    group = Group.objects.select_for_update().filter(id=group_id, retired_at__isnull=True).first()
    if group is None:
        return None, [], None
    due = _due(group, handed, now=now, once=once)
    if not due:
        return group, [], None
    presses = any(notice.presses for notice in due)
    most = A_MINUTE[group.kind] if presses else calm_share(A_MINUTE[group.kind])
    at, recent = sendable_at(group.recent, now=now.timestamp(), most=most)
    if at > now.timestamp():
        _wait(due, datetime.fromtimestamp(at, UTC), now=now, once=once)
        return group, [], None
    hand = keys_of([group.webhook_sealed, *(notice.words_sealed for notice in due)])
    mine = _fitting(due, hand, longest=LONGEST[group.kind])
    Group.objects.filter(id=group.id).update(recent=[*recent, now.timestamp()])
    for notice in mine:
        notice.attempts += 1
        notice.next_at = now + LEASE
    Notice.objects.bulk_update(mine, ["attempts", "next_at"])
    return group, mine, _message(group, mine, hand)


def _due(group: Group, handed: Mapping[int, int], *, now: datetime, once: bool) -> list[Notice]:
    """What may be said now: danger first, then in the order in which it happened. What came outside the group's hours
    waits for them."""
    wanted = Q(id__in=list(handed)) if once else Q(id__in=list(handed)) | Q(next_at__lte=now)
    rows = Notice.objects.select_for_update().filter(wanted, group=group, state=Notice.WAITING)
    due = [
        row
        for row in rows.order_by("-presses", "id")[: MOST * 2]
        if row.attempts == handed.get(row.id, row.attempts) and (row.id in handed or row.next_at <= now)
    ]
    opens = group_ready_at(group, now=now, presses=False)
    if opens > now:
        calm = [row.id for row in due if not row.presses]
        Notice.objects.filter(id__in=calm, state=Notice.WAITING).update(next_at=opens)
        due = [row for row in due if row.presses]
    return due[:MOST]


def _wait(due: Sequence[Notice], at: datetime, *, now: datetime, once: bool) -> None:
    if once:
        for notice in due:
            give_up(notice, "rate_limited", now=now)
        return
    ids = [notice.id for notice in due]
    Notice.objects.filter(id__in=ids, state=Notice.WAITING).update(next_at=at, trouble="robots_share")


def _fitting(due: Sequence[Notice], hand: SealedBy, *, longest: int) -> list[Notice]:
    """As many as fit into one text, at least the first."""
    mine: list[Notice] = []
    used = 200  # bytes kept for the heading
    for notice in due:
        used += len((hand.open(notice.words_sealed) or "").encode()) + 1
        if mine and used > longest:
            break
        mine.append(notice)
    return mine


def _message(group: Group, mine: Sequence[Notice], hand: SealedBy) -> OutgoingMessage:
    """One text: the notice's own, or a heading that counts them and a line each."""
    lines = [hand.open(notice.words_sealed) or "" for notice in mine]
    subjects = Counter(hand.open(notice.subject_sealed) or "" for notice in mine)
    if len(lines) > 1:
        lines.insert(0, " · ".join(f"{subject} ×{count}" for subject, count in subjects.items()))
    return OutgoingMessage(
        id=mine[0].id,
        kind=group.kind,
        receiver=hand.open(group.webhook_sealed) or "",
        secret=hand.open(group.secret_sealed) or "",
        subject=next(iter(subjects)),
        words="\n".join(lines),
        template=f"group.{mine[0].kind}",
        language=group.language,
    )
