"""Where technicians were while at work: by a consent of their own, a key for every day, gone after thirty days.

What is sealed with a day's key cannot be read once the day is forgotten or the consent withdrawn, in no backup either.
"""

from django.db import models
from django.db.models import Q

from bihuan.ground.vault.models import Key
from bihuan.registers.access.models import Person
from bihuan.registers.staff.models import Technician


class PositionConsent(models.Model):
    """A technician let their position be taken on shift, apart from every other consent. `version` of the words."""

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "positions"
        constraints = (
            models.UniqueConstraint(
                fields=("technician",),
                condition=Q(withdrawn_at__isnull=True),
                name="positions_one_consent",
            ),
        )


class Track(models.Model):
    """One technician's day, with the key under which its positions lie."""

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField(db_index=True)
    key = models.ForeignKey(Key, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "positions"
        constraints = (models.UniqueConstraint(fields=("technician", "day"), name="positions_track_once"),)


class Position(models.Model):
    """Where a phone was at a moment. `sealed`: latitude, longitude (four decimals) and accuracy in metres."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    sealed = models.TextField()

    class Meta:
        app_label = "positions"
        constraints = (models.UniqueConstraint(fields=("track", "at"), name="positions_once"),)


class TrackReading(models.Model):
    """Somebody looked at where a technician was on a day, and said what for. The technician can read this."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    purpose = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        app_label = "positions"
