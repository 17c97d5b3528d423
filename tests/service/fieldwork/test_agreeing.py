"""What the customer agrees to: cause and plan, how long it takes, what it costs; and that it stays what it was."""

import pytest
from django.test import Client

from bihuan.ground.journal.models import Entry
from bihuan.registers.access.models import Person
from bihuan.service.fieldwork import actions, queries, quoting
from bihuan.service.fieldwork.errors import FieldLacks
from bihuan.service.fieldwork.models import Quote
from bihuan.service.intake.queries import link_of
from tests.service.fieldwork.made import OnSite, on_site

pytestmark = pytest.mark.django_db


def diagnosed(plan: str = "更换启动器") -> OnSite:
    here = on_site()
    told = {"cause": "启动器烧坏", "plan": plan, "fallback": "不行就拉修"}
    actions.diagnose(here.work, reproduced=True, **told, by=here.viewer.actor, now=here.now)
    return here


@pytest.mark.demand("S0-19", "S1-32")
def test_the_customer_reads_solution_time_and_fee_on_the_link_and_the_yes_is_stored() -> None:
    here = diagnosed()
    quoting.quote(here.work, here.prices("labour"), by=here.viewer.actor, now=here.now, expected_minutes=45)
    reader = Client(headers={"Accept-Language": "en"})
    path = f"/c/{link_of(here.case.report).rpartition('/')[2]}/quote"
    page = reader.get(path).content.decode()
    for words in ("启动器烧坏", "更换启动器", "about 45 minutes", "¥120.00"):
        assert words in page
    assert reader.post(path, {"answer": "yes"}).status_code == 302
    kept = Quote.objects.get()
    assert (kept.state, kept.answered_how, kept.expected_minutes) == ("consented", "link", 45)
    assert kept.answered_at is not None
    assert Entry.objects.filter(kind="fieldwork.quote_consented", actor_kind="customer").count() == 1
    assert "更换启动器" not in kept.plan_sealed


@pytest.mark.demand("S0-19")
def test_what_was_agreed_to_stays_as_it_was_told() -> None:
    here = diagnosed()
    made = quoting.quote(
        here.work, here.prices("labour"), by=here.viewer.actor, now=here.now, expected_minutes=45
    )
    quoting.answer(made, consented=True, how="device", by=here.viewer.actor, now=here.now)
    told = {"cause": "压缩机坏", "plan": "更换压缩机"}
    actions.diagnose(here.work, reproduced=True, **told, by=here.viewer.actor, now=here.now)
    assert queries.proposed(made, here.work) == ("启动器烧坏", "更换启动器", 45)


@pytest.mark.parametrize("minutes", [0, -1, 1441])
def test_an_impossible_time_is_refused(minutes: int) -> None:
    here = diagnosed()
    with pytest.raises(FieldLacks):
        quoting.quote(
            here.work, here.prices("labour"), by=here.viewer.actor, now=here.now, expected_minutes=minutes
        )
    assert Quote.objects.count() == 0


@pytest.mark.parametrize(("typed", "kept"), [("60", 60), ("", None)])
def test_the_technician_writes_the_time_with_the_quote(client: Client, typed: str, kept: int | None) -> None:
    here = diagnosed()
    client.force_login(Person.objects.get(id=here.viewer.person_id or 0))
    told = {f"line-{one}": "1" for one in here.prices("labour")} | {"expected_minutes": typed}
    client.post(f"/field/{here.case.number}/steps/quote", told)
    assert Quote.objects.get().expected_minutes == kept
    wrong = client.post(f"/field/{here.case.number}/steps/quote", told | {"expected_minutes": "soon"})
    assert (wrong.status_code, Quote.objects.count()) == (422, 1)
