"""What the doctor looks at for WeChat and for SMS: what must be true before customers can be written to."""

import os
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.registers.channels.keeping_templates import templates_listed
from bihuan.registers.channels.message import NeverSent
from bihuan.registers.channels.sms.account import callback_key
from bihuan.registers.channels.templates import SMS_PROVIDERS
from bihuan.registers.channels.wechat.account import Account, account
from bihuan.registers.channels.wecom_kf.account import kf_account
from bihuan.service.intake.kf_pulling import trouble_of_pulling
from bihuan.service.intake.proving import proofs
from bihuan.service.notices.marking import named_provider
from bihuan.web.managers.doctor_finding import Asked, Named, broken, fine, missing, register

NOT_NEEDED = gettext_lazy("Not needed while the official account is not set up.")


def _account() -> Account | None:
    try:
        return account()
    except NeverSent:
        return None


def with_account(check: Callable[[Account, datetime], Asked]) -> Callable[[datetime], Asked]:
    """A check that means something only where there is an official account."""

    def asked(now: datetime) -> Asked:
        held = _account()
        return fine(str(NOT_NEEDED)) if held is None else check(held, now)

    return asked


def is_set_up(now: datetime) -> Asked:
    """The account itself."""
    held = _account()
    if held is None:
        return missing(
            _(
                "No official account is named. It must be a verified service account (服务号); then set "
                "BIHUAN_WECHAT_APP_ID, _SECRET, _TOKEN and _AES_KEY on the server."
            )
        )
    if named_provider("wechat") != "wechat":
        return missing(_("Messages are taken, but none goes out: set BIHUAN_PROVIDER_WECHAT=wechat."))
    return fine(
        _(
            "Named. Whether it is verified, and what it may send, only WeChat's own pages show: please look there."
        )
    )


def encrypts(held: Account, now: datetime) -> Asked:
    """Callbacks in AES mode."""
    if not held.token:
        return broken(_("There is no token: nothing that WeChat sends is taken. Set BIHUAN_WECHAT_TOKEN."))
    if not held.encrypts:
        return missing(
            _("Messages come in plain. Choose the safe mode on WeChat's page and set BIHUAN_WECHAT_AES_KEY.")
        )
    return fine(_("Messages come encrypted."))


def is_proven(held: Account, now: datetime) -> Asked:
    """The callback, from end to end."""
    proof = proofs().get("wechat")
    if proof is None or proof.proven_at is None:
        return missing(
            _("Nothing came in yet. On WeChat's page name this address: %(address)s")
            % {"address": f"{settings.BIHUAN_ADDRESS}/in/wechat/"}
        )
    if proof.silent_since is not None:
        return broken(_("Our own trial messages do not come in any more."))
    return fine()


def has_domain(now: datetime) -> Asked:
    """The company's own domain: with TLS, and filed (备案) as WeChat and the carriers ask."""
    if _account() is None and named_provider("sms") not in SMS_PROVIDERS:
        return fine(_("Not needed while neither WeChat nor SMS is set up."))
    parts = urlsplit(settings.BIHUAN_ADDRESS)
    if parts.scheme != "https":
        return missing(
            _("Links in messages need the company's own domain with TLS: set BIHUAN_ADDRESS=https://….")
        )
    if not os.environ.get("BIHUAN_ICP", "").strip():
        return missing(
            _("In China the domain must be filed (备案). When it is, write its number into BIHUAN_ICP.")
        )
    return fine(os.environ["BIHUAN_ICP"].strip())


def has_templates(held: Account, now: datetime) -> Asked:
    return _approved(("wechat",))


def has_sms_templates(now: datetime) -> Asked:
    """Approved texts for the provider of SMS that is in use."""
    by = named_provider("sms")
    if by not in SMS_PROVIDERS:
        return fine(_("Not needed while no provider carries SMS."))
    if os.environ.get("BIHUAN_SMS_TEMPLATES", "").strip():
        return fine(_("Named by the installation."))
    return _approved((by,))


def _approved(providers: tuple[str, ...]) -> Asked:
    rows = [one.state for one in templates_listed() if one.provider in providers]
    where = register("message-templates")
    if "refused" in rows:
        return broken(_("The provider refused a text. Mend it and hand it in again."), where)
    if "approved" not in rows:
        return missing(_("No text is approved yet: messages go by another channel."), where)
    return fine(_("Approved texts: %(count)s") % {"count": rows.count("approved")}, where)


def hears_sms(now: datetime) -> Asked:
    """Receipts and answers."""
    if named_provider("sms") not in SMS_PROVIDERS:
        return fine(_("Not needed while no provider carries SMS."))
    if not callback_key():
        return missing(
            _(
                "Receipts and answers cannot come in: set BIHUAN_SMS_CALLBACK_KEY to at least 24 signs, and name "
                "/in/sms/aliyun/KEY or /in/sms/tencent/KEY on the provider's page."
            )
        )
    return fine()


def answers_by_desk(now: datetime) -> Asked:
    """微信客服: messages are asked for, and answers go back the same way."""
    if kf_account() is None:
        return fine(_("Not needed while 微信客服 is not set up."))
    if trouble := trouble_of_pulling():
        return broken(
            _("WeCom did not hand over messages at the last try: %(trouble)s") % {"trouble": trouble}
        )
    if named_provider("wechat") != "wechat":
        return missing(_("Messages come in, but answers go by SMS only: set BIHUAN_PROVIDER_WECHAT=wechat."))
    return fine(_("Messages come in, and answers go back by the desk."))


WECHAT = (
    Named(code="wechat", title=gettext_lazy("WeChat official account"), check=is_set_up),
    Named(code="wechat_aes", title=gettext_lazy("WeChat: encrypted messages"), check=with_account(encrypts)),
    Named(
        code="wechat_callback", title=gettext_lazy("WeChat: messages come in"), check=with_account(is_proven)
    ),
    Named(
        code="wechat_templates",
        title=gettext_lazy("WeChat: approved templates"),
        check=with_account(has_templates),
    ),
    Named(code="wecom_kf", title=gettext_lazy("WeChat customer service (微信客服)"), check=answers_by_desk),
    Named(code="domain", title=gettext_lazy("Own domain, filed"), check=has_domain),
    Named(code="sms_templates", title=gettext_lazy("SMS: approved texts"), check=has_sms_templates),
    Named(code="sms_callback", title=gettext_lazy("SMS: receipts and answers"), check=hears_sms),
)
