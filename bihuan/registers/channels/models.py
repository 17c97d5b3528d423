"""The browsers that asked to be told. Where each is reached is sealed; a row goes when its browser is gone."""

from django.db import models

from bihuan.registers.access.models import Person


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
