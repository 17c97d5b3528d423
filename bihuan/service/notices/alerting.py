"""Which event tells which of us. Words for staff name a number and a district, never a customer."""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import chain
from typing import Any

from django.conf import settings
from django.utils.translation import override

from bihuan.ground.journal.event import Event, Fact
from bihuan.ground.process.card import Said
from bihuan.registers.access.models import Person
from bihuan.registers.access.queries import people_with
from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.queries import above
from bihuan.service.cases.consulting import SUPPORT, consultation
from bihuan.service.cases.following import followers_of
from bihuan.service.cases.models import Case
from bihuan.service.cases.words import CHANNELS
from bihuan.service.commitments.clause import NOTHING_SAID, RungRule
from bihuan.service.commitments.queries import names_somebody, promise
from bihuan.service.commitments.reckoning import clause_of, rung_of
from bihuan.service.dispatch.assigning import standing_assignment
from bihuan.service.dispatch.grabs.queries import asked_people
from bihuan.service.dispatch.mates import standing_mate
from bihuan.service.dispatch.planning.events import PlanPublished
from bihuan.service.dispatch.visiting import open_visit
from bihuan.service.intake.chats.queries import in_chat_about
from bihuan.service.intake.events import ChannelFellSilent
from bihuan.service.notices.actions import tell_person
from bihuan.service.notices.group_news import tell_groups_of
from bihuan.service.notices.telling import about, case_of
from bihuan.service.notices.texts import moment, slot_words

POINT = (Role.SERVICE_POINT_DISPATCHER, Role.SERVICE_POINT_OWNER)
AT_POINTS = frozenset({*POINT, Role.TECHNICIAN, Role.PARTS_KEEPER})  # another point's people are no help
TRIES = 3  # calls in vain about a time, after which a dispatcher hears of it
MOST = 8  # people told of one event, unless a clause or a ladder names who they are
NAMED = frozenset({"promise.broken", "promise.escalated", "case.followed_moved", "dispatch.up_for_grabs"})


def tell_the_staff(fact: Fact[Event]) -> None:
    """Tell whoever has to act on this, each as they are told of such news, and the chat groups that it concerns."""
    facts = fact.event.facts()
    if fact.chain is None or (fact.event.kind in NAMED_BY_CLAUSE and not names_somebody(facts["promise_id"])):
        return
    case = case_of(fact.chain)
    if case.merged_into_id is not None:  # its twin goes on, and is told of
        return
    title = _title(facts)
    tell_groups_of(fact, case, title=title)
    kind, who = ALERTS[fact.event.kind]
    if fact.event.kind == "case.opened":
        kind, who = _opened(case, facts)
    rung = _rung(facts) if fact.event.kind == "promise.escalated" else None
    if rung is not None and rung.since == "began" and promise(facts["promise_id"]).broken_at is None:
        kind = "called_in"
    fill = {"number": case.number, "place": f"{case.district}{case.street}".strip()}
    receivers = _once(who(case, facts))
    for person in receivers if fact.event.kind in NAMED else receivers[:MOST]:
        tell_person(
            person,
            kind,
            about=about(fact),
            fill=fill
            | {"what": title.in_(person.language or "zh-hans")}
            | ({"slot": _agreed_slot(case, person, now=fact.recorded_at)} if kind in ALONG else {}),
            link=f"{settings.BIHUAN_ADDRESS}{_path(case, person)}",
            case=case,
            now=fact.recorded_at,
            channels=rung.channels if rung is not None else (),
        )


def tell_of_silence(fact: Fact[ChannelFellSilent]) -> None:
    """What we send ourselves by a channel does not come through: whoever keeps the installation looks at it."""
    for person in [*people_with(Role.ADMINISTRATOR), *people_with(Role.SUPERVISOR)][:MOST]:
        tell_person(
            person,
            "channel_silent",
            about=about(fact),
            fill={
                "number": "",
                "place": "",
                "what": _channel(fact.event.channel, person.language or "zh-hans"),
            },
            link=f"{settings.BIHUAN_ADDRESS}/manage/closing",
            case=None,
            now=fact.recorded_at,
        )


