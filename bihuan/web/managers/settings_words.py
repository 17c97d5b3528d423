"""What is done with entries of registers, as buttons and histories call it."""

from django.utils.translation import gettext_lazy as _

OUT_WORDS = {
    "retired": _("Retire"),
    "removed": _("Remove"),
    "ended": _("End it"),
    "activated": _("Put in force"),
    "restored": _("Back to the shipped text"),
}
DEEDS = {
    "added": _("added"),
    "changed": _("changed"),
    "retired": _("retired"),
    "removed": _("removed"),
    "ended": _("ended"),
    "activated": _("put in force"),
    "restored": _("shipped text restored"),
    "password": _("password set"),
    "forgotten": _("forgotten"),
    "back": _("taken back in use"),
    "put_back": _("put back"),
    "uploaded": _("stored"),
}
