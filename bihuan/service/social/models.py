"""Which posts are about us, by rules that people keep, and what was made of each post."""

from django.db import models

from bihuan.registers.access.models import Person
from bihuan.service.intake.models import RawMessage


class PostRule(models.Model):
    """One keyword rule: a post with any of `words` and none of `excludes` is about us (or, `about_us` false, is not).
    The first rule that fits counts, the smallest `rank` first."""

    name = models.CharField(max_length=60, unique=True)
    words = models.JSONField(default=list)
    excludes = models.JSONField(default=list, blank=True)
    about_us = models.BooleanField(default=True)
    kind = models.CharField(max_length=32, blank=True, default="")  # empty: judged from the words
    urgency = models.CharField(max_length=8, blank=True, default="")
    rank = models.PositiveSmallIntegerField(default=100)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "social"

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """One post that came in: what the rules made of it, and what a person made of that. Its words are in the message.

    Corrections are kept: what was judged stays beside what was right.
    """

    message = models.OneToOneField(RawMessage, on_delete=models.PROTECT, related_name="+")
    platform = models.CharField(max_length=24)
    rule = models.ForeignKey(PostRule, on_delete=models.PROTECT, null=True, related_name="+")
    judged = models.BooleanField()  # about us, as the rules said
    about_us = models.BooleanField()  # as it stands
    corrected_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    corrected_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        app_label = "social"
        indexes = (models.Index(fields=("about_us", "-id"), name="social_posts"),)
