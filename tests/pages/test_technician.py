"""A technician's phone, as the technician and the customer see it."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bihuan.registers.access.queries import person
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer
from bihuan.service.dispatch.assigning import assign
from bihuan.service.dispatch.offering import accept_offer, offer, standing_offer
from bihuan.service.fieldwork import quoting, sheets
from bihuan.service.fieldwork.checklists import lines_for
from bihuan.service.fieldwork.models import Photo, Quote, Sheet, UsedPart
from bihuan.service.fieldwork.signing import sign
from bihuan.service.intake.queries import link_of
from bihuan.web.look import middleware
from tests.makers import a_case, company, settle
from tests.pages.axe import overflow, shots, violations
from tests.service.fieldwork.made import OnSite, a_part, booked, drawn, on_site, png, ready, told

pytestmark = pytest.mark.django_db
type Turn = Callable[[datetime], None]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def phone(here: OnSite) -> Client:
    """The technician's phone, signed in."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(person(here.viewer.person_id or 0), backend=BACKEND)
    return client


@pytest.fixture
def clock_at(monkeypatch: pytest.MonkeyPatch) -> Turn:
    """Set the installation's clock, as the demo may."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(middleware, "now", lambda: moment)

    return set_to


def words(answer: Any) -> str:
    """The page as text."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.demand("S0-24")
def test_today_shows_the_visit_with_address_and_one_tap_call(clock_at: Turn) -> None:
    here = booked()
    clock_at(here.now)
    page = phone(here).get("/field/")
    said = page.content.decode()
    assert page.status_code == 200
    assert "文一西路1号1幢101室" in said
    assert 'href="tel:+86' in said
    assert 'href="geo:30.29,120.1?q=' in said
    assert "机器突然不制冷了" in said
    assert "10:00–12:00" in said


def test_an_offered_job_is_masked_and_can_be_taken_or_given_back(clock_at: Turn) -> None:
    made = company()
    case = a_case(made)
    desk = Doer.of(made.viewer(Role.DISPATCHER))
    here = OnSite(made=made, case=case, viewer=made.viewer(Role.TECHNICIAN), now=case.opened_at)
    clock_at(here.now)
    if standing_offer(case.id) is None:
        offer(case, node_id=made.own.id, doer=desk, now=here.now, by_choice=True)
    accept_offer(case, doer=Doer.of(made.viewer(Role.SERVICE_POINT_DISPATCHER)), now=here.now)
    assign(case, technician_id=made.technicians[0].id, doer=desk, now=here.now, by_choice=True)
    client = phone(here)
    said = client.get("/field/").content.decode()
    assert "张*" in said
    assert "101室" not in said
    client.post(f"/field/offers/{case.number}/accept")
    case.refresh_from_db()
    assert case.technician_person_id == here.viewer.person_id
    assert "101室" in client.get("/field/").content.decode()


def test_somebody_elses_visit_does_not_exist(clock_at: Turn) -> None:
    here = on_site()
    clock_at(here.now)
    client = Client()
    other = here.made.technicians[1].person
    client.force_login(other, backend=BACKEND)
    for path in ("", "sign", "quote", "sheet.pdf", "photos/1"):
        assert client.get(f"/field/{here.case.number}/{path}").status_code == 404
    assert client.post(f"/field/{here.case.number}/steps/tests", {}).status_code == 404


