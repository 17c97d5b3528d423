"""Jobs that are up for grabs (抢单): who was asked, who saw it, who passed, who took it."""

from django.db import models
from django.db.models import Q

from bihuan.registers.staff.models import Technician
from bihuan.service.cases.models import Case


class Round(models.Model):
    """A case is up for grabs until `until`. The first conditional update of `state` wins."""

    OPEN, TAKEN, LAPSED, WITHDRAWN = "open", "taken", "lapsed", "withdrawn"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, default=OPEN)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(
        Technician, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        app_label = "grabs"
        constraints = (
            models.UniqueConstraint(fields=("case",), condition=Q(state="open"), name="grabs_one_open_round"),
            models.CheckConstraint(
                condition=Q(state="taken", taken_by__isnull=False)
                | (~Q(state="taken") & Q(taken_by__isnull=True)),
                name="grabs_taken_by_somebody",
            ),
        )
        indexes = (models.Index(fields=("until",), condition=Q(state="open"), name="grabs_round_due"),)


class Asked(models.Model):
    """One technician of a round. `rule` names what ruled them out (with what its sentence says); empty for whoever
    may take it. `late_at`: they reached for it after somebody else had taken it."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+")
    technician = models.ForeignKey(Technician, on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.CharField(max_length=32, blank=True, default="")
    params = models.JSONField(default=dict)
    seen_at = models.DateTimeField(null=True)
    passed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=32, blank=True, default="")
    late_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "grabs"
        constraints = (
            models.UniqueConstraint(fields=("round", "technician"), name="grabs_asked_once"),
            models.CheckConstraint(
                condition=Q(rule="") | Q(seen_at__isnull=True, passed_at__isnull=True, late_at__isnull=True),
                name="grabs_ruled_out_are_not_asked",
            ),
        )
        indexes = (models.Index(fields=("technician", "round"), name="grabs_asked_of"),)


class Taken(models.Model):
    """How many jobs a technician has grabbed on one day of the installation's zone: counted by conditional update, so
    that the cap holds however many they reach for at once."""

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    jobs = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "grabs"
        constraints = (models.UniqueConstraint(fields=("technician", "day"), name="grabs_count_once_a_day"),)