def tell_without_case(people: Iterable[Person], kind: str, fact: Fact[Event], path: str) -> None:
    """Tell these people, each once, of something that stands on no case."""
    for person in _once(people)[:MOST]:
        tell_person(
            person,
            kind,
            about=about(fact),
            fill={"number": "", "place": "", "what": ""},
            link=f"{settings.BIHUAN_ADDRESS}{path}",
            case=None,
            now=fact.recorded_at,
        )


def tell_of_published(fact: Fact[PlanPublished]) -> None:
    """The plan of a day stands: every technician with visits on it looks at their day."""
    for person in Person.objects.filter(id__in=fact.event.persons, is_active=True):
        tell_person(
            person,
            "day_published",
            about=about(fact),
            fill={"number": "", "place": "", "what": fact.event.day},
            link=f"{settings.BIHUAN_ADDRESS}/field/",
            case=None,
            now=fact.recorded_at,
        )


def _channel(code: str, language: str) -> str:
    with override(language):
        return str(CHANNELS.get(code, code))


type Who = Callable[[Case, dict[str, Any]], list[Person]]


def _opened(case: Case, facts: dict[str, Any]) -> tuple[str, Who]:
    """A new case presses on those who lead, or it is a complaint, or it waits for whoever answers for it."""
    if facts["urgency"] == "urgent":
        return "urgent_case", _leaders_if_urgent
    if case.kind == "complaint":
        return "complaint", lambda case, facts: people_with(Role.SUPERVISOR)
    return "new_case", _owner_who_does_not_know


def _leaders_if_urgent(case: Case, facts: dict[str, Any]) -> list[Person]:
    return (
        [*people_with(Role.SUPERVISOR), *people_with(Role.DISPATCHER)] if facts["urgency"] == "urgent" else []
    )


def _owner_who_does_not_know(case: Case, facts: dict[str, Any]) -> list[Person]:
    """Whoever answers for the case, unless they wrote it down themselves."""
    return _people(case.owner_id) if case.owner_id != case.report.taken_by_id else []


def _who_meets_danger(case: Case, facts: dict[str, Any]) -> list[Person]:
    """Whoever works on the case; those who lead too where its becoming urgent does not tell them."""
    leads = [] if facts["raised"] else _leaders_if_urgent(case, {"urgency": "urgent"})
    return _who_chased(case, facts) + leads


def _people(person_id: int | None) -> list[Person]:
    return list(Person.objects.filter(id=person_id, is_active=True)) if person_id else []


def _owner_or(case: Case, role: Role) -> list[Person]:
    return _people(case.owner_id) or people_with(role)


def _point(node_id: int) -> list[Person]:
    return [person for role in POINT for person in people_with(role, nodes=frozenset({node_id}))]


def _support(case: Case, facts: dict[str, Any]) -> list[Person]:
    """Technical support's own people; the supervisors where there are none."""
    leads = [one for one in people_with(Role.DEPARTMENT_OWNER) if one.department == SUPPORT]
    return leads or people_with(Role.SUPERVISOR)


def _who_asked(case: Case, facts: dict[str, Any]) -> list[Person]:
    """Whoever asked, and whoever goes."""
    asked = consultation(facts["consultation_id"]).asked_by_id
    return _people(asked) + (_people(case.technician_person_id) if case.technician_person_id != asked else [])


def _who_answers(case: Case, facts: dict[str, Any]) -> list[Person]:
    """The technician who was asked; nobody where they took it themselves."""
    standing = standing_assignment(case.id)
    waits = standing is None or standing.id != facts["assignment_id"] or standing.answered_at is None
    return _people(facts["person_id"]) if waits else []


def _who_goes_along(case: Case, facts: dict[str, Any]) -> list[Person]:
    """Whoever goes along, of a time or a colleague that is new to them; not who was chosen with the time itself."""
    mate, visit = standing_mate(case.id), open_visit(case.id)
    if mate is None or (visit is not None and not mate.made_by and visit.booked_at == mate.made_at):
        return []
    return _people(case.mate_person_id)


