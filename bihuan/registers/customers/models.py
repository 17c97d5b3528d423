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
    made_at = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "customers"


class Contact(models.Model):
    """A way to reach a customer: a phone (E.164) or an e-mail address (lower case), found by blind index."""

    MOBILE, LANDLINE, EMAIL = "mobile", "landline", "email"

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
    made_at = models.DateTimeField()

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
    """What a customer agreed to or refused: service, recording, marketing; each apart, each with how and when."""

    KINDS = ("service", "recording", "marketing")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16)
    given = models.BooleanField()
    how = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        app_label = "customers"
        constraints = (models.CheckConstraint(condition=~Q(kind=""), name="customers_consent_to_something"),)
        indexes = (models.Index(fields=("customer", "kind", "-id"), name="customers_consent_latest"),)
