"""A customer's words as they came in, and what was understood of them."""

from django.db import models
from django.db.models import Q

from bihuan.ground.journal.models import Chain
from bihuan.ground.vault.models import Key
from bihuan.registers.access.models import Person
from bihuan.registers.customers.models import Customer, Machine, Place


class RawMessage(models.Model):
    """What arrived, before anyone read it: the very bytes, sealed with a key of its own, which later lies under its
    customer's. What a form or the API hands over with a known customer is sealed with the customer's at once.

    `state` is where it stands in the daily closing; `reason` a code for it, `why_sealed` the words of whoever
    decided. Large bodies lie in a file (`kept_as`).
    """

    WAITING, REPORT, ANSWERED, DUPLICATE = "waiting", "report", "answered", "duplicate"
    SPAM, QUARANTINED, AUTOMATIC, PROBE = "spam", "quarantined", "automatic", "probe"
    BROUGHT_IN = "brought_in"  # with work that another system had; never received here

    channel = models.CharField(max_length=20)
    key = models.ForeignKey(Key, on_delete=models.PROTECT, related_name="+")
    body_sealed = models.TextField()
    kept_as = models.CharField(max_length=120, blank=True, default="")
    digest = models.CharField(max_length=64, blank=True, default="")  # keyed, of the bytes
    size = models.PositiveIntegerField(default=0)  # bytes
    once_print = models.CharField(max_length=64, null=True, unique=True)  # of the channel's own key for it
    state = models.CharField(max_length=12, default=REPORT)
    reason = models.CharField(max_length=40, blank=True, default="")
    why_sealed = models.TextField(blank=True, default="")
    trouble = models.TextField(blank=True, default="")
    same_as = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    settled_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        app_label = "intake"
        indexes = (
            models.Index(fields=("received_at",), name="intake_message_received"),
            models.Index(
                fields=("id",), condition=Q(state__in=("waiting", "quarantined")), name="intake_message_open"
            ),
        )


class ChannelWatch(models.Model):
    """When a channel was last tried from end to end, and when that last came through."""

    channel = models.CharField(max_length=20, unique=True)
    knocked_at = models.DateTimeField(null=True)
    proven_at = models.DateTimeField(null=True)
    silent_since = models.DateTimeField(null=True)  # an alarm stands
    trouble = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        app_label = "intake"


class Report(models.Model):
    """What a customer told us: their own words beside the standard ones."""

    OPENED, JOINED, ANSWERED, QUARANTINED = "opened", "joined", "answered", "quarantined"
    PROBE = "probe"  # our own, to see that the channel works

    raw = models.OneToOneField(RawMessage, on_delete=models.PROTECT, related_name="+")
    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, null=True, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=20)
    outside_number = models.CharField(max_length=60, blank=True, default="")
    words_sealed = models.TextField()
    symptoms = models.JSONField(default=list)  # codes of standard symptoms: the complained points
    hazards = models.JSONField(default=list)  # kinds of danger heard in the words
    error_code = models.CharField(max_length=20, blank=True, default="")
    began_on = models.DateField(null=True)  # when the fault was first seen
    asked_sealed = models.TextField(blank=True, default="")  # JSON: 5W1H answers, use environment, trigger
    kind = models.CharField(
        max_length=32, blank=True, default=""
    )  # kind of work, when whoever took it said so
    wish = models.CharField(max_length=16, blank=True, default="")
    way = models.CharField(max_length=16, default="on_site")
    urgency = models.CharField(max_length=8, blank=True, default="")
    department = models.CharField(max_length=40, blank=True, default="")
    tried = models.JSONField(default=dict)  # remote checklist: step → yes, no or skipped
    fee_told_fen = models.PositiveIntegerField(
        default=0
    )  # the fee for looking, as told when this was read back
    restated_at = models.DateTimeField(null=True)  # the agent repeated it, the customer agreed
    taken_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    link_seed = models.CharField(max_length=32)
    link_print = models.CharField(max_length=64, unique=True)
    once_print = models.CharField(max_length=64, null=True, unique=True)  # of the request's idempotency key
    asked_print = models.CharField(max_length=64, blank=True, default="")  # of that request's body
    joins = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+"
    )  # what it answers
    state = models.CharField(max_length=12, default=OPENED)
    trouble = models.TextField(blank=True, default="")
    received_at = models.DateTimeField()

    class Meta:
        app_label = "intake"
        indexes = (
            models.Index(fields=("customer", "-id"), name="intake_of_customer"),
            models.Index(fields=("id",), condition=Q(state="quarantined"), name="intake_quarantined"),
            models.Index(
                fields=("received_at",), condition=Q(once_print__isnull=False), name="intake_keyed_since"
            ),
        )


class Attachment(models.Model):
    """A file that came with a report: encrypted at rest, never served as anything but a download.

    `media` is what its bytes show; `agrees`: its name promised the same. `looked_through` is what the virus scanner
    said: "" nothing yet, `clean`, or the name of what it found.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    name_sealed = models.TextField()
    media = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    kept_as = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    agrees = models.BooleanField(default=True)
    looked_through = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        app_label = "intake"


class Pasted(models.Model):
    """A pasted message that was added to an open case: the same message is never added twice."""

    print = models.CharField(max_length=64, unique=True)  # of the message's words, without their spacing
    number = models.CharField(max_length=20)  # of the case
    at = models.DateTimeField()

    class Meta:
        app_label = "intake"