@pytest.mark.demand("S0-24", "S1-33", "S0-26", "S0-27", "S1-39")
def test_a_whole_visit_by_plain_forms(clock_at: Turn) -> None:
    here = booked()
    clock_at(here.now)
    client, at = phone(here), f"/field/{here.case.number}/"
    part = a_part()
    client.get(at)
    client.post(at + "go/confirm", {"reached": "1"})
    client.post(at + "go/depart")
    client.post(at + "go/arrive")
    page = client.get(at)
    assert "At the door" in words(page)
    for sort in ("conduct", "safety", "closing"):
        codes = [line.code for line in lines_for(here.work.case, sort)]
        form: dict[str, Any] = (
            {f"safety-{code}": "yes" for code in codes} if sort == "safety" else {sort: codes}
        )
        assert client.post(at + f"steps/{sort}", form).status_code == 302
    plan = {"reproduced": "yes", "cause": "启动器烧坏", "plan": "更换启动器", "environment-socket": "yes"}
    assert client.post(at + "steps/diagnosis", plan).status_code == 302
    prices = here.prices("labour", "part")
    assert client.post(at + "steps/quote", {f"line-{line}": "1" for line in prices}).status_code == 302
    fitted = {"part": part.id, "serial": "S-1", "quantity": "1", "shown": "1", "old_part": "kept"}
    refused = client.post(at + "steps/parts", fitted)
    assert refused.status_code == 409
    assert "has not agreed" in words(refused)
    assert "¥300.00" in words(client.get(at + "quote"))
    client.post(at + "quote", {"answer": "yes"})
    assert client.post(at + "steps/parts", fitted).status_code == 302
    assert UsedPart.objects.get().old_part == "kept"
    point = here.work.case.report.symptoms[0]
    client.post(at + "steps/tests", {f"point-{point}": "yes"})
    client.post(at + "steps/readings", {"name": "Current", "value": "1.1", "unit": "A"})
    client.post(
        at + "steps/photos",
        {"about": "before", "photo": SimpleUploadedFile("a.png", png()), "serial-whole": "SN1"},
    )
    assert Photo.objects.count() == 1
    answer = client.post(at + "steps/outcome", {"outcome": "finished", "minutes": "40"})
    assert answer.headers["Location"] == at + "sign"
    signing = client.get(at + "sign")
    assert "Very satisfied" in words(signing)
    client.post(at + "sign", {"opinion": "very_satisfied", "signature": drawn()})
    ended = client.get(at)
    assert "This visit has ended" in words(ended)
    sheet = client.get(at + "sheet.pdf")
    assert sheet.content.startswith(b"%PDF")
    assert (sheet.headers["Content-Type"], sheet.headers["X-Content-Type-Options"]) == (
        "application/pdf",
        "nosniff",
    )
    here.case.refresh_from_db()
    assert here.case.stands_at == "done"


@pytest.mark.parametrize(
    ("step", "form", "sentence"),
    [
        ("quote", {}, "Choose at least one line"),
        ("quote", {"line-999999": "1"}, "Only lines of the price list"),
        ("quote", {"line-PRICE": "-1"}, "Only lines of the price list"),
        ("quote", {"line-PRICE": "100"}, "Only lines of the price list"),
        ("diagnosis", {"reproduced": "yes", "cause": "", "plan": "x"}, "Write the cause"),
        ("diagnosis", {"cause": "x", "plan": "x"}, "saw the fault"),
        ("readings", {"name": "", "value": ""}, "what was measured"),
        ("tests", {}, "whether it works"),
        ("parts", {"part": "abc"}, "Choose a part"),
        ("outcome", {"outcome": "second_visit"}, "needs a reason"),
        ("outcome", {"outcome": "flown"}, "cannot end that way"),
        ("outcome", {"outcome": "finished", "minutes": "99999"}, "Minutes of work"),
    ],
)
def test_bad_input_gets_a_sentence_and_changes_nothing(
    clock_at: Turn, step: str, form: dict[str, str], sentence: str
) -> None:
    here = on_site()
    clock_at(here.now)
    price = next(iter(here.prices("labour")))
    form = {name.replace("PRICE", str(price)): value for name, value in form.items()}
    answer = phone(here).post(f"/field/{here.case.number}/steps/{step}", form)
    assert answer.status_code in {409, 422}
    assert sentence in words(answer)
    assert Quote.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xd8\xff" + b"0" * (20 * 1024 * 1024), "too large"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no photo that we can keep"),
        (b"GIF89a" + b"0" * 100, "no photo that we can keep"),
        (b"", "no photo that we can keep"),
    ],
)
def test_what_is_no_photo_is_refused(clock_at: Turn, content: bytes, sentence: str) -> None:
    here = on_site()
    clock_at(here.now)
    form = {"about": "before", "photo": SimpleUploadedFile("a.jpg", content, content_type="image/jpeg")}
    answer = phone(here).post(f"/field/{here.case.number}/steps/photos", form)
    if content:
        assert answer.status_code == 422
        assert sentence in words(answer)
    assert Photo.objects.count() == 0


