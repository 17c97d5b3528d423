"""`manage.py demo_logins`: one login per role of the demo company, if there is one."""

from django.core.management.base import BaseCommand

from bihuan.ground.worktime import clock
from bihuan.management.demo_password import demo_password
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.service.dispatch.models import Visit


class Command(BaseCommand):
    help = "Print role, login and password of one demo person per role."
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        lines = [(role, person.login) for role, person in first_of_each_role()]
        if not lines:
            return
        password = demo_password()
        self.stdout.write(f"{'role':<26}{'login':<20}password")
        for role, login in lines:
            self.stdout.write(f"{role:<26}{login:<20}{password}")


def first_of_each_role() -> list[tuple[Role, Person]]:
    """The earliest active demo person of every role; of the technicians, the one whose next visit is soonest."""
    found: dict[str, Person] = {}
    for person in Person.objects.filter(demo=True, is_active=True).order_by("pk"):
        for role in person.roles:
            found.setdefault(role, person)
    if busy := _next_on_the_road():
        found[Role.TECHNICIAN] = busy
    return [(role, found[role]) for role in Role if role in found]


def _next_on_the_road() -> Person | None:
    """Whose phone shows a visit soonest; None where nobody has one ahead."""
    ahead = Visit.objects.filter(
        state__in=Visit.OPEN, slot_until__gt=clock.now(), technician__person__demo=True
    )
    visit = ahead.select_related("technician__person").order_by("slot_from", "id").first()
    return visit.technician.person if visit else None
