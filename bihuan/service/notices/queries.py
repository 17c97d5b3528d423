"""Reading what was sent. Whoever reads the outbox sees the words; who received them stays masked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet

from bihuan.ground.vault.actions import keys_of
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.masking import masked_email, masked_name, masked_phone
from bihuan.registers.access.signing_in import is_demo
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.rules import read_number
from bihuan.service.notices.marking import OUTBOX, named_provider
from bihuan.service.notices.models import Group, Notice
from bihuan.service.notices.rules import cost_words, segments

CHANNELS = (
    Notice.WECHAT,
    Notice.SMS,
    Notice.MAIL,
    Notice.PAGE,
    Notice.PUSH,
    Notice.RING,
    *Notice.ROBOTS,
    Notice.CALL,
)
STATES = (Notice.WAITING, Notice.SENT, Notice.GIVEN_UP)
_CREDENTIAL = re.compile(r"(/(?:c|s|survey|q|in)/)[\w-]{20,}|(/k/)[\w-]{12,}")


@dataclass(frozen=True, kw_only=True)
class NoticeView:
    """One message as its receiver reads it; `receiver` is masked. `words` is None once its customer is forgotten."""

    id: int
    kind: str
    channel: str
    state: str
    number: str
    customer_id: int | None
    receiver: str
    subject: str
    words: str | None
    language: str
    segments: int
    attempts: int
    next_at: datetime
    made_at: datetime
    sent_at: datetime | None
    provider: str
    trouble: str
    manner: str
    fell_to: str
    arrived_at: datetime | None
    cost: str


def outbox(
    viewer: Viewer, *, channel: str = "", state: str = "", number: str = "", kind: str = "", who: str = ""
) -> QuerySet[Notice]:
    """The notices this viewer may read, cut by node and filtered; unordered, for a keyset page. `who`: part of the
    name of a colleague or a chat group; customers are found by the number of their case."""
    viewer.must("outbox.read")
    found = Notice.objects.select_related("case", "customer", "person", "group")
    if viewer.nodes is not None:
        found = found.filter(Q(case__node_id__in=viewer.nodes) | Q(group__node_id__in=viewer.nodes))
    if who.strip():
        found = found.filter(Q(person__name__icontains=who.strip()) | Q(group__name__icontains=who.strip()))
    if channel in CHANNELS:
        found = found.filter(channel=channel)
    if state in STATES:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    if number.strip():
        found = found.filter(case__number=read_number(number) or "?")
    return found


def of_case(viewer: Viewer, case_id: int) -> list[NoticeView]:
    """Every message about one case, newest first. The caller has made sure that the viewer may see the case."""
    viewer.must("case.read")
    rows = (
        Notice.objects.filter(case_id=case_id)
        .select_related("case", "customer", "person", "group")
        .order_by("-id")
    )
    return shown(rows, links=False)


def to_a_customer(viewer: Viewer, notice_id: int) -> Notice:
    """One notice to a customer that this viewer may read; NotFound for all others."""
    found = outbox(viewer).filter(id=notice_id, customer__isnull=False).first()
    if found is None:
        raise NotFound
    return found


def shown(notices: Iterable[Notice], *, links: bool | None = None, full: bool = False) -> list[NoticeView]:
    """These notices opened, two queries however many. Private links and codes are left readable only where nothing
    leaves the house anyway: in the demo, while its people are here. Elsewhere they would let a reader act as the
    customer. `full`: with the receiver's own number or address, for a reader who said what for."""
    rows = list(notices)
    hand = keys_of(
        text for row in rows for text in (row.words_sealed, row.subject_sealed, row.receiver_sealed)
    )
    open_links = settings.BIHUAN_DEMO and is_demo() if links is None else links
    return [
        _view(
            row,
            address=hand.open(row.receiver_sealed) or "",
            subject=hand.open(row.subject_sealed) or "",
            words=hand.open(row.words_sealed),
            links=open_links,
            full=full,
        )
        for row in rows
    ]


