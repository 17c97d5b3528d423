"""Coverage down to the street: gaps, overlaps, and many streets at once."""

import pytest
from django.test import Client

from bihuan.ground import divisions
from bihuan.registers.access.models import Change
from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.models import Coverage
from tests.makers import CITY, DISTRICT, Company, company

pytestmark = pytest.mark.django_db
COVER = "/settings/coverage/streets"
GROUND = "/settings/coverage/ground"


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def administrator(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.ADMINISTRATOR])
    client.cookies["language"] = "en"
    return client


def told(made: Company, **more: object) -> dict[str, object]:
    return {"node_id": made.own.pk, "city": CITY, "district": "拱墅区"} | more


@pytest.mark.demand("U-08")
def test_streets_pasted_in_any_way_and_ticked_are_added_once(administrator: Client, made: Company) -> None:
    pasted = "米市巷街道，湖墅街道、小河街道\n\n 米市巷街道 ;和睦街道"
    sent = told(made, pasted=pasted, street=["小河街道", "拱宸桥街道"])
    answer = administrator.post(COVER, sent)
    assert answer.status_code == 302
    streets = set(Coverage.objects.filter(district="拱墅区").values_list("street", flat=True))
    assert streets == {"米市巷街道", "湖墅街道", "小河街道", "和睦街道", "拱宸桥街道"}
    assert Change.objects.filter(register="coverage", deed="added").count() == 5
    again = administrator.post(COVER, sent, follow=True).content.decode()
    assert "0 lines of coverage were added." in again and "5 were there already." in again
    assert Coverage.objects.filter(district="拱墅区").count() == 5


def test_no_street_at_all_means_the_whole_district(administrator: Client, made: Company) -> None:
    assert administrator.post(COVER, told(made)).status_code == 302
    assert Coverage.objects.get(district="拱墅区").street == ""


def test_a_batch_is_kept_whole_or_not_at_all(administrator: Client, made: Company) -> None:
    before = Coverage.objects.count()
    answer = administrator.post(COVER, told(made, node_id=999_999, pasted="米市巷街道"))
    assert (answer.status_code, Coverage.objects.count()) == (422, before)
    wrong = told(made, pasted="街" * 20_001)
    assert administrator.post(COVER, wrong).status_code == 422


def test_looking_at_the_streets_of_a_district_adds_none(administrator: Client, made: Company) -> None:
    before = Coverage.objects.count()
    answer = administrator.post(COVER, told(made, look="1", district=DISTRICT))
    page = answer.content.decode()
    assert (answer.status_code, Coverage.objects.count()) == (200, before)
    for street in divisions.streets_of(CITY, DISTRICT):
        assert f'value="{street}"' in page
    assert "serves the whole district." in page


def test_a_district_that_the_table_lacks_is_doubted_and_may_be_kept(
    administrator: Client, made: Company
) -> None:
    page = administrator.get(COVER, {"city": CITY, "district": "西糊区"}).content.decode()
    assert "has no 西糊区 in 杭州市" in page
    assert administrator.post(COVER, told(made, district="西糊区", pasted="某街道")).status_code == 302


def test_gaps_and_overlaps_are_counted_district_by_district(administrator: Client, made: Company) -> None:
    Coverage.objects.all().delete()
    first, second, *_others = divisions.streets_of(CITY, DISTRICT)
    for node, street in ((made.own, first), (made.authorised, first), (made.own, second)):
        Coverage.objects.create(node=node, city=CITY, district=DISTRICT, street=street)
    known = len(divisions.streets_of(CITY, DISTRICT))
    answer = administrator.get(f"{GROUND}?city={CITY}&district={DISTRICT}")
    line = next(one for one in answer.context["districts"] if one["name"] == DISTRICT)
    assert (line["streets"], line["gaps"], line["overlaps"]) == (known, known - 2, 1)
    gaps = administrator.get(f"{GROUND}?city={CITY}&district={DISTRICT}&only=gaps").context["streets"]
    assert first not in {one["street"] for one in gaps} and len(gaps) == known - 2 + 1  # and the rest of it
    other = next(one for one in answer.context["districts"] if one["name"] == "滨江区")
    assert other["gaps"] == other["streets"] > 0


def test_a_service_point_without_coverage_is_named(administrator: Client, made: Company) -> None:
    Coverage.objects.filter(node=made.own).delete()
    page = administrator.get(GROUND).content.decode()
    assert "offered work from everywhere" in page and "文新网点" in page


def test_with_no_coverage_at_all_the_page_says_what_that_means(administrator: Client) -> None:
    Coverage.objects.all().delete()
    assert "No coverage is written yet" in administrator.get(GROUND).content.decode()
