"""Calls of the hotline, the agents at their telephones, and customers who wish to be rung back.

A caller's number and the address of a recording are sealed with the key of the call's message, which lies under the
customer's as soon as one is known. A number is found by its blind index.
"""

from django.db import models
from django.db.models import Q

from bihuan.registers.access.models import Person
from bihuan.registers.customers.models import Customer
from bihuan.service.intake.models import RawMessage, Report


class Call(models.Model):
    """One call, folded from what the telephone system told of it (`rules.folded`)."""

    message = models.OneToOneField(RawMessage, on_delete=models.PROTECT, related_name="+")
    call_print = models.CharField(max_length=64, unique=True)  # of the telephone system's own name for it
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+")
    number_sealed = models.TextField(blank=True, default="")
    number_blind = models.CharField(max_length=64, blank=True, default="")
    recording_sealed = models.TextField(blank=True, default="")
    state = models.CharField(max_length=10)
    keys = models.CharField(max_length=20, blank=True, default="")
    kind = models.CharField(max_length=32, blank=True, default="")  # kind of work that the keys named
    language = models.CharField(max_length=10, blank=True, default="")
    rang_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    agent = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    notice_at = models.DateTimeField(null=True)  # the caller was told of the recording
    transfer_asked_at = models.DateTimeField(null=True)
    transfer_ready = models.BooleanField(null=True)  # the customer said they would wait
    transfer_to = models.CharField(max_length=80, blank=True, default="")
    transferred_at = models.DateTimeField(null=True)
    taken_over_at = models.DateTimeField(null=True)
    alarmed_at = models.DateTimeField(null=True)  # nobody took the transfer over in time
    report = models.OneToOneField(Report, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=20, blank=True, default="")  # why no report came of it

    class Meta:
        app_label = "calls"
        indexes = (
            models.Index(
                fields=("rang_at",), condition=Q(state__in=("ringing", "queued", "talking")), name="call_open"
            ),
            models.Index(fields=("rang_at",), name="call_rang"),
            models.Index(fields=("number_blind",), name="call_number"),
            models.Index(
                fields=("ended_at",),
                condition=Q(state="handled", report__isnull=True, reason=""),
                name="call_untold",
            ),
        )


class CallEvent(models.Model):
    """One thing that the telephone system told of a call; the same thing told again is kept once. What it says lies
    sealed, with the key of the call's message."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    event_print = models.CharField(max_length=64)
    said_sealed = models.TextField()
    at = models.DateTimeField()
    told_at = models.DateTimeField()

    class Meta:
        app_label = "calls"
        constraints = (models.UniqueConstraint(fields=("call", "event_print"), name="call_event_once"),)


class Seat(models.Model):
    """Who sits at which telephone, and whether they take calls now."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    extension = models.CharField(max_length=20, blank=True, default="")
    ready = models.BooleanField(default=True)
    since = models.DateTimeField()

    class Meta:
        app_label = "calls"
        constraints = (
            models.UniqueConstraint(
                fields=("extension",), condition=~Q(extension=""), name="seat_extension_once"
            ),
        )


class RingBack(models.Model):
    """Somebody is to be rung: they asked for it, or nobody took their call. One duty a number while it is open."""

    MISSED, KEY, WEB = "missed", "key", "web"
    RESULTS = ("reached", "report", "not_reached", "wrong_number", "not_wanted", "was_answered")

    message = models.ForeignKey(RawMessage, on_delete=models.PROTECT, related_name="+")  # its key seals
    call = models.ForeignKey(Call, on_delete=models.PROTECT, null=True, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+")
    cause = models.CharField(max_length=8)
    number_sealed = models.TextField()
    number_blind = models.CharField(max_length=64, blank=True)
    said_sealed = models.TextField(blank=True, default="")  # JSON: name, words and when it suits
    times = models.PositiveSmallIntegerField(default=1)  # calls and wishes of this number since it was opened
    tries = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    open = models.BooleanField(default=True)
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=16, blank=True, default="")
    alarmed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "calls"
        constraints = (
            models.UniqueConstraint(
                fields=("number_blind",),
                condition=Q(open=True) & ~Q(number_blind=""),
                name="ring_back_once_a_number",
            ),
        )
        indexes = (models.Index(fields=("due_at",), condition=Q(open=True), name="ring_back_due"),)
