"""It is not solved, or it has come back: what the closing message promises, kept from the customer's own page."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from bihuan.ground.journal.models import Entry
from bihuan.ground.journal.queries import faults_of
from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case, Note
from bihuan.service.commitments.models import Promise
from bihuan.service.intake.models import Report
from bihuan.service.intake.queries import link_of
from bihuan.service.satisfaction import closing
from bihuan.service.satisfaction.models import Callback
from bihuan.service.satisfaction.queries import callbacks_due
from tests.afterwards import CUSTOMER, a_done_case
from tests.makers import Company, company

pytestmark = pytest.mark.django_db
WORDS = "第三天又不制冷了"


@pytest.fixture(autouse=True)
def _no_tries_yet() -> None:
    cache.clear()


@pytest.fixture
def made() -> Company:
    return company()


def ended(made: Company, *, days_ago: int, closed: bool = True) -> Case:
    at = clock.now() - timedelta(days=days_ago)
    case = a_done_case(made, now=at)
    if closed:
        closing.close_confirmed(case.id, by=CUSTOMER, now=at)
    return Case.objects.select_related("report", "customer").get(id=case.id)


def path_of(case: Case, more: str = "") -> str:
    return f"/c/{link_of(case.report).rpartition('/')[2]}{more}"


def sent(case: Case, words: str = WORDS) -> str:
    """Press the button of the page, fill in the form, and read where it leads."""
    reader = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})
    assert f'href="{path_of(case, "/again")}"' in reader.get(path_of(case)).content.decode()
    form = reader.get(path_of(case, "/again")).content.decode()
    once = re.search(r'name="once" value="([^"]+)"', form)
    assert once is not None
    told = {"words": words, "once": once[1]}
    answer = reader.post(path_of(case, "/again"), told)
    if answer.status_code == 302:
        reader.post(path_of(case, "/again"), told)  # sent twice
        return reader.get("/c/" + answer.headers["Location"].rpartition("/c/")[2]).content.decode()
    assert answer.status_code == 422
    return answer.content.decode()


@pytest.mark.demand("S4-21", "X-08")
@pytest.mark.parametrize("closed", [False, True])
def test_within_thirty_days_the_case_opens_again_with_the_words_and_a_callback(
    made: Company, closed: bool
) -> None:
    case = ended(made, days_ago=29, closed=closed)
    said = sent(case)
    assert "Your case is open again." in said and WORDS in said
    case.refresh_from_db()
    [callback] = Callback.objects.filter(case=case)
    assert (case.stands_at, case.open, callback.cause) == ("to_call_back", True, "not_solved")
    assert [one.id for one in callbacks_due(made.viewer(Role.CALLBACK_AGENT))] == [callback.id]
    assert Entry.objects.filter(kind="satisfaction.callback_opened").count() == 1
    assert Promise.objects.get(case=case, clause="callback").open is True
    note = Note.objects.get(case=case)
    assert (note.by_kind, WORDS in note.words_sealed) == ("customer", False)
    assert (Report.objects.count(), faults_of(case.chain_id)) == (1, [])


@pytest.mark.demand("S4-21")
def test_later_it_is_one_new_report_of_the_same_customer_and_machine(made: Company) -> None:
    case = ended(made, days_ago=31)
    assert "Your new report is written down." in sent(case)
    case.refresh_from_db()
    fresh = Case.objects.latest("id")
    assert (case.stands_at, Callback.objects.count(), Case.objects.count()) == ("closed", 0, 2)
    assert (fresh.customer_id, fresh.machine_id, fresh.place_id, fresh.kind, fresh.stands_at) == (
        case.customer_id,
        case.machine_id,
        case.place_id,
        "repair",
        "to_accept",
    )


def test_without_words_nothing_is_opened(made: Company) -> None:
    case = ended(made, days_ago=1)
    assert "again" in sent(case, " ")
    case.refresh_from_db()
    assert case.stands_at == "closed"


@pytest.mark.parametrize("closed", [False, True])
def test_a_thank_you_on_the_page_opens_nothing_again(made: Company, closed: bool) -> None:
    case = ended(made, days_ago=2, closed=closed)
    stood = (case.stands_at, case.open)
    said = sent(case, "谢谢师傅，修好了")
    assert "Thank you. It was added to your case." in said and "谢谢师傅，修好了" in said
    case.refresh_from_db()
    assert ((case.stands_at, case.open), Callback.objects.count()) == (stood, 0)
    assert Report.objects.count() == 1
