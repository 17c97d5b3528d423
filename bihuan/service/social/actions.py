"""Posts come in, each once; a person says where the rules were wrong."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from bihuan.registers.access.errors import LostRace, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.channels.channel import reader
from bihuan.registers.channels.social.reader import post_bytes
from bihuan.registers.organisation.keeping import keep_row, retire_row, unretire_row
from bihuan.service.cases.words import KINDS
from bihuan.service.intake.arriving import bytes_of, keep
from bihuan.service.intake.models import Report
from bihuan.service.intake.reading import told_of
from bihuan.service.intake.taking_up import take_up
from bihuan.service.intake.told import URGENCIES
from bihuan.service.social.models import Post, PostRule
from bihuan.service.social.rules import Rule, Verdict, judge

CHANNEL = "social"
FIELDS = frozenset({"name", "words", "excludes", "about_us", "kind", "urgency", "rank", "made_at"})
MOST_WORDS = 200


@dataclass(frozen=True, kw_only=True)
class PostTold:
    """One post as a list of a monitoring house tells it. `id` is the network's own number for it."""

    platform: str
    user: str = field(repr=False)
    words: str = field(repr=False)
    id: str = ""
    url: str = field(default="", repr=False)
    posted_at: datetime | None = None

    @property
    def once(self) -> str:
        """By what the same post is known again: the network's number, else what it says."""
        if self.id:
            return f"{self.platform}:{self.id}"
        at = self.posted_at.isoformat() if self.posted_at else ""
        said = "\x00".join((self.platform, self.user, self.words, at))
        return f"{self.platform}:{sha256(said.encode()).hexdigest()}"


def rules_in_force() -> list[Rule]:
    """The rules in the order in which they are asked."""
    rows = PostRule.objects.filter(retired_at__isnull=True).order_by("rank", "id")
    return [
        Rule(
            id=row.id,
            name=row.name,
            words=tuple(row.words),
            excludes=tuple(row.excludes),
            about_us=row.about_us,
            kind=row.kind,
            urgency=row.urgency,
        )
        for row in rows
    ]


def take_post(told: PostTold, *, rules: list[Rule], now: datetime) -> tuple[Post, bool]:
    """Keep one post with what the rules make of it; the same post twice is one. Returns it, and whether it is new.
    Read it is by the worker: about us, it becomes a report for a person to take up."""
    verdict = judge(told.words, rules)
    raw = _bytes(told, verdict)
    with transaction.atomic():
        message, fresh = keep(CHANNEL, raw, once=told.once, now=now)
        post, made = Post.objects.get_or_create(
            message=message,
            defaults={
                "platform": told.platform[:24],
                "rule_id": verdict.rule.id if verdict.rule else None,
                "judged": verdict.about_us,
                "about_us": verdict.about_us,
                "received_at": now,
            },
        )
    return post, fresh and made


def _bytes(told: PostTold, verdict: Verdict) -> bytes:
    rule = verdict.rule
    return post_bytes(
        platform=told.platform,
        user=told.user,
        id=told.id,
        words=told.words,
        url=told.url,
        posted_at=told.posted_at.isoformat() if told.posted_at else "",
        about_us=verdict.about_us,
        rule=rule.name if rule else "",
        kind=rule.kind if rule and verdict.about_us else "",
        urgency=rule.urgency if rule and verdict.about_us else "",
    )


@transaction.atomic
def say_about_us(viewer: Viewer, post: Post, *, now: datetime) -> Report:
    """A person says that a post the rules put aside is about us: it becomes a report now."""
    viewer.must("message.decide")
    mine = Post.objects.filter(id=post.id, about_us=False)
    if not mine.update(about_us=True, corrected_by_id=viewer.person_id, corrected_at=now):
        raise LostRace(_("Somebody else decided about this post meanwhile."))
    if (known := Report.objects.filter(raw_id=post.message_id).first()) is not None:
        return known  # said so before, then otherwise: it has its report
    raw = bytes_of(post.message)
    if raw is None:
        raise Refusal(_("This post cannot be read any more."))
    told = told_of(reader(CHANNEL).read(raw), CHANNEL)
    return take_up(viewer, post.message, told, now=now)


@transaction.atomic
def say_not_about_us(viewer: Viewer, post: Post, *, now: datetime) -> None:
    """A person says that a post was not about us. Its case, where there is one, is closed by its own moves; what was
    judged and what was right are both kept."""
    viewer.must("message.decide")
    mine = Post.objects.filter(id=post.id, about_us=True)
    if not mine.update(about_us=False, corrected_by_id=viewer.person_id, corrected_at=now):
        raise LostRace(_("Somebody else decided about this post meanwhile."))


@transaction.atomic
def keep_rule(viewer: Viewer, rule_id: int | None, *, now: datetime, **told: Any) -> PostRule:
    """Add a rule or change it; what came before is not judged anew. ValidationError, field by field."""
    viewer.must("settings.change")
    faults: dict[str, str] = {}
    if not told.get("words", ["-"]):
        faults["words"] = _("Write at least one word.")
    if len(told.get("words", ())) + len(told.get("excludes", ())) > MOST_WORDS:
        faults["words"] = _("These are too many; at most %(max_length)s.") % {"max_length": MOST_WORDS}
    if told.get("kind") and told["kind"] not in KINDS:
        faults["kind"] = _("“%(told)s” is no kind of work.") % {"told": told["kind"][:40]}
    if told.get("urgency") and told["urgency"] not in URGENCIES:
        faults["urgency"] = _("“%(value)s” is not one of the choices.") % {"value": told["urgency"][:40]}
    if faults:
        raise ValidationError(faults)
    if rule_id is None:
        told["made_at"] = now
    return keep_row(PostRule, rule_id, told, fields=FIELDS)


def retire_rule(viewer: Viewer, rule_id: int, *, now: datetime) -> None:
    viewer.must("settings.change")
    retire_row(PostRule, rule_id, now=now)


def take_back_rule(viewer: Viewer, rule_id: int) -> None:
    viewer.must("settings.change")
    unretire_row(PostRule, rule_id)
