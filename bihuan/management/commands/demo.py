"""`manage.py demo`: founds the demo company in an empty database, with the newest part of its past; the worker
adds the rest. Repeatable: what is there stays, what is missing is made."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from bihuan.ground.worktime import clock
from bihuan.management.demo import filling
from bihuan.management.demo.catalogue import found_catalogue
from bihuan.management.demo.company import found_company
from bihuan.management.demo.dispatching import found_ways, put_up_waiting
from bihuan.management.demo.fates import CASES
from bihuan.management.demo.homes import found_customers
from bihuan.management.demo.improving import found_proposals
from bihuan.management.demo.models import Filling
from bihuan.management.demo.ringing import found_calls
from bihuan.registers.organisation.models import Node
from bihuan.shipped import load_shipped

AT_ONCE = 200
SECONDS = 30.0  # whoever waits for the first page waits no longer than this


class Command(BaseCommand):
    help = "Found the demo company in an empty database; print one login per role."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at-once", type=int, default=AT_ONCE, help="past cases made before this ends")
        parser.add_argument("--seconds", type=float, default=SECONDS, help="and no longer than this")
        parser.add_argument("--cases", type=int, default=CASES, help="past cases in all")
        parser.add_argument("--no-logins", action="store_true", help="print no logins; whoever calls does")
        parser.add_argument("--wait", action="store_true", help="make all of them here, without the worker")

    def handle(
        self,
        *args: Any,
        at_once: int,
        seconds: float,
        cases: int,
        no_logins: bool,
        wait: bool,
        **options: Any,
    ) -> None:
        row = Filling.objects.first()
        if row is None:
            if Node.objects.exists():
                raise CommandError("This database has a company already; the demo needs an empty one.")
            row = self._found(cases)
        made = filling.make_newest(row, count=max(at_once - row.made, 0), seconds=seconds, now=clock.now())
        put_up_waiting(now=clock.now())
        found_proposals(now=clock.now())
        found_calls(now=clock.now())
        self.stdout.write(
            f"{made} past cases are made; {max(row.cases - row.made - made, 0)} follow by and by."
        )
        if wait:
            while filling.go_on(now=clock.now(), ask=False):
                pass
        elif row.ended_at is None:
            filling.fill.enqueue()
        if not no_logins:
            call_command("demo_logins", stdout=self.stdout)

    @transaction.atomic
    def _found(self, cases: int) -> Filling:
        now = clock.now()
        load_shipped(now=now)
        founded = found_company(now=now)
        found_catalogue(founded, now=now)
        found_customers(founded, now=now)
        found_ways(founded, now=now)
        return filling.begin(now=now, cases=cases)
