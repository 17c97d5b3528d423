"""What is counted: things that happened and stand in no row of their own, and the sums of finished days.

All of it can be made anew from the journal and the rows of other rooms.
"""

from django.db import models

from bihuan.registers.organisation.models import Node
from bihuan.service.cases.models import Case


class Happened(models.Model):
    """One thing that happened to a case, where it can be counted by time."""

    CHASED, WITHDRAWN = "chased", "withdrawn"

    what = models.CharField(max_length=16)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", db_index=False)
    category = models.CharField(max_length=40, blank=True, default="")
    kind = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        app_label = "improvement"
        constraints = (
            models.UniqueConstraint(fields=("what", "case", "at"), name="improvement_happened_once"),
        )
        indexes = (models.Index(fields=("what", "at", "id"), name="improvement_happened_at"),)


class DayFigure(models.Model):
    """How often something was so on a finished day of the installation's zone. `category` and `kind` are `*` in
    the rows that sum over all of them."""

    day = models.DateField()
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", db_index=False)
    category = models.CharField(max_length=40)
    kind = models.CharField(max_length=32)
    figure = models.CharField(max_length=48)
    count = models.PositiveIntegerField()

    class Meta:
        app_label = "improvement"
        constraints = (
            models.UniqueConstraint(
                fields=("category", "kind", "day", "node", "figure"), name="improvement_day_figure_once"
            ),
        )
        indexes = (models.Index(fields=("day",), name="improvement_of_day"),)


class DayKept(models.Model):
    """A finished day whose sums stand in `DayFigure`."""

    day = models.DateField(primary_key=True)
    kept_at = models.DateTimeField()

    class Meta:
        app_label = "improvement"