def _who_stays(case: Case, facts: dict[str, Any]) -> list[Person]:
    """Whoever goes along, when the time is called off and nothing new was agreed in the same breath."""
    return _people(case.mate_person_id) if case.stands_at == "to_book" else []


def _who_is_released(case: Case, facts: dict[str, Any]) -> list[Person]:
    """Whoever went along, unless they were chosen again for another time."""
    return _people(facts["person_id"]) if facts["person_id"] != case.mate_person_id else []


def _who_seeks_another(case: Case, facts: dict[str, Any]) -> list[Person]:
    """Those who dispatch, and whoever would go alone."""
    return (_point(case.node_id) or people_with(Role.DISPATCHER)) + _people(case.technician_person_id)


def _agreed_slot(case: Case, person: Person, *, now: datetime) -> str:
    """The agreed time, or the later one that the customer was told, in the words of whoever goes along."""
    visit, language = open_visit(case.id), person.language or "zh-hans"
    if visit is None or visit.slot_from is None or visit.slot_until is None:
        return "时间待约" if language.startswith("zh") else "no time agreed yet"
    if visit.expected_at is not None:
        return moment(visit.expected_at, now=now, language=language)
    return slot_words(visit.slot_from, visit.slot_until, now=now, language=language)


def _who_chased(case: Case, facts: dict[str, Any]) -> list[Person]:
    """Whoever answers for the case, its service point, and whoever goes."""
    return _owner_or(case, Role.AGENT) + _point(case.node_id) + _people(case.technician_person_id)


def _who_reads(case: Case, facts: dict[str, Any]) -> list[Person]:
    """Whoever answers for the case, but not while they read it in the chat itself."""
    there = in_chat_about(case.chain_id) if facts["channel"] == "chat" else None
    return [] if there and case.owner_id in (None, there) else _owner_or(case, Role.AGENT)


def _who_can_help(case: Case, facts: dict[str, Any]) -> list[Person]:
    """A warning goes to those of the clause who work on the case; nobody is warned of what the house keeps itself."""
    notify = clause_of(promise(facts["promise_id"])).notify
    near = [code for code in notify if code in AT_WORK]
    return named_by(near or ["owner"], case) if notify else []


def _who_is_late(case: Case, facts: dict[str, Any]) -> list[Person]:
    """Whoever drives, and those who dispatch them."""
    return _people(facts["person_id"]) + (_point(case.node_id) or people_with(Role.DISPATCHER))


def _who_finds_another_way(case: Case, facts: dict[str, Any]) -> list[Person]:
    """After the third call in vain, those who dispatch."""
    return (_point(case.node_id) or people_with(Role.DISPATCHER)) if facts["times"] == TRIES else []


def _of_the_breach(case: Case, facts: dict[str, Any]) -> list[Person]:
    return named_by(clause_of(promise(facts["promise_id"])).notify, case)


def _on_the_rung(case: Case, facts: dict[str, Any]) -> list[Person]:
    """Those whom this step of the promise's ladder names."""
    rung = _rung(facts)
    return named_by(rung.who, case) if rung is not None else []


def _rung(facts: dict[str, Any]) -> RungRule | None:
    """The step of the ladder that an escalation takes; None when its profile has it no more."""
    return rung_of(promise(facts["promise_id"]), facts["level"])


def named_by(codes: Iterable[str], case: Case) -> list[Person]:
    """The people that a clause or a ladder names for a case, each once: by what they are to it, or by their role.
    Where it names nobody there is (no technician yet), whoever answers for the case hears it."""
    named = list(codes)
    found = chain.from_iterable(WHO[code](case) if code in WHO else _over(case, Role(code)) for code in named)
    return _once(found) or (_owner_or(case, Role.SUPERVISOR) if named else [])


def _over(case: Case, role: Role) -> list[Person]:
    """Those of a role to whom the case's node belongs; of the house's own roles all where nobody has it."""
    found = people_with(role, nodes=above(case.node.path))
    return found if found or role in AT_POINTS else people_with(role)


