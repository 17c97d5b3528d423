"""Who was told what. One notice to one receiver about one event on one channel, and what became of it."""

from django.db import models
from django.db.models import Q

from bihuan.registers.access.models import Person
from bihuan.registers.customers.models import Customer
from bihuan.registers.organisation.models import Node
from bihuan.service.cases.models import Case


class Group(models.Model):
    """A chat group with a robot in it, and which news of which part of the tree it is told.

    Address and secret are sealed with a key of the group's own and are never shown again. `recent` are the epoch
    seconds of the last minute's messages: a robot takes only so many a minute.
    """

    WECOM, DINGTALK, FEISHU = "wecom", "dingtalk", "feishu"

    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=8)
    webhook_sealed = models.TextField()
    secret_sealed = models.TextField(blank=True, default="")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    news = models.JSONField(default=list)  # codes of rules.NEWS
    calendar = models.CharField(max_length=40, default="24x7")  # outside its hours all but danger waits
    language = models.CharField(max_length=10, default="zh-hans")
    recent = models.JSONField(default=list, blank=True)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "notices"

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """One message. Receiver, subject and words are sealed with the customer's key (a key of its own without one).

    `about` names the event it tells of, `receiver` whom it goes to (`customer:7`, `person:3`, `group:2`): with the
    channel they are unique, so that telling twice tells once. `presses`: danger, which waits for no quiet hour.
    """

    WAITING, SENT, GIVEN_UP = "waiting", "sent", "given_up"
    SMS, MAIL, PUSH, CALL = "sms", "mail", "push", "call"  # call: nothing can be sent, somebody must ring
    WECHAT = "wechat"  # into the chat with the official account
    PAGE, RING = "page", "ring"  # on a colleague's own page; their phone is rung by a machine
    ROBOTS = (Group.WECOM, Group.DINGTALK, Group.FEISHU)  # to a group: the channel is its kind

    about = models.CharField(max_length=64)
    receiver = models.CharField(max_length=32)
    channel = models.CharField(max_length=8)
    kind = models.CharField(max_length=32)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, related_name="+")
    presses = models.BooleanField(default=False)
    language = models.CharField(max_length=10)
    receiver_sealed = models.TextField(blank=True, default="")
    subject_sealed = models.TextField(blank=True, default="")
    words_sealed = models.TextField()
    fill_sealed = models.TextField(blank=True, default="")  # what the text was filled with, for SMS templates
    state = models.CharField(max_length=8, default=WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)  # the last attempt that came to nothing
    read_at = models.DateTimeField(null=True)  # by whoever it was for, on their page
    provider = models.CharField(max_length=40, blank=True, default="")
    reference = models.CharField(max_length=120, blank=True, default="")
    trouble = models.CharField(
        max_length=120, blank=True, default=""
    )  # what went wrong last; never the message
    manner = models.CharField(max_length=8, blank=True, default="")  # how, where a channel has several ways
    fell_to = models.CharField(max_length=8, blank=True, default="")  # the channel that carried it instead
    arrived_at = models.DateTimeField(null=True)  # by the provider's receipt

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
            models.Index(fields=("channel", "-sent_at"), name="notices_of_channel"),
            models.Index(
                fields=("channel", "-failed_at"),
                condition=Q(failed_at__isnull=False),
                name="notices_failed_of_channel",
            ),
            models.Index(
                fields=("person",), condition=Q(channel="page", read_at__isnull=True), name="notices_unread"
            ),
            models.Index(fields=("group", "next_at"), condition=Q(state="waiting"), name="notices_group_due"),
            models.Index(
                fields=("reference",), condition=Q(channel="sms", state="sent"), name="notices_sms_reference"
            ),
        )


class Custom(models.Model):
    """How the house tells a role (blank = everybody) of one kind of news, in a part of the tree (none = all of it).
    The page always has it; `channels` are the ways besides."""

    role = models.CharField(max_length=32, blank=True, default="")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    news = models.CharField(max_length=16)
    channels = models.JSONField(default=list, blank=True)

    class Meta:
        app_label = "notices"
        constraints = (
            models.UniqueConstraint(fields=("role", "node", "news"), name="notices_custom_once"),
            models.UniqueConstraint(
                fields=("role", "news"), condition=Q(node__isnull=True), name="notices_custom_everywhere"
            ),
        )


class Wish(models.Model):
    """How one colleague wants to be told of one kind of news, besides their page."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    news = models.CharField(max_length=16)
    channels = models.JSONField(default=list, blank=True)

    class Meta:
        app_label = "notices"
        constraints = (models.UniqueConstraint(fields=("person", "news"), name="notices_wish_once"),)


class Quiet(models.Model):
    """When one colleague is left in peace: between two hours of the day (over midnight too), and off their shift."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    begins = models.TimeField(null=True)
    ends = models.TimeField(null=True)
    off_shift = models.BooleanField(default=False)

    class Meta:
        app_label = "notices"


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


class ShortLink(models.Model):
    """Where a short link in an SMS leads. Only the keyed hash of its token is kept, and the way sealed with the
    customer's key, so that it ends with them."""

    token_print = models.CharField(max_length=64, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    path_blind = models.CharField(max_length=64)
    path_sealed = models.TextField()
    token_sealed = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        app_label = "notices"
        constraints = (
            models.UniqueConstraint(fields=("customer", "path_blind"), name="notices_short_link_once"),
        )
