"""Signing in: a second factor for who leads, lockout, codes and links for technicians, remembered devices."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
)
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, override_settings

from bihuan.ground.vault.actions import keys_of
from bihuan.ground.worktime import clock
from bihuan.registers.access.actions import make_code, remember_device, use_code
from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.models import Device, Person, SignInCode
from bihuan.registers.access.queries import remembered
from bihuan.registers.access.roles import SECOND_FACTOR, Role
from bihuan.service.notices.models import Notice
from bihuan.web.look.devices import COOKIE
from tests.makers import NOW, PASSWORD, Company, a_person, a_technician, code_now, company

pytestmark = pytest.mark.django_db
FIRST_PAGE = {Role.ADMINISTRATOR: "/settings/", Role.MANAGER: "/desk/cases", Role.APPROVER: "/desk/cases"}


@pytest.fixture(autouse=True)
def _fresh_counters() -> None:
    cache.clear()


@pytest.fixture
def made() -> Company:
    return company()


def signed_in(person: Person) -> Client:
    client = Client()
    answer = client.post("/accounts/login/", {"login": person.login, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


@pytest.mark.parametrize("role", sorted(SECOND_FACTOR))
def test_who_leads_sees_no_page_before_a_second_factor_is_set_up(made: Company, role: Role) -> None:
    person = a_person(role, node=made.head, demo=False)
    client = signed_in(person)
    answer = client.get(FIRST_PAGE[role])
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/2fa/totp/activate/")
    client.post(
        "/accounts/reauthenticate/", {"password": PASSWORD}
    )  # so that nobody does it at a desk left open
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200, page.headers
    shown = re.search(r'value="([A-Z2-7]{32})"', page.content.decode())
    assert shown is not None
    secret = shown[1]
    assert client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    assert client.get(FIRST_PAGE[role]).status_code == 302
    client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
    assert client.get(FIRST_PAGE[role]).status_code == 200


def test_a_second_factor_is_asked_at_every_sign_in_and_cannot_be_taken_away(made: Company) -> None:
    person = a_person(Role.MANAGER, node=made.head, demo=False)
    TOTP.activate(person, generate_totp_secret())
    client = Client()
    answer = client.post("/accounts/login/", {"login": person.login, "password": PASSWORD})
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/desk/cases").headers["Location"].startswith("/accounts/login/")
    client.force_login(person)
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=person).exists()


def test_other_roles_need_no_second_factor(made: Company) -> None:
    client = signed_in(a_person(Role.AGENT, node=made.head, demo=False))
    assert client.get("/desk/").status_code == 200


def test_the_demos_people_are_exempt_only_where_the_demo_runs(made: Company) -> None:
    client = signed_in(made.people[Role.ADMINISTRATOR])
    assert client.get("/settings/").status_code == 200
    with override_settings(BIHUAN_DEMO=False):
        assert client.get("/settings/").headers["Location"] == "/accounts/2fa/totp/activate/"


def test_a_phones_code_does_not_stand_in_for_a_second_factor(made: Company) -> None:
    person = a_person(Role.MANAGER, node=made.own, demo=False, phone="+8613900000001")
    person.roles = [Role.MANAGER, Role.TECHNICIAN]
    person.save()
    TOTP.activate(person, generate_totp_secret())
    client = Client()
    client.cookies[COOKIE] = remember_device(person.id, told="", now=clock.now())
    assert client.get("/desk/cases").status_code == 403


@pytest.mark.parametrize("name", ["nobody-of-this-name", "agent"])
def test_failed_sign_ins_are_stopped_with_a_clear_sentence(made: Company, name: str) -> None:
    login = made.people[Role.AGENT].login if name == "agent" else name
    client, said = Client(), []
    for _ in range(6):
        answer = client.post("/accounts/login/", {"login": login, "password": "wrong password"})
        said.append((answer.status_code, re.sub(r"\s+", " ", answer.content.decode())))
    assert "Too many failed login attempts" in said[-1][1] or said[-1][0] == 429
    right = client.post("/accounts/login/", {"login": login, "password": PASSWORD})
    assert right.status_code != 302


def test_a_wrong_name_and_a_wrong_password_sound_the_same(made: Company) -> None:
    pages = []
    for login in (made.people[Role.AGENT].login, "nobody-at-all"):
        page = (
            Client().post("/accounts/login/", {"login": login, "password": "wrong password"}).content.decode()
        )
        pages.append(re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", page))
    assert pages[0] == pages[1]


def test_signing_in_gives_a_new_session(made: Company) -> None:
    client = Client()
    client.get("/accounts/login/")
    session = client.session
    session["before"] = "x"
    session.save()
    old = session.session_key
    client.cookies["sessionid"] = old or ""
    client.post("/accounts/login/", {"login": made.people[Role.AGENT].login, "password": PASSWORD})
    assert client.session.session_key != old


def test_nobody_signs_up_by_themselves() -> None:
    page = Client().post("/accounts/signup/", {"login": "me", "password1": "a-long-password-1"})
    assert (page.status_code, Person.objects.filter(login="me").exists()) == (200, False)


# Technicians: phone, code, link, device


def technician(made: Company) -> Person:
    return made.technicians[1].person


def sent_code(person: Person) -> tuple[str, str]:
    """The code and link as the technician reads them in the message."""
    notice = Notice.objects.filter(person=person).latest("id")
    words = keys_of([notice.words_sealed]).open(notice.words_sealed) or ""
    code = re.search(r"(?<!\d)\d{6}(?!\d)", words)
    link = re.search(r"/field/sign-in/link/[\w-]+", words)
    assert code and link, "the message holds no code or no link"
    return code[0], link[0]


@pytest.mark.demand("U-10")
def test_a_technician_signs_in_by_phone_and_code_and_stays_signed_in(made: Company) -> None:
    person, client = technician(made), Client()
    assert client.post("/field/sign-in", {"phone": person.phone}).status_code == 302
    code, _link = sent_code(person)
    assert client.post("/field/sign-in/code", {"code": code}).status_code == 302
    assert client.get("/field/").status_code == 200
    fresh = Client()
    fresh.cookies[COOKIE] = client.cookies[COOKIE].value
    assert fresh.get("/field/").status_code == 200
    assert (client.cookies[COOKIE]["httponly"], client.cookies[COOKIE]["max-age"]) == (True, 30 * 24 * 3600)


def test_the_answer_is_the_same_whether_anybody_has_the_number(made: Company) -> None:
    pages = []
    for phone in (technician(made).phone, "+8613912345678"):
        client = Client()
        answer = client.post("/field/sign-in", {"phone": phone}, follow=True)
        pages.append((answer.status_code, answer.redirect_chain))
    assert pages[0] == pages[1]


def test_a_one_time_link_opens_once_and_not_by_a_scanner(made: Company) -> None:
    person, client = technician(made), Client()
    client.post("/field/sign-in", {"phone": person.phone})
    _code, link = sent_code(person)
    assert (client.get(link).status_code, client.get("/field/").status_code) == (200, 302)
    assert client.post(link).status_code == 302
    assert client.get("/field/").status_code == 200
    for again in (client, Client()):
        answer = again.post(link)
        assert (answer.status_code, "used or has ended" in answer.content.decode()) == (422, True)
        assert (COOKIE in answer.cookies, "sessionid" in answer.cookies) == (False, False)
    assert Device.objects.filter(person=person).count() == 1


def test_a_code_ends_after_ten_minutes_after_five_tries_and_after_use(made: Company) -> None:
    person = technician(made)
    code, _ = make_code(person, now=NOW)
    with pytest.raises(Refusal):
        use_code(person, code, now=NOW + timedelta(minutes=10))
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        with pytest.raises(Refusal):
            use_code(person, wrong, now=NOW)
    with pytest.raises(Refusal):
        use_code(person, code, now=NOW)
    code, _ = make_code(person, now=NOW)
    assert use_code(person, code, now=NOW) == person
    with pytest.raises(Refusal):
        use_code(person, code, now=NOW)
    assert SignInCode.objects.filter(person=person, used_at__isnull=True).count() == 0


def test_a_code_is_one_persons_own(made: Company) -> None:
    code, _ = make_code(technician(made), now=NOW)
    other = made.technicians[0].person
    make_code(other, now=NOW)
    held = SignInCode.objects.get(person=other, used_at__isnull=True)
    if held.fingerprint != SignInCode.objects.get(person=technician(made)).fingerprint:
        with pytest.raises(Refusal):
            use_code(other, code if code != "" else "0", now=NOW)
    with pytest.raises(Refusal):
        use_code(None, code, now=NOW)


def test_a_device_is_remembered_thirty_days_and_not_a_second_longer(made: Company) -> None:
    person = technician(made)
    clear = remember_device(person.id, told="phone", now=NOW)
    assert remembered(clear, now=NOW + timedelta(days=30, seconds=-1)) == person
    assert remembered(clear, now=NOW + timedelta(days=30)) is None
    assert Device.objects.get().fingerprint != clear


def test_the_service_point_signs_a_lost_phone_out_at_once(made: Company) -> None:
    person, phone = technician(made), Client()
    phone.cookies[COOKIE] = remember_device(person.id, told="Old Android", now=clock.now())
    assert phone.get("/field/").status_code == 200
    owner = Client()
    owner.force_login(made.people[Role.SERVICE_POINT_OWNER])
    assert "Old Android" in owner.get("/dispatch/devices").content.decode()
    assert owner.post("/dispatch/devices", {"person": person.id}).status_code == 302
    assert phone.get("/field/").status_code == 302


def test_a_service_point_cannot_sign_out_its_neighbours_phones(made: Company) -> None:
    neighbour = made.technicians[2].person
    remember_device(neighbour.id, told="Theirs", now=clock.now())
    owner = Client()
    owner.force_login(made.people[Role.SERVICE_POINT_OWNER])
    assert "Theirs" not in owner.get("/dispatch/devices").content.decode()
    for person in (neighbour.id, "x", ""):
        assert owner.post("/dispatch/devices", {"person": person}).status_code == 404
    assert Device.objects.get().revoked_at is None


def test_who_left_is_signed_out_of_every_device(made: Company) -> None:
    person, phone = technician(made), Client()
    phone.cookies[COOKIE] = remember_device(person.id, told="", now=clock.now())
    Person.objects.filter(id=person.id).update(is_active=False)
    assert phone.get("/field/").status_code == 302


def test_a_phone_that_two_technicians_share_lets_neither_in(made: Company) -> None:
    person = technician(made)
    a_technician(made.own, person=a_person(Role.TECHNICIAN, node=made.own, phone=person.phone))
    Client().post("/field/sign-in", {"phone": person.phone})
    assert SignInCode.objects.count() == 0


@override_settings(
    SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=31536000, SECURE_HSTS_INCLUDE_SUBDOMAINS=True,
    SECURE_HSTS_PRELOAD=True, SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True,
)  # fmt: skip
def test_djangos_deployment_check_finds_nothing_behind_https(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE", raising=False)  # only the tests' browser needs it
    call_command("check", deploy=True, fail_level="WARNING")


def test_every_page_says_which_sources_a_browser_may_trust(made: Company) -> None:
    client = Client()
    client.force_login(made.people[Role.AGENT])
    for page in ("/desk/", "/accounts/login/", "/field/sign-in", "/report/"):
        rule = client.get(page).headers["Content-Security-Policy"]
        assert "default-src 'self'" in rule
        assert "unsafe" not in rule


@pytest.mark.parametrize("demo", [True, False])
def test_who_comes_to_the_demo_may_play_the_customer(made: Company, demo: bool) -> None:
    with override_settings(BIHUAN_DEMO=demo):
        page = Client().get("/accounts/login/").content.decode()
    assert ('href="/play/"' in page) is demo
