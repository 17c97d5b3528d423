"""What the clock's sweeps do to promises when many fall due, and when a clause warns nobody."""

from datetime import timedelta

import pytest

from bihuan.service.commitments.actions import mark_at_risk, mark_broken
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.profiles_in_use import activate, forget_cached, keep_profile
from bihuan.service.commitments.queries import promises_of
from bihuan.service.commitments.rules import Light
from tests.makers import NOW, a_case, company, later

pytestmark = pytest.mark.django_db

UNWARNED = """
name = "unwarned"
version = 1
sort = "base"
title_zh = "不预警"
title_en = "Without warnings"
[clauses.answer]
title_zh = "答复"
title_en = "Answer"
starts = ["case.opened"]
stops = ["case.closed"]
within = "2 h"
calendar = "24x7"
rests = false
warn_at = []
notify = []
"""


def test_a_clause_without_warnings_is_promised_and_broken_all_the_same() -> None:
    keep_profile(UNWARNED, now=NOW)
    activate("unwarned", now=NOW)
    try:
        case = a_case(company())
        mine = Promise.objects.get(case=case, clause="answer")
        assert (mine.warn_at, mine.warn_next_at, mine.due_at) == (None, None, later(hours=2))
        lights = {one.clause: one.light for one in promises_of(case.id, now=later(minutes=119))}
        assert lights["answer"] == Light.RUNNING
        after = later(hours=2) + timedelta(seconds=1)
        mark_at_risk(after)
        assert mark_broken(after) == 1
        mine.refresh_from_db()
        assert (mine.state, mine.warnings) == (Promise.BROKEN, 0)
    finally:
        forget_cached()
