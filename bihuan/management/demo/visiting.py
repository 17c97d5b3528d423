"""The acts of a case that goes to the customer's home: offered, accepted, assigned, booked, worked on, signed."""

from datetime import datetime, timedelta

from bihuan.management.demo.cast import HOUSE, scribble, staff
from bihuan.management.demo.improving import answer_support, ask_support
from bihuan.management.demo.playing import FarEnough, Life, chase, withdraw
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.rules import Cover
from bihuan.registers.staff.queries import technician as technician_at
from bihuan.service.cases import remote
from bihuan.service.cases.actions import Doer
from bihuan.service.dispatch import assigning, booking, choosing, offering
from bihuan.service.dispatch.choosing import Crew
from bihuan.service.dispatch.errors import NobodyFits, NobodyToAsk
from bihuan.service.dispatch.models import Assignment
from bihuan.service.dispatch.slots import Slot
from bihuan.service.dispatch.visiting import open_visit
from bihuan.service.fieldwork import actions as field
from bihuan.service.fieldwork import quoting, signing
from bihuan.service.fieldwork.models import Check, Work

AROUND_NOW = {  # the latest slot that lets such a visit stand where it stands: it begins so long before the present
    "on_the_way": timedelta(minutes=-15),
    "on_site": timedelta(minutes=25),
    "quoted": timedelta(minutes=45),
}
OPINIONS = {5: "very_satisfied", 4: "satisfied", 3: "fair", 2: "dissatisfied", 1: "dissatisfied"}


def by_phone_first(life: Life) -> None:
    """Phone guidance where a checklist fits and nobody heard a danger."""
    if not life.told.fate.remotely:
        return
    case = life.fresh()
    fitting = remote.guidances_of(case)
    if not fitting:
        return
    life.wait(1, 4, office=False)
    life.move("guide_remotely", by=life.owner)
    checklist = fitting[0].checklist
    fate = life.told.fate
    solved = life.by_chance(0.6) and fate.until == "closed" and fate.ending != "withdrawn"
    for step in range(1, len(checklist.step) + 1):
        life.wait(1, 3, office=False)
        answer = "yes" if checklist.step[step - 1].gate else "no"
        answer = "solved" if solved and step == len(checklist.step) else answer
        if fate.until == "remote" and step == len(checklist.step):
            raise FarEnough
        remote.answer_step(life.fresh(), checklist.code, step, answer, by=life.owner.by, now=life.at)
    if solved:
        life.move("solve_remotely", by=life.owner)
        return
    life.move("send_on", by=life.owner, reason="not_solved")


def dispatch(life: Life) -> None:
    """A service point is asked and takes it; some give it back first."""
    if life.fresh().stands_at != "to_accept":
        return
    life.wait(0.2, 2, office=False)
    try:
        offering.offer_best(life.fresh(), doer=HOUSE, now=life.at, automatic=True)
        for _ in range(life.told.fate.returned):
            _give_back(life)
    except NobodyToAsk:
        chase(life)
        if life.told.fate.until == "closed":
            withdraw(life, reason="nobody_near")
        raise FarEnough from None
    if life.told.fate.until == "to_accept":
        chase(life)
        raise FarEnough
    life.wait(3, 24)
    offering.accept_offer(
        life.fresh(), doer=life.anyone(Role.SERVICE_POINT_DISPATCHER, here=True), now=life.at
    )


def _give_back(life: Life) -> None:
    life.wait(4, 14)
    point = life.anyone(Role.SERVICE_POINT_DISPATCHER, here=True)
    reason, words = life.chance.choice(
        (
            ("no_capacity", "今明两天排满了"),
            ("no_skill", "这个型号没有做过"),
            ("too_far", "太远，来回两个钟头"),
        )
    )
    offering.return_offer(life.fresh(), reason=reason, words=words, doer=point, now=life.at)
    if life.told.fate.until == "to_accept":
        raise FarEnough
    life.wait(0.2, 3, office=False)
    offering.offer_best(life.fresh(), doer=HOUSE, now=life.at, automatic=True)


def assign(life: Life) -> None:
    """The service point's dispatcher chooses; the technician says yes, some no."""
    if life.fresh().stands_at != "to_assign":
        return
    if life.told.fate.until == "to_assign":
        chase(life)
        raise FarEnough
    life.wait(3, 28)
    point = life.anyone(Role.SERVICE_POINT_DISPATCHER, here=True)
    try:
        given = _give(life, doer=point)
        if life.told.fate.refused:
            given = _refuse(life, given)
    except NobodyFits:
        if life.told.fate.until == "closed":
            withdraw(life, reason="nobody_fits")
        raise FarEnough from None
    if life.told.fate.unanswered:
        raise FarEnough
    life.wait(1, 11)
    technician = technician_at(given.technician_id)
    assigning.accept_job(
        life.fresh(), technician_id=technician.id, doer=staff(technician.person_id), now=life.at
    )
    ask_support(life, person_id=technician.person_id)


