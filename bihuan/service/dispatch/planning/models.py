"""The plan of a service point's day: its version, what is meant but not agreed, moves, and what the house proposes."""

from django.db import models
from django.db.models import F, Q

from bihuan.registers.organisation.models import Node
from bihuan.registers.staff.models import Technician
from bihuan.service.cases.models import Case


class DayPlan(models.Model):
    """One day of one service point. `version` counts every change of it; `published_version` is the one that the
    technicians were told of last, 0 for none."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    version = models.PositiveIntegerField(default=1)
    published_version = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True)
    published_by = models.BigIntegerField(default=0)

    class Meta:
        app_label = "planning"
        constraints = (models.UniqueConstraint(fields=("node", "day"), name="planning_one_plan_a_day"),)


class Intended(models.Model):
    """When and by whom a case that has no agreed time yet is meant to be done. It takes nobody's time; the customer is
    offered its slot first."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="+")
    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="+", db_index=False)
    slot_from = models.DateTimeField()
    slot_until = models.DateTimeField()
    begins = models.DateTimeField()  # of the work
    ends = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(default=0)  # person; 0 = the house

    class Meta:
        app_label = "planning"
        constraints = (
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="planning_intended_forwards"),
        )
        indexes = (models.Index(fields=("technician", "slot_from"), name="planning_intended_when"),)


class Moved(models.Model):
    """One move of a case on the plan, as it was before and after, so that whoever did it can take it back."""

    plan = models.ForeignKey(DayPlan, on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField()
    before = models.JSONField()
    after = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "planning"
        indexes = (models.Index(fields=("plan", "made_by", "-id"), name="planning_moves_of"),)


class Proposal(models.Model):
    """Another plan of a day, sought in the background for one version of it. `best` and `gain` hold figures of the best
    plan so far and against the day as it stands: served, unserved, driving (seconds). `without`: technicians who were
    thought away; such a proposal only answers a question."""

    SOLVING, READY, APPLIED, REFUSED = "solving", "ready", "applied", "refused"
    OVERTAKEN, CANCELLED, FAILED, OVER = "overtaken", "cancelled", "failed", "over"

    plan = models.ForeignKey(DayPlan, on_delete=models.CASCADE, related_name="+")
    base_version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default=SOLVING)
    without = models.JSONField(default=list)
    policy = models.CharField(max_length=32)
    seed = models.PositiveIntegerField(default=1)
    progress = models.PositiveSmallIntegerField(default=0)  # percent
    best = models.JSONField(default=dict)
    gain = models.JSONField(default=dict)
    left = models.JSONField(default=list)  # what stays without a technician, and why
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField()
    moved_at = models.DateTimeField()  # when the search was carried on last
    ended_at = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        app_label = "planning"
        indexes = (models.Index(fields=("moved_at",), condition=Q(state="solving"), name="planning_solving"),)


class Change(models.Model):
    """One difference of a proposal to the day as it stands: a case goes to a technician at a time. `because`: what
    speaks for it, as codes with their numbers; `extra`: seconds of driving that it costs."""

    OPEN, APPLIED, REFUSED, STALE = "open", "applied", "refused", "stale"

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    from_technician = models.ForeignKey(Technician, on_delete=models.CASCADE, null=True, related_name="+")
    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="+")
    from_begins = models.DateTimeField(null=True)
    begins = models.DateTimeField()  # of the work
    slot_from = models.DateTimeField()
    extra = models.IntegerField(default=0)
    because = models.JSONField(default=list)
    state = models.CharField(max_length=8, default=OPEN)
    reason = models.CharField(max_length=32, blank=True, default="")
    said = models.TextField(blank=True, default="")  # why it could not be applied

    class Meta:
        app_label = "planning"
        constraints = (
            models.UniqueConstraint(fields=("proposal", "case"), name="planning_one_change_a_case"),
        )
