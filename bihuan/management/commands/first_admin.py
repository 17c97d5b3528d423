"""`manage.py first_admin LOGIN`: the first administrator of a production installation."""

import getpass
import os
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from bihuan.registers.access.actions import add_person
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.actions import add_node
from bihuan.registers.organisation.models import Node


class Command(BaseCommand):
    help = "Make the first administrator (and the head office, where there is none)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login")
        parser.add_argument("--name", default="", help="the administrator's name")
        parser.add_argument("--company", default="", help="the name of the head office")

    @transaction.atomic
    def handle(self, *args: Any, login: str, name: str, company: str, **options: Any) -> None:
        if any(Role.ADMINISTRATOR in person.roles for person in Person.objects.filter(is_active=True)):
            raise CommandError("There is an administrator already; they add others under /settings/.")
        password = password_told()
        try:
            validate_password(password)
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from None
        node = Node.objects.filter(kind=Node.HEAD_OFFICE).first()
        if node is None:
            node = add_node(kind=Node.HEAD_OFFICE, name=company or "Head office", code="HQ")
        add_person(login=login, name=name or login, roles=[Role.ADMINISTRATOR], node=node, password=password)
        self.stdout.write(f"{login} may sign in now, and sets up a second factor first.")


def password_told() -> str:
    """From BIHUAN_FIRST_PASSWORD, from a pipe, or typed twice; never from the command line, which others can read."""
    if told := os.environ.get("BIHUAN_FIRST_PASSWORD"):
        return told
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first, second = getpass.getpass("Password: "), getpass.getpass("Once more: ")
    if first != second:
        raise CommandError("The two are not the same.")
    return first
