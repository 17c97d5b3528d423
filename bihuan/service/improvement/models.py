"""What is counted: things that happened and stand in no row of their own, and the sums of finished days. All of
that can be made anew from the journal and the rows of other rooms. And what we do about it: proposals, day reports."""

from datetime import time

from django.db import models
from django.db.models import Q

from bihuan.registers.access.models import Person
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


class Proposal(models.Model):
    """One round of putting a weak point right: planned, done, checked, acted on. `former` is the round before.

    `weak` names what was weak (`service_point:17`), `measure` which rating it is measured by; the two figures are
    frozen when planned and when checked, each with the number of answers it was made of. The words are ours about
    our work: nothing of a customer belongs into them.
    """

    PLAN, DO, CHECK, ACT, ENDED = "plan", "do", "check", "act", "ended"
    PHASES = (PLAN, DO, CHECK, ACT)

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    former = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=120)
    weak = models.CharField(max_length=60, blank=True, default="")
    measure = models.CharField(max_length=16)
    scale = models.CharField(max_length=12)
    target_mean = models.DecimalField(max_digits=4, decimal_places=2)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    phase = models.CharField(max_length=8, default=DO)
    plan = models.TextField()
    planned_at = models.DateTimeField()
    planned_mean = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    planned_n = models.PositiveIntegerField(default=0)
    did = models.TextField(blank=True, default="")
    done_at = models.DateTimeField(null=True)
    found = models.TextField(blank=True, default="")
    checked_at = models.DateTimeField(null=True)
    checked_mean = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    checked_n = models.PositiveIntegerField(default=0)
    decided = models.TextField(blank=True, default="")
    decision = models.CharField(max_length=12, blank=True, default="")  # standard, again, dropped
    acted_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "improvement"
        indexes = (models.Index(fields=("phase", "due_on", "id"), name="improvement_open_proposals"),)


class DayFact(models.Model):
    """One thing that happened to a case, as the figures of a day count it: when it happened, when it was written down.

    `sign` says whether with it one more case was unfinished (1), one less (-1), or as many (0), at this node. Like
    `Happened` it can be made anew from the journal.
    """

    OPENED, DONE, REMOTE, WITHDRAWN, BACK, GIVEN = "opened", "done", "remote", "withdrawn", "back", "given"
    CHASED, ESCALATED, OFFERED, RETURNED = "chased", "escalated", "offered", "returned"

    what = models.CharField(max_length=16)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", db_index=False)
    category = models.CharField(max_length=40, blank=True, default="")
    kind = models.CharField(max_length=32)
    sign = models.SmallIntegerField(default=0)
    opened_at = models.DateTimeField()  # of the case
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        app_label = "improvement"
        constraints = (
            models.UniqueConstraint(fields=("case", "what", "at", "sign"), name="improvement_day_fact_once"),
        )
        indexes = (
            models.Index(fields=("at", "id"), name="improvement_day_facts"),
            models.Index(fields=("recorded_at",), condition=~Q(sign=0), name="improvement_day_signs"),
        )


class DayReport(models.Model):
    """日报: the figures of one day and node as they were known when the report was made, frozen (JSON).

    `turn` counts how often it was sent: 0 = kept without being sent.
    """

    day = models.DateField()
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    found = models.JSONField()
    turn = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "improvement"
        constraints = (models.UniqueConstraint(fields=("day", "node"), name="improvement_day_report_once"),)


class DayRule(models.Model):
    """When the day report goes out and to whom; one row. A morning missed is made up until `latest`.

    `calendar`: the code of a working calendar on whose open days it goes out; empty = every day. `roles`: those who
    get it, each for their own node.
    """

    at = models.TimeField(default=time(8, 30))
    latest = models.TimeField(default=time(20))
    calendar = models.CharField(max_length=40, blank=True, default="")
    roles = models.JSONField(default=list)
    groups = models.BooleanField(default=True)  # chat groups with a robot, those that want day reports
    gathered_at = models.DateTimeField(null=True)  # when all facts of the time before were gathered
    gathered_to = models.BigIntegerField(default=0)  # the case up to which they are

    class Meta:
        app_label = "improvement"
