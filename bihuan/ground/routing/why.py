"""Why a job has no technician, or not this one. Every reason is an inequality that the kernel found violated. Seconds
throughout."""

from dataclasses import dataclass
from enum import StrEnum

from bihuan.ground.routing import kernel as k
from bihuan.ground.routing.easing import Easing, Relaxation
from bihuan.ground.routing.model import UNREACHABLE, Id
from bihuan.ground.routing.parts import IN_VAN, NOWHERE

__all__ = ["Asking", "Reason", "Relaxation", "Rule"]


class Rule(StrEnum):
    PIN = "PIN"  # somebody else must do it
    EXCLUDED = "EXCLUDED"  # not this technician
    SKILL = "SKILL"  # level needed and had
    CERTIFICATE = (
        "CERTIFICATE"  # the day of the work, and the last day the certificate is valid, empty for none
    )
    PART = (
        "PART"  # a part that is neither in the van nor in the store for this job: needed, and not set aside
    )
    MAX_JOBS = "MAX_JOBS"  # jobs with this one, and allowed
    ROOM = "ROOM"  # load, or seconds of work outdoors: with this job, and allowed
    NO_WAY = "NO_WAY"  # there is no way there, or none on from there
    WINDOW = "WINDOW"  # the latest start allowed, and the earliest possible even without other work
    SHIFT = "SHIFT"  # the latest return, and the earliest even without other work
    LUNCH = "LUNCH"  # with lunch in its hours it is so much too late, even without other work
    NO_GAP = "NO_GAP"  # among the visits planned; with so much more at every end it would fit
    TOGETHER = "TOGETHER"  # two are needed, and nobody else has time at the same moment
    PRICE = "PRICE"  # what serving is worth, and what it would cost


@dataclass(frozen=True, slots=True)
class Reason:
    """`need` and `have` are what the rule compares: levels, jobs or seconds; `short_by` is by how much it fails;
    `about` is the skill, the certificate or the part."""

    rule: Rule
    technician: Id
    need: int | str
    have: int | str
    short_by: int
    about: str = ""


class Asking(Easing):
    """Questions about a plan that is found. The plan is as before after each answer."""

    def reasons(self, job: int) -> list[Reason]:
        """For each technician why not, the nearest miss first."""
        made = [self.reason(job, person) for person in range(len(self.problem.technicians))]
        order = list(Rule)
        return sorted(made, key=lambda one: (-order.index(one.rule), one.short_by))

    def reason(self, job: int, person: int) -> Reason:
        """Why this technician does not do a job that stands in no route."""
        gate = self._gate(job, person)
        if gate is not None:
            return gate
        asked = self.problem.jobs[job]
        if asked.together is None:
            return self._hours(job, person)
        partner = int(self.found.where[self.number[asked.together]])
        if partner == person:
            return Reason(Rule.TOGETHER, self.problem.technicians[person].id, 2, 1, 1)
        if partner >= 0:  # its moment is settled by the other one
            return self._hours(job, person)
        with self.windows(job, asked.windows):
            return self._hours(job, person)

    def _hours(self, job: int, person: int) -> Reason:
        who = self.problem.technicians[person].id
        if (price := self.price(job, person)) is None:
            if (reason := self._alone(job, person)) is not None:
                return reason
            if self.no_way(job, person):
                return Reason(Rule.NO_WAY, who, 0, UNREACHABLE, UNREACHABLE)
            late = self.late(job, person)
            return Reason(Rule.NO_GAP, who, 0, late, late)
        together = self.problem.jobs[job].together
        alone = together is not None and self.found.where[self.number[together]] < 0
        if alone and not self.common(job, person):
            return Reason(Rule.TOGETHER, who, 2, 1, 1)
        worth = int(self.day.jobs[job * k.JOB + k.PRIZE])
        return Reason(Rule.PRICE, who, worth, price, max(0, price - worth))

    def _gate(self, job: int, person: int) -> Reason | None:
        """What rules a technician out whatever the hour."""
        asked, technician = self.problem.jobs[job], self.problem.technicians[person]
        who, day = technician.id, self.problem.day
        if asked.technician not in (None, who):
            return Reason(Rule.PIN, who, str(asked.technician), str(who), 0)
        if who in asked.excluded:
            return Reason(Rule.EXCLUDED, who, "", str(who), 0)
        for skill, level in asked.skills.items():
            if (has := technician.skills.get(skill, 0)) < level:
                return Reason(Rule.SKILL, who, level, has, level - has, skill)
        for one in sorted(asked.certificates):
            if (until := technician.certificates.get(one, "")) < (day or "0"):
                return Reason(Rule.CERTIFICATE, who, day, until, 0, one)
        if self.parts is not None and self.parts[job, person] == NOWHERE:
            return self._part(job, person)
        count, most = int(self.found.routes[person * k.ROUTE + k.STOPS]), technician.max_jobs
        if most is not None and count >= most:
            return Reason(Rule.MAX_JOBS, who, count + 1, most, count + 1 - most)
        load = int(self.found.routes[person * k.ROUTE + k.USED]) + asked.load
        if technician.room is not None and load > technician.room:
            return Reason(Rule.ROOM, who, load, technician.room, load - technician.room)
        return None

    def _part(self, job: int, person: int) -> Reason:
        """The part that is missing: of those in the van, whatever is not set aside for other jobs is there."""
        asked, technician = self.problem.jobs[job], self.problem.technicians[person]
        told = []
        for part, count in sorted(asked.parts.items()):
            aside = sum(
                other.parts.get(part, 0)
                for number, other in enumerate(self.problem.jobs)
                if number != job and self._in_van(number, person)
            )
            left = max(0, technician.parts.get(part, 0) - aside)
            told.append(Reason(Rule.PART, technician.id, count, left, count - left, part))
        return max(told, key=lambda one: one.short_by)

    def _in_van(self, job: int, person: int) -> bool:
        needs = bool(self.problem.jobs[job].parts)
        return needs and self.parts is not None and bool(self.parts[job, person] == IN_VAN)

    def _alone(self, job: int, person: int) -> Reason | None:
        """Why not even without any other work; None if that would be possible."""
        with self.idle(person):
            if self.price(job, person) is not None:
                return None
            asked, technician = self.problem.jobs[job], self.problem.technicians[person]
            if self.no_way(job, person):
                return Reason(Rule.NO_WAY, technician.id, 0, UNREACHABLE, UNREACHABLE)
            arrival = self._arrival(job, person)
            begin = int(k.earliest(self.day.jobs, self.day.windows, job, arrival))
            if begin == k.NEVER:
                closes = int(self.day.jobs[job * k.JOB + k.CLOSES])
                return Reason(Rule.WINDOW, technician.id, closes, arrival, arrival - closes)
            back, ends = begin + asked.seconds + self.drive(asked.at, technician.home), technician.home_by
            if back > ends:
                return Reason(Rule.SHIFT, technician.id, ends, back, back - ends)
            late = self.late(job, person)
            return Reason(Rule.LUNCH, technician.id, 0, late, late)

    def _arrival(self, job: int, person: int) -> int:
        """When a technician without other work is at the customer, with the parts."""
        asked, technician, store = (
            self.problem.jobs[job],
            self.problem.technicians[person],
            self.problem.store,
        )
        if store is None or not self.fetches(job, person):
            return technician.shift[0] + self.drive(technician.leaves_from, asked.at)
        there = technician.shift[0] + self.drive(technician.leaves_from, store.at)
        ready = max(there, *(store.ready.get(part, there) for part in asked.parts), there)
        return ready + store.seconds + self.drive(store.at, asked.at)
