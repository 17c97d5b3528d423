"""How a case finds its technician besides being asked: what the house proposes, what a person chose instead, and what
waits because nobody could take it."""

from django.db import models
from django.db.models import Q

from bihuan.registers.staff.models import Technician
from bihuan.service.cases.models import Case


class Suggestion(models.Model):
    """The house proposes a technician with its reasons; a person agrees, or refuses and says why. `overtaken`: the
    case went another way first."""

    OPEN, APPLIED, REFUSED, OVERTAKEN = "open", "applied", "refused", "overtaken"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    technician = models.ForeignKey(Technician, on_delete=models.PROTECT, related_name="+", db_index=False)
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, default=OPEN)
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(default=0)  # person; 0 = the house
    reason = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        app_label = "deciding"
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(state="open"), name="deciding_one_open_suggestion"
            ),
            models.UniqueConstraint(fields=("case", "technician"), name="deciding_suggested_once"),
        )


class Override(models.Model):
    """A person chose somebody else than the best. `place`: where the chosen one stood in the order, from 1; 0 when a
    rule had ruled them out. `chosen` and `best` are service points or technicians, by `stage`."""

    POINT, TECHNICIAN = "point", "technician"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    stage = models.CharField(max_length=10)
    chosen = models.BigIntegerField()
    best = models.BigIntegerField()
    place = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=32)
    made_at = models.DateTimeField(db_index=True)
    made_by = models.BigIntegerField(default=0)

    class Meta:
        app_label = "deciding"


class Waiting(models.Model):
    """A case that nobody could take when it was looked at. It is looked at again at `look_at`, or at once when
    somebody frees. `since` is when it began to wait; it never begins anew."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    look_at = models.DateTimeField(db_index=True)
    looks = models.PositiveIntegerField(default=1)

    class Meta:
        app_label = "deciding"
