"""My notices, how I am told, and trying a chat group: the pages, as people use them."""

import base64
import re
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from bihuan.registers.access.models import Change, Person
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.models import Browser
from bihuan.service.notices.actions import tell_person
from bihuan.service.notices.models import Custom, Group, Notice, Quiet, Wish
from tests.makers import NOW, PASSWORD, Company, company
from tests.pages.axe import overflow, violations
from tests.registers.channels.houses import SECRET, a_house, dingtalk, feishu, saying
from tests.statements import statements

pytestmark = pytest.mark.django_db
LINK = "http://127.0.0.1:8000/desk/case/AF20261123001"


@pytest.fixture
def made() -> Company:
    return company()


def reader(made: Company, role: Role = Role.AGENT) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(made.people[role])
    return client


def told(person: Person, kind: str = "chased", *, link: str = LINK, about: str = "a") -> Notice:
    fill = {"number": "AF20261123001", "place": "西湖区", "what": "首次联系"}
    return tell_person(
        person, kind, about=about, fill=fill, link=link, case=None, now=NOW - timedelta(days=30)
    )[0]


@pytest.mark.demand("U-08")
def test_a_notice_is_on_my_page_until_it_is_opened(made: Company) -> None:
    client, person = reader(made), made.people[Role.AGENT]
    notice = told(person)
    assert re.search(r"bell-count[^>]*>1<", client.get("/me/unread").content.decode())
    page = client.get("/me/inbox").content.decode()
    assert "AF20261123001 西湖区" in page
    assert "not read" in page
    opened = client.get(f"/me/inbox/{notice.id}")
    assert (opened.status_code, opened.headers["Location"]) == (302, "/desk/case/AF20261123001")
    assert client.get("/me/unread").content.decode().strip() == ""
    assert "No notice like this" in client.get("/me/inbox?unread=1").content.decode()


def test_a_link_that_leads_elsewhere_is_not_followed(made: Company) -> None:
    client, person = reader(made), made.people[Role.AGENT]
    for number, link in enumerate(("https://evil.example/", "http://127.0.0.1:8000//evil.example/x")):
        notice = told(person, link=link, about=f"x{number}")
        assert client.get(f"/me/inbox/{notice.id}").headers["Location"] == "/me/inbox"


def test_nobody_opens_anothers_notice(made: Company) -> None:
    notice = told(made.people[Role.SUPERVISOR])
    assert reader(made).get(f"/me/inbox/{notice.id}").status_code == 404
    assert reader(made).post("/me/inbox/read", {"one": notice.id}).status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_one_or_all_are_marked_as_read(made: Company) -> None:
    client, person = reader(made), made.people[Role.AGENT]
    first = told(person)
    told(person, about="b")
    client.post("/me/inbox/read", {"one": first.id})
    assert Notice.objects.filter(read_at__isnull=True).count() == 1
    client.post("/me/inbox/read")
    assert Notice.objects.filter(read_at__isnull=True).count() == 0


def test_my_page_costs_the_same_with_one_notice_and_with_three(made: Company) -> None:
    client, counts = reader(made), []
    for number in (1, 2, 3):
        told(made.people[Role.AGENT], about=f"n{number}")
        counts.append(len(statements(lambda: client.get("/me/inbox"))))
    assert counts[0] == counts[1] == counts[2]
    assert counts[0] <= 8


@pytest.mark.demand("U-08")
def test_i_say_how_i_am_told_and_what_cannot_be_switched_off_stays(made: Company) -> None:
    client, person = reader(made), made.people[Role.AGENT]
    said = {
        "way-chased": ["sms", "mail"], "way-urgent": [], "begins": "21:00", "ends": "08:00",
        "email": "agent@x.example",
    }  # fmt: skip
    answer = client.post("/me/notices", said)
    assert answer.status_code == 302
    wishes = dict(Wish.objects.filter(person=person).values_list("news", "channels"))
    assert (wishes["chased"], wishes["urgent"]) == (["sms", "mail"], ["sms"])
    quiet = Quiet.objects.get(person=person)
    assert (quiet.begins.hour, quiet.ends.hour) == (21, 8) if quiet.begins and quiet.ends else False
    person.refresh_from_db()
    assert person.email == "agent@x.example"
    page = client.get("/me/notices").content.decode()
    assert re.search(r'name="way-urgent" value="sms" checked disabled', page)
    assert "my own" in page


