"""What was promised. One promise is one row with its own clock; due times are readings, the journal is the truth."""

from django.db import models
from django.db.models import Q

from bihuan.registers.access.models import Person
from bihuan.registers.organisation.models import Node
from bihuan.service.cases.models import Case


class ProfileVersion(models.Model):
    """A commitment profile (承诺方案) as it was when promises were made under it. Never changed."""

    name = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    text = models.TextField()
    sort = models.CharField(max_length=8, default="base")  # base, overlay, peak, law
    active = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True)  # when it came into force last, so when it was published

    class Meta:
        app_label = "commitments"
        constraints = (models.UniqueConstraint(fields=("name", "version"), name="commitments_profile_once"),)


class Promise(models.Model):
    """One thing promised for one case. `due_at` is null while the clock rests.

    `calendar_version`: the version it counts on, whose days off are known up to the year `known_through`;
    `provisional`: its due time lies in a later one. From `warn_at` on it is at risk; `warn_next_at` is the next
    warning, of which `warnings` were told. How a clock ended: what was promised was DONE, was DROPPED because nobody
    asks for it any more, MISSED because we gave it up, or MERGED: its case goes on in another one.
    """

    RUNNING, KEPT, BROKEN, VOID = "running", "kept", "broken", "void"
    DONE, DROPPED, MISSED = "done", "dropped", "missed"
    MERGED = "merged"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", db_index=False)
    clause = models.CharField(max_length=40)
    about = models.CharField(max_length=40)
    thing = models.BigIntegerField(
        default=0
    )  # what began it, where its clause asks that the same thing ends it
    profile = models.CharField(max_length=32)
    profile_version = models.PositiveIntegerField()
    calendar = models.CharField(max_length=40)
    calendar_version = models.PositiveIntegerField(default=0)
    known_through = models.PositiveSmallIntegerField(default=9999)
    provisional = models.BooleanField(default=False)
    public = models.BooleanField(default=False)
    quiet = models.BooleanField(default=False)  # the house keeps it by itself: no list is sorted by it
    began_at = models.DateTimeField()
    allowed_seconds = models.PositiveIntegerField()
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    warn_next_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, default=RUNNING)
    warned_at = models.DateTimeField(null=True)  # of the last warning
    warnings = models.PositiveSmallIntegerField(default=0)
    broken_at = models.DateTimeField(null=True)
    breach_withdrawn_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(
        null=True
    )  # when its clock ended: what was promised happened, or is not owed
    ended_how = models.CharField(max_length=8, blank=True, default="")
    worked_seconds = models.BigIntegerField(null=True)  # of its calendar, without rests, when it ended
    open = models.BooleanField(default=True)  # what was promised has not happened yet

    class Meta:
        app_label = "commitments"
        constraints = (
            models.UniqueConstraint(
                fields=("case", "clause", "began_at", "thing"),
                condition=Q(open=True),
                name="commitments_one_open",
            ),
        )
        indexes = (
            models.Index(fields=("case", "id"), name="commitments_of_case"),
            models.Index(
                fields=("due_at", "id"), condition=Q(open=True, quiet=False), name="commitments_board"
            ),
            models.Index(fields=("due_at",), condition=Q(state="running"), name="commitments_due"),
            models.Index(
                fields=("warn_next_at",),
                condition=Q(state="running", warn_next_at__isnull=False),
                name="commitments_to_warn",
            ),
            models.Index(
                fields=("due_at", "id"),
                condition=Q(open=True, provisional=True),
                name="commitments_provisional",
            ),
            models.Index(
                fields=("node", "broken_at"), condition=Q(broken_at__isnull=False), name="commitments_broken"
            ),
            models.Index(fields=("ended_at",), condition=Q(ended_at__isnull=False), name="commitments_ended"),
        )


class Rung(models.Model):
    """One step of the ladder of one promise: told once, or dropped because nothing is owed any more."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="+", db_index=False)
    level = models.PositiveSmallIntegerField()
    turn = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "commitments"
        constraints = (
            models.UniqueConstraint(fields=("promise", "level", "turn"), name="commitments_rung_once"),
        )
        indexes = (
            models.Index(
                fields=("due_at", "id"),
                condition=Q(told_at__isnull=True, dropped_at__isnull=True),
                name="commitments_to_climb",
            ),
        )


class Rest(models.Model):
    """A stretch in which the clocks of a case stood still, why, and who said so."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=32)
    by_kind = models.CharField(max_length=16, blank=True, default="")
    by_id = models.BigIntegerField(default=0)

    class Meta:
        app_label = "commitments"
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(ended_at__isnull=True), name="commitments_one_rest"
            ),
        )


class Difference(models.Model):
    """What a row says and what the journal says, where they differ. `settled_at`: they agree again."""

    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="+", db_index=False)
    field = models.CharField(max_length=16)
    stored = models.CharField(max_length=40, blank=True, default="")
    derived = models.CharField(max_length=40, blank=True, default="")
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "commitments"
        constraints = (
            models.UniqueConstraint(
                fields=("promise", "field"),
                condition=Q(settled_at__isnull=True),
                name="commitments_difference_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("found_at", "id"), condition=Q(settled_at__isnull=True), name="commitments_unsettled"
            ),
        )


class ReplayNight(models.Model):
    """One night's second reckoning: how far it got (`reached`, a case), and what it found. `withdrawn`: breaches that
    a late fact took back, which is no difference."""

    day = models.DateField(unique=True)
    reached = models.BigIntegerField(default=0)
    checked = models.PositiveIntegerField(default=0)
    different = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "commitments"


class WhatIf(models.Model):
    """The cases opened in a month, reckoned again as if another profile had been in force: those that `by` may see.

    `done` of `total` cases, up to `reached`; `found` holds the sums and the cases that would go another way (JSON).
    """

    WAITING, READY, FAILED = "waiting", "ready", "failed"

    profile = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    month = models.DateField()  # its first day
    state = models.CharField(max_length=8, default=WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    reached = models.BigIntegerField(default=0)
    found = models.TextField(default="{}")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "commitments"
        indexes = (models.Index(fields=("-at", "-id"), name="commitments_what_ifs"),)
