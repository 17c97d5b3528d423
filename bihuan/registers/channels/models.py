"""The browsers that asked to be told, and how far each mailbox was read. Where a browser is reached is sealed; its
row goes when it is gone."""

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
