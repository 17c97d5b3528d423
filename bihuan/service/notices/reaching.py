"""By which channel a customer is told, and what WeChat still allows: their chat first, while it may be used."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from bihuan.ground.vault.actions import SealedBy
from bihuan.registers.channels.message import NeverSent, OutgoingMessage
from bihuan.registers.channels.templates import may_use
from bihuan.registers.channels.wechat.followers import (
    chat_of,
    count_template,
    gone,
    none_left,
    openid_of,
    take_one,
)
from bihuan.registers.channels.wechat.provider import NAME, SERVICE, TEMPLATE
from bihuan.registers.customers.models import Customer
from bihuan.registers.customers.queries import reach_of
from bihuan.service.notices.marking import OUTBOX, named_provider
from bihuan.service.notices.models import Notice
from bihuan.service.notices.rules import ANSWER, kind_on, way_to


def way_for(
    customer: Customer,
    hand: SealedBy,
    *,
    kind: str,
    language: str,
    now: datetime,
    without: Collection[str] = (),
) -> tuple[str, str]:
    """Channel and address for a message of this kind to this customer. `without`: channels that did not carry it."""
    chat = ""
    if Notice.WECHAT not in without and carries_wechat():
        chat = _chat_for(customer, kind=kind, language=language, now=now)
    return way_to(reach_of(customer.id, hand), chat=chat, without=without)


def carrier_for(
    customer: Customer, hand: SealedBy, *, kind: str, came_by: str, language: str, now: datetime
) -> tuple[str, str, str]:
    """As which message this goes, by which channel, to which address. An answer goes back by mail to whoever wrote
    by mail (`came_by`); where a channel does not carry it as it is, it goes as what the channel carries."""
    if kind == ANSWER and came_by == Notice.MAIL:
        others = frozenset({Notice.WECHAT, Notice.SMS})
        channel, address = way_for(customer, hand, kind=kind, language=language, now=now, without=others)
        if channel == Notice.MAIL:
            return kind, channel, address
    channel, address = way_for(customer, hand, kind=kind, language=language, now=now)
    carried, chat = kind_on(kind, channel), ""
    if carried != kind and carries_wechat():  # a template may be approved for it, where the window is shut
        chat = _chat_for(customer, kind=carried, language=language, now=now)
    return (carried, Notice.WECHAT, chat) if chat else (carried, channel, address)


def carries_wechat() -> bool:
    """Whether anybody carries messages into chats: the provider that is set up, or the demo's own pages."""
    return named_provider(Notice.WECHAT) != OUTBOX or bool(settings.BIHUAN_DEMO)


def _chat_for(customer: Customer, *, kind: str, language: str, now: datetime) -> str:
    """The openid of a chat that may be told of this now; empty where there is none."""
    chat = chat_of(customer, now=now)
    if chat is None or not chat.follows:
        return ""
    may = chat.left.left > 0 or (
        not chat.desk and may_use(NAME, message=f"customer.{kind}", language=language)
    )
    return openid_of(chat.id) if may else ""


def allowed(notice: Notice, message: OutgoingMessage, *, now: datetime) -> OutgoingMessage:
    """The message with the manner in which it goes, counted: into the open window while one is left, else on an
    approved template. NeverSent where neither may be. Messages of other channels are left as they are."""
    if notice.channel != Notice.WECHAT:
        return message
    manner = ""
    if take_one(message.receiver, now=now):
        manner = SERVICE
    elif may_use(NAME, message=message.template, language=message.language) and count_template(
        message.receiver
    ):
        manner = TEMPLATE
    if not manner:
        raise NeverSent("wechat_share")
    Notice.objects.filter(id=notice.id).update(manner=manner)
    return replace(message, manner=manner)


def learned(notice: Notice, openid: str, error: Exception) -> None:
    """What WeChat's own refusal teaches about a chat."""
    code = getattr(error, "code", "")
    if notice.channel != Notice.WECHAT or not isinstance(code, str):
        return
    if code.startswith(("wechat_window", "wechat_share ")):
        none_left(openid)
    elif code.startswith("wechat_gone"):
        gone(openid)
