"""Who was told what. One notice to one receiver about one event on one channel, and what became of it."""

from django.db import models
from django.db.models import Q

from bihuan.registers.access.models import Person
from bihuan.registers.customers.models import Customer
from bihuan.service.cases.models import Case


class Notice(models.Model):
    """One message. Receiver, subject and words are sealed with the customer's key (a key of its own without one).

    `about` names the event it tells of, `receiver` whom it goes to (`customer:7`, `person:3`): with the channel
    they are unique, so that telling twice tells once.
    """

    WAITING, SENT, GIVEN_UP = "waiting", "sent", "given_up"
    SMS, MAIL, PUSH, CALL = "sms", "mail", "push", "call"  # call: nothing can be sent, somebody must ring

    about = models.CharField(max_length=64)
    receiver = models.CharField(max_length=32)
    channel = models.CharField(max_length=8)
    kind = models.CharField(max_length=32)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    language = models.CharField(max_length=10)
    receiver_sealed = models.TextField(blank=True, default="")
    subject_sealed = models.TextField(blank=True, default="")
    words_sealed = models.TextField()
    state = models.CharField(max_length=8, default=WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    provider = models.CharField(max_length=40, blank=True, default="")
    reference = models.CharField(max_length=120, blank=True, default="")
    trouble = models.CharField(
        max_length=120, blank=True, default=""
    )  # what went wrong last; never the message

    class Meta:
        app_label = "notices"
        constraints = (
            models.UniqueConstraint(fields=("about", "receiver", "channel"), name="notices_tell_once"),
        )
        indexes = (
            models.Index(fields=("next_at",), condition=Q(state="waiting"), name="notices_due"),
            models.Index(fields=("-id",), condition=Q(state="given_up"), name="notices_given_up"),
            models.Index(fields=("-made_at", "-id"), name="notices_newest"),
            models.Index(fields=("receiver", "channel", "sent_at"), name="notices_of_receiver"),
        )


class Wording(models.Model):
    """One message's text in one language. Empty `words` mean that the shipped text holds.

    There is a row for every message, so that an administrator sees them all in one list.
    """

    CUSTOMER, STAFF = "customer", "staff"

    audience = models.CharField(max_length=8)  # who reads it
    kind = models.CharField(max_length=32)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=120, blank=True, default="")
    words = models.CharField(max_length=500, blank=True, default="")
    changed_at = models.DateTimeField()

    class Meta:
        app_label = "notices"
        constraints = (
            models.UniqueConstraint(fields=("audience", "kind", "language"), name="notices_wording_once"),
        )
