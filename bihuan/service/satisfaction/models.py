"""What the customer thought: was it solved, how was it scored, and what we did when it hurt."""

from django.db import models
from django.db.models import Q

from bihuan.registers.access.models import Person
from bihuan.registers.customers.models import Machine
from bihuan.registers.organisation.models import Node
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.models import Visit
from bihuan.service.satisfaction.scales import FIVE_POINTS


class Survey(models.Model):
    """One asking after one completion. Who did the work on what is frozen here, whoever holds the case later.

    Row first, asked later: `confirm_due_at` and `due_at` are when the two questions should go out, outside quiet
    hours; both travel on one private link. `awaits`: the case still waits for this customer's word.
    Ratings are written once and never changed or taken away.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", db_index=False)
    technician_person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, related_name="+")
    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=32)
    category = models.CharField(max_length=40, blank=True, default="")
    brand = models.CharField(max_length=60, blank=True, default="")
    outcome = models.CharField(max_length=32, blank=True, default="")
    link_seed = models.CharField(max_length=32)
    link_print = models.CharField(max_length=64, unique=True)
    done_at = models.DateTimeField()
    confirm_due_at = models.DateTimeField()
    confirm_asked_at = models.DateTimeField(null=True)
    solved = models.BooleanField(null=True)  # None = no answer; never counted as satisfied
    solved_at = models.DateTimeField(null=True)
    solved_via = models.CharField(max_length=8, blank=True, default="")  # link, phone
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    scale = models.CharField(max_length=12, default=FIVE_POINTS.code)  # of the four ratings, see `scales.py`
    speed = models.PositiveSmallIntegerField(null=True)
    effect = models.PositiveSmallIntegerField(null=True)
    attitude = models.PositiveSmallIntegerField(null=True)
    overall = models.PositiveSmallIntegerField(null=True)
    words_sealed = models.TextField(blank=True, default="")
    awaits = models.BooleanField(default=True)
    dropped_at = models.DateTimeField(null=True)  # the case went back to work before it was asked

    class Meta:
        app_label = "satisfaction"
        constraints = (
            models.UniqueConstraint(fields=("case", "done_at"), name="satisfaction_ask_once"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True)
                | Q(speed__range=(1, 5), effect__range=(1, 5), attitude__range=(1, 5), overall__range=(1, 5)),
                name="satisfaction_scores_whole",
            ),
        )
        indexes = (
            models.Index(fields=("case", "-id"), name="satisfaction_of_case"),
            models.Index(
                fields=("confirm_due_at",),
                condition=Q(confirm_asked_at__isnull=True, awaits=True),
                name="satisfaction_to_confirm",
            ),
            models.Index(
                fields=("confirm_asked_at",),
                condition=Q(confirm_asked_at__isnull=False, awaits=True),
                name="satisfaction_silent",
            ),
            models.Index(
                fields=("due_at",),
                condition=Q(sent_at__isnull=True, dropped_at__isnull=True),
                name="satisfaction_to_send",
            ),
            models.Index(
                fields=("answered_at",), condition=Q(answered_at__isnull=False), name="satisfaction_answered"
            ),
            models.Index(fields=("sent_at",), condition=Q(sent_at__isnull=False), name="satisfaction_sent"),
        )


class Callback(models.Model):
    """A duty to ring a customer whom something hurt. Open until it is done; a case has at most one open."""

    CAUSES = ("low_score", "opinion", "not_solved", "complaint")
    FAULTS = ("product", "service", "other")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", db_index=False)
    cause = models.CharField(max_length=16)
    opened_at = models.DateTimeField()
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    solved = models.BooleanField(null=True)
    fault = models.CharField(max_length=8, blank=True, default="")
    remedy_sealed = models.TextField(blank=True, default="")
    score = models.PositiveSmallIntegerField(null=True)
    open = models.BooleanField(default=True)

    class Meta:
        app_label = "satisfaction"
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(open=True), name="satisfaction_one_callback"
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__range=(1, 5)), name="satisfaction_second_score"
            ),
        )
        indexes = (
            models.Index(fields=("case", "-id"), name="satisfaction_callbacks"),
            models.Index(fields=("opened_at", "id"), condition=Q(open=True), name="satisfaction_to_call"),
            models.Index(fields=("done_at",), condition=Q(done_at__isnull=False), name="satisfaction_called"),
        )


class Attempt(models.Model):
    """One try to reach the customer."""

    RESULTS = ("reached", "no_answer", "busy", "wrong_number", "later")

    callback = models.ForeignKey(Callback, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        app_label = "satisfaction"
