"""Plays one case of the past from its first word on, by the same actions that people use, at the times when
they would have used them. What would lie in the future has not happened yet: there the case stands."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.utils.timezone import get_default_timezone, localtime, make_aware

from bihuan.management.demo.cast import HOUSE, Cast, customer, staff
from bihuan.management.demo.fates import Told as ToMake
from bihuan.management.demo.homes import serials_of
from bihuan.management.demo.names import PastCase
from bihuan.management.demo.telling import confirm_receipt
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.actions import reach_by
from bihuan.registers.customers.queries import known_by
from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.service.cases import owning, talking
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.cases.queries import case_of_report
from bihuan.service.cases.writing_up import write_up
from bihuan.service.dispatch.slots import SUITS
from bihuan.service.intake.actions import receive
from bihuan.service.intake.told import Told

CHANNEL = {"phone": "hotline", "shop": "store", "email": "mail"}  # others are called alike
SHOP = {"网上旗舰店": "online", "小区团购": "online"}
DEPARTMENT = {"complaint": "customer_service", "return_exchange": "customer_service", "suggestion": "product"}
TRADES = {"repair": "technical_support", "consultation": "customer_service"}


class NotYet(Exception):
    """The next step lies after the founding: it is not told."""


class FarEnough(Exception):
    """The case has come to where its fate leaves it."""


@dataclass
class Life:
    """One case and the hour its story has come to. `founded_at` is the present; no step goes beyond it."""

    told: ToMake
    cast: Cast
    founded_at: datetime
    chance: Random
    at: datetime = field(init=False)
    case: Case = field(init=False)

    def __post_init__(self) -> None:
        self.at = make_aware(self.past.reported_at, get_default_timezone())

    @property
    def past(self) -> PastCase:
        return self.told.past

    def by_chance(self, share: float) -> bool:
        return self.chance.random() < share

    def wait(self, least: float, most: float, *, office: bool = True) -> None:
        """Let minutes pass; people of ours are at work from eight to nine in the evening."""
        factor = 4 if self.told.fate.slow else 1
        self.until(self.at + timedelta(minutes=self.chance.uniform(least, most) * factor), office=office)

    def until(self, moment: datetime, *, office: bool = False) -> None:
        """Go on to this moment, not beyond the present."""
        if office and not self.told.fate.hurried:
            moment = self._at_work(moment)
        if moment >= self.founded_at:
            raise NotYet
        self.at = max(self.at, moment)

    def _at_work(self, moment: datetime) -> datetime:
        local = localtime(moment)
        if 8 <= local.hour < 21:
            return moment
        morning = local.replace(hour=8, minute=self.chance.randint(5, 55))
        return morning if local.hour < 8 else morning + timedelta(days=1)

    def stand(self, place: str) -> None:
        """Stop here when the fate says so."""
        if self.told.fate.until == place:
            raise FarEnough

    def anyone(self, role: Role, *, here: bool = False) -> Doer:
        return staff(self.cast.anyone(role, self.chance, node_id=self.fresh().node_id if here else None))

    @property
    def owner(self) -> Doer:
        return staff(self.case.owner_id) if self.case.owner_id else self.anyone(Role.AGENT)

    @property
    def customer(self) -> Doer:
        return customer(self.case.customer_id)

    def fresh(self) -> Case:
        """The case as it is now, with what the actions read of it."""
        before = self.case
        self.case = Case.objects.get(id=before.id)
        for name in ("customer", "report", "machine", "place"):  # these never change: they are not read again
            setattr(self.case, name, getattr(before, name))
        return self.case

    def write_up(self, need: Need, words: str, *, by: Doer) -> None:
        write_up(self.fresh(), need, words, viewer=self.cast.viewer(by.by.id), now=self.at)

    def move(self, name: str, *, by: Doer, reason: str = "") -> None:
        move_case(self.fresh(), name, doer=by, now=self.at, reason=reason)

    def say(self, words: str, *, by: Doer, contact: str = "", public: bool = False) -> None:
        talking.note(self.case, words, by=by.by, now=self.at, contact=contact, public=public)


def open_life(life: Life) -> None:
    """The report arrives, becomes a case and gets its owner."""
    past, fate = life.past, life.told.fate
    channel = CHANNEL.get(past.channel, past.channel)
    taken_by = life.cast.anyone(Role.AGENT, life.chance) if channel in {"hotline", "store"} else None
    by = staff(taken_by) if taken_by else HOUSE
    told = _report(life, channel=channel)
    report = receive(told, by=by.by, node=life.cast.head, now=life.at, taken_by=taken_by)
    found = case_of_report(report.id)
    if found is None:
        raise RuntimeError(
            f"Case {life.told.number} of the demo was quarantined: {report.trouble.splitlines()[0]}"
        )
    rows = Case.objects.select_related("customer__key", "report", "machine", "place")
    life.case = rows.get(id=found.id)
    if taken_by is None:
        confirm_receipt(life.case, now=life.at)
    elif channel == "hotline":
        _greet(life, by=by)
        _grade(life, by=by)
    if taken_by is None and not fate.unowned:
        _own(life)


def _greet(life: Life, *, by: Doer) -> None:
    """The call began some minutes before the report was written down, and with a greeting."""
    chance = Random(f"call {life.told.number}")
    taken = life.at - timedelta(seconds=chance.randint(150, 420))
    greeted = taken + timedelta(seconds=chance.choice((2, 3, 4, 5, 6, 8, 9, 13)))
    talking.call_began(life.case, connected_at=taken, greeted_at=greeted, by=by.by, now=life.at)


def _report(life: Life, *, channel: str) -> Told:
    past, home, thing = life.past, life.past.customer.home, life.past.machine
    known = known_by(reach_by(phone=past.customer.phone))
    by_phone = channel in {"hotline", "store"}
    asked = {
        "environment": thing.environment,
        "trigger": past.trigger,
        "suits": Random(f"suits {life.told.number}").choice(("", *SUITS)),
    } | (_asked(life) if by_phone else {})
    return Told(
        words=past.words,
        channel=channel,
        customer_id=known.id if known else None,
        phone=past.customer.phone,
        name=past.customer.name,
        kind="return_exchange" if past.problem == "return_exchange" else past.kind,
        wish=_wish(past),
        urgency="high" if life.told.number == 0 else "",
        department=DEPARTMENT.get(past.kind, TRADES.get(past.kind, "field_service")),
        symptoms=(past.symptom,) if past.symptom else (),
        began_on=past.reported_at.date(),
        asked={name: words for name, words in asked.items() if words},
        machine=MachineTold(
            category=thing.family,
            brand=life.cast.brands[thing.brand],
            model=thing.model,
            serials=serials_of(thing),
            bought_on=thing.bought_on,
            bought_at=SHOP.get(thing.shop, "store"),
            extended_until=thing.extended_until,
        ),
        address=AddressTold(
            city=home.city,
            district=home.district,
            street=home.street,
            door=home.detail,
            latitude=home.latitude,
            longitude=home.longitude,
        ),
        restated=by_phone,
    )


def _asked(life: Life) -> dict[str, str]:
    """What the agent asked on the phone: which machine, what, when, where, who; of a fault also how."""
    past, chance = life.past, Random(f"asked {life.told.number}")
    thing, hour = past.machine, past.reported_at.hour
    family, named = life.cast.families.get(thing.family, ""), life.cast.symptoms.get(past.symptom, "")
    when = "今天下午" if hour >= 15 else "今天上午" if hour >= 11 else "昨天晚上"
    answers = {
        "what": f"{life.cast.brands[thing.brand]}{family}，型号 {thing.model}",
        "happened": named or past.words,
        "when": chance.choice((when, when, "前天开始", "这个星期", "断断续续有一阵了")),
        "where": chance.choice(("自己家里", "自己家里", "父母家", "出租的房子里")),
        "who": chance.choice(("本人", "本人", "本人", "家里老人", "爱人")),
        "how": chance.choice(("一直这样", "时好时坏", "越来越明显", "断电重开还是一样")),
    }
    if past.kind != "repair":
        del answers["when"], answers["how"]
    return answers


def _wish(past: PastCase) -> str:
    if past.problem == "return_exchange":
        return "exchange"
    return {"repair": "repair", "consultation": "advice", "complaint": "apology"}.get(past.kind, "")


def _own(life: Life) -> None:
    """What came by itself is taken by an agent, who rings."""
    try:
        life.wait(2, 45)
    except NotYet:
        return
    agent = life.anyone(Role.AGENT)
    owning.claim(life.fresh(), person_id=agent.by.id, by=agent.by, now=life.at)
    _grade(life, by=agent)
    if life.by_chance(0.85):
        life.say("已致电核对机型、地址和故障现象，告知后续安排。", by=agent, contact="phone")


def _grade(life: Life, *, by: Doer) -> None:
    """Some faults have more to them than others, and the first talk shows it."""
    share = Random(f"grade {life.told.number}").random()
    grade = "major" if share < 0.02 else "complex" if share < 0.12 else ""
    if grade and life.past.kind == "repair":
        talking.set_grade(life.fresh(), grade, by=by.by, now=life.at)


def chase(life: Life) -> None:
    """催单, as often as the fate has it, each answered after a while or not at all."""
    for _ in range(life.told.fate.chases):
        life.wait(20, 50, office=False)
        talking.chase(life.fresh(), by=life.customer.by, now=life.at)
        if life.told.fate.until == "closed" and life.by_chance(0.8):
            life.wait(5, 60)
            life.say("客户来电催问，已解释进度并致歉。", by=life.owner, contact="phone")


def withdraw(life: Life, reason: str = "no_longer_needed") -> None:
    life.wait(30, 400)
    life.say("客户来电取消：不需要了。", by=life.owner, contact="phone")
    life.move("cancel", by=life.owner, reason=reason)
    raise FarEnough


def play(life: Life, *acts: Callable[[Life], None]) -> None:
    """One act after the other, until the fate or the present stops it."""
    try:
        for act in acts:
            act(life)
    except (NotYet, FarEnough):
        pass
