"""A polite closing opens nothing again, wherever it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.journal.models import Entry
from bihuan.service.cases import talking
from bihuan.service.cases.models import Case, Note
from bihuan.service.intake.models import Report
from bihuan.service.satisfaction import closing
from bihuan.service.satisfaction.coming_back import come_back
from bihuan.service.satisfaction.models import Callback
from bihuan.service.satisfaction.thanks import only_thanks
from tests.afterwards import CUSTOMER, a_done_case
from tests.makers import company, later, settle

POLITE = (
    "谢谢",
    "谢谢！",
    "好的，谢谢师傅，辛苦了🙏",
    "修好了，非常感谢你们的服务",
    "已经解决了，谢谢",
    "收到",
    "Thank you!",
    "ok, thanks a lot for your help :)",
    "It works now. Many thanks, have a nice day",
)
MORE = (
    "谢谢，可还是不制冷",
    "不好",
    "没好",
    "好了吗？",
    "还是没解决，谢谢",
    "好了两天又坏了",
    "谢谢，什么时候来",
    "Thanks, but it leaks",
    "not good",
    "ok?",
    "客服",
    "again",
    "师傅不在",
    "",
    "👍",
    "谢谢" * 200,
)


@pytest.mark.parametrize("words", POLITE)
def test_a_polite_closing_is_only_thanks(words: str) -> None:
    assert only_thanks(words) is True


@pytest.mark.parametrize("words", MORE)
def test_whatever_says_more_is_not(words: str) -> None:
    assert only_thanks(words) is False


@given(st.sampled_from(POLITE), st.sampled_from(("漏水", "异响", "不转", "leaks", "E4", "发票")))
def test_thanks_never_hide_a_fault(polite: str, fault: str) -> None:
    assert only_thanks(f"{polite} {fault}") is False
    assert only_thanks(f"{fault} {polite}") is False


@pytest.mark.django_db
@pytest.mark.parametrize("closed", [False, True])
def test_thanks_for_done_work_are_kept_and_start_nothing(closed: bool) -> None:
    case = a_done_case(company())
    if closed:
        closing.close_confirmed(case.id, by=CUSTOMER, now=later(hours=1))
    settle(later(hours=1))
    case.refresh_from_db()
    before, stood = Entry.objects.count(), (case.stands_at, case.open, case.reopened)
    assert come_back(case, "谢谢师傅", by=CUSTOMER, now=later(hours=2)) == case.report
    talking.note(case, "Thank you!", by=CUSTOMER, now=later(hours=2), public=True)
    settle(later(hours=2))
    case = Case.objects.get(id=case.id)
    assert (case.stands_at, case.open, case.reopened) == stood
    assert (Note.objects.filter(case=case).count(), Report.objects.count()) == (2, 1)
    assert Callback.objects.filter(case=case).count() == 0
    fresh = Entry.objects.order_by("id")[before:]
    assert [entry.kind for entry in fresh] == ["case.noted", "case.noted"]
