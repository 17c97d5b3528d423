"""The catalogue and its prices through the days; warranty component by component."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import localdate

from bihuan.ground.worktime import clock
from bihuan.registers.access.models import Change
from bihuan.registers.access.roles import Role
from bihuan.registers.parts.models import Category, Part, Price, Product, WarrantyTerm
from bihuan.registers.parts.queries import parts_for, parts_that_fit, prices_on, warranty_terms
from tests.makers import Company, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def administrator(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.ADMINISTRATOR])
    client.cookies["language"] = "en"
    return client


def test_a_new_price_ends_the_old_one_the_day_before_and_both_are_in_the_history(
    administrator: Client,
) -> None:
    price = Price.objects.get(item="visit")
    first = localdate(clock.now()) + timedelta(days=20)
    page = f"/settings/prices/{price.pk}/next"
    assert administrator.post(page, {"valid_from": first.isoformat(), "yuan": "45.50"}).status_code == 302
    price.refresh_from_db()
    newer = Price.objects.get(item="visit", valid_from=first)
    assert (price.valid_until, newer.fen, newer.name_zh) == (first - timedelta(days=1), 4550, price.name_zh)
    assert sorted((change.row, change.deed) for change in Change.objects.all()) == sorted(
        [(str(price.pk), "changed"), (str(newer.pk), "added")]
    )
    assert [one.fen for one in prices_on(first) if one.item == "visit"] == [4550]
    assert [one.fen for one in prices_on(first - timedelta(days=1)) if one.item == "visit"] == [3000]
    text = administrator.get(page).content.decode()
    assert "begins later" in text and "holds today" in text and "¥45.50" in text


@pytest.mark.parametrize(("days", "sentence"), [(-1, "today or later"), (-9000, "after the old one began")])
def test_a_new_price_never_begins_in_the_past(administrator: Client, days: int, sentence: str) -> None:
    price = Price.objects.get(item="visit")
    told = {"valid_from": (localdate(clock.now()) + timedelta(days=days)).isoformat(), "yuan": "45"}
    answer = administrator.post(f"/settings/prices/{price.pk}/next", told)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert (Price.objects.filter(item="visit").count(), Change.objects.count()) == (1, 0)


def test_a_second_price_on_the_same_days_is_refused_with_a_sentence(administrator: Client) -> None:
    price = Price.objects.get(item="visit")
    first = localdate(clock.now()) + timedelta(days=20)
    page = f"/settings/prices/{price.pk}/next"
    administrator.post(page, {"valid_from": first.isoformat(), "yuan": "45"})
    earlier = {"valid_from": (first - timedelta(days=5)).isoformat(), "yuan": "50"}
    answer = administrator.post(page, earlier)
    text = answer.content.decode()
    assert (answer.status_code, "Another price for the same thing holds on one of these days." in text) == (
        422,
        True,
    )
    price.refresh_from_db()
    assert price.valid_until == first - timedelta(days=1)


@pytest.mark.demand("S3-70")
def test_components_have_a_warranty_of_their_own_the_most_particular_counting(administrator: Client) -> None:
    category = Category.objects.get(code="refrigerator")
    product = Product.objects.get(category=category)
    told = {
        "category_id": category.pk, "component_zh": "压缩机", "component_en": "Compressor", "months": 36,
        "basis": "law", "source": "第 3 条",
    }  # fmt: skip
    assert administrator.post("/settings/warranty/add", told).status_code == 302
    assert administrator.post("/settings/warranty/add", told).status_code == 422
    longer = told | {"brand": "澄川", "months": 120, "basis": "brand"}
    assert administrator.post("/settings/warranty/add", longer).status_code == 302
    other = told | {"brand": "别家", "months": 1}
    assert administrator.post("/settings/warranty/add", other).status_code == 302
    terms = warranty_terms(category_code="refrigerator", brand="澄川", model=product.model)
    assert [(one.component_en, one.months) for one in terms] == [("Compressor", 120)]
    page = administrator.get(f"/settings/products/{product.pk}/glance").content.decode()
    assert "Compressor" in page and ">120<" in page and "Whole appliance" in page
    row = WarrantyTerm.objects.get(months=120)
    administrator.post(f"/settings/warranty/{row.pk}/out")
    terms = warranty_terms(category_code="refrigerator", brand="澄川", model=product.model)
    assert [one.months for one in terms] == [36]
    assert administrator.post(f"/settings/warranty/{row.pk}/back").status_code == 302


def test_a_retired_term_does_not_come_back_beside_its_successor(administrator: Client) -> None:
    category = Category.objects.get(code="refrigerator")
    told = {
        "category_id": category.pk,
        "component_zh": "压缩机",
        "component_en": "Compressor",
        "basis": "own",
    }
    administrator.post("/settings/warranty/add", told | {"months": 12})
    old = WarrantyTerm.objects.get()
    administrator.post(f"/settings/warranty/{old.pk}/out")
    assert administrator.post("/settings/warranty/add", told | {"months": 24}).status_code == 302
    assert administrator.post(f"/settings/warranty/{old.pk}/back").status_code == 422
    assert WarrantyTerm.objects.filter(retired_at__isnull=True).count() == 1


def test_a_model_is_named_with_its_brand(administrator: Client) -> None:
    category = Category.objects.get(code="refrigerator")
    told = {
        "category_id": category.pk, "component_zh": "门封", "component_en": "Seal", "months": 6, "basis": "own",
        "model": "REF123",
    }  # fmt: skip
    answer = administrator.post("/settings/warranty/add", told)
    assert (answer.status_code, "A model is named with its brand." in answer.content.decode()) == (422, True)


def test_a_part_says_for_which_models_it_is_made(administrator: Client) -> None:
    told = {
        "number": "A-1",
        "name_zh": "门封",
        "name_en": "Seal",
        "fits": " 澄川  REF123 \r\n\r\n澄川 REF9\n澄川 REF9",
    }
    assert administrator.post("/settings/parts/add", told).status_code == 302
    part = Part.objects.get(number="A-1")
    assert part.fits == ["澄川 REF123", "澄川 REF9"]
    found = parts_for("refrigerator")
    assert [one.number for one in parts_that_fit(found, brand="澄川", model="ref123")] == ["A-1"]
    assert parts_that_fit(found, brand="澄川", model="OTHER") == []


def test_every_item_of_a_price_list_has_a_word_and_can_be_kept(administrator: Client) -> None:
    Price.objects.create(
        item="fee",
        code="drill_fee",
        name_zh="墙体打孔",
        name_en="Drilling",
        fen=6000,
        valid_from="2024-01-01",
    )
    assert "Other charge" in administrator.get("/settings/prices?q=drill_fee").content.decode()
    first = (localdate(clock.now()) + timedelta(days=5)).isoformat()
    told = {"item": "fee", "code": "drill_fee", "name_zh": "墙体打孔", "name_en": "Drilling", "yuan": "70"}
    assert administrator.post("/settings/prices/add", told | {"valid_from": first}).status_code == 302
