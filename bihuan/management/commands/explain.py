"""Prints a case's whole story and the arithmetic of each of its promises, in the reader's language."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from bihuan.ground.journal.queries import faults_of, story_of
from bihuan.ground.worktime import clock
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import EVERYTHING
from bihuan.registers.organisation.queries import names_of
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import card_of, case_by_number
from bihuan.service.cases.telling import actor, when
from bihuan.service.cases.words import said
from bihuan.service.commitments.explaining import explain_promises
from bihuan.service.commitments.queries import promises_of
from bihuan.web.agents.telling import Known, line_of, nodes_in


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
            told = [*story(case, now=clock.now()), "", *explain_promises(case, now=clock.now())]
            self.stdout.write("\n".join(told))


def story(case: Case, *, now: datetime) -> list[str]:
    """What happened, oldest first, then whether the chain is as it was written. Names stay numbers here."""
    clauses = {one.clause: said(one.title) for one in promises_of(case.id, now=now)}
    facts = story_of(case.chain_id)
    known = Known(card=card_of(case), nodes=names_of(nodes_in(facts)), clauses=clauses)
    lines = [_("Case %(number)s") % {"number": case.number}]
    for fact in facts:
        late = fact.happened_at != fact.recorded_at
        written = _(" (written %(when)s)") % {"when": when(fact.recorded_at)} if late else ""
        lines.append(f"{when(fact.happened_at)}  {actor(fact.by):<14} {line_of(fact, known).words}{written}")
    return lines + (faults_of(case.chain_id) or [_("The chain of this story is as it was written.")])
