"""What is made, what it is mended with, what that costs, and where it lies. Money in fen (1/100 yuan)."""

from django.db import models
from django.db.models import Q

from bihuan.registers.organisation.models import Node
from bihuan.registers.staff.models import Technician


class Category(models.Model):
    """A family of appliances, e.g. air conditioners. `units` names the parts that carry a serial of their own."""

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    units = models.JSONField(default=list)
    safe_years = models.PositiveSmallIntegerField(null=True)
    runs_on = models.JSONField(default=list)  # "electric", "gas": which safety steps apply
    retired_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "parts"


class Product(models.Model):
    """One model of one brand."""

    brand = models.CharField(max_length=60)
    model = models.CharField(max_length=60)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    name_zh = models.CharField(max_length=120, blank=True, default="")
    name_en = models.CharField(max_length=120, blank=True, default="")
    warranty_months = models.PositiveSmallIntegerField(default=12)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "parts"
        constraints = (models.UniqueConstraint(fields=("brand", "model"), name="parts_model_once"),)


class WarrantyTerm(models.Model):
    """For how many months one component of an appliance is under warranty, where that differs from the whole.

    Blank brand or model: every one. Of what fits an appliance the most particular counts. `basis` says who asks it:
    the law, the brand, or ourselves; `source` where that stands.
    """

    BASES = ("law", "brand", "own")

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    brand = models.CharField(max_length=60, blank=True, default="")
    model = models.CharField(max_length=60, blank=True, default="")
    component_zh = models.CharField(max_length=60)
    component_en = models.CharField(max_length=60)
    months = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=8, default="brand")
    source = models.CharField(max_length=120, blank=True, default="")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "parts"
        constraints = (
            models.UniqueConstraint(
                fields=("category", "brand", "model", "component_zh"),
                condition=Q(retired_at__isnull=True),
                name="parts_warranty_once",
            ),
        )


class Part(models.Model):
    """A spare part. `by_serial`: each one fitted is written down by its own number."""

    number = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="+")
    by_serial = models.BooleanField(default=False)
    fits = models.JSONField(default=list)  # models it is made for, each "brand model"; empty: every one
    retired_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "parts"


class Price(models.Model):
    """One line of the published price list, with the days it holds (inclusive; open end = until further notice).

    `item`: labour, visit, inspection, or part. `code` is the part's number, or blank.
    """

    item = models.CharField(max_length=16)
    code = models.CharField(max_length=40, blank=True, default="")
    category = models.CharField(max_length=40, blank=True, default="")
    kind = models.CharField(max_length=32, blank=True, default="")
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    fen = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        app_label = "parts"
        indexes = (models.Index(fields=("item", "code", "category"), name="parts_price_item"),)


class Stock(models.Model):
    """How many of a part lie at a service point, or in a technician's van."""

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="+")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    technician = models.ForeignKey(Technician, on_delete=models.PROTECT, null=True, related_name="+")
    quantity = models.IntegerField(default=0)

    class Meta:
        app_label = "parts"
        constraints = (
            models.UniqueConstraint(
                fields=("part", "node"), condition=Q(technician__isnull=True), name="parts_stock_shelf"
            ),
            models.UniqueConstraint(
                fields=("part", "technician"), condition=Q(technician__isnull=False), name="parts_stock_van"
            ),
        )


class Requirement(models.Model):
    """The permit that a category and kind of work ask for (blank = every), of whoever goes or of the service point."""

    TECHNICIAN, SERVICE_POINT = "technician", "service_point"

    category = models.CharField(max_length=40, blank=True, default="")
    kind = models.CharField(max_length=32, blank=True, default="")
    certificate = models.CharField(max_length=40)
    holder = models.CharField(max_length=16, default=TECHNICIAN)

    class Meta:
        app_label = "parts"
        constraints = (
            models.UniqueConstraint(
                fields=("category", "kind", "certificate", "holder"), name="parts_requirement_holder_once"
            ),
        )


class WorkCondition(models.Model):
    """What a category and kind of work is like (blank = every): done outdoors, so that heat stops it, and by how many
    people. Of what fits a case the most particular counts."""

    category = models.CharField(max_length=40, blank=True, default="")
    kind = models.CharField(max_length=32, blank=True, default="")
    outdoors = models.BooleanField(default=False)
    people = models.PositiveSmallIntegerField(default=1)

    class Meta:
        app_label = "parts"
        constraints = (
            models.UniqueConstraint(fields=("category", "kind"), name="parts_condition_once"),
            models.CheckConstraint(
                condition=Q(people__gte=1, people__lte=2), name="parts_condition_one_or_two"
            ),
        )


class UpkeepInterval(models.Model):
    """How often appliances of a category want maintenance (brand blank = every), and how many days ahead it is begun.

    Of what fits a machine the most particular counts.
    """

    category = models.CharField(max_length=40)
    brand = models.CharField(max_length=60, blank=True, default="")
    months = models.PositiveSmallIntegerField()
    lead_days = models.PositiveSmallIntegerField(default=14)

    class Meta:
        app_label = "parts"
        constraints = (
            models.UniqueConstraint(fields=("category", "brand"), name="parts_upkeep_once"),
            models.CheckConstraint(condition=Q(months__gte=1), name="parts_upkeep_moves_on"),
        )
