"""The index of cases. It holds tokens in clear, so it stays out of backups, is built anew whenever it is missing, and
a customer's rows go with them."""

from django.db import models
from django.db.models import Q

from bihuan.ground.searching.field import TokensField
from bihuan.registers.customers.models import Customer
from bihuan.service.cases.models import Case


class Words(models.Model):
    """What one case is found by.

    SQLite: triggers carry the tokens on into `searching_found`. PostgreSQL: an index on this table itself.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    tokens = TokensField()
    stale = models.BooleanField(default=False)  # the customer or the machine changed since

    class Meta:
        app_label = "searching"
        indexes = (models.Index(fields=("case",), condition=Q(stale=True), name="searching_stale"),)


class Found(models.Model):
    """The FTS5 table of SQLite; there is none on PostgreSQL."""

    case_id = models.BigIntegerField(primary_key=True, db_column="rowid")
    tokens = TokensField()

    class Meta:
        app_label = "searching"
        managed = False
        db_table = "searching_found"


class Building(models.Model):
    """How far the building of the index has come, from the newest case down; one row. Without it, it begins anew.

    `below`: cases with smaller numbers are still to do. `untidy`: rows of somebody who was forgotten were taken out,
    and old pages of the index may still hold what they said.
    """

    below = models.BigIntegerField()
    made = models.BigIntegerField(default=0)
    wanted = models.BigIntegerField()
    untidy = models.BooleanField(default=False)

    class Meta:
        app_label = "searching"
