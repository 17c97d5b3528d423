"""Process cards as an administrator keeps them: every version there was, a new one by its text, the one in force."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bihuan.ground.process.card import Card
from bihuan.ground.process.reading import CardRefused
from bihuan.service.cases.cards_in_use import CardUnsound, activate_card, card_at, sound, store_card
from bihuan.service.cases.models import CardVersion


def versions_listed(search: str = "") -> QuerySet[CardVersion]:
    return CardVersion.objects.filter(name__icontains=search)


def version_of(name: str, version: int) -> CardVersion | None:
    return CardVersion.objects.filter(name=name, version=version).first()


def newest_of(name: str) -> CardVersion | None:
    return CardVersion.objects.filter(name=name).order_by("-version").first()


def in_force(name: str) -> CardVersion | None:
    """The version that new cases begin under."""
    return CardVersion.objects.filter(name=name, active=True).order_by("-version").first()


def read_sound(text: str) -> Card:
    """The card of this text. Refused with every fault it has, in the reader's language, one message a fault."""
    try:
        return sound(text)
    except CardUnsound as unsound:
        raise ValidationError([one.said(_) for one in unsound.faults]) from unsound
    except CardRefused as refused:
        raise ValidationError(refused.sentence.said(_)) from refused


def check_card(text: str) -> Card:
    """The card of this text, if it may be stored as a new version; else refused."""
    card = read_sound(text)
    newest = newest_of(card.name)
    if newest is None:
        raise ValidationError(_("There is no kind of work called %(name)s.") % {"name": card.name})
    if card.version <= newest.version:
        raise ValidationError(
            _("Version %(had)s is stored already; give this text the version %(next)s or higher.")
            % {"had": newest.version, "next": newest.version + 1}
        )
    if card.kind != card_at(newest.name, newest.version).kind:
        raise ValidationError(_("A card stays with its kind of work."))
    return card


@transaction.atomic
def upload_card(text: str, *, now: datetime) -> CardVersion:
    """Store a new version of a card that is known, not yet in force. Refused with every fault it has."""
    card = check_card(text)
    store_card(text, now=now)
    row = CardVersion.objects.get(name=card.name, version=card.version)
    if row.text != text:  # somebody else stored another text under this version at the same instant
        raise ValidationError(_("Somebody else just stored this version. Give yours the next one."))
    return row


@transaction.atomic
def put_in_force(name: str, version: int) -> CardVersion:
    """New cases begin under this version, the newest or a former one; cases under way keep theirs."""
    row = version_of(name, version)
    if row is None:
        raise ValidationError(
            _("There is no version %(version)s of %(name)s.") % {"version": version, "name": name}
        )
    read_sound(row.text)  # what it may speak of can have changed since it was stored
    activate_card(name, version)
    row.refresh_from_db()
    return row
