"""People, places, machines and cover. What names a person is sealed with that person's key."""

from django.db import models
from django.db.models import Q

from bihuan.ground.vault.models import Key
from bihuan.registers.organisation.models import Node
from bihuan.registers.parts.models import Product


class Customer(models.Model):
    """Somebody who owns a machine. One who was forgotten keeps the row, and nothing else."""

    key = models.OneToOneField(Key, on_delete=models.PROTECT, related_name="+")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    name_sealed = models.TextField(blank=True, default="")
    name_blind = models.CharField(max_length=64, blank=True, default="", db_index=True)
    language = models.CharField(max_length=10, blank=True, default="")
    tier = models.CharField(
        max_length=16, blank=True, default=""
    )  # a level of care that was agreed, "" for most
    refused_to_identify = models.BooleanField(default=False)
    progress_days = models.PositiveSmallIntegerField(
        null=True
    )  # how often to hear while nothing changes; 0 = not at all, null = as the house does it
    made_at = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "customers"


class Contact(models.Model):
    """A way to reach a customer: a phone (E.164), an e-mail address (lower case), or who they are on a channel that
    shows neither; found by blind index."""

    MOBILE, LANDLINE, EMAIL = "mobile", "landline", "email"
    HANDLES = ("wechat", "chat", "social", "house")  # openid, chat visitor, name on a platform, our own probe

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8)
    sealed = models.TextField()
    blind = models.CharField(max_length=64)

    class Meta:
        app_label = "customers"
        constraints = (models.UniqueConstraint(fields=("blind",), name="customers_contact_once"),)


class Place(models.Model):
    """Where a machine stands. District and street steer dispatch and stay readable; the door is sealed."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    city = models.CharField(max_length=60, blank=True, default="")
    district = models.CharField(max_length=60, blank=True, default="")
    street = models.CharField(max_length=60, blank=True, default="")
    door_sealed = models.TextField(blank=True, default="")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    class Meta:
        app_label = "customers"


class Machine(models.Model):
    """One appliance of a customer. Brand and model as told; `product` when the catalogue knows it."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, related_name="+")
    category = models.CharField(max_length=40, blank=True, default="")
    brand = models.CharField(max_length=60, blank=True, default="")
    model = models.CharField(max_length=60, blank=True, default="")
    bought_on = models.DateField(null=True)
    about_years = models.PositiveSmallIntegerField(null=True)
    bought_at = models.CharField(max_length=40, blank=True, default="")  # purchase channel: store, platform…
    cover_until = models.DateField(null=True)
    extended_until = models.DateField(null=True)
    checked_at = models.DateTimeField(null=True)  # when a person saw the proof of purchase
    made_at = models.DateTimeField()

    class Meta:
        app_label = "customers"


class MachinePaper(models.Model):
    """A picture of a label or an invoice that the owner sent: sealed at rest, never served but as a download."""

    LABEL, INVOICE = "label", "invoice"

    machine = models.ForeignKey(Machine, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8)
    media = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    kept_as = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        app_label = "customers"


class Serial(models.Model):
    """A body code of a machine; a split air conditioner has one indoors and one outdoors."""

    machine = models.ForeignKey(Machine, on_delete=models.CASCADE, related_name="+")
    unit = models.CharField(max_length=16, default="whole")  # whole, indoor, outdoor
    number = models.CharField(max_length=60, db_index=True)

    class Meta:
        app_label = "customers"
        constraints = (models.UniqueConstraint(fields=("machine", "unit"), name="customers_serial_a_unit"),)


class Consent(models.Model):
    """What a customer agreed to or refused: service, recording, marketing, and a guardian for a child under 14; each
    apart, each with how, when and by which notice."""

    KINDS = ("service", "recording", "marketing", "guardian")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16)
    given = models.BooleanField()
    how = models.CharField(max_length=16)
    at = models.DateTimeField()
    notice = models.CharField(
        max_length=12, blank=True, default=""
    )  # the privacy notice they had before them

    class Meta:
        app_label = "customers"
        constraints = (models.CheckConstraint(condition=~Q(kind=""), name="customers_consent_to_something"),)
        indexes = (models.Index(fields=("customer", "kind", "-id"), name="customers_consent_latest"),)


class Term(models.Model):
    """How many days after the last dealing records of a kind are kept."""

    code = models.CharField(max_length=16, unique=True)
    days = models.PositiveIntegerField()

    class Meta:
        app_label = "customers"


class CustomerSignIn(models.Model):
    """A browser asked to be let in by phone. Nothing here names anybody: only keyed hashes of the number, of the
    browser's own secret and of the code. Five wrong codes end it."""

    asked_print = models.CharField(max_length=64, unique=True)  # of the secret that the browser holds
    phone_blind = models.CharField(max_length=64)
    code_print = models.CharField(max_length=64, blank=True, default="")  # empty until a code was sent
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    heard_at = models.DateTimeField(
        null=True
    )  # when the house acted on it, whether it knew the number or not
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "customers"
        indexes = (
            models.Index(fields=("made_at",), condition=Q(heard_at__isnull=True), name="customers_unheard"),
            models.Index(fields=("expires_at",), name="customers_asked_until"),
        )


class CustomerSession(models.Model):
    """A browser in which a customer is signed in. Only the fingerprint of its cookie is kept."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64, unique=True)
    remembered = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "customers"
        indexes = (models.Index(fields=("expires_at",), name="customers_signed_in_until"),)


class ScanCode(models.Model):
    """What a printed square code leads to: a family, a model, one machine by its serial, a service point.

    `same` is the keyed hash of all that, so that printing once more prints the same code.
    """

    POSTER, STICKER = "poster", "sticker"

    code = models.CharField(max_length=16, unique=True)
    same = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=8)
    category = models.CharField(max_length=40, blank=True, default="")
    brand = models.CharField(max_length=60, blank=True, default="")
    model = models.CharField(max_length=60, blank=True, default="")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, related_name="+")
    serial = models.CharField(max_length=60, blank=True, default="")
    made_at = models.DateTimeField()

    class Meta:
        app_label = "customers"


class Opened(models.Model):
    """How often a page for customers was opened on a day. A count and nothing else: nobody is followed."""

    day = models.DateField()
    page = models.CharField(max_length=24)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "customers"
        constraints = (models.UniqueConstraint(fields=("day", "page"), name="customers_opened_a_day"),)