def _give(life: Life, *, doer: Doer) -> Assignment:
    """The best goes; a visit that goes on now is given to whoever of them is at work now."""
    case = life.fresh()
    if life.told.fate.until not in AROUND_NOW:
        return assigning.assign_best(case, doer=doer, now=life.at)
    crew = choosing.crew_of(frozenset({case.node_id}), now=life.at)
    slots = {
        one.id: slot
        for one in choosing.workers_for(case, now=life.at, crew=crew).candidates
        if (slot := _around_now(life, _free(life, crew, technician_id=one.id))) is not None
    }
    if not slots:
        return assigning.assign_best(case, doer=doer, now=life.at)
    latest = max(slots, key=lambda one: slots[one])
    return assigning.assign(case, technician_id=latest, doer=doer, now=life.at)


def _refuse(life: Life, given: Assignment) -> Assignment:
    life.wait(1, 8)
    technician = technician_at(given.technician_id)
    assigning.refuse_job(
        life.fresh(),
        technician_id=technician.id,
        reason="no_time",
        words="下午有三单在手上",
        doer=staff(technician.person_id),
        now=life.at,
    )
    life.wait(2, 12)
    point = life.anyone(Role.SERVICE_POINT_DISPATCHER, here=True)
    return assigning.assign_best(life.fresh(), doer=point, now=life.at)


def book(life: Life) -> None:
    """A two-hour slot is agreed, half of the time by the customer on the link."""
    if life.fresh().stands_at != "to_book":
        return
    if life.told.fate.until == "to_book":
        chase(life)
        raise FarEnough
    life.wait(4, 40)
    answer_support(life)
    visit = open_visit(life.case.id)
    assert visit is not None
    slot = _slot(life, technician_id=visit.technician_id)
    if slot is None:
        raise FarEnough
    by_customer = life.by_chance(0.45)
    point = life.anyone(Role.SERVICE_POINT_DISPATCHER, here=True)
    who = life.customer if by_customer else point
    booking.book(visit, slot, doer=who, now=life.at, by_customer=by_customer)
    life.stand("booked")


def _slot(life: Life, *, technician_id: int) -> Slot | None:
    """A free slot: after the present for what is still to come, before it for what is over."""
    crew = choosing.crew_of(frozenset({life.fresh().node_id}), now=life.at)
    free = _free(life, crew, technician_id=technician_id)
    until = life.told.fate.until
    if until == "booked":
        ahead = [slot for slot in free if slot.begins > life.founded_at]
        return life.chance.choice(ahead[:6]) if ahead else None
    if until in AROUND_NOW:
        return _around_now(life, free) or next(iter(free), None)
    if until != "closed":
        over = [slot for slot in free if slot.begins + timedelta(minutes=25) < life.founded_at]
        return next(iter(over or free), None)
    wanted = life.at + timedelta(days=min(life.past.days_to_done, 6) - 0.5)
    later = [slot for slot in free if slot.begins >= wanted] or free[-1:]
    return next(iter(later), None)


def _free(life: Life, crew: Crew, *, technician_id: int) -> list[Slot]:
    mine = next(one for one in crew.abilities if one.id == technician_id)
    return crew.slots_for(mine, life.fresh())


def _around_now(life: Life, free: list[Slot]) -> Slot | None:
    """The latest slot in which such a visit can go on now. Nobody comes at night: of a company founded late in the
    evening or before the first slot of the morning is well begun, it is the last one of the day before."""
    begun = life.founded_at - AROUND_NOW[life.told.fate.until]
    over = [slot for slot in free if slot.begins < begun]
    return over[-1] if over else None


def visit(life: Life) -> None:
    """The trip: confirmed, on the road, at the door; a few find nobody at home and come again."""
    if life.fresh().stands_at != "booked":
        return
    planned = open_visit(life.case.id)
    assert planned is not None and planned.slot_from is not None and planned.slot_until is not None
    who = staff(planned.technician.person_id)
    life.until(planned.slot_from - timedelta(minutes=life.chance.randint(15, 28)))
    work = field.open_work(life.fresh(), by=who.by, now=life.at)
    if life.by_chance(0.8):
        field.confirm(work, reached=True, by=who.by, now=life.at)
    field.depart(work, doer=who, now=life.at)
    life.stand("on_the_way")
    life.until(_arrival(life, planned.slot_from, planned.slot_until))
    if life.told.fate.absent and planned.number == 1:
        signing.end_unsigned(
            work, "customer_absent", reason="敲门打电话两次均无人应答", doer=who, now=life.at
        )
        book(life)
        visit(life)
        return
    field.arrive(work, doer=who, now=life.at)
    _check(life, work)
    life.stand("on_site")
    work_on(life, work)


