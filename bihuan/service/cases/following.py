"""关注: people who want to know when a case moves. Who follows is their own choice and no fact of the case."""

from datetime import datetime

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import Fact
from bihuan.registers.access.models import Person
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.events import CaseMoved, FollowedMoved
from bihuan.service.cases.models import Case, Follow


def follow(case: Case, *, viewer: Viewer, now: datetime) -> None:
    """Be told when this case moves. Following twice changes nothing."""
    if viewer.person_id is not None:
        row = Follow(case=case, person_id=viewer.person_id, since=now)
        Follow.objects.bulk_create([row], ignore_conflicts=True)


def unfollow(case: Case, *, viewer: Viewer) -> None:
    """Not be told any more."""
    Follow.objects.filter(case=case, person_id=viewer.person_id or 0).delete()


def follows(case_id: int, person_id: int | None) -> bool:
    return person_id is not None and Follow.objects.filter(case_id=case_id, person_id=person_id).exists()


def followers_of(case_id: int) -> list[Person]:
    """The active people who follow a case."""
    ids = Follow.objects.filter(case_id=case_id).values("person_id")
    return list(Person.objects.select_related("node").filter(id__in=ids, is_active=True).order_by("id"))


def hear_moved(fact: Fact[CaseMoved]) -> None:
    """A move of a case that somebody else follows is told to them."""
    followed = Follow.objects.filter(case_id=fact.event.subject_id)
    if fact.by.kind == "staff":
        followed = followed.exclude(person_id=fact.by.id)
    if followed.exists():
        moved = FollowedMoved(subject_id=fact.event.subject_id, reached=fact.event.reached)
        record(moved, by=fact.by, now=fact.recorded_at, chain=fact.chain, happened_at=fact.happened_at)