@pytest.mark.parametrize(
    "said", [{"begins": "21:00"}, {"begins": "25:00", "ends": "08:00"}, {"email": "nobody"}]
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(made: Company, said: dict[str, str]) -> None:
    answer = reader(made).post("/me/notices", said)
    assert answer.status_code == 422
    assert Quiet.objects.count() == 0


def test_a_browser_is_told_from_now_on_and_stopped_again(made: Company) -> None:
    client = reader(made)
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    raw = point.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    given = {
        "endpoint": "https://fcm.googleapis.com/fcm/send/abc",
        "p256dh": base64.urlsafe_b64encode(raw).decode().rstrip("="),
        "auth": base64.urlsafe_b64encode(b"0123456789abcdef").decode().rstrip("="),
    }
    assert client.post("/me/browsers", given).status_code == 302
    [browser] = Browser.objects.all()
    assert "fcm.googleapis.com" not in client.get("/me/notices").content.decode()
    reader(made, Role.SUPERVISOR).post(f"/me/browsers/{browser.id}/stop")
    assert Browser.objects.count() == 1
    client.post(f"/me/browsers/{browser.id}/stop")
    assert Browser.objects.count() == 0
    evil = given | {"endpoint": "https://evil.example/x"}
    assert client.post("/me/browsers", evil).status_code == 422


def test_the_worker_of_push_messages_is_there_for_everybody_and_says_nothing_of_anybody() -> None:
    answer = Client().get("/me/push-worker.js")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert b"showNotification" in answer.content


def group_form(made: Company, **more: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "name": "值班群", "kind": "dingtalk", "node_id": made.head.id, "news": ["new", "urgent"],
        "webhook": "https://oapi.dingtalk.com/robot/send?access_token=tok123", "secret": SECRET,
        "calendar": "24x7", "language": "zh-hans",
    }  # fmt: skip
    return usual | more


@pytest.mark.demand("U-08")
def test_an_administrator_adds_a_group_and_its_address_is_never_seen_again(made: Company) -> None:
    client = reader(made, Role.ADMINISTRATOR)
    assert client.post("/settings/groups/add", group_form(made)).status_code == 302
    group = Group.objects.get()
    pages = [
        "/settings/groups", f"/settings/groups/{group.id}", f"/settings/groups/{group.id}/try",
        "/settings/groups/history", "/settings/groups?format=csv",
    ]  # fmt: skip
    for page in pages:
        answer = client.get(page)
        body = b"".join(answer) if answer.streaming else answer.content
        assert answer.status_code == 200, page
        assert not any(hidden in body.decode() for hidden in ("tok123", SECRET)), page
    kept = Change.objects.filter(register="groups").values_list("after", flat=True)
    assert kept
    assert not any(hidden in str(list(kept)) for hidden in ("tok123", SECRET))
    wrong = client.post("/settings/groups/add", group_form(made, name="b", webhook="https://evil.example/"))
    assert (wrong.status_code, Group.objects.count()) == (422, 1)


@pytest.mark.parametrize(
    ("rule", "kind", "path", "said"),
    [
        (dingtalk, "dingtalk", "/robot/send?access_token=right", "The test message is in the group."),
        (feishu, "feishu", "/open-apis/bot/v2/hook/a", "The test message is in the group."),
        (saying({"code": 19024}), "feishu", "/hook", "The robot wants a keyword in every message"),
        (
            saying("<html>", 502),
            "dingtalk",
            "/robot/send?access_token=a",
            "The provider answered with a fault",
        ),
    ],
)
def test_a_group_is_tried_by_a_button_and_the_answer_is_said(
    made: Company, settings: Settings, rule: object, kind: str, path: str, said: str
) -> None:
    settings.BIHUAN_CHANNEL_HOSTS = frozenset({"127.0.0.1"})
    settings.BIHUAN_CHANNELS_PRIVATE = True
    client = reader(made, Role.ADMINISTRATOR)
    with a_house(rule) as house:  # type: ignore[arg-type]
        form = group_form(made, kind=kind, webhook=f"{house.address}{path}")
        assert client.post("/settings/groups/add", form).status_code == 302
        group = Group.objects.get()
        page = client.post(f"/settings/groups/{group.id}/try", follow=True).content.decode()
        assert said in page
        assert len(house.heard) == 1
    outbox = client.get("/manage/outbox", {"who": "值班"}).content.decode()
    assert "Test message" in outbox
    channels = client.get("/manage/channels").content.decode()
    assert ("works" in channels) == ("in the group" in said)


def test_a_line_for_a_role_is_kept_by_the_register(made: Company) -> None:
    client = reader(made, Role.ADMINISTRATOR)
    said = {"role": "agent", "news": "chased", "channels": ["sms"]}
    assert client.post("/settings/telling/add", said).status_code == 302
    assert [(one.role, one.news, one.channels) for one in Custom.objects.all()] == [
        ("agent", "chased", ["sms"])
    ]
    assert client.get("/settings/telling").status_code == 200


@pytest.mark.one_database
@pytest.mark.parametrize("path", ["/me/inbox", "/me/notices"])
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("role", [Role.AGENT, Role.TECHNICIAN])
def test_nothing_stands_in_the_way_of_anybody(
    live_server: LiveServer, page: Page, settings: Settings, path: str, width: int, role: Role
) -> None:
    settings.BIHUAN_ADDRESS = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    made = company()
    person = made.people[role]
    told(person, link=f"{live_server.url}/desk/case/AF1")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/accounts/login/")
    page.fill("[name=login]", person.login)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(f"{live_server.url}{path}")
    page.locator(".bell-count").first.wait_for()
    assert violations(page) == []
    assert overflow(page) == 0


# What a push service would give; there is none on this machine.
SUBSCRIBED = """
Notification.requestPermission = async () => "granted";
PushManager.prototype.subscribe = async function (asked) {
  const key = new Uint8Array(asked.applicationServerKey);
  if (key.length !== 65 || !asked.userVisibleOnly) throw new Error("not a key");
  return { toJSON: () => ({ endpoint: "https://fcm.googleapis.com/fcm/send/abc",
    keys: { p256dh: "%s", auth: "MDEyMzQ1Njc4OWFiY2RlZg" } }) };
};
"""


@pytest.mark.demand("U-08")
@pytest.mark.one_database
def test_a_browser_subscribes_by_one_press(live_server: LiveServer, page: Page, settings: Settings) -> None:
    settings.BIHUAN_ADDRESS = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    person = company().people[Role.AGENT]
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    raw = point.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    page.add_init_script(SUBSCRIBED % base64.urlsafe_b64encode(raw).decode().rstrip("="))
    page.goto(f"{live_server.url}/accounts/login/")
    page.fill("[name=login]", person.login)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(f"{live_server.url}/me/notices")
    page.locator("[data-push-ask]").click()
    page.locator("form[action$='/stop']").wait_for()
    assert Browser.objects.get().person_id == person.id
    registered = page.evaluate(
        "navigator.serviceWorker.getRegistrations().then(all => all.map(one => one.scope))"
    )
    assert registered == [f"{live_server.url}/me/"]