def _arrival(life: Life, begins: datetime, ends: datetime) -> datetime:
    if life.told.fate.late_visit:
        return ends + timedelta(minutes=life.chance.randint(6, 50))
    latest = max(6, int((ends - begins).total_seconds() // 60) - 20)
    if life.told.fate.until in AROUND_NOW:
        latest = 8
    return begins + timedelta(minutes=life.chance.randint(0, latest))


def _check(life: Life, work: Work) -> None:
    """What is ticked off at the door and before any cover comes off."""
    Check.objects.bulk_create(
        Check(work=work, sort=sort, code=line.code, state="yes", at=life.at)
        for sort in ("conduct", "safety", "environment")
        for line in life.cast.lines(sort, category=life.case.category)
    )


def work_on(life: Life, work: Work) -> None:
    """Diagnosis, quote, parts, tests, signature; or another end of the visit."""
    fate, cause, who = life.told.fate, life.past.cause, staff(work.technician_person_id)
    life.wait(6, 18, office=False)
    if cause is not None:
        words = (
            (cause.zh, cause.plan, cause.fallback)
            if not fate.no_fault
            else ("试机正常，未复现故障", "演示正确用法", "")
        )
        field.diagnose(
            work,
            reproduced=not fate.no_fault,
            cause=words[0],
            plan=words[1],
            fallback=words[2],
            by=who.by,
            now=life.at,
        )
        field.read(work, name="运行电流", value=f"{life.chance.uniform(0.8, 9.5):.1f}", unit="A", now=life.at)
    number = work.visit.number if work.visit else 1
    if fate.waits_for_part and number == 1:
        signing.end_unsigned(work, "waiting", reason="缺配件，已向总部订货", doer=who, now=life.at)
        life.stand("on_hold")
        life.until(life.at + timedelta(days=life.chance.uniform(1.5, 5)), office=True)
        life.move("resume", by=life.anyone(Role.PARTS_KEEPER))
        book(life)
        visit(life)
        return
    sign(life, work, outcome=_outcome(life))


def _outcome(life: Life) -> str:
    fate = life.told.fate
    if life.past.kind != "repair":
        return "finished"
    for outcome, so in (
        ("no_fault", fate.no_fault),
        ("declined", fate.declined),
        ("exchange_advised", fate.exchange),
    ):
        if so:
            return outcome
    return "finished"


def sign(life: Life, work: Work, *, outcome: str) -> None:
    """The quote is agreed to, the parts go in, every point is tried, the customer signs."""
    who = staff(work.technician_person_id)
    if outcome in {"finished", "declined"}:
        _quote(life, work, consented=outcome == "finished")
    cause = life.past.cause
    minutes = cause.minutes if cause else life.chance.randint(40, 110)
    life.until(life.at + timedelta(minutes=minutes if outcome == "finished" else 15))
    if outcome == "finished":
        _fit_parts(life, work)
    if outcome in {"finished", "no_fault"}:
        field.try_points(work, dict.fromkeys(field.points_of(work.case), True), by=who.by, now=life.at)
    field.say_minutes(work, minutes)
    told = signing.Signed(
        outcome=outcome,
        opinion=_opinion(life),
        signature=scribble(life.chance),
        reason="客户觉得费用高，暂时不修" if outcome == "declined" else "",
        inspection_told=True,
    )
    signing.sign(work, told, doer=who, now=life.at)
    life.fresh()


def _opinion(life: Life) -> str:
    """On paper people are kinder than in a survey: only the very worst is said to the technician's face."""
    overall = life.past.ratings[-1] if life.past.ratings else 5
    if life.told.fate.ending in {"low_score", "not_solved"} and life.by_chance(0.8):
        return "satisfied"
    return OPINIONS[overall] if overall > 3 or life.told.fate.ending == "low_score" else "satisfied"


def _quote(life: Life, work: Work, *, consented: bool) -> None:
    who, case, cause = staff(work.technician_person_id), life.case, life.past.cause
    prices, wanted = life.cast.prices, {}
    labour = prices.get(("labour", cause.labour)) if cause else None
    labour = labour or life.cast.labour_for(category=case.category, kind=case.kind)
    if labour is not None and labour.category in {"", case.category} and labour.kind in {"", case.kind}:
        wanted[labour.id] = 1
    for number in cause.parts if cause else ():
        if (line := prices.get(("part", number))) is not None:
            wanted[line.id] = 1
    if quoting.cover_of(case, now=life.at) == Cover.OUT or not wanted:
        wanted[prices["visit", "visit_fee"].id] = 1
    made = quoting.quote(work, wanted, by=who.by, now=life.at, expected_minutes=30 + 15 * len(wanted))
    life.stand("quoted")
    if made.total_fen:
        life.wait(1, 6, office=False)
        quoting.answer(made, consented=consented, how=quoting.DEVICE, by=life.customer.by, now=life.at)


def _fit_parts(life: Life, work: Work) -> None:
    for number in life.past.cause.parts if life.past.cause else ():
        part = life.cast.parts.get(number)
        if part is None:
            continue
        serial = f"{number}{life.told.number:05d}" if part.by_serial else ""
        old = life.chance.choice(("taken", "taken", "kept"))
        quoting.use_part(work, part_id=part.id, serial=serial, shown=True, old_part=old, now=life.at)
