"""What was promised. One promise is one row with its own clock; due times are readings, the journal is the truth."""

from django.db import models
from django.db.models import Q

from bihuan.registers.organisation.models import Node
from bihuan.service.cases.models import Case


class ProfileVersion(models.Model):
    """A commitment profile (承诺方案) as it was when promises were made under it. Never changed."""

    name = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    text = models.TextField()
    active = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        app_label = "commitments"
        constraints = (models.UniqueConstraint(fields=("name", "version"), name="commitments_profile_once"),)


class Promise(models.Model):
    """One thing promised for one case. `due_at` is null while the clock rests."""

    RUNNING, KEPT, BROKEN, VOID = "running", "kept", "broken", "void"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", db_index=False)
    clause = models.CharField(max_length=40)
    about = models.CharField(max_length=40)
    profile = models.CharField(max_length=32)
    profile_version = models.PositiveIntegerField()
    calendar = models.CharField(max_length=32)
    public = models.BooleanField(default=False)
    began_at = models.DateTimeField()
    allowed_seconds = models.PositiveIntegerField()
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, default=RUNNING)
    warned_at = models.DateTimeField(null=True)
    broken_at = models.DateTimeField(null=True)
    breach_withdrawn_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # when what was promised happened, kept or late
    open = models.BooleanField(default=True)  # what was promised has not happened yet

    class Meta:
        app_label = "commitments"
        constraints = (
            models.UniqueConstraint(
                fields=("case", "clause"), condition=Q(open=True), name="commitments_one_open"
            ),
        )
        indexes = (
            models.Index(fields=("case", "id"), name="commitments_of_case"),
            models.Index(fields=("due_at",), condition=Q(state="running"), name="commitments_due"),
            models.Index(
                fields=("warn_at",),
                condition=Q(state="running", warned_at__isnull=True),
                name="commitments_warn",
            ),
            models.Index(
                fields=("node", "broken_at"), condition=Q(broken_at__isnull=False), name="commitments_broken"
            ),
            models.Index(fields=("ended_at",), condition=Q(ended_at__isnull=False), name="commitments_ended"),
        )


class Rest(models.Model):
    """A stretch in which the clocks of a case stood still, and why."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=32)

    class Meta:
        app_label = "commitments"
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(ended_at__isnull=True), name="commitments_one_rest"
            ),
        )
