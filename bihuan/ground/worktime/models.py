"""Calendars that people keep: their hours, the days that differ, and every version they ever had."""

from django.db import models
from django.db.models.functions import Now


class WorkCalendar(models.Model):
    """Weekly hours in a zone. `version` is the number of the version in force, 0 before the first."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    timezone = models.CharField(max_length=64)
    week = models.JSONField()  # {"mon": [["09:00", "12:00"]], …, "workday": […]}
    follows_holidays = models.CharField(max_length=2, blank=True, default="")  # a country, or none
    version = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True, default="")  # of the version in force
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "worktime"

    def __str__(self) -> str:
        return self.code


class CalendarDay(models.Model):
    """A date that differs, in one calendar or (without one) in all that follow holidays."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday"
        WORKDAY = "workday"

    calendar = models.ForeignKey(
        WorkCalendar, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    day = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind)
    hours = models.JSONField(null=True, blank=True)  # a workday's own hours, else those of make-up workdays
    name = models.CharField(max_length=80, blank=True, default="")
    source = models.CharField(max_length=200, blank=True, default="")  # the notice it was taken from

    class Meta:
        app_label = "worktime"
        constraints = [
            models.UniqueConstraint(fields=["calendar", "day"], name="worktime_one_day_a_calendar"),
            models.UniqueConstraint(
                fields=["day"], condition=models.Q(calendar=None), name="worktime_one_day_for_all"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["holiday", "workday"]), name="worktime_day_kind_known"
            ),
        ]


class CalendarVersion(models.Model):
    """One calendar as it stood, spelled out whole: a promise made under it can be computed again for ever."""

    calendar = models.ForeignKey(WorkCalendar, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    spelled = models.TextField()  # canonical JSON that `reading.read_calendar` reads
    changed_by = models.CharField(max_length=40, blank=True, default="")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "worktime"
        constraints = [
            models.UniqueConstraint(fields=["calendar", "number"], name="worktime_one_calendar_version")
        ]