def _over_owner(case: Case) -> list[Person]:
    """The supervisors of whoever answers for the case, but not the owner again."""
    node = case.owner.node if case.owner is not None else case.node
    found = people_with(Role.SUPERVISOR, nodes=above(node.path)) or people_with(Role.SUPERVISOR)
    return [one for one in found if one.id != case.owner_id] or found


def _once(people: Iterable[Person]) -> list[Person]:
    return list({person.id: person for person in people}.values())


AT_WORK = frozenset({"owner", "technician", "service_point"})
WHO: dict[str, Callable[[Case], list[Person]]] = {
    "owner": lambda case: _owner_or(case, Role.SUPERVISOR),
    "technician": lambda case: _people(case.technician_person_id),
    "service_point": lambda case: _point(case.node_id),
    "owner_supervisor": _over_owner,
}

# Kind of event → the notice, and who gets it.
ALERTS: dict[str, tuple[str, Who]] = {
    "case.opened": ("urgent_case", _leaders_if_urgent),
    "case.urgency_changed": ("urgent_case", _leaders_if_urgent),
    "case.chased": ("chased", _who_chased),
    "case.danger_heard": ("urgent_case", _who_meets_danger),
    "case.support_asked": ("support_asked", _support),
    "case.support_answered": ("support_answered", _who_asked),
    "case.owner_proposed": ("proposed", lambda case, facts: _people(facts["owner_id"])),
    "case.mentioned": ("mentioned", lambda case, facts: _people(facts["person_id"])),
    "case.customer_wrote": ("customer_wrote", _who_reads),
    "case.followed_moved": ("followed", lambda case, facts: followers_of(case.id)),
    "dispatch.offered": ("offered", lambda case, facts: _point(facts["node_id"])),
    "dispatch.returned": (
        "returned",
        lambda case, facts: _owner_or(case, Role.DISPATCHER) + people_with(Role.DISPATCHER),
    ),
    "dispatch.up_for_grabs": ("up_for_grabs", lambda case, facts: asked_people(facts["round_id"])),
    "dispatch.assigned": ("assigned", _who_answers),
    "dispatch.released": ("unassigned", lambda case, facts: _people(facts["person_id"])),
    "dispatch.mate_chosen": ("goes_along", lambda case, facts: _people(facts["person_id"])),
    "dispatch.mate_released": ("unassigned", _who_is_released),
    "dispatch.mate_refused": ("mate_refused", _who_seeks_another),
    "dispatch.booked": ("along_booked", _who_goes_along),
    "dispatch.withdrawn": ("along_called_off", _who_stays),
    "dispatch.stood_in": ("along_with_other", _who_goes_along),
    "dispatch.late_said": ("along_late", lambda case, facts: _people(case.mate_person_id)),
    "dispatch.booking_tried": ("not_reached", _who_finds_another_way),
    "dispatch.late_foreseen": ("late_foreseen", _who_is_late),
    "promise.escalated": ("escalated", _on_the_rung),
    "promise.at_risk": ("at_risk", _who_can_help),
    "promise.broken": ("broken", _of_the_breach),
    "satisfaction.callback_opened": ("low_score", lambda case, facts: people_with(Role.CALLBACK_AGENT)),
    "satisfaction.not_solved": ("not_solved", lambda case, facts: people_with(Role.SUPERVISOR)),
    "notice.given_up": ("customer_unreachable", lambda case, facts: _owner_or(case, Role.AGENT)),
}


ALONG = frozenset({"goes_along", "along_booked", "along_with_other", "along_late"})  # these tell the time
NAMED_BY_CLAUSE = {"promise.at_risk", "promise.broken"}  # nobody is told of what the house keeps by itself


def _title(facts: dict[str, Any]) -> Said:
    """The promise that an event is about, by its title."""
    return clause_of(promise(facts["promise_id"])).title if "promise_id" in facts else NOTHING_SAID


def _path(case: Case, person: Person) -> str:
    """Where this person works on the case."""
    roles = set(person.roles)
    if Role.TECHNICIAN in roles:
        return "/field/"
    if roles & set(POINT):
        return "/dispatch/point"
    return f"/desk/case/{case.number}"
