"""Prints a case's whole story and the arithmetic of each of its promises, in the reader's language."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from bihuan.ground.worktime import clock
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import EVERYTHING
from bihuan.service.cases.queries import case_by_number
from bihuan.service.cases.telling import tell_story
from bihuan.service.commitments.explaining import explain_promises


class Command(BaseCommand):
    help = "Tell a case: what happened, and how each promise was reckoned. Holds no personal data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number")
        parser.add_argument("--language", default="zh-hans", choices=["zh-hans", "zh-hant", "en"])

    def handle(self, *args: Any, number: str, language: str, **options: Any) -> None:
        with translation.override(language):
            try:
                case = case_by_number(EVERYTHING, number)
            except NotFound as error:
                raise CommandError(str(error)) from error
            self.stdout.write("\n".join([*tell_story(case), "", *explain_promises(case, now=clock.now())]))
