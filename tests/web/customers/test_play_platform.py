"""In the demo a visitor plays a platform and somebody who posts, by the same ways that files and programs go."""

from typing import Any

import pytest
from django.test import Client

from bihuan.management.demo.outside import found_outside
from bihuan.service.cases.models import Case
from bihuan.service.orders.models import Order
from bihuan.service.social.models import Post
from tests.makers import NOW, company, settle

pytestmark = pytest.mark.django_db
ORDER = {
    "platform": "jd",
    "number": "D-1",
    "kind": "送装一体",
    "phone": "13800001111-1234",
    "words": "周末送到",
}


@pytest.fixture(autouse=True)
def _in_the_demo(settings: Any) -> None:
    settings.BIHUAN_DEMO = True


@pytest.mark.demand("S2-09", "U-03")
def test_a_visitor_orders_as_a_platform_and_the_same_number_is_one_order() -> None:
    company()
    found_outside(now=NOW)
    client = Client(headers={"Accept-Language": "en"})
    first, again = client.post("/play/platform", ORDER), client.post("/play/platform", ORDER)
    case = Case.objects.get()
    assert (case.number in first.content.decode(), case.kind) == (True, "installation")
    assert ("The same already" in again.content.decode(), Order.objects.count()) == (True, 1)


@pytest.mark.demand("S3-14")
def test_a_visitors_post_about_our_brand_becomes_a_case() -> None:
    company()
    found_outside(now=NOW)
    Client().post("/play/platform", {"user": "路人", "post": "澄川空调漏电了"})
    settle()
    assert (Post.objects.get().about_us, Case.objects.get().urgency) == (True, "urgent")


def test_elsewhere_there_is_no_such_page(settings: Any) -> None:
    settings.BIHUAN_DEMO = False
    assert Client().get("/play/platform").status_code == 404
