"""Orders that platforms and retailers give us, who those platforms are, and what they are told of their orders."""

from django.db import models
from django.db.models import Q

from bihuan.ground.vault.models import Key
from bihuan.service.cases.models import Case
from bihuan.service.intake.models import Report


class Platform(models.Model):
    """Somebody who sends orders: a shop on the web, a retailer, a government hotline.

    `kinds` are its own words for kinds of work, `columns` its own heads for our fields. `webhook_sealed` is where it
    is told how its orders stand, `secret_sealed` signs that; both are sealed with a key of the platform's own and are
    never shown again.
    """

    code = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=60, unique=True)
    kinds = models.JSONField(default=dict, blank=True)  # its word → our kind of work
    columns = models.JSONField(default=dict, blank=True)  # our field → its heads
    kind = models.CharField(max_length=32, blank=True, default="")  # where its word is not known
    authority = models.CharField(max_length=24, blank=True, default="")  # it asks as an authority
    promise_days = models.PositiveSmallIntegerField(default=0)  # from the order on; 0: nothing is promised
    key = models.ForeignKey(Key, on_delete=models.PROTECT, related_name="+")
    webhook_sealed = models.TextField(blank=True, default="")
    secret_sealed = models.TextField(blank=True, default="")
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "orders"

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """One order, known by its platform's number. What it says is sealed with its customer's key; `print` is a keyed
    hash of it, so that the same order sent again is known."""

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=60)
    report = models.OneToOneField(Report, on_delete=models.PROTECT, null=True, related_name="+")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=32)
    print = models.CharField(max_length=64)
    told_sealed = models.TextField(blank=True, default="")
    promised_at = models.DateTimeField(null=True)
    version = models.PositiveSmallIntegerField(default=1)
    received_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "orders"
        constraints = (models.UniqueConstraint(fields=("platform", "number"), name="orders_once"),)
        indexes = (models.Index(fields=("platform", "-id"), name="orders_of_platform"),)

    @property
    def is_over(self) -> bool:
        """Whether its work has ended, or it was taken back: then it is what it was."""
        done = self.case is not None and (not self.case.open or self.case.done_at is not None)
        return done or self.cancelled_at is not None


class StateTold(models.Model):
    """One state of an order that its platform is told: by its webhook, or by an export that a person takes along.

    `event` is the same however often it is sent: by it the platform knows a repetition.
    """

    WAITING, SENT, GIVEN_UP, KEPT = "waiting", "sent", "given_up", "kept"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="+")
    event = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=16)  # the stage of the card: received, dispatched, booked …
    place = models.CharField(max_length=32)
    outcome = models.CharField(max_length=32, blank=True, default="")
    at = models.DateTimeField()
    standing = models.CharField(max_length=8, default=WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=60, blank=True, default="")
    exported_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "orders"
        indexes = (
            models.Index(fields=("next_at",), condition=Q(standing="waiting"), name="orders_to_tell"),
            models.Index(fields=("id",), condition=Q(exported_at__isnull=True), name="orders_to_export"),
        )