def _view(
    row: Notice, *, address: str, subject: str, words: str | None, links: bool, full: bool
) -> NoticeView:
    said = words
    if said is not None and not links:
        said = "••••••" if row.kind == "sign_in_code" else _CREDENTIAL.sub(r"\1\2••••••", said)
    billed = segments(words or "") if row.channel == Notice.SMS else 1
    return NoticeView(
        id=row.id,
        kind=row.kind,
        channel=row.channel,
        state=row.state,
        number=row.case.number if row.case else "",
        customer_id=row.customer_id,
        receiver=address if full else _masked(row, address),
        subject=subject,
        words=said,
        language=row.language,
        segments=billed,
        attempts=row.attempts,
        next_at=row.next_at,
        made_at=row.made_at,
        sent_at=row.sent_at,
        provider=row.provider,
        trouble=row.trouble,
        manner=row.manner,
        fell_to=row.fell_to,
        arrived_at=row.arrived_at,
        cost=cost_words(billed, settings.BIHUAN_SMS_PRICE) if row.channel == Notice.SMS else "",
    )


def _masked(row: Notice, address: str) -> str:
    if row.group is not None:
        return row.group.name
    if row.person is not None:
        return masked_name(row.person.name)
    return masked_email(address) if "@" in address else masked_phone(address)


def given_up(viewer: Viewer, limit: int = 100) -> list[NoticeView]:
    """Messages that nobody got, oldest first: somebody must ring."""
    viewer.must("outbox.read")
    rows = (
        Notice.objects.filter(state=Notice.GIVEN_UP, fell_to="")
        .select_related("case", "customer", "person", "group")
        .order_by("id")
    )
    return shown(rows[:limit], links=False)


def oldest_waiting(now: datetime) -> datetime | None:
    """Since when the longest-waiting message that is due has waited."""
    told: dict[str, datetime | None] = Notice.objects.filter(
        state=Notice.WAITING, next_at__lte=now
    ).aggregate(since=Min("next_at"))
    return told["since"]


def oldest_notice_due(now: datetime) -> datetime | None:
    """Since when the oldest notice has been due that nobody tried to send. Handed to the engine it has two minutes."""
    due = Notice.objects.filter(state=Notice.WAITING, next_at__lte=now).order_by("next_at")
    return due.values_list("next_at", flat=True).first()


def notices_due(now: datetime) -> int:
    """How many of them there are."""
    return Notice.objects.filter(state=Notice.WAITING, next_at__lte=now).count()


@dataclass(frozen=True, kw_only=True)
class ChannelState:
    """Whether a channel works: who carries it (`outbox`: nobody, all of it stays in the house), when it last did, when
    it last did not and why, how many messages wait. `groups`: chat groups in use, for the robots' channels."""

    channel: str
    provider: str
    set_up: bool
    last_sent: datetime | None
    last_failed: datetime | None
    last_trouble: str
    waiting: int
    groups: int = 0

    @property
    def fails(self) -> bool:
        """Whether the last attempt came to nothing."""
        return self.last_failed is not None and (self.last_sent is None or self.last_failed > self.last_sent)


CARRIED = (Notice.WECHAT, Notice.SMS, Notice.MAIL, Notice.PUSH, Notice.RING, *Notice.ROBOTS)


def channels_state() -> list[ChannelState]:
    """Every channel that leaves the house, three queries and one for each channel. For the doctor's page and
    whoever asks whether it is set up."""
    last = dict(
        Notice.objects.filter(channel__in=CARRIED, sent_at__isnull=False)
        .order_by()
        .values_list("channel")
        .annotate(at=Max("sent_at"))
    )
    waiting: dict[str, int] = dict(
        Notice.objects.filter(state=Notice.WAITING, channel__in=CARRIED)
        .order_by()
        .values_list("channel")
        .annotate(count=Count("id"))
    )
    groups: dict[str, int] = dict(
        Group.objects.filter(retired_at__isnull=True)
        .order_by()
        .values_list("kind")
        .annotate(count=Count("id"))
    )
    return [_state(one, last.get(one), waiting.get(one, 0), groups.get(one, 0)) for one in CARRIED]


def _state(channel: str, last_sent: datetime | None, waiting: int, groups: int) -> ChannelState:
    failed = (
        Notice.objects.filter(channel=channel, failed_at__isnull=False)
        .order_by("-failed_at")
        .values_list("failed_at", "trouble")
        .first()
    )
    by = named_provider(channel)
    return ChannelState(
        channel=channel,
        provider=by,
        set_up=by != OUTBOX and (channel not in Notice.ROBOTS or groups > 0),
        last_sent=last_sent,
        last_failed=failed[0] if failed else None,
        last_trouble=failed[1] if failed else "",
        waiting=waiting,
        groups=groups,
    )
