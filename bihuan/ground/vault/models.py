"""The keys. A table of its own, left out of backups of the data and saved apart."""

from django.db import models


class Key(models.Model):
    """A 256-bit key, wrapped by the installation's key; destroyed = its bytes are gone for good."""

    wrapped = models.BinaryField(max_length=64, null=True)
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "vault"
