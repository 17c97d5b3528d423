"""Chats on the web: who wrote, who answers, and what came of it.

Everything that anybody typed is sealed with the key of the chat's message, which lies under the customer's as soon as
one is known. Each change of a chat raises its `stamp` in the same transaction, so that whoever shows it knows that
there is something new; lines have the stamp of their writing as their place.
"""

from django.db import models
from django.db.models import Q

from bihuan.registers.access.models import Person
from bihuan.registers.customers.models import Customer
from bihuan.service.intake.models import RawMessage, Report


class Chat(models.Model):
    """One conversation: `queued` until an agent takes it, `talking` until it is `ended`."""

    QUEUED, TALKING, ENDED = "queued", "talking", "ended"

    message = models.OneToOneField(RawMessage, on_delete=models.PROTECT, related_name="+")
    token_print = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=8, default=QUEUED)
    stamp = models.PositiveIntegerField(default=0)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+")
    said_sealed = models.TextField(blank=True, default="")  # JSON: name, phone, email, as they say
    reachable = models.BooleanField(default=False)  # a phone or an address stands in it
    language = models.CharField(max_length=10, blank=True, default="")
    urgent = models.BooleanField(default=False)  # the words name a danger
    hazards = models.JSONField(default=list)
    began_at = models.DateTimeField()
    queued_at = models.DateTimeField()  # kept when it comes back to the queue
    taken_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)  # the first line of an agent
    wrote_at = models.DateTimeField()  # the customer, last
    waits_since = models.DateTimeField(null=True)  # for an answer to what the customer wrote
    left_at = models.DateTimeField(null=True)  # waits no longer: whatever comes goes to their phone or mail
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=8, blank=True, default="")  # customer, agent, clock
    agent = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    asked = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+"
    )  # to take it over
    asked_at = models.DateTimeField(null=True)
    handed_on = models.PositiveSmallIntegerField(default=0)  # times that it changed hands
    alarmed_at = models.DateTimeField(null=True)  # waited too long for its first answer
    seen_by_agent = models.PositiveIntegerField(default=0)  # the stamp of the last line that was shown
    seen_by_customer = models.PositiveIntegerField(default=0)
    agent_types_at = models.DateTimeField(null=True)
    customer_types_at = models.DateTimeField(null=True)
    report = models.OneToOneField(Report, on_delete=models.PROTECT, null=True, related_name="+")
    reported_to = models.PositiveIntegerField(default=0)  # the stamp of the last line that the report holds
    score = models.PositiveSmallIntegerField(null=True)
    opinion_sealed = models.TextField(blank=True, default="")

    class Meta:
        app_label = "chats"
        constraints = (
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__range=(1, 5)), name="chat_score_1_to_5"
            ),
        )
        indexes = (
            models.Index(
                fields=("queued_at",), condition=Q(state__in=("queued", "talking")), name="chat_open"
            ),
            models.Index(fields=("agent", "-ended_at"), name="chat_of_agent"),
            models.Index(fields=("began_at",), name="chat_began"),
        )


class ChatLine(models.Model):
    """One thing said or sent. Its sender's own id keeps a line that is sent again from standing twice."""

    CUSTOMER, AGENT, HOUSE = "customer", "agent", "house"

    chat = models.ForeignKey(Chat, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()  # the chat's stamp when it was written
    once = models.CharField(max_length=64)
    who = models.CharField(max_length=8)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    words_sealed = models.TextField(blank=True, default="")
    name_sealed = models.TextField(blank=True, default="")  # of a file
    media = models.CharField(max_length=80, blank=True, default="")
    kept_as = models.CharField(max_length=120, blank=True, default="")
    size = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        app_label = "chats"
        constraints = (
            models.UniqueConstraint(fields=("chat", "once"), name="chat_line_once"),
            models.UniqueConstraint(fields=("chat", "place"), name="chat_line_place"),
        )


class ChatSeat(models.Model):
    """Who takes chats now; `seen_at` says that their page is open."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    ready = models.BooleanField(default=True)
    seen_at = models.DateTimeField()

    class Meta:
        app_label = "chats"


class ChatLimits(models.Model):
    """How the company chats; one row. Without it, what the installation says in its environment holds."""

    calendar = models.CharField(max_length=60)  # when agents answer
    at_once = models.PositiveSmallIntegerField()  # chats of one agent
    answer_seconds = models.PositiveIntegerField()  # a visitor waits so long before somebody is told
    silent_minutes = (
        models.PositiveIntegerField()
    )  # who waits and says nothing: their words go on without them

    class Meta:
        app_label = "chats"
