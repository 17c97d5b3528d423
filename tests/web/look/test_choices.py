"""The language chosen on one device follows the person to the next; a visitor's stays on theirs."""

import pytest
from django.test import Client

from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from tests.makers import Company, company

pytestmark = pytest.mark.django_db
ENGLISH, CHINESE = "en", "zh-hans"


@pytest.fixture
def made() -> Company:
    return company()


def read_by(client: Client, page: str = "/report/") -> str:
    return client.get(page, headers={"accept-language": "zh-CN"}).headers["Content-Language"]


def test_a_person_reads_in_the_language_they_chose_wherever_they_sign_in(made: Company) -> None:
    person = made.people[Role.AGENT]
    here, elsewhere = Client(), Client()
    here.force_login(person)
    here.post("/look/language", {"language": ENGLISH})
    elsewhere.force_login(person)
    assert (read_by(here, "/desk/"), read_by(elsewhere, "/desk/")) == (ENGLISH, ENGLISH)
    assert Person.objects.get(id=person.id).language == ENGLISH


def test_what_a_person_chose_counts_more_than_what_somebody_chose_on_the_device(made: Company) -> None:
    device = Client()
    device.post("/look/language", {"language": CHINESE})
    Person.objects.filter(id=made.people[Role.AGENT].id).update(language=ENGLISH)
    before = read_by(device)
    device.force_login(made.people[Role.AGENT])
    assert (before, read_by(device, "/desk/")) == (CHINESE, ENGLISH)


def test_a_visitors_choice_stays_on_their_device(made: Company) -> None:
    visitor, other = Client(), Client()
    visitor.post("/look/language", {"language": ENGLISH})
    assert (read_by(visitor), read_by(other)) == (ENGLISH, CHINESE)
    assert set(Person.objects.values_list("language", flat=True)) == {""}


def test_a_language_nobody_speaks_here_changes_nothing(made: Company) -> None:
    client = Client()
    client.force_login(made.people[Role.AGENT])
    for language in ("xx", "", "zh", "\x00", "e" * 5000):
        client.post("/look/language", {"language": language})
    assert Person.objects.get(id=made.people[Role.AGENT].id).language == ""
    assert "language" not in client.cookies
