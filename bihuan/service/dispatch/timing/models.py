"""When the customer is rung about a time, and when a technician comes later than was agreed."""

from django.db import models
from django.db.models import Q

from bihuan.service.dispatch.models import Visit


class Attempt(models.Model):
    """The technician rang about a time and reached nobody. `next_at`: when they said they would try again."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="+")
    person_id = models.BigIntegerField()
    at = models.DateTimeField()
    next_at = models.DateTimeField()

    class Meta:
        app_label = "timing"


class Delay(models.Model):
    """A visit will begin after the slot that was agreed. Foreseen by the house, said to the customer by a person, and
    answered by the customer; each once for a slot."""

    WAITS, MOVED = "waits", "moved"

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="+", db_index=False)
    slot_from = models.DateTimeField()
    expected_at = models.DateTimeField()
    foreseen_at = models.DateTimeField(null=True)
    said_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=8, blank=True, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "timing"
        constraints = (
            models.UniqueConstraint(fields=("visit", "slot_from"), name="timing_one_delay_a_slot"),
            models.CheckConstraint(condition=Q(answer__in=("", "waits", "moved")), name="timing_answer"),
        )
