"""What an installation knows, entry by entry: what shipped to begin with, then what is edited."""

from django.db import models


class Item(models.Model):
    """One entry of knowledge. `body` is JSON in the shape that `content.py` gives this kind.

    `kind` names the list it belongs to (symptom, error_code, line…), `code` the entry in that list.
    A retired entry stays for what was said with it and is not offered any more.
    """

    kind = models.CharField(max_length=24)
    code = models.CharField(max_length=160)
    body = models.TextField()
    position = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        app_label = "knowledge"
        constraints = (models.UniqueConstraint(fields=("kind", "code"), name="knowledge_item_once"),)
        indexes = (models.Index(fields=("changed_at",), name="knowledge_changed"),)


class SilencedDay(models.Model):
    """How often on a day a word of danger raised no alarm, and why. Never the words, never whose."""

    day = models.DateField()
    hazard = models.CharField(max_length=40)
    why = models.CharField(max_length=12)  # denied, not_meant or supposed
    count = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "knowledge"
        constraints = (
            models.UniqueConstraint(fields=("day", "hazard", "why"), name="knowledge_silenced_once"),
        )
