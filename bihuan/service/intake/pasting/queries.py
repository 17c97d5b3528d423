"""What the company knows that helps to read a paste, and whether a message was taken in before."""

from bihuan.ground.vault.actions import fingerprint
from bihuan.registers.knowledge.queries import knowledge
from bihuan.registers.organisation.queries import coverage_of, service_points
from bihuan.registers.parts.queries import brands, products
from bihuan.service.intake.actions import once_print
from bihuan.service.intake.models import Pasted, Report
from bihuan.service.intake.pasting.values import Known

SCOPE = "paste"
MOST_MODELS = 500


def known() -> Known:
    """Words for appliances, our brands and models, the cities that our service points serve (the most served first)."""
    cities = [row.city for row in coverage_of({node.id for node in service_points()}) if row.city]
    return Known(
        knowledge=knowledge(),
        brands=tuple((name, ()) for name in brands()),
        models=tuple(one.model for one in products()[:MOST_MODELS]),
        near=tuple(sorted(set(cities), key=lambda city: (-cities.count(city), city))),
    )


def mark_of(text: str) -> str:
    """The mark of a message, by which it is known again whoever pastes it: its words without their spacing."""
    return fingerprint("paste " + "".join(text.split()))


def taken_before(mark: str) -> Report | None:
    """The report that this very message became before, for as long as its key is remembered."""
    return Report.objects.filter(once_print=once_print((SCOPE, mark))).first()


def joined_before(mark: str) -> str:
    """The number of the case to which this very message was added; empty when it was not."""
    return Pasted.objects.filter(print=mark).values_list("number", flat=True).first() or ""
