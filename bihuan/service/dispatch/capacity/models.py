"""The capacity calendar: how many visits a node takes on a day, by category and kind of work."""

from django.db import models
from django.db.models import F, Q

from bihuan.registers.organisation.models import Node


class Limit(models.Model):
    """Visits a day of a node and all below it, for a category and kind of work (blank = every), on one weekday
    (0 = Monday; null = each), and where dated from `first_day` to `last_day` inclusive (a peak season).

    `overbook`: percent that may be booked beyond `visits`. `reserve`: of these, how many are kept for urgent cases.
    """

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60, blank=True, default="")
    category = models.CharField(max_length=40, blank=True, default="")
    kind = models.CharField(max_length=32, blank=True, default="")
    weekday = models.PositiveSmallIntegerField(null=True)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    visits = models.PositiveIntegerField()
    overbook = models.PositiveSmallIntegerField(default=0)
    reserve = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "capacity"
        constraints = (
            models.CheckConstraint(
                condition=Q(first_day__isnull=True, last_day__isnull=True)
                | Q(first_day__isnull=False, last_day__gte=F("first_day")),
                name="capacity_dates_forwards",
            ),
            models.CheckConstraint(condition=Q(overbook__lte=100), name="capacity_overbook_at_most_double"),
            models.CheckConstraint(
                condition=Q(weekday__isnull=True) | Q(weekday__lte=6), name="capacity_weekday"
            ),
        )


class Day(models.Model):
    """One day set by hand: closed (约满) with a reason, or another number of visits (null: as the limits say)."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    category = models.CharField(max_length=40, blank=True, default="")
    kind = models.CharField(max_length=32, blank=True, default="")
    visits = models.PositiveIntegerField(null=True)
    closed = models.BooleanField(default=False)
    reason = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        app_label = "capacity"
        constraints = (
            models.UniqueConstraint(fields=("node", "day", "category", "kind"), name="capacity_day_once"),
            models.CheckConstraint(
                condition=Q(closed=False) | ~Q(reason=""), name="capacity_closed_for_a_reason"
            ),
        )


class Turn(models.Model):
    """Whose turn it is to book on a day of a node: written to before anything is counted, so that bookings of one day
    go one after another on every database."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    number = models.BigIntegerField(default=0)

    class Meta:
        app_label = "capacity"
        constraints = (models.UniqueConstraint(fields=("node", "day"), name="capacity_turn_once"),)
