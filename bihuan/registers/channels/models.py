"""The browsers that asked to be told, how far each mailbox was read, who follows the official account, which texts the
providers approved. Where somebody is reached is sealed; a browser's row goes when it is gone."""

from django.db import models

from bihuan.ground.vault.models import Key
from bihuan.registers.access.models import Person
from bihuan.registers.customers.models import Customer


class Browser(models.Model):
    """One device of a colleague. `told_sealed` holds its address and keys as the browser gave them (JSON)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(
        max_length=64, unique=True
    )  # of its address: subscribing twice makes one row
    told_sealed = models.TextField()
    name = models.CharField(max_length=120, blank=True, default="")  # what the browser calls itself
    made_at = models.DateTimeField()
    reached_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "message_channels"


class Mailbox(models.Model):
    """One folder of one mailbox, and how far it was read: every mail up to number `uid` is kept, but for those in
    `left` (number → tries), which are tried again. Numbers hold as long as the server's `uidvalidity` does."""

    name = models.CharField(max_length=64, unique=True)  # of server, user and folder; see `mail.fetching`
    uidvalidity = models.BigIntegerField(default=0)
    uid = models.BigIntegerField(default=0)
    left = models.JSONField(default=dict, blank=True)
    fetched_at = models.DateTimeField(null=True)  # the last round that came to its end
    failed_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=60, blank=True, default="")  # of the last round, in a word
    taken_until = models.DateTimeField(null=True)  # somebody reads it just now
    taken_by = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        app_label = "message_channels"


class Follower(models.Model):
    """Somebody who follows the official account, or wrote to it or to a desk of 微信客服, found by blind index.
    `customer`: who they are, once they bound this chat to their phone number; until then nobody knows but WeChat.

    `heard_how` is what they did last (a message, a tap …): it opens a window of so many messages of ours (`told`).
    """

    MESSAGE, CLICK, FOLLOW, SCAN = "message", "click", "follow", "scan"

    blind = models.CharField(max_length=64, unique=True)
    key = models.ForeignKey(Key, on_delete=models.PROTECT, related_name="+")
    openid_sealed = models.TextField()
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, related_name="+")
    bound_at = models.DateTimeField(null=True)
    desk = models.CharField(max_length=64, blank=True, default="")  # of 微信客服; blank: the official account
    follows = models.BooleanField(default=True)
    heard_at = models.DateTimeField(null=True)
    heard_how = models.CharField(max_length=8, blank=True, default="")
    told = models.PositiveSmallIntegerField(default=0)  # customer-service messages since then
    templates_told = models.PositiveIntegerField(default=0)  # template messages, ever
    made_at = models.DateTimeField()

    class Meta:
        app_label = "message_channels"


class BindingCode(models.Model):
    """A code that a customer who is signed in types into the chat, so that the chat is theirs. Only its keyed hash is
    kept; a chat that names wrong ones too often is not heard for a while."""

    code_print = models.CharField(max_length=64, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_by = models.CharField(max_length=64, blank=True, default="")  # the blind index of the chat
    used_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "message_channels"


class MessageTemplate(models.Model):
    """One of our messages on the form that a provider approved, or is to approve. `places` are the names of what is
    filled in, in order; for WeChat each behind the name of its field (`thing1=number`)."""

    DRAFT, SUBMITTED, APPROVED, REFUSED = "draft", "submitted", "approved", "refused"

    provider = models.CharField(max_length=16)
    message = models.CharField(max_length=48, blank=True, default="")  # customer.booked; blank = all others
    language = models.CharField(max_length=10, blank=True, default="")  # blank = any
    code = models.CharField(max_length=64, blank=True, default="")  # the provider's own name for it
    places = models.JSONField(default=list, blank=True)
    words = models.CharField(max_length=500, blank=True, default="")  # as it was handed in
    state = models.CharField(max_length=12, default=DRAFT)
    why = models.CharField(max_length=120, blank=True, default="")  # of a refusal
    changed_at = models.DateTimeField()

    class Meta:
        app_label = "message_channels"
        constraints = (
            models.UniqueConstraint(
                fields=("provider", "message", "language"), name="message_channels_template_once"
            ),
        )


class WantedFile(models.Model):
    """A file that a message speaks of and that lies with the provider for a few days: fetched at once, again when that
    fails, and joined to its report. `message` is the number of the kept message; its bytes say where the file lies.
    """

    WAITING, FETCHED, JOINED, LOST = "waiting", "fetched", "joined", "lost"

    message = models.BigIntegerField(unique=True)
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=8, default=WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    kept_as = models.CharField(max_length=120, blank=True, default="")
    media = models.CharField(max_length=80, blank=True, default="")
    trouble = models.CharField(max_length=60, blank=True, default="")
    made_at = models.DateTimeField()

    class Meta:
        app_label = "message_channels"
        indexes = (
            models.Index(
                fields=("next_at",),
                condition=models.Q(state__in=("waiting", "fetched")),
                name="message_channels_file_due",
            ),
        )


class PulledTo(models.Model):
    """How far the messages of a house that keeps them for us were asked for. One asks at a time (`taken_until`)."""

    name = models.CharField(max_length=64, unique=True)
    cursor = models.CharField(max_length=300, blank=True, default="")
    pulled_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=60, blank=True, default="")
    taken_until = models.DateTimeField(null=True)

    class Meta:
        app_label = "message_channels"
