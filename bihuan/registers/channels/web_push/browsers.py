"""The browsers that asked to be told: taken in, listed, forgotten. Addresses and keys are sealed."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from bihuan.ground.vault.actions import fingerprint, keys, keys_of, new_key
from bihuan.ground.worktime import clock
from bihuan.registers.access.errors import Refusal
from bihuan.registers.channels.models import Browser
from bihuan.registers.channels.outward import AddressRefused, checked

SERVICES = (  # the push services of the browsers there are
    "fcm.googleapis.com",
    "android.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.services.mozilla.com",
    "web.push.apple.com",
    ".push.apple.com",
    ".notify.windows.com",
)
MOST = 12  # browsers of one colleague


@dataclass(frozen=True, kw_only=True)
class Told:
    """A browser as it may be reached."""

    id: int
    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)


@transaction.atomic
def subscribe(person_id: int, *, endpoint: str, p256dh: str, auth: str, name: str, now: datetime) -> Browser:
    """Tell this browser from now on; one that was told already stays one row. Refusal when it is no push service that
    we know, or its keys are none."""
    _refuse_unknown(endpoint, p256dh=p256dh, auth=auth)
    key = new_key(now=now)
    told = json.dumps({"endpoint": endpoint, "p256dh": p256dh, "auth": auth})
    kept, _made = Browser.objects.update_or_create(
        fingerprint=fingerprint(endpoint),
        defaults={
            "person_id": person_id,
            "told_sealed": keys(key).seal(key.id, told),
            "name": name[:120],
            "made_at": now,
        },
    )
    old = Browser.objects.filter(person_id=person_id).order_by("-made_at", "-id")[MOST:]
    Browser.objects.filter(id__in=[one.id for one in old]).delete()
    return kept


def unsubscribe(person_id: int, browser_id: int) -> bool:
    """Tell this browser no more. False when it is none of this person's."""
    return bool(Browser.objects.filter(id=browser_id, person_id=person_id).delete()[0])


def listed(person_id: int) -> list[Browser]:
    return list(Browser.objects.filter(person_id=person_id).order_by("-made_at", "-id"))


def has_browser(person_id: int) -> bool:
    return Browser.objects.filter(person_id=person_id).exists()


def browsers_of(person_id: int) -> list[Told]:
    """Where somebody's browsers are reached, opened in one query for keys."""
    rows = listed(person_id)
    hand = keys_of(row.told_sealed for row in rows)
    opened = [(row.id, hand.open(row.told_sealed)) for row in rows]
    return [Told(id=row_id, **json.loads(told)) for row_id, told in opened if told]


def drop(browser_id: int) -> None:
    """That browser is gone: its service said so."""
    Browser.objects.filter(id=browser_id).delete()


def reached(browser_id: int) -> None:
    """Its service took a message just now."""
    Browser.objects.filter(id=browser_id).update(reached_at=clock.now())


def _refuse_unknown(endpoint: str, *, p256dh: str, auth: str) -> None:
    try:
        checked(endpoint, hosts=SERVICES)
        sound = len(endpoint) <= 2000 and bool(urlsplit(endpoint).path.strip("/"))
        sound = sound and (len(_bytes(p256dh)), len(_bytes(auth))) == (65, 16)
    except (AddressRefused, ValueError, binascii.Error):
        sound = False
    if not sound:
        raise Refusal(
            _("This browser's push service is not one that we know. Messages reach you on your page.")
        )


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
