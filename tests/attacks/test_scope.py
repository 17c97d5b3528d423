"""Other people's work: numbers of another case in addresses and forms, other nodes, lost phones, dismissed people."""

import pytest
from django.test import Client

from bihuan.ground.worktime import clock
from bihuan.registers.access.actions import remember_device
from bihuan.registers.access.models import Person
from bihuan.registers.access.people import revoke_devices_of
from bihuan.registers.access.queries import viewer_of
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case, Note
from bihuan.service.fieldwork import actions, photos, quoting
from bihuan.service.fieldwork.models import Photo, Quote, Reading, UsedPart
from bihuan.service.fieldwork.signing import sign
from bihuan.service.intake.queries import link_of
from bihuan.web.look.devices import COOKIE
from tests import makers
from tests.attacks.test_hostile_input import BACKEND
from tests.makers import Company
from tests.service.fieldwork.made import a_part, on_site, png, ready, told

pytestmark = pytest.mark.django_db
HERE = (Role.SERVICE_POINT_OWNER, Role.SERVICE_POINT_DISPATCHER, Role.TECHNICIAN, Role.PARTS_KEEPER)


def entered(person: Person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person, backend=BACKEND)
    return client


def path(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def pages_of(case: Case, photo_id: int = 0) -> list[str]:
    desk, dispatch, site = f"/desk/case/{case.number}", f"/dispatch/{case.number}", f"/field/{case.number}"
    return [
        *(desk + part for part in ("", "/record", "/phone", "/write-up/customer_signed")),
        *(f"{dispatch}/{part}" for part in ("offer", "assign", "book", "job-order")),
        *(f"{site}/{part}" for part in ("", "quote", "sign", "sheet.pdf", f"photos/{photo_id}")),
        f"/desk/customers/{case.customer_id}",
    ]


def sent_to(case: Case) -> list[tuple[str, dict[str, str]]]:
    desk, dispatch, site = f"/desk/case/{case.number}", f"/dispatch/{case.number}", f"/field/{case.number}"
    return [
        (f"{desk}/note", {"words": "一句话"}),
        (f"{desk}/chase", {"words": "催"}),
        (f"{desk}/move", {"move": "cancel", "reason": "duplicate"}),
        (f"{desk}/claim", {}),
        (f"{desk}/accept", {}),
        (f"{desk}/urgency", {"urgency": "low"}),
        (f"{desk}/reveal", {"purpose": "想看一看客户的信息"}),
        (f"/desk/customers/{case.customer_id}/reveal", {"purpose": "想看一看客户的信息"}),
        (f"/desk/customers/{case.customer_id}/correct", {"name": "改名"}),
        (f"{dispatch}/answer", {"answer": "accept"}),
        (f"{dispatch}/assign", {"technician": "1"}),
        (f"{dispatch}/assign/now", {"technician": "1"}),
        (f"{dispatch}/offer", {"step": "take_back"}),
        (f"{dispatch}/book", {"slot": "2026-11-25T10:00:00+08:00"}),
        (f"{site}/go/depart", {}),
        (f"{site}/steps/diagnosis", {"cause": "x", "plan": "y"}),
        (f"{site}/sign", {"opinion": "satisfied"}),
        (f"{site}/quote", {"answer": "yes"}),
        (f"/field/offers/{case.number}/accept", {}),
        (f"/field/offers/{case.number}/refuse", {"reason": "ill"}),
    ]


def neighbours(made: Company) -> list[Person]:
    """The same roles at the other service point."""
    found = [makers.a_person(role, node=made.authorised) for role in HERE if role is not Role.TECHNICIAN]
    return [*found, made.technicians[2].person]


def test_people_of_another_service_point_neither_see_nor_touch_a_case() -> None:
    here = ready()
    photo = photos.add_photo(here.work, png(), about="before", now=here.now)
    before = Case.objects.values().get(id=here.case.id)
    for person in neighbours(here.made):
        client = entered(person)
        for page in pages_of(here.case, photo.id):
            assert client.get(page).status_code in {403, 404}, (person.roles, page)
        for page, data in sent_to(here.case):
            assert client.post(page, data).status_code in {403, 404}, (person.roles, page)
        for each in (
            "/desk/",
            "/desk/cases",
            f"/desk/search?q={here.case.number}",
            "/dispatch/point",
            "/field/",
        ):
            answer = client.get(each, follow=True)
            assert f'href="/desk/case/{here.case.number}' not in answer.content.decode(), (person.roles, each)
        for each in ("cases", "queue"):
            answer = client.get(f"/desk/{each}.csv")
            text = answer.getvalue() if answer.status_code == 200 else b""
            assert here.case.number.encode() not in text
    assert Case.objects.values().get(id=here.case.id) == before
    assert Note.objects.filter(case=here.case).count() == 0


def test_rows_of_another_case_are_not_reached_through_ones_own() -> None:
    mine = on_site()
    other = on_site(mine.made, phone=makers.a_phone(), now=makers.later(days=1))
    by, part = other.viewer.actor, a_part(by_serial=False)
    line = quoting.quote(other.work, other.prices("part"), by=by, now=other.now)
    quoting.answer(line, consented=True, how="device", by=by, now=other.now)
    used = quoting.use_part(other.work, part_id=part.id, shown=True, old_part="kept", now=other.now)
    actions.read(other.work, name="电流", value="1", unit="A", now=other.now)
    photo = photos.add_photo(other.work, png(), about="before", now=other.now)
    client = entered(Person.objects.get(id=mine.viewer.person_id or 0))
    site = f"/field/{mine.case.number}"
    assert client.get(f"{site}/photos/{photo.id}").status_code == 404
    for step, row in (("parts", used.id), ("readings", Reading.objects.get().id), ("photos", photo.id)):
        client.post(f"{site}/steps/{step}", {"strike": str(row)})
    client.post(
        f"{site}/steps/parts", {"part": str(part.id), "quantity": "1", "shown": "on", "old_part": "kept"}
    )
    client.post(f"{site}/quote", {"answer": "no"})
    assert (UsedPart.objects.count(), Reading.objects.count(), Photo.objects.count()) == (1, 1, 1)
    assert Quote.objects.get().state == Quote.CONSENTED


def test_a_private_link_shows_the_sheet_of_its_own_case_only() -> None:
    mine = ready()
    other = ready(mine.made, phone=makers.a_phone(), now=makers.later(days=1))
    sheets = []
    for here in (mine, other):
        quote = quoting.quote(here.work, here.prices("labour"), by=here.viewer.actor, now=here.now)
        quoting.answer(quote, consented=True, how="device", by=here.viewer.actor, now=here.now)
        sheets.append(sign(here.work, told(), doer=here.doer, now=here.now))
    link = path(link_of(mine.case.report))
    visitor = Client()
    assert visitor.get(f"{link}/sheet.pdf", {"number": sheets[0].number}).status_code == 200
    assert visitor.get(f"{link}/sheet.pdf", {"number": sheets[1].number}).status_code == 404


def test_who_was_dismissed_or_lost_their_phone_is_out_at_once() -> None:
    here = on_site()
    person = Person.objects.get(id=here.viewer.person_id or 0)
    phone = Client()
    phone.cookies[COOKIE] = remember_device(person.id, told="Phone", now=clock.now())
    page = f"/field/{here.case.number}/"
    assert phone.get(page).status_code == 200
    owner = viewer_of(here.made.people[Role.SERVICE_POINT_OWNER])
    revoke_devices_of(owner, person.id, now=clock.now())
    for _ in range(2):
        assert phone.get(page).status_code == 302
    assert phone.post(f"/field/{here.case.number}/steps/diagnosis", {"cause": "x"}).status_code == 302
    agent = here.made.people[Role.AGENT]
    desk = entered(agent)
    assert desk.get("/desk/").status_code == 200
    Person.objects.filter(id=agent.id).update(is_active=False)
    for address in ("/desk/", f"/desk/case/{here.case.number}", "/desk/cases.csv"):
        assert desk.get(address).status_code == 302, address
