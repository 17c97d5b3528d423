"""How far the demo company has been filled: one row, touched with every past case, so that a run that was cut
short goes on where it stopped."""

from django.db import models


class Filling(models.Model):
    """The demo's day of founding (everything is counted back from it) and how many past cases are made by now."""

    founded_at = models.DateTimeField()
    cases = models.PositiveIntegerField()  # how many there will be
    made = models.PositiveIntegerField(default=0)
    touched_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True, default="")  # where the last attempt failed; no words of anybody

    class Meta:
        app_label = "demo"


class Made(models.Model):
    """The past case of this number is made: written with it in one transaction, so that none is made twice."""

    number = models.PositiveIntegerField(primary_key=True)
    case_id = models.BigIntegerField(null=True)
    told = models.BooleanField(default=False)  # its messages stand in the outbox

    class Meta:
        app_label = "demo"
