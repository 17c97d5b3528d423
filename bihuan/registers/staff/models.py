"""Technicians: where they start from, what they can, what they may, when they work, when they are busy."""

from django.db import models
from django.db.models import Q

from bihuan.registers.access.models import Person
from bihuan.registers.organisation.models import Node


class Technician(models.Model):
    """A person who goes to customers, from one service point."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="+")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=32, unique=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    max_jobs = models.PositiveSmallIntegerField(default=8)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "staff"

    def __str__(self) -> str:
        return self.person.name


class Skill(models.Model):
    """What a technician can: a category and kind of work, at level 1 to 3."""

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="+")
    category = models.CharField(max_length=40)
    kind = models.CharField(max_length=32)
    level = models.PositiveSmallIntegerField(default=1)

    class Meta:
        app_label = "staff"
        constraints = (
            models.UniqueConstraint(fields=("technician", "category", "kind"), name="staff_skill_once"),
        )


class Certificate(models.Model):
    """A permit with its last valid day (inclusive). Past it, work that needs the permit is not given.

    One that was taken back is `retired`: it counts no more and can be given back.
    """

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=60)
    valid_until = models.DateField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "staff"
        constraints = (
            models.UniqueConstraint(fields=("technician", "kind", "number"), name="staff_permit_once"),
        )


class Shift(models.Model):
    """The hours a technician works on one weekday (0 = Monday)."""

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField()
    begins = models.TimeField()
    ends = models.TimeField()

    class Meta:
        app_label = "staff"
        constraints = (
            models.UniqueConstraint(fields=("technician", "weekday", "begins"), name="staff_shift_once"),
            models.CheckConstraint(condition=Q(ends__gt=models.F("begins")), name="staff_shift_forwards"),
        )


class HeatLimit(models.Model):
    """What heat asks of work outdoors from so many degrees on: minutes a day for one person (0: none at all), and the
    hours of rest. Days inclusive. `source` is where this stands, `checked_by` who compared it with the text."""

    from_celsius = models.PositiveSmallIntegerField()
    outdoor_minutes = models.PositiveSmallIntegerField()
    rest_from = models.TimeField(null=True, blank=True)
    rest_until = models.TimeField(null=True, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=160)
    checked_by = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        app_label = "staff"
        constraints = (
            models.UniqueConstraint(fields=("from_celsius", "valid_from"), name="staff_heat_limit_once"),
            models.CheckConstraint(
                condition=Q(rest_from__isnull=True, rest_until__isnull=True)
                | Q(rest_until__gt=models.F("rest_from")),
                name="staff_rest_forwards",
            ),
        )


class HotDay(models.Model):
    """The highest temperature that is forecast for a day in a city (blank = everywhere), and who says so."""

    city = models.CharField(max_length=60, blank=True, default="")
    day = models.DateField()
    celsius = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        app_label = "staff"
        constraints = (models.UniqueConstraint(fields=("city", "day"), name="staff_hot_day_once"),)


class Busy(models.Model):
    """When a technician cannot be booked: visits with their drives, leave, and what is kept free for a customer who
    decides. Epoch seconds, [from, until). `expires`: a reservation holds no longer than this second; `slot_from`: the
    begin of the slot that it is kept in.

    Two rows of one technician never overlap: an exclusion constraint on PostgreSQL, triggers on SQLite.
    """

    VISIT, LEAVE, HOLD = "visit", "leave", "hold"

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="+", db_index=False)
    begins = models.BigIntegerField()
    ends = models.BigIntegerField()
    why = models.CharField(max_length=8)
    subject_id = models.BigIntegerField(default=0)
    expires = models.BigIntegerField(null=True)
    slot_from = models.BigIntegerField(null=True)

    class Meta:
        app_label = "staff"
        constraints = (
            models.CheckConstraint(condition=Q(ends__gt=models.F("begins")), name="staff_busy_forwards"),
        )
        indexes = (
            models.Index(fields=("technician", "begins"), name="staff_busy_when"),
            models.Index(fields=("why", "subject_id"), name="staff_busy_subject"),
        )
