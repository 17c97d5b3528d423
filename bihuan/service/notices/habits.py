"""How each of us is told: what a person wished, else what the house does for their role, else what is usual."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.models import Person
from bihuan.registers.channels.web_push.browsers import has_browser
from bihuan.registers.staff.queries import leave_listed, shifts_of, technician_of
from bihuan.service.notices.models import Custom, Notice, Quiet, Wish
from bihuan.service.notices.rules import (
    LEAST,
    NEWS,
    RINGS_FOR,
    WAYS,
    Peace,
    heard_at,
    news_of,
    usual_ways,
)

LEAVES = 5  # one after the other, at most


@dataclass(frozen=True, kw_only=True)
class Way:
    """One channel by which somebody is told, and from when on. `presses`: it waits for no quiet hour."""

    channel: str
    address: str
    at: datetime
    presses: bool = False


def ways_to(person: Person, kind: str, *, channels: Collection[str], now: datetime) -> list[Way]:
    """By which channels somebody is told of this. `channels` (of a ladder's step) name them instead, and then no quiet
    hour counts; on the page where none of them reaches the person."""
    page = Way(channel=Notice.PAGE, address=person.login, at=now, presses=True)
    if kind == "sign_in_code":
        return [Way(channel=Notice.SMS, address=person.phone, at=now, presses=True)]
    news = news_of(kind)
    presses = bool(channels) or news in LEAST
    wanted = set(channels) if channels else {"page", *wished(person, news)}
    found = _reaching(person, wanted)
    at = now if presses or not found else peace_ends(person, now=now)
    ways = [page] if "page" in wanted else []
    ways += [Way(channel=one, address=address, at=at, presses=presses) for one, address in found.items()]
    return ways or [page]


def _reaching(person: Person, wanted: Collection[str]) -> dict[str, str]:
    """Those of the ways by which this person can be reached, with the address of each."""
    addresses = {"sms": person.phone, "ring": person.phone, "mail": person.email}
    found = {way: addresses[way] for way in WAYS if way in wanted and addresses.get(way)}
    if "push" in wanted and has_browser(person.id):
        found["push"] = str(person.id)
    return found


def wished(person: Person, news: str) -> frozenset[str]:
    """The ways besides the page: the person's own wish, else the house's; and what nobody can switch off."""
    own = Wish.objects.filter(person=person, news=news).values_list("channels", flat=True).first()
    told = frozenset(own) if own is not None else house_ways(person, news)
    return _fitting(news, told) | LEAST.get(news, frozenset())


def house_ways(person: Person, news: str) -> frozenset[str]:
    """How the house tells this person: the line nearest to their node, one for their role before one for everybody."""
    above = [int(part) for part in person.node.path.split("/") if part]
    lines = list(Custom.objects.filter(news=news, role__in=["", *person.roles]))
    fitting = [one for one in lines if one.node_id is None or one.node_id in above]
    if not fitting:
        return usual_ways(news)

    def nearness(line: Custom) -> tuple[int, bool]:
        return (above.index(line.node_id) if line.node_id is not None else -1, bool(line.role))

    nearest = max(nearness(line) for line in fitting)
    return frozenset[str]().union(*(line.channels for line in fitting if nearness(line) == nearest))


def _fitting(news: str, ways: Iterable[str]) -> frozenset[str]:
    return frozenset(way for way in ways if way in WAYS and (way != "ring" or news in RINGS_FOR))


def peace_ends(person: Person, *, now: datetime) -> datetime:
    """`now` when this person may be disturbed, else the next moment at which they may."""
    quiet = Quiet.objects.filter(person=person).first()
    if quiet is None:
        return now
    technician = technician_of(person.id) if quiet.off_shift else None
    shifts = shifts_of(technician.id) if technician is not None else None
    peace = Peace(begins=quiet.begins, ends=quiet.ends, shifts=shifts)
    at = heard_at(peace, localtime(now))
    for _leave in range(LEAVES if technician is not None else 0):
        away = _away_until(technician.id, at) if technician is not None else None
        if away is None:
            break
        at = heard_at(peace, localtime(away))
    return at.astimezone(UTC)


def _away_until(technician_id: int, at: datetime) -> datetime | None:
    """When the leave ends that `at` lies in."""
    second = int(at.timestamp())
    ends = leave_listed().filter(technician_id=technician_id, begins__lte=second, ends__gt=second)
    last = ends.order_by("-ends").values_list("ends", flat=True).first()
    return None if last is None else datetime.fromtimestamp(last, UTC)


@dataclass(frozen=True, kw_only=True)
class Habit:
    """How somebody is told of one sort of news: the ways that hold, whether they wished it, what cannot be left out."""

    news: str
    ways: frozenset[str]
    own: bool
    least: frozenset[str]
    possible: frozenset[str]


def habits_of(person: Person) -> list[Habit]:
    """All sorts of news, as this person is told of each."""
    own = dict(Wish.objects.filter(person=person).values_list("news", "channels"))
    return [
        Habit(
            news=news,
            ways=_fitting(news, own[news] if news in own else house_ways(person, news))
            | LEAST.get(news, frozenset()),
            own=news in own,
            least=LEAST.get(news, frozenset()),
            possible=_fitting(news, WAYS),
        )
        for news in NEWS
    ]


def quiet_of(person: Person) -> Quiet | None:
    return Quiet.objects.filter(person=person).first()


@transaction.atomic
def keep_habits(
    person_id: int,
    *,
    wishes: Mapping[str, Collection[str]],
    begins: time | None,
    ends: time | None,
    off_shift: bool,
) -> None:
    """Tell this person so from now on. A wish that equals the house's way is no wish: it follows the house. Refusal
    when only one end of the quiet hours is told."""
    if (begins is None) != (ends is None):
        raise Refusal(_("Quiet hours need a beginning and an end, or neither."))
    person = Person.objects.select_related("node").get(id=person_id)
    for news, ways in wishes.items():
        if news not in NEWS:
            continue
        wanted = _fitting(news, ways) | LEAST.get(news, frozenset())
        if wanted == _fitting(news, house_ways(person, news)) | LEAST.get(news, frozenset()):
            Wish.objects.filter(person=person, news=news).delete()
        else:
            Wish.objects.update_or_create(
                person=person, news=news, defaults={"channels": sorted(wanted, key=WAYS.index)}
            )
    Quiet.objects.update_or_create(
        person=person, defaults={"begins": begins, "ends": ends, "off_shift": off_shift}
    )
