"""A house in which very many promises fall due, and what its rows prove afterwards.

Cases are copies of two that the actions made, with true chains; each has twenty-five promises of a profile of our
own, due twelve minutes after one another, so that together they fall due evenly over five hours. One of the
twenty-five warns twice and has a ladder of three tellings; the others only break. In one case of ten that clause
names people who are there to be told, and notices are written and sent.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from bihuan.ground.journal.models import Chain, Entry, Reaction
from bihuan.ground.journal.queries import faults_of
from bihuan.management.demo.quiet import quietly
from bihuan.service.commitments.models import Promise, Rung
from bihuan.service.commitments.profiles_in_use import activate, keep_profile
from bihuan.service.notices.models import Notice

CLAUSES, LADDERED = 25, 10  # how many clauses, and which of them warns and climbs
LOUD_EVERY = 10  # of so many cases one names people to tell
APART = timedelta(minutes=12)
WARN_AT = (0.5, 0.75)
STEPS = 3  # tellings of the ladder
ALL_DUE = APART * CLAUSES
NAME = "crash"
VERIFIED = 200  # chains computed anew at the end

PROFILE = f"""
name = "{NAME}"
version = 1
sort = "base"
title_zh = "崩溃试验"
title_en = "Crash trial"
"""
LADDER = """
[[ladders.{name}]]
level = 1
who = ["{first}"]
after = "10 min"
at_once = true
[[ladders.{name}]]
level = 2
who = ["{second}"]
after = "20 min"
at_once = true
repeat = "20 min"
times = 2
"""
CLAUSE = """
[clauses.{name}]
metric = "p{at:02}"
title_zh = "第 {at} 条"
title_en = "Clause {at}"
starts = ["case.opened"]
stops = ["case.closed"]
within = "{minutes} min"
calendar = "24x7"
rests = false
"""
LOUD = "loud"


def profile() -> str:
    """The profile that the promises are made under."""
    quiet = LADDER.format(name="quiet", first="technician", second="technician")  # nobody is assigned
    loud = LADDER.format(name=LOUD, first="supervisor", second="manager")
    clauses = [_clause(f"p{at:02}", at) for at in range(1, CLAUSES + 1)]
    return PROFILE + quiet + loud + "".join(clauses) + _clause(LOUD, LADDERED)


def _clause(name: str, at: int) -> str:
    body = CLAUSE.format(name=name, at=at, minutes=int(APART.total_seconds()) // 60 * at)
    if at != LADDERED:
        return body + "notify = []\nwarn_at = []\n"
    who, ladder = ("supervisor", LOUD) if name == LOUD else ("technician", "quiet")
    scope = 'scope = {channel = ["app"]}\n' if name == LOUD else ""
    return body + f'notify = ["{who}"]\nwarn_at = {list(WARN_AT)}\nladder = "{ladder}"\n' + scope


def furnish(promises: int, *, now: datetime) -> int:
    """Make so many promises (rounded up to whole cases) that fall due one after the other from `now` on, in
    `ALL_DUE` at most. Returns how many."""
    from tests import makers, many

    keep_profile(profile(), now=now)
    activate(NAME, now=now)
    company = makers.company()
    with quietly():
        made = [makers.a_case(company, now=now, channel=channel) for channel in ("hotline", "app")]
    quiet, loud = (many.household(case.customer_id) for case in made)
    cases = -(-promises // CLAUSES) - len(made)
    plan = (
        (quiet if at % LOUD_EVERY else loud, now - APART * (cases - at) / (cases + 1)) for at in range(cases)
    )
    many.copy_all(plan, many.copies_after())
    return mine().count()


def mine() -> QuerySet[Promise]:
    """The promises of the trial; the law's own fall due long after."""
    return Promise.objects.filter(profile=NAME)


def overdue(*, now: datetime) -> int:
    """How many promises were due by then and are not announced."""
    return mine().filter(state=Promise.RUNNING, due_at__lt=now).count()


def oldest_overdue(*, now: datetime) -> float:
    """For how long the oldest of them has been due, in seconds; 0.0 when there is none."""
    due = mine().filter(state=Promise.RUNNING, due_at__lt=now).order_by("due_at")
    since = due.values_list("due_at", flat=True).first()
    return 0.0 if since is None else float((now - since).total_seconds())


def left(*, now: datetime) -> int:
    """How much is left to do: breaches, steps, reactions, notices."""
    steps = Rung.objects.filter(told_at__isnull=True, dropped_at__isnull=True, due_at__lte=now)
    waiting = Reaction.objects.filter(state=Reaction.WAITING)
    notices = Notice.objects.filter(state=Notice.WAITING)
    return overdue(now=now) + steps.count() + waiting.count() + notices.count()


