"""The questions of a report by name, and the words for where a machine is used."""

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

QUESTIONS: dict[str, Lazy] = {
    "what": _("Which machine"),
    "happened": _("What happened"),
    "when": _("When"),
    "where": _("Where"),
    "who": _("Who"),
    "how": _("How"),
    "trigger": _("What went before"),
}

PLACES_OF_USE: dict[str, Lazy] = {
    "kitchen": _("Kitchen"),
    "bathroom": _("Bathroom"),
    "balcony": _("Balcony"),
    "living_room": _("Living room"),
    "bedroom": _("Bedroom"),
    "outdoor": _("Outdoors"),
    "shop": _("Shop or office"),
    "other": _("Elsewhere"),
}


def environment_words(code: str) -> str:
    """A place of use in the reader's language; a text that is no code stays as it is."""
    return str(PLACES_OF_USE.get(code, code))
