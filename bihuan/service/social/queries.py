"""Asking about posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.channels.channel import reader
from bihuan.registers.channels.message import Unreadable
from bihuan.service.cases.models import Case
from bihuan.service.intake.arriving import bytes_of
from bihuan.service.social.models import Post, PostRule


@dataclass(frozen=True, kw_only=True)
class PostShown:
    """One post as a list shows it; `words` is None when its writer was forgotten."""

    post: Post
    user: str
    words: str | None
    url: str
    posted_at: str
    case: str


def rules_listed(search: str = "") -> QuerySet[PostRule]:
    """Every rule, retired ones too, for its register."""
    return PostRule.objects.filter(Q(name__icontains=search) | Q(kind__icontains=search))


def posts(viewer: Viewer, *, which: str = "") -> QuerySet[Post]:
    """The posts; `which` is ours, others or corrected."""
    viewer.must("message.decide")
    found = Post.objects.select_related("message", "rule", "corrected_by")
    match which:
        case "ours":
            return found.filter(about_us=True)
        case "others":
            return found.filter(about_us=False)
        case "corrected":
            return found.filter(corrected_at__isnull=False)
    return found


def post_by_id(viewer: Viewer, post_id: int) -> Post:
    found = posts(viewer).filter(id=post_id).first()
    if found is None:
        raise NotFound
    return found


def shown(rows: Sequence[Post]) -> list[PostShown]:
    """These posts with their words."""
    cases = dict(
        Case.objects.filter(report__raw_id__in=[one.message_id for one in rows]).values_list(
            "report__raw_id", "number"
        )
    )
    return [_shown(one, cases.get(one.message_id, "")) for one in rows]


def _shown(post: Post, case: str) -> PostShown:
    raw = bytes_of(post.message)
    try:
        read = None if raw is None else reader("social").read(raw)
    except Unreadable:
        read = None
    if read is None:
        return PostShown(post=post, user="", words=None, url="", posted_at="", case=case)
    at = read.told.get("posted_at", "")
    return PostShown(
        post=post,
        user=read.name,
        words=read.words,
        url=url if (url := read.told.get("url", "")).startswith(("https://", "http://")) else "",
        posted_at=at and f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M}",
        case=case,
    )


def counts(since: datetime) -> dict[str, int]:
    """How many posts came since, were about us, and were corrected."""
    found = Post.objects.filter(received_at__gte=since)
    return {
        "received": found.count(),
        "ours": found.filter(about_us=True).count(),
        "corrected": found.filter(corrected_at__isnull=False).count(),
    }
