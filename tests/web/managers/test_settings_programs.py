"""Platforms, programs and keyword rules are kept in the settings: in people's words, secrets never shown again."""

from typing import Any

import pytest
from django.test import Client

from bihuan.registers.access.models import Change, Person, Token
from bihuan.registers.access.roles import Role
from bihuan.service.orders.models import Platform
from bihuan.service.social.models import PostRule
from tests.makers import company

pytestmark = [pytest.mark.django_db, pytest.mark.demand("S2-09")]
HOOK = "https://platform.example/hook/secret-part"
FORM: dict[str, Any] = {
    "code": "jd",
    "name": "京东",
    "kind": "",
    "kinds": "京东安装 = Installation\n京东维修＝repair",
    "columns": "Order number = 交易编号, 父单号",
    "promise_days": "2",
    "authority": "",
    "webhook": HOOK,
    "secret": "a-very-secret-secret",
}


@pytest.fixture
def client() -> Client:
    found = Client(headers={"Accept-Language": "en"})
    found.force_login(Person.objects.get(id=company().people[Role.ADMINISTRATOR].id))
    return found


def test_a_platform_is_kept_in_words_and_its_secrets_are_never_shown_again(client: Client) -> None:
    answer = client.post("/settings/platforms/add", FORM)
    assert answer.status_code == 302, answer.context["form"].errors
    kept = Platform.objects.get()
    assert kept.kinds == {"京东安装": "installation", "京东维修": "repair"}
    assert kept.columns == {"number": ["交易编号", "父单号"]}
    page = client.get(f"/settings/platforms/{kept.id}").content.decode()
    assert ("京东安装 = Installation" in page, HOOK in page, "a-very-secret" in page) == (True, False, False)
    assert "secret" not in str(Change.objects.filter(register="platforms").values_list("after", flat=True))


def test_a_line_that_cannot_be_read_is_named(client: Client) -> None:
    answer = client.post("/settings/platforms/add", FORM | {"kinds": "京东安装 - 安装"})
    assert (answer.status_code, "京东安装 - 安装" in str(answer.context["form"].errors)) == (422, True)


def test_changing_a_platform_keeps_its_address_when_none_is_typed(client: Client) -> None:
    client.post("/settings/platforms/add", FORM)
    kept = Platform.objects.get()
    client.post(f"/settings/platforms/{kept.id}", FORM | {"webhook": "", "secret": "", "promise_days": "4"})
    after = Platform.objects.get()
    assert (after.webhook_sealed == kept.webhook_sealed, after.promise_days) == (True, 4)
    client.post(f"/settings/platforms/{kept.id}", FORM | {"webhook": "-", "secret": "-"})
    assert (Platform.objects.get().webhook_sealed, Platform.objects.get().secret_sealed) == ("", "")


def test_a_token_is_shown_once_and_revoked_from_its_row(client: Client) -> None:
    page = client.post("/settings/programs/make", {"name": "商城 App", "channel": "app", "platform": ""})
    clear, token = page.context["clear"], Token.objects.exclude(name="").get()
    assert (len(clear) > 40, clear in client.get("/settings/programs").content.decode()) == (True, False)
    assert client.post(f"/settings/programs/{token.id}/out").status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None
    deeds = Change.objects.filter(register="programs").order_by("id").values_list("deed", flat=True)
    assert list(deeds) == [
        "added",
        "retired",
    ]


@pytest.mark.demand("S3-14")
def test_a_keyword_rule_is_kept_and_retired(client: Client) -> None:
    told = {
        "name": "品牌",
        "words": "澄川，栎合\n霁屿",
        "excludes": "",
        "about_us": "on",
        "kind": "",
        "rank": "5",
    }
    answer = client.post("/settings/post-rules/add", told | {"urgency": ""})
    assert answer.status_code == 302, answer.context["form"].errors
    rule = PostRule.objects.get()
    assert (rule.words, rule.about_us, rule.rank) == (["澄川", "栎合", "霁屿"], True, 5)
    client.post(f"/settings/post-rules/{rule.id}/out")
    assert PostRule.objects.get().retired_at is not None
