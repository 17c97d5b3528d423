"""The tree of the company: head office, regions, service points, teams; who serves what, where."""

from django.db import models
from django.db.models import Q


class Node(models.Model):
    """One place in the tree. `path` holds the numbers of all above it and its own: `/1/4/9/`."""

    HEAD_OFFICE, REGION, SERVICE_POINT, TEAM = "head_office", "region", "service_point", "team"
    KINDS = (HEAD_OFFICE, REGION, SERVICE_POINT, TEAM)

    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=120)
    code = models.CharField(max_length=32, unique=True)
    path = models.CharField(max_length=200, default="", db_index=True)
    authorised = models.BooleanField(default=False)  # a service point run by others; else our own
    phone = models.CharField(max_length=32, blank=True, default="")
    address = models.CharField(max_length=200, blank=True, default="")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    daily_capacity = models.PositiveIntegerField(default=40)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "organisation"
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="head_office", parent__isnull=True)
                | (~Q(kind="head_office") & Q(parent__isnull=False)),
                name="organisation_only_head_office_has_no_parent",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Coverage(models.Model):
    """A district or street that a service point serves, for a category and kind of work (blank = every)."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    city = models.CharField(max_length=60)
    district = models.CharField(max_length=60)
    street = models.CharField(max_length=60, blank=True, default="")
    category = models.CharField(max_length=40, blank=True, default="")
    kind = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        app_label = "organisation"
        constraints = (
            models.UniqueConstraint(
                fields=("node", "city", "district", "street", "category", "kind"),
                name="organisation_cover_once",
            ),
        )
        indexes = (models.Index(fields=("city", "district", "street"), name="organisation_cover_where"),)


class Licence(models.Model):
    """A service point's own licence with its last valid day (inclusive). Past it, work that asks for it is not given.

    One that was taken back is `retired`: it counts no more and can be given back.
    """

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=60)
    valid_until = models.DateField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "organisation"
        constraints = (
            models.UniqueConstraint(fields=("node", "kind", "number"), name="organisation_licence_once"),
        )


class Authorisation(models.Model):
    """A brand's permission to a service point for a category (blank = every), within dates (inclusive)."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    brand = models.CharField(max_length=60)
    category = models.CharField(max_length=40, blank=True, default="")
    valid_from = models.DateField()
    valid_until = models.DateField()

    class Meta:
        app_label = "organisation"
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_until__gte=models.F("valid_from")), name="organisation_authorised_forwards"
            ),
        )
