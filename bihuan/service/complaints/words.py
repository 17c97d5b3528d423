"""The codes of complaints in the words of the trade."""

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

AUTHORITIES: dict[str, Lazy] = {
    "hotline_12315": _("12315 platform"),
    "market_supervision": _("Market supervision authority"),
    "hotline_12345": _("12345 government hotline"),
    "consumers_association": _("Consumers' association"),
    "other": _("Another authority"),
}
