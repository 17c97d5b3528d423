"""Pictures from the site: looked at by their content, sealed, and never served as anything but a picture."""

from datetime import datetime
from functools import partial
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys_for
from bihuan.service.fieldwork import rules
from bihuan.service.fieldwork.actions import lock
from bihuan.service.fieldwork.errors import FieldLacks, NotArrived, PhotoRefused, WorkIsOver
from bihuan.service.fieldwork.models import Photo, Work
from bihuan.service.fieldwork.pictures import MOST_PIXELS, pixels_of
from bihuan.service.fieldwork.words import PHOTO_ABOUT

MOST_PHOTOS = 20


@transaction.atomic
def add_photo(work: Work, content: bytes, *, about: str, now: datetime) -> Photo:
    """Keep a picture: JPEG, PNG or WebP by its own first bytes, at most 10 MB. The same one twice is kept once."""
    media = _media_or_refuse(content)
    if about not in PHOTO_ABOUT:
        raise FieldLacks("about", _("Say what the photo shows."))
    if about == "paper" and not 0 < pixels_of(content) <= MOST_PIXELS:  # it is unpacked for the printed sheet
        raise PhotoRefused(_("This photo of the paper cannot be printed. Please take it again."))
    lock(work)
    if work.finished_at is not None:
        raise WorkIsOver
    if work.arrived_at is None:
        raise NotArrived
    digest = sha256(content).hexdigest()
    known = Photo.objects.filter(work=work, sha256=digest).first()
    if known is not None:
        return known
    if Photo.objects.filter(work=work).count() >= MOST_PHOTOS:
        raise PhotoRefused(_("There are 20 photos already; take one out first."))
    key = work.case.customer.key_id
    kept = files.keep(content, key_id=key, by=keys_for([key]))
    return Photo.objects.create(
        work=work, about=about, media=media, size=kept.size, kept_as=kept.name, sha256=digest, at=now
    )


def _media_or_refuse(content: bytes) -> str:
    if len(content) > rules.LARGEST_PHOTO:
        raise PhotoRefused(_("The photo is too large: at most 10 MB. Nothing was changed."))
    media = rules.media_of(content)
    if not media:
        raise PhotoRefused(_("This is no photo that we can keep: JPEG, PNG or WebP only."))
    return media


@transaction.atomic
def strike_photo(work: Work, photo_id: int) -> None:
    """Take a photo out, before the sheet is signed."""
    lock(work)
    if work.finished_at is not None:
        raise WorkIsOver
    for photo in Photo.objects.filter(work=work, id=photo_id):
        photo.delete()
        transaction.on_commit(partial(files.drop, photo.kept_as))


def content_of(photo: Photo) -> bytes | None:
    """The picture's bytes; None when its customer was forgotten."""
    return files.fetch(photo.kept_as, by=keys_for([files.key_of(photo.kept_as)]))