def test_a_photo_is_served_only_to_who_may_see_the_customer(clock_at: Turn) -> None:
    here = on_site()
    clock_at(here.now)
    client, at = phone(here), f"/field/{here.case.number}/"
    client.post(at + "steps/photos", {"about": "before", "photo": SimpleUploadedFile("a.png", png())})
    kept = Photo.objects.get()
    seen = client.get(at + f"photos/{kept.id}")
    assert (seen.content, seen.headers["Content-Type"]) == (png(), "image/png")
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    keeper = Client()
    keeper.force_login(here.made.people[Role.PARTS_KEEPER], backend=BACKEND)
    assert keeper.get(at + f"photos/{kept.id}").status_code == 404


def test_a_double_submit_signs_once(clock_at: Turn) -> None:
    here = ready()
    clock_at(here.now)
    client, at = phone(here), f"/field/{here.case.number}/"
    client.post(at + "steps/outcome", {"outcome": "finished"})
    form = {"opinion": "satisfied", "signature": drawn()}
    client.post(at + "sign", form)
    again = client.post(at + "sign", form, follow=True)
    assert "signed already" in words(again)
    assert Sheet.objects.count() == 1


@pytest.mark.demand("S1-33", "L-14")
def test_the_customer_answers_the_quote_on_the_private_link_once(clock_at: Turn) -> None:
    here = ready()
    clock_at(here.now)
    made = quoting.quote(here.work, here.prices("labour"), by=here.viewer.actor, now=here.now)
    path = "/c/" + link_of(here.work.case.report).rsplit("/c/", 1)[1] + "/quote"
    customer = Client(headers={"accept-language": "en"})
    assert "¥120.00" in words(customer.get(path))
    made.refresh_from_db()
    assert made.state == "offered"
    customer.post(path, {"answer": "yes"})
    made.refresh_from_db()
    assert (made.state, made.answered_how) == ("consented", "link")
    assert customer.post(path, {"answer": "no"}).status_code == 409
    assert customer.get(path[:-10] + "x/quote").status_code == 404


@pytest.mark.demand("L-29")
def test_whoever_holds_the_sheet_can_check_it_and_sees_it_masked(clock_at: Turn) -> None:
    here = ready()
    clock_at(here.now)
    sheet = sign(here.work, told(), doer=here.doer, now=here.now)
    settle(here.now)
    path = f"/v/{sheets.token_of(sheet)}"
    anybody = Client(headers={"accept-language": "en"})
    seen = words(anybody.get(path))
    assert "This sheet is as it was signed" in seen
    assert "张*" in seen
    assert "101室" not in seen
    pdf = anybody.get("/c/" + link_of(here.work.case.report).rsplit("/c/", 1)[1] + "/sheet.pdf").content
    same = anybody.post(path, {"pdf": SimpleUploadedFile("a.pdf", pdf)})
    assert "exactly the sheet" in words(same)
    other = anybody.post(path, {"pdf": SimpleUploadedFile("a.pdf", pdf + b" ")})
    assert "differs" in words(other)
    Sheet.objects.filter(id=sheet.id).update(total_fen=1)
    assert "altered after signing" in words(anybody.get(path))
    assert anybody.get("/v/" + "x" * 43).status_code == 404


