"""What the doctor looks at in the channels: whether what customers and staff are told leaves the house."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


CHANNELS = (
    Named(code="sms", title=gettext_lazy("SMS"), check=partial(single, "sms")),
    Named(code="mail", title=gettext_lazy("Mail"), check=partial(single, "mail")),
    Named(code="push", title=gettext_lazy("Browser push"), check=partial(single, "push")),
    Named(code="robots", title=gettext_lazy("Chat groups (WeCom, DingTalk, Feishu)"), check=robots),
)
