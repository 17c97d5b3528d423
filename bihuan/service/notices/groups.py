"""Chat groups that are told by a robot: kept by administrators, told by whatever concerns their part of the tree.

What a group reads holds a number, a district and a link, never anything of the customer.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from bihuan.ground.vault.actions import SealedBy, keys, keys_of, new_key
from bihuan.ground.vault.cipher import unpack
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.channels.outward import AddressRefused, checked
from bihuan.registers.channels.robots import HOSTS, PATHS
from bihuan.registers.organisation.keeping import held, keep_row, retire_row
from bihuan.service.cases.models import Case
from bihuan.service.notices.bundling import group_ready_at, speak
from bihuan.service.notices.models import Group, Notice
from bihuan.service.notices.rules import GROUP_NEWS, news_of
from bihuan.service.notices.storing import keep_notice
from bihuan.service.notices.texts import filled
from bihuan.service.notices.wordings import parts_of

KINDS = (Group.WECOM, Group.DINGTALK, Group.FEISHU)
FIELDS = frozenset(
    {"name", "kind", "webhook_sealed", "secret_sealed", "node_id", "news", "calendar", "language", "made_at"}
)
type Filling = Mapping[str, str] | Callable[[str], Mapping[str, str]]


def groups_listed(search: str = "") -> QuerySet[Group]:
    """Every group, retired ones too, for its register."""
    return Group.objects.select_related("node").filter(
        Q(name__icontains=search) | Q(node__name__icontains=search) | Q(kind__icontains=search)
    )


def groups_taking(news: Collection[str], *, path: str = "", node_id: int | None = None) -> list[Group]:
    """The groups in use that take any of these news: those whose node holds the node of this path, or (`node_id`)
    those of exactly this node, or all."""
    found = Group.objects.filter(retired_at__isnull=True).select_related("node").order_by("id")
    if node_id is not None:
        found = found.filter(node_id=node_id)
    if path:
        found = found.filter(node_id__in=[int(part) for part in path.split("/") if part])
    return [one for one in found if not set(news).isdisjoint(one.news)]


def tell_groups(
    kind: str,
    *,
    about: str,
    fill: Filling,
    link: str,
    now: datetime,
    node_id: int | None = None,
    groups: Iterable[Group] | None = None,
    case: Case | None = None,
    presses: bool = False,
) -> list[Notice]:
    """Tell every group that takes this kind of news, once about one event (`about`, at most 64 signs).

    `node_id`: only the groups of exactly this node; `groups`: these instead. `fill`: what the text of `group.KIND` is
    filled with, or a function of the language that gives it; no personal data. `presses`: danger, which waits for no
    quiet hour.
    """
    chosen = groups_taking([news_of(kind)], node_id=node_id) if groups is None else groups
    told = [_tell(group, kind, about, fill, link, now, case, presses) for group in chosen]
    return [one for one in told if one is not None]


def _tell(
    group: Group,
    kind: str,
    about: str,
    fill: Filling,
    link: str,
    now: datetime,
    case: Case | None,
    presses: bool,
) -> Notice | None:
    filling = fill(group.language) if callable(fill) else fill
    text = filled(parts_of("group", kind, language=group.language), fill=filling, link=link)
    made = Notice(
        about=about,
        receiver=f"group:{group.id}",
        channel=group.kind,
        kind=kind,
        case=case,
        group=group,
        language=group.language,
        presses=presses,
        next_at=group_ready_at(group, now=now, presses=presses),
        made_at=now,
    )
    hand, key_id = _hand(group)
    return keep_notice(
        made, hand, key_id, address=group.name, subject=text.subject, words=_tidy(text.words), now=now
    )


def _tidy(words: str) -> str:
    """A text whose place is not known, without the hole it leaves."""
    return (
        " ".join(part for part in words.split(" ") if part)
        .replace(" ，", "，")
        .replace(" ：", "：")
        .replace(" :", ":")
    )


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What became of a test message: whether it went out, else why not in the outbox's word."""

    sent: bool
    trouble: str
    notice_id: int


