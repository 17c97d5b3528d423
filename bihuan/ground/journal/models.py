"""The journal's tables: chains, entries, and the reactions that entries still owe."""

from django.db import models
from django.db.models import Q


class Chain(models.Model):
    """The head of one story's chain: how long it is and the hash of its last entry."""

    length = models.PositiveIntegerField(default=0)
    last = models.CharField(max_length=64, default="")

    class Meta:
        app_label = "journal"


class Entry(models.Model):
    """One event as it was written down. A trigger refuses to change or delete it."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    seq = models.PositiveIntegerField(default=0)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField()
    subject_id = models.BigIntegerField()
    body = models.TextField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.BigIntegerField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        app_label = "journal"
        constraints = (
            models.UniqueConstraint(
                fields=("chain", "seq"), condition=Q(chain__isnull=False), name="journal_one_entry_a_step"
            ),
        )
        indexes = (models.Index(fields=("kind", "subject_id"), name="journal_kind_subject"),)


class Reaction(models.Model):
    """Something an entry wakes later. Waiting until done; one that keeps failing waits for a person."""

    WAITING, DONE, FAILED = "waiting", "done", "failed"

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=128)
    state = models.CharField(max_length=8, default=WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    trouble = models.TextField(default="", blank=True)

    class Meta:
        app_label = "journal"
        constraints = (models.UniqueConstraint(fields=("entry", "name"), name="journal_react_once"),)
        indexes = (
            models.Index(fields=("next_at",), condition=Q(state="waiting"), name="journal_reaction_due"),
            models.Index(fields=("id",), condition=Q(state="failed"), name="journal_reaction_failed"),
        )


class Watch(models.Model):
    """When each sweep of the clock last ran, so that a silent one is seen."""

    name = models.CharField(max_length=64, unique=True)
    ran_at = models.DateTimeField()
    took_ms = models.PositiveIntegerField(default=0)
    progress = models.CharField(max_length=40, default="", blank=True)  # of long work, as "made / wanted"
    trouble = models.TextField(default="", blank=True)

    class Meta:
        app_label = "journal"


class RunningClock(models.Model):
    """One clock process, by machine and process number: since when it runs, and when it last began a round."""

    name = models.CharField(max_length=80, unique=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        app_label = "journal"