def enter(page: Page, here: OnSite, address: str) -> None:
    """Sign the browser in as the technician."""
    client = phone(here)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": address}])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_of_a_visit_in_a_real_browser(
    live_server: LiveServer, page: Page, language: str, clock_at: Turn
) -> None:
    here = booked()
    clock_at(here.now)
    part = a_part()
    enter(page, here, live_server.url)
    page.context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    page.set_viewport_size({"width": 360, "height": 780})

    def look(name: str) -> None:
        page.wait_for_timeout(300)  # until colours have settled
        assert violations(page) == []
        assert overflow(page) == 0
        shots(page, name)

    page.goto(f"{live_server.url}/field/")
    look("technicians-today")
    at = f"{live_server.url}/field/{here.case.number}/"
    page.goto(at)
    look("technicians-visit-before")
    page.locator("form[action$='go/depart'] button").click()
    page.locator("form[action$='go/arrive'] button").click()
    page.wait_for_selector("#step-conduct[open]")
    look("technicians-visit-door")
    for box in page.locator("#step-conduct input[type=checkbox]").all():
        box.check()
    page.locator("#step-conduct form button").click()
    page.wait_for_selector("#step-safety[open]")
    look("technicians-visit-safety")
    for row in page.locator("#step-safety fieldset").all():
        row.locator("label").first.click()
    page.locator("#step-safety form button").click()
    page.wait_for_selector("#step-diagnosis[open]")
    page.locator("#step-diagnosis label:has(input[name=reproduced][value=yes])").click()
    page.fill("#cause", "压缩机启动器烧坏")
    page.fill("#plan", "更换启动器，试机")
    look("technicians-visit-diagnosis")
    page.locator("#step-diagnosis form button").click()
    page.wait_for_selector("#step-quote[open]")
    page.evaluate("document.querySelectorAll('#step-quote details').forEach(part => { part.open = true })")
    for line in here.prices("labour", "visit", "part"):
        page.fill(f"#line-{line}", "1")
    look("technicians-visit-quote")
    page.locator("#step-quote form .btn-primary").click()
    page.locator("a[href$='/quote']").click()
    page.wait_for_selector("button[value=yes]")
    look("technicians-quote-consent")
    page.locator("button[value=yes]").click()
    page.wait_for_selector("#step-quote")
    page.goto(at + "?step=parts")
    page.fill("#serial", "FRS-20260001")
    page.locator("#step-parts input[name=shown]").check()
    page.locator("#step-parts label:has(input[value=kept])").click()
    look("technicians-visit-parts")
    page.locator("#step-parts form button").last.click()
    page.wait_for_selector("#step-parts button[name=strike]")
    assert UsedPart.objects.get().part_id == part.id
    page.goto(at + "?step=tests")
    for row in page.locator("#step-tests fieldset").all():
        row.locator("label").first.click()
    page.locator("#step-tests form button").click()
    page.wait_for_selector("#step-closing[open]")
    look("technicians-visit-closing")
    for box in page.locator("#step-closing input[type=checkbox]").all():
        box.check()
    page.locator("#step-closing form button").click()
    page.wait_for_selector("#step-outcome[open]")
    page.fill("#minutes", "45")
    look("technicians-visit-outcome")
    page.locator("#step-outcome form button").click()
    page.wait_for_selector("canvas")
    page.locator("label:has(input[value=very_satisfied])").click()
    page.locator("canvas").scroll_into_view_if_needed()
    pad = page.locator("canvas").bounding_box()
    assert pad is not None
    page.mouse.move(pad["x"] + 40, pad["y"] + 80)
    page.mouse.down()
    page.mouse.move(pad["x"] + 120, pad["y"] + 40)
    page.mouse.move(pad["x"] + 200, pad["y"] + 100)
    page.mouse.up()
    look("technicians-sign")
    page.locator("form.card button.btn-primary").click()
    page.wait_for_selector("#ended")
    look("technicians-visit-ended")
    sheet = Sheet.objects.get()
    page.goto(f"{live_server.url}/v/{sheets.token_of(sheet)}")
    look("customers-verify")
    for name in ("coming", "van", "me"):
        page.goto(f"{live_server.url}/field/{name}/")
        look(f"technicians-{name}")
