"""Past cases brought in from a file: for the history of customers and machines. They wake nothing."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.models import Case
from bihuan.service.imports.carried import CASE_WORDS, House, Judged
from bihuan.service.imports.case_fields import PAST_CASE
from bihuan.service.imports.cases import OpenCasesTarget
from bihuan.service.imports.household_fields import MACHINE, PERSON, PLACE
from bihuan.service.imports.target import Field, Line


class PastCasesTarget(OpenCasesTarget):
    """Work that ended elsewhere."""

    code = "past_cases"
    title: Promise | str = _("Past cases")
    about: Promise | str = _("Work that ended elsewhere: what was done, when, by whom, paid and scored.")
    icon = "archive"
    fields: tuple[Field, ...] = (*PAST_CASE[:5], *PERSON, *PLACE, *MACHINE, *PAST_CASE[5:])
    order: tuple[str, ...] = ("service_points", "staff", "customers")
    words: Mapping[str, Promise | str] = CASE_WORDS

    def count(self, viewer: Viewer) -> int:
        return Case.objects.filter(open=False).count()

    def judge(self, house: House, line: Line, *, now: datetime) -> Judged:
        return house.past_case(line.values, now=now)


PAST_CASES = PastCasesTarget()
