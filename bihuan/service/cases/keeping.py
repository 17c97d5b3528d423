"""Process cards as an administrator keeps them: every version there was, and a new one by its text."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bihuan.ground.process.reading import CardRefused
from bihuan.service.cases.cards_in_use import CardUnsound, keep_card, sound
from bihuan.service.cases.models import CardVersion


def versions_listed(search: str = "") -> QuerySet[CardVersion]:
    return CardVersion.objects.filter(name__icontains=search)


@transaction.atomic
def upload_card(text: str, *, now: datetime) -> CardVersion:
    """Store a new version of a card that is known; new cases begin under it, cases under way keep theirs.

    Refused with every fault it has, by a ValidationError with one message a fault.
    """
    try:
        card = sound(text)
    except CardUnsound as unsound:
        raise ValidationError(str(unsound).splitlines()) from unsound
    except CardRefused as refused:
        raise ValidationError(str(refused)) from refused
    newest = CardVersion.objects.filter(name=card.name).order_by("-version").first()
    if newest is None:
        raise ValidationError(_("There is no kind of work called %(name)s.") % {"name": card.name})
    if card.version <= newest.version:
        raise ValidationError(
            _("Version %(had)s is stored already; give this text the version %(next)s or higher.")
            % {"had": newest.version, "next": newest.version + 1}
        )
    keep_card(text, now=now)
    return CardVersion.objects.get(name=card.name, version=card.version)
