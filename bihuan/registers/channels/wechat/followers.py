"""Who follows the official account: hearing them, counting what we may tell them, and whose chat it is."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum

from bihuan.ground.vault.actions import blind, destroy, keys, keys_for, new_key
from bihuan.registers.channels.models import Follower
from bihuan.registers.channels.wechat.allowance import LONG, MANY, Allowance, allowance, most_of, opens_anew
from bihuan.registers.customers.models import Contact, Customer

KIND = "wechat"


@dataclass(frozen=True, kw_only=True)
class Chat:
    """A follower as those see it who may tell them something."""

    id: int
    bound: bool
    follows: bool
    left: Allowance
    templates_told: int
    heard_at: datetime | None
    bound_at: datetime | None
    desk: bool  # of 微信客服, where no template is ever sent


def mark_of(openid: str) -> str:
    """By what a follower is found: the same as their contact has it."""
    return blind(KIND, openid)


@transaction.atomic
def hear(openid: str, how: str, *, now: datetime) -> Follower:
    """Somebody wrote or tapped (`how`: message, click, follow, scan; leave): their row, made at the first time."""
    row = Follower.objects.select_related("customer").filter(blind=mark_of(openid)).first() or _met(
        openid, now=now
    )
    if how == "leave":
        Follower.objects.filter(id=row.id).update(follows=False, heard_how="", told=0)
        row.follows = False
        return row
    if opens_anew(heard_at=row.heard_at, held=row.heard_how, told=row.told, how=how, now=now):
        row.heard_at, row.heard_how, row.told = now, how, 0
        Follower.objects.filter(id=row.id).update(heard_at=now, heard_how=how, told=0, follows=True)
    elif not row.follows:
        Follower.objects.filter(id=row.id).update(follows=True)
    row.follows = True
    return row


def hear_at_desk(handle: str, desk: str, *, at: datetime) -> None:
    """Somebody wrote to a desk of 微信客服 at that moment: five messages of ours may follow. What was told of already,
    or is older than what we heard since, changes nothing."""
    with transaction.atomic():
        row = Follower.objects.filter(blind=mark_of(handle)).first() or _met(handle, now=at)
        older = Follower.objects.filter(id=row.id).filter(Q(heard_at__isnull=True) | Q(heard_at__lt=at))
        older.update(desk=desk, heard_at=at, heard_how=Follower.MESSAGE, told=0, follows=True)


def desk_of(handle: str) -> str:
    """The desk of 微信客服 to which this chat belongs; empty for the official account's."""
    found = Follower.objects.filter(blind=mark_of(handle)).values_list("desk", flat=True).first()
    return found or ""


def _met(openid: str, *, now: datetime) -> Follower:
    key = new_key(now=now)
    made = Follower(blind=mark_of(openid), key=key, openid_sealed=keys(key).seal(key.id, openid), made_at=now)
    Follower.objects.bulk_create([made], ignore_conflicts=True)
    row = Follower.objects.select_related("customer").get(blind=made.blind)
    if row.key_id != key.id:  # a twin was faster
        key.delete()
    return row


def chat_of(customer: Customer, *, now: datetime) -> Chat | None:
    """The chat by which this customer can be told: the newest in which messages are left, else the official account's,
    where a template may be; None where there is none."""
    rows = _rows_of(customer).filter(follows=True)
    chats = [_chat(row, now=now) for row in rows.order_by(F("heard_at").desc(nulls_last=True), "-id")]
    left = (one for one in chats if one.left.left)
    return next(left, next((one for one in chats if not one.desk), chats[0] if chats else None))


def chats_of(customer: Customer, *, now: datetime) -> list[Chat]:
    """Every chat that is this customer's, the newest first."""
    return [_chat(row, now=now) for row in _rows_of(customer).order_by("-heard_at", "-id")]


def _rows_of(customer: Customer) -> QuerySet[Follower]:
    own = Contact.objects.filter(customer=customer, kind=KIND).values("blind")
    return Follower.objects.filter(Q(customer=customer) | Q(blind__in=own))


def _chat(row: Follower, *, now: datetime) -> Chat:
    return Chat(
        id=row.id,
        bound=row.customer_id is not None,
        follows=row.follows,
        left=allowance(heard_at=row.heard_at, how=row.heard_how, told=row.told, now=now),
        templates_told=row.templates_told,
        heard_at=row.heard_at,
        bound_at=row.bound_at,
        desk=bool(row.desk),
    )


def openid_of(chat_id: int) -> str:
    """Where a chat is reached, in clear: for sending, never for showing. Empty when it is gone."""
    row = Follower.objects.filter(id=chat_id).first()
    return "" if row is None else keys_for([row.key_id]).open(row.openid_sealed) or ""


def take_one(openid: str, *, now: datetime) -> bool:
    """Count one customer-service message to this chat; False when WeChat allows none any more. Two at once never take
    the last one both."""
    row = Follower.objects.filter(blind=mark_of(openid), follows=True).first()
    if row is None:
        return False
    left = allowance(heard_at=row.heard_at, how=row.heard_how, told=row.told, now=now)
    if not left.left:
        return False
    same = Follower.objects.filter(id=row.id, heard_at=row.heard_at, told__lt=most_of(row.heard_how))
    return bool(same.update(told=F("told") + 1))


def none_left(openid: str) -> None:
    """WeChat itself says that there is none: it counts better than we do."""
    rows = Follower.objects.filter(blind=mark_of(openid))
    rows.update(told=32_000)


def gone(openid: str) -> None:
    """WeChat says that this chat follows us no more."""
    Follower.objects.filter(blind=mark_of(openid)).update(follows=False)


def count_template(openid: str) -> bool:
    """Count one template message to this chat; False when it does not follow us, or is no official account's."""
    rows = Follower.objects.filter(blind=mark_of(openid), follows=True, desk="")
    return bool(rows.update(templates_told=F("templates_told") + 1))


def customer_of_chat(openid: str) -> int | None:
    """The customer who bound this chat, by number; None while nobody did."""
    found: int | None = (
        Follower.objects.filter(blind=mark_of(openid), customer__forgotten_at__isnull=True)
        .values_list("customer_id", flat=True)
        .first()
    )
    return found


def forget_chats(customer: Customer, *, now: datetime) -> None:
    """Every chat of a customer who is forgotten goes, and its key is destroyed. Call it while their contacts stand."""
    for row in _rows_of(customer):
        destroy(row.key_id, now=now)
        row.delete()


@dataclass(frozen=True, kw_only=True)
class Followers:
    """How many chats of the official account there are, and how many of them may be written to now without a template;
    `desks` and `desks_open`: the same of 微信客服."""

    following: int
    desks: int
    desks_open: int
    bound: int
    open_now: int
    templates_told: int


def followers_counted(now: datetime) -> Followers:
    """The figures of the channel's page, one statement."""
    heard = Q(heard_how=Follower.MESSAGE, heard_at__gt=now - LONG, told__lt=MANY)
    told = Follower.objects.aggregate(
        following=Count("id", filter=Q(follows=True, desk="")),
        desks=Count("id", filter=Q(follows=True) & ~Q(desk="")),
        desks_open=Count("id", filter=Q(follows=True) & ~Q(desk="") & heard),
        bound=Count("id", filter=Q(follows=True, customer__isnull=False)),
        open_now=Count("id", filter=Q(follows=True, desk="") & heard),
        templates=Sum("templates_told"),
    )
    return Followers(
        following=told["following"],
        desks=told["desks"],
        desks_open=told["desks_open"],
        bound=told["bound"],
        open_now=told["open_now"],
        templates_told=told["templates"] or 0,
    )