@dataclass
class Proof:
    """What the rows say in the end. `missed` and `doubled` must be empty; what each name means stands there."""

    promises: int = 0
    told: dict[str, int] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)
    doubled: dict[str, int] = field(default_factory=dict)
    troubles: dict[str, int] = field(default_factory=dict)  # of reactions that failed, by where they did
    faults: int = 0
    lateness: list[float] = field(default_factory=list)  # seconds on the trial's clock

    @property
    def holds(self) -> bool:
        return not (any(self.missed.values()) or any(self.doubled.values()) or self.faults)


def prove(*, now: datetime) -> Proof:
    """Everything again from the rows, when all that was due by `now` should have been told."""
    proof = Proof(promises=mine().count())
    _breaches(proof, now)
    _warnings(proof)
    _steps(proof, now)
    _reactions(proof)
    _notices(proof)
    chains = Chain.objects.filter(length__gt=0).order_by("?").values_list("id", flat=True)[:VERIFIED]
    proof.faults = sum(len(faults_of(chain)) for chain in chains)
    return proof


def _told(kind: str) -> Iterator[tuple[dict[str, Any], datetime]]:
    rows = Entry.objects.filter(kind=kind).values_list("body", "recorded_at")
    for body, recorded_at in rows.iterator(chunk_size=5000):
        yield json.loads(body)["facts"], recorded_at


def _breaches(proof: Proof, now: datetime) -> None:
    due = {row.id: row.due_at for row in mine().filter(due_at__lt=now).only("id", "due_at") if row.due_at}
    seen: Counter[int] = Counter()
    for facts, recorded_at in _told("promise.broken"):
        seen[facts["promise_id"]] += 1
        if facts["promise_id"] in due:
            proof.lateness.append((recorded_at - due[facts["promise_id"]]).total_seconds())
    rows = mine().filter(state=Promise.BROKEN).count()
    proof.told["breaches"] = seen.total()
    proof.missed["breaches"] = sum(one not in seen for one in due)
    proof.missed["rows not marked broken"] = max(0, len(due) - rows)
    proof.doubled["breaches"] = seen.total() - len(seen)


def _warnings(proof: Proof) -> None:
    seen = Counter((facts["promise_id"], facts["warning"]) for facts, _ in _told("promise.at_risk"))
    warned = Counter(promise for promise, _ in seen)
    over = sum(max(0, times - len(WARN_AT)) for times in warned.values())
    proof.told["warnings"] = seen.total()
    proof.doubled["warnings"] = seen.total() - len(seen) + over


def _steps(proof: Proof, now: datetime) -> None:
    seen = Counter(
        (facts["promise_id"], facts["level"], facts["turn"]) for facts, _ in _told("promise.escalated")
    )
    told = set(Rung.objects.filter(told_at__isnull=False).values_list("promise_id", "level", "turn"))
    broken = mine().filter(about=f"p{LADDERED:02}", state=Promise.BROKEN).count()
    owed = Rung.objects.filter(told_at__isnull=True, dropped_at__isnull=True, due_at__lt=now).count()
    proof.told["steps"] = seen.total()
    proof.missed["steps"] = owed + len(told - set(seen)) + max(0, STEPS * broken - len(seen))
    proof.doubled["steps"] = seen.total() - len(seen) + len(set(seen) - told)


def _reactions(proof: Proof) -> None:
    kinds = ("promise.broken", "promise.at_risk", "promise.escalated")
    entries = Entry.objects.filter(kind__in=kinds).count()
    owed = Reaction.objects.filter(entry__kind__in=kinds)
    done = owed.filter(state=Reaction.DONE).count()
    proof.told["reactions"] = done
    proof.missed["reactions"] = entries - done
    proof.doubled["reactions"] = max(0, owed.count() - entries)
    troubles = Reaction.objects.exclude(trouble="").values_list("trouble", flat=True)
    proof.troubles = dict(Counter(" ".join(trouble.split("\n")) for trouble in troubles))


def _notices(proof: Proof) -> None:
    """Each entry of the loud clause is told, each entry that is told to its one receiver in one notice, and all are
    sent. (Steps of other clauses that name nobody are told to whoever answers for the case.)"""
    for kind, notices in NOTICES.items():
        entries = sum(facts["clause"] == LOUD for facts, _ in _told(kind))
        rows = Notice.objects.filter(kind__in=notices)
        told_of = rows.values("about").distinct().count()
        proof.told[f"notices, {kind}"] = rows.count()
        proof.missed[f"notices, {kind}"] = max(0, entries - told_of)
        proof.doubled[f"notices, {kind}"] = rows.count() - told_of
    proof.missed["notices not sent"] = Notice.objects.exclude(state=Notice.SENT).count()


NOTICES = {
    "promise.broken": ("broken",),
    "promise.at_risk": ("at_risk",),
    "promise.escalated": ("escalated", "called_in"),
}
