"""Keeping the register of platforms. Address and secret are sealed and never shown again."""

import re
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from bihuan.ground.vault.actions import keys, new_key
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.channels.message import NotSent
from bihuan.registers.channels.platform.provider import fits, tell
from bihuan.registers.organisation.keeping import held, keep_row, retire_row, unretire_row
from bihuan.service.cases.words import KINDS
from bihuan.service.complaints.words import AUTHORITIES
from bihuan.service.orders.models import Order, Platform, StateTold

FIELDS = frozenset(
    {
        "code",
        "name",
        "kinds",
        "columns",
        "kind",
        "authority",
        "promise_days",
        "key",
        "webhook_sealed",
        "secret_sealed",
        "made_at",
    }
)
MOST_WORDS = 100


def platforms_listed(search: str = "") -> QuerySet[Platform]:
    """Every platform, retired ones too, for its register."""
    return Platform.objects.select_related("key").filter(
        Q(name__icontains=search) | Q(code__icontains=search)
    )


def platforms_in_use() -> list[Platform]:
    return list(Platform.objects.filter(retired_at__isnull=True).order_by("name"))


@transaction.atomic
def keep_platform(viewer: Viewer, platform_id: int | None, *, now: datetime, **told: Any) -> Platform:
    """Add a platform or change it. `webhook` and `secret`: empty keeps what was kept; a single "-" takes it away.
    `kinds` maps its words to kinds of work, `columns` our fields to its heads. ValidationError, field by field."""
    viewer.must("settings.change")
    webhook, secret = told.pop("webhook", "").strip(), told.pop("secret", "").strip()
    before = None if platform_id is None else held(Platform, platform_id)
    if before is not None and before.code != told.get("code", before.code):
        raise ValidationError({"code": _("The code stays: programs send it.")})
    _refuse_unfit(webhook=webhook, **told)
    if before is None:
        told |= {"key": new_key(now=now), "made_at": now}
    key = told["key"] if before is None else before.key
    hand = keys(key)
    if webhook:
        told["webhook_sealed"] = "" if webhook == "-" else hand.seal(key.id, webhook)
    if secret:
        told["secret_sealed"] = "" if secret == "-" else hand.seal(key.id, secret)
    kept = keep_row(Platform, platform_id, told, fields=FIELDS)
    if webhook == "-":
        waiting = StateTold.objects.filter(order__platform=kept, standing=StateTold.WAITING)
        waiting.update(standing=StateTold.KEPT, trouble="no_webhook")
    return kept


def _refuse_unfit(*, webhook: str, **told: Any) -> None:
    faults: dict[str, str] = {}
    if "code" in told and not re.fullmatch(r"[a-z0-9][a-z0-9_-]{1,23}", told["code"]):
        faults["code"] = _("2 to 24 small letters, digits and dashes.")
    if webhook not in ("", "-") and not fits(webhook):
        faults["webhook"] = _(
            "This address may not be asked: it must begin with https:// and be a public one."
        )
    wrong = sorted({kind for kind in told.get("kinds", {}).values() if kind not in KINDS})
    if wrong or len(told.get("kinds", {})) > MOST_WORDS:
        faults["kinds"] = _("“%(told)s” is no kind of work.") % {"told": ", ".join(wrong)[:80]}
    if told.get("kind") and told["kind"] not in KINDS:
        faults["kind"] = _("“%(told)s” is no kind of work.") % {"told": told["kind"][:40]}
    if told.get("authority") and told["authority"] not in AUTHORITIES:
        faults["authority"] = _("“%(value)s” is not one of the choices.") % {"value": told["authority"][:40]}
    if faults:
        raise ValidationError(faults)


def retire_platform(viewer: Viewer, platform_id: int, *, now: datetime) -> None:
    """Take no more orders of this platform; those that are here go on and are told of."""
    viewer.must("settings.change")
    retire_row(Platform, platform_id, now=now)


def take_back_platform(viewer: Viewer, platform_id: int) -> None:
    viewer.must("settings.change")
    unretire_row(Platform, platform_id)


def orders_under_way(platform_id: int) -> int:
    """Orders of a platform whose work has not ended."""
    return Order.objects.filter(platform_id=platform_id, case__open=True).count()


def try_webhook(viewer: Viewer, platform_id: int, *, now: datetime) -> str:
    """Send a test event now, outside any transaction; empty when it was taken, else why not in a word."""
    viewer.must("settings.change")
    platform = Platform.objects.select_related("key").get(id=platform_id)
    hand = keys(platform.key)
    url, secret = hand.open(platform.webhook_sealed) or "", hand.open(platform.secret_sealed) or ""
    if not url:
        return "no_webhook"
    event = f"test-{int(now.timestamp() * 1000)}"
    told = {"event": event, "platform": platform.code, "state": "test", "at": now.isoformat()}
    try:
        tell(url, secret=secret, event=event, told=told, now=now)
    except NotSent as error:
        return error.code
    return ""
