"""Comments on the sheet and in surveys are channels of their own: nothing is lost, what asks for something is heard."""

from pathlib import Path
from typing import Any

import pytest

from bihuan.ground.journal.event import Actor
from bihuan.service.cases.models import Case, Note
from bihuan.service.fieldwork.signing import sign
from bihuan.service.intake.arriving import bytes_of
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.satisfaction import asking
from bihuan.service.satisfaction.comments import asks
from tests import loops
from tests.makers import NOW, company, settle
from tests.service.fieldwork.made import ready, told

pytestmark = pytest.mark.demand("S2-20", "S3-19")


@pytest.fixture(autouse=True)
def _a_disk_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.BIHUAN_DATA = tmp_path


def of(channel: str) -> list[str]:
    return list(RawMessage.objects.filter(channel=channel).values_list("state", flat=True))


@pytest.mark.django_db
def test_a_wish_on_the_sheet_joins_its_case_and_a_kind_word_is_only_counted() -> None:
    for words, state, reports in (("另外洗衣机也漏水，请再来看看", "report", 1), ("很细心", "answered", 0)):
        here = ready()
        sign(here.work, told(opinion_words=words), doer=here.doer, now=here.now)
        settle(here.now)
        settle(here.now)
        joined = Report.objects.filter(channel="slip", joins=here.case.report_id)
        assert (of("slip")[-1], joined.count()) == (state, reports)
    assert Case.objects.count() == 2


@pytest.mark.django_db
def test_a_sheet_without_words_counts_nothing() -> None:
    here = ready()
    sign(here.work, told(), doer=here.doer, now=here.now)
    settle(here.now)
    assert of("slip") == []


@pytest.mark.django_db
def test_a_question_in_the_survey_is_heard_by_whoever_answers_for_the_case() -> None:
    loop = loops.Loop(company(), NOW)
    loops.go(loop, *loops.STEPS[:-1])
    loop.at = loop.survey.due_at
    asking.send_surveys(loop.at)
    by = Actor(kind="customer", id=loop.case.customer_id)
    ratings = dict.fromkeys(("speed", "effect", "attitude", "overall"), 5)
    before = Note.objects.filter(case=loop.case).count()
    asking.answer(loop.survey, ratings, words="发票什么时候能开？", by=by, now=loop.at)
    settle(loop.at)
    assert (of("callback"), Note.objects.filter(case=loop.case).count() - before) == (["report"], 1)
    assert Case.objects.get().open is False


@pytest.mark.django_db
def test_what_is_only_counted_is_lost_with_its_customers_key() -> None:
    here = ready()
    sign(here.work, told(opinion_words="很细心"), doer=here.doer, now=here.now)
    settle(here.now)
    message = RawMessage.objects.get(channel="slip")
    assert bytes_of(message) is not None
    assert message.key.under_id == here.case.customer.key_id


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("谢谢师傅", False),
        ("很细心", False),
        ("服务态度很好，准时", False),
        ("还是不制冷", True),
        ("什么时候能开发票", True),
        ("有一股煤气味", True),
        ("Could you send the invoice", True),
    ],
)
@pytest.mark.django_db
def test_what_asks_for_something_is_told_from_what_does_not(words: str, expected: bool) -> None:
    company()
    assert asks(words) is expected
