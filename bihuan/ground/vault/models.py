"""The keys. A table of its own, left out of backups of the data and saved apart."""

from django.db import models


class Key(models.Model):
    """A 256-bit key, wrapped by the installation's key; destroyed = its bytes are gone for good.

    One that lies `under` another is wrapped by that one instead: with the other it is destroyed too.
    """

    wrapped = models.BinaryField(max_length=64, null=True)
    under = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "vault"
