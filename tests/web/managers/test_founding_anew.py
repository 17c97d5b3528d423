"""The page on which the demo goes: what it shows, what it asks, and how far it has come."""

import io
import json
import stat
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from bihuan.ground.vault.actions import fingerprint
from bihuan.management.demo.models import Filling, Made
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.web.managers import founding_progress
from bihuan.web.managers.founding import Founding
from bihuan.web.managers.founding_progress import DONE, FAILED, Progress
from tests.makers import NOW, Company, a_case, a_person, company

pytestmark = [pytest.mark.django_db, pytest.mark.demand("U-04")]

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def demo() -> Company:
    """A demo company with one case of its past, one case and one colleague made by hand."""
    made = company()
    Person.objects.update(demo=True)
    Filling.objects.create(founded_at=NOW - timedelta(days=1), cases=1, touched_at=NOW)
    Made.objects.create(number=1, case_id=a_case(made).id)
    a_case(made)
    added = a_person(Role.AGENT, node=made.head)
    Person.objects.filter(id=added.id).update(demo=False)
    return made


def shown(client: Client, made: Company) -> str:
    client.force_login(made.people[Role.ADMINISTRATOR])
    return client.get("/settings/demo", headers=ENGLISH).content.decode()


def test_it_says_what_goes_and_what_was_made_by_hand(client: Client, demo: Company) -> None:
    page = shown(client, demo)
    assert "1 case of their own" in page
    assert "1 person they added" in page


def test_without_the_word_nothing_begins(client: Client, demo: Company) -> None:
    shown(client, demo)
    (Path(settings.BIHUAN_DATA) / "founding.json").unlink(missing_ok=True)
    typed = {
        "company": "远山", "office_hours": "cn-office", "field_hours": "cn-field", "profile": "default",
        "login": "lin", "name": "林一", "password": "a quite long pass phrase",
        "again": "a quite long pass phrase", "confirm": "yes",
    }  # fmt: skip
    answer = client.post("/settings/demo", typed, headers=ENGLISH)
    assert (answer.status_code, "Type remove to confirm." in answer.content.decode()) == (422, True)
    answer = client.post(
        "/settings/demo", typed | {"confirm": "remove", "password": "short", "again": "short"}
    )
    assert answer.status_code == 422
    assert founding_progress.noted() is None


def test_only_the_demos_administrator_comes_in(client: Client, demo: Company) -> None:
    for role in (Role.MANAGER, Role.AGENT):
        client.force_login(demo.people[role])
        assert client.get("/settings/demo").status_code == 403
    Filling.objects.all().delete()
    client.force_login(demo.people[Role.ADMINISTRATOR])
    assert client.get("/settings/demo").status_code == 404


def test_how_far_it_has_come_is_shown_to_whoever_began_it(client: Client) -> None:
    for state, words in (
        ("begun", "The new database is built beside the demo."),
        (DONE, "Sign in as lin"),
        (FAILED, "Nothing was changed: the demo is still whole."),
    ):
        founding_progress.note(Progress(follower=fingerprint("token"), state=state, step=1, login="lin"))
        answer = client.get("/start/going/token", headers=ENGLISH)
        assert words in answer.content.decode()
        assert answer.headers.get("Refresh") == ("2" if state == "begun" else None)
        assert client.get("/start/going/other").status_code == 404
    file = Path(settings.BIHUAN_DATA) / "founding.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "token" not in file.read_text()


def test_the_process_of_the_page_refuses_what_is_no_demo_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    company()
    ours = Founding(
        company="远山", login="lin", name="林一", password="a quite long pass phrase", language="en"
    )
    told = json.dumps({"founding": asdict(ours), "follower": fingerprint("token")})
    monkeypatch.setattr("sys.stdin", io.StringIO(told))
    call_command("start_company", "--told-by-page")
    kept = founding_progress.noted()
    assert kept is not None
    assert (kept.state, kept.why) == (FAILED, "This is not the demo company: only that can be removed.")
