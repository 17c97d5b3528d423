"""What the doctor looks at in the channels: whether what customers and staff are told leaves the house."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.registers.channels.hotline.account import account as telephone
from bihuan.registers.channels.mail.standing import mailbox_stands
from bihuan.registers.channels.mail.words import why_unread
from bihuan.service.intake.calls.queries import last_call_at
from bihuan.service.notices.queries import ChannelState, channels_state
from bihuan.service.notices.words import trouble_words
from bihuan.web.look.navigation import address
from bihuan.web.managers.doctor_finding import Asked, Named, broken, fine, missing, register

ROBOTS = ("wecom", "dingtalk", "feishu")


def channel(state: ChannelState | None) -> Asked:
    """What one channel's state means."""
    url = address("managers:channels") or address("managers:outbox")
    if state is None or not state.set_up:
        return missing(
            _(
                "Nobody carries it: these messages stay in the outbox, where a person can read them. Name a provider."
            ),
            url,
        )
    if state.fails:
        return broken(_("The last attempt failed: %(why)s") % {"why": trouble_words(state.last_trouble)}, url)
    if state.last_sent is None:
        return fine(_("%(provider)s is set up, and was not needed yet.") % {"provider": state.provider}, url)
    return fine(_("%(provider)s carries it.") % {"provider": state.provider}, url)


def single(code: str, now: datetime) -> Asked:
    return channel(_of(code, channels_state()))


def robots(now: datetime) -> Asked:
    """One robot is enough; of several the worst is told."""
    states = [one for one in channels_state() if one.channel.startswith(ROBOTS) and one.set_up]
    if failing := [one for one in states if one.fails]:
        return channel(failing[0])
    if states:
        return channel(states[0])
    return missing(
        _("No chat group of WeCom, DingTalk or Feishu hears of new and late cases. Add its robot."),
        register("groups"),
    )


def _of(code: str, states: Iterable[ChannelState]) -> ChannelState | None:
    return next((one for one in states if one.channel == code), None)


def mailbox(now: datetime) -> Asked:
    """Whether mail comes in: a mailbox is named, and was read a short while ago."""
    stands = mailbox_stands(now)
    if stands is None:
        return missing(
            _(
                "No mailbox is read: customers cannot write by mail. Name one (BIHUAN_IMAP_HOST, BIHUAN_IMAP_USER)."
            )
        )
    if stands.trouble:
        return broken(_("The mailbox cannot be read: %(why)s") % {"why": why_unread(stands.trouble)})
    if stands.fetched_at is None:
        return broken(_("The mailbox was never read. Is the process that fetches mail running?"))
    when = date_format(localtime(stands.fetched_at), "Y-m-d H:i")
    if stands.is_late:
        return broken(_("The mailbox was last read at %(when)s.") % {"when": when})
    if stands.left:
        return broken(
            _("Mails that could not be kept yet, and are tried again: %(count)s.") % {"count": stands.left}
        )
    if not stands.answers_to:
        return missing(
            _("Mail is read. Say the mailbox's address too (BIHUAN_IMAP_ADDRESS), so that answers come here.")
        )
    return fine(_("Last read at %(when)s.") % {"when": when})


def hotline(now: datetime) -> Asked:
    """Whether the telephone system may knock, and whether a call came in lately."""
    if not telephone().is_set_up:
        return missing(
            _(
                "No telephone system tells of its calls: the desk sees neither queue nor caller. Set"
                " BIHUAN_HOTLINE_SECRET on both sides and let it post its events to /in/hotline/."
            )
        )
    last = last_call_at()
    if last is None:
        return broken(_("A secret is set, but no call was told of yet. Ring once and look again."))
    return fine(_("The last call came in at %(when)s.") % {"when": date_format(localtime(last), "Y-m-d H:i")})


CHANNELS = (
    Named(code="hotline", title=gettext_lazy("Hotline"), check=hotline),
    Named(code="mail_in", title=gettext_lazy("Mail that comes in"), check=mailbox),
    Named(code="sms", title=gettext_lazy("SMS"), check=partial(single, "sms")),
    Named(code="mail", title=gettext_lazy("Mail"), check=partial(single, "mail")),
    Named(code="push", title=gettext_lazy("Browser push"), check=partial(single, "push")),
    Named(code="robots", title=gettext_lazy("Chat groups (WeCom, DingTalk, Feishu)"), check=robots),
)
