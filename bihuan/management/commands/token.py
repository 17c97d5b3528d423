"""`manage.py token ROLE`: prints a new API token of that role's demo user, and nothing else."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bihuan.ground.worktime import clock
from bihuan.management.commands.demo_logins import first_of_each_role
from bihuan.registers.access.actions import make_token
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.models import Customer


class Command(BaseCommand):
    help = "Print a new API token of a role's demo user; with --login, of the person who signs in so."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", choices=[str(role) for role in Role], metavar="ROLE")
        parser.add_argument("--login", default="", help="the person's login, where there is no demo company")

    def handle(self, *args: Any, role: str, login: str, **options: Any) -> None:
        self.stdout.write(token_for(Role(role), login=login))


def token_for(role: Role, *, login: str = "") -> str:
    """The clear text of a new token; CommandError with a sentence when nobody holds the role."""
    now = clock.now()
    if role is Role.CUSTOMER:
        customer = Customer.objects.filter(forgotten_at__isnull=True).order_by("id").first()
        if customer is None:
            raise CommandError("There is no customer yet. Start the demo, or take a first report.")
        return make_token(role=role, now=now, customer_id=customer.id)
    person = _person(role, login)
    if person is None or role not in person.roles:
        raise CommandError(
            f"Nobody who signs in here holds the role {role}. Start the demo, or name --login."
        )
    return make_token(role=role, now=now, person=person)


def _person(role: Role, login: str) -> Person | None:
    if login:
        return Person.objects.filter(login=login, is_active=True).first()
    return dict(first_of_each_role()).get(role)