def try_group(viewer: Viewer, group_id: int, *, now: datetime) -> Tried:
    """Send a test message to a group now and say what came of it; it is tried once and stands in the outbox."""
    viewer.must("settings.change")
    group = Group.objects.select_related("node").get(id=group_id)
    about = f"test:{group.id}:{int(now.timestamp() * 1000)}"
    told = _tell(group, "test", about, {}, "", now, None, True)
    if told is None:
        raise ValidationError(_("A test message was sent this very moment."))
    speak(group.id, handed={told.id: 0}, now=now, once=True)
    told.refresh_from_db()
    return Tried(sent=told.state == Notice.SENT, trouble=told.trouble, notice_id=told.id)


@transaction.atomic
def keep_group(viewer: Viewer, group_id: int | None, *, now: datetime, **told: Any) -> Group:
    """Add a group or change it. `webhook` and `secret`: empty keeps what was kept; a single "-" as secret takes it
    away. ValidationError, field by field, when the address is none of that house's robots."""
    viewer.must("settings.change")
    webhook, secret = told.pop("webhook", "").strip(), told.pop("secret", "").strip()
    before = None if group_id is None else held(Group, group_id)
    _refuse_unfit(before, webhook=webhook, **told)
    if before is None:
        key = new_key(now=now)
        hand, key_id = keys(key), key.id
        told["made_at"] = now
    else:
        hand, key_id = _hand(before)
    if webhook:
        told["webhook_sealed"] = hand.seal(key_id, webhook)
    if secret:
        told["secret_sealed"] = "" if secret == "-" else hand.seal(key_id, secret)
    return keep_row(Group, group_id, told, fields=FIELDS)


def retire_group(viewer: Viewer, group_id: int, *, now: datetime) -> None:
    """Tell this group no more; what waits for it is given up."""
    viewer.must("settings.change")
    retire_row(Group, group_id, now=now)
    waiting = Notice.objects.filter(group_id=group_id, state=Notice.WAITING)
    waiting.update(state=Notice.GIVEN_UP, trouble="group_retired")


def take_back_group(viewer: Viewer, group_id: int) -> None:
    """Tell this group again from now on; what was given up stays so."""
    viewer.must("settings.change")
    Group.objects.filter(id=group_id, retired_at__isnull=False).update(retired_at=None)


def _refuse_unfit(before: Group | None, *, webhook: str, **told: Any) -> None:
    kind = told.get("kind") or (before.kind if before is not None else "")
    faults: dict[str, str] = {}
    if kind not in KINDS:
        faults["kind"] = _("Choose whose robot it is.")
    elif not webhook and (before is None or before.kind != kind):
        faults["webhook"] = _("Copy the robot's address from the group's settings.")
    elif webhook and not robots_address(kind, webhook):
        faults["webhook"] = _(
            "This is not the address of such a robot: copy it whole from the group's settings."
        )
    if set(told.get("news", ())) - set(GROUP_NEWS):
        faults["news"] = _("This is no news that a group may be told.")
    if faults:
        raise ValidationError(faults)


def robots_address(kind: str, url: str) -> bool:
    """Whether this is an address of a robot of that house, or of a host that the installation allows."""
    try:
        parts = checked(url, hosts=HOSTS[kind])
    except AddressRefused:
        return False
    if parts.hostname not in HOSTS[kind]:
        return True  # a host of the installation's own choice: its paths are its own
    wanted = {"wecom": "key", "dingtalk": "access_token"}.get(kind)
    if wanted is not None:
        return parts.path == PATHS[kind] and bool(parse_qs(parts.query).get(wanted))
    return parts.path.startswith(PATHS[kind]) and len(parts.path) > len(PATHS[kind])


def _hand(group: Group) -> tuple[SealedBy, int]:
    """The group's key at hand, and its number."""
    return keys_of([group.webhook_sealed]), unpack(group.webhook_sealed)[0]
