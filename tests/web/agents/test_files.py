"""Files that customers sent: seen by who works on the case, inert for every browser, the original for a purpose."""

import socket
import struct
import threading
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.test import Client

from bihuan.registers.access.models import Reveal
from bihuan.registers.access.roles import Role
from bihuan.service.cases.came_along import came_along
from bihuan.service.cases.models import Case
from bihuan.service.intake.models import Attachment
from bihuan.service.intake.scanning import look_through
from bihuan.service.intake.told import FileTold
from tests.ground.vault.test_inspecting import picture
from tests.makers import NOW, Company, a_case, company

pytestmark = [pytest.mark.django_db, pytest.mark.demand("S3-72")]


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def case(made: Company) -> Case:
    sent = (
        FileTold(name="../漏水\u202e.jpg", media="text/html", content=picture(exif=True)),
        FileTold(name="看.jpg", media="image/jpeg", content=b"<script>alert(1)</script>"),
    )
    return a_case(made, files=sent)


@pytest.fixture
def agent(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.AGENT])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_what_a_file_is_does_not_come_from_what_it_says(case: Case) -> None:
    assert [(one.name, one.media, one.agrees, one.shown) for one in came_along(case)] == [
        ("漏水.jpg", "image/jpeg", True, True),
        ("看.jpg.bin", "application/octet-stream", False, False),
    ]


def test_the_page_of_the_case_shows_pictures_drawn_anew(agent: Client, case: Case) -> None:
    one = Attachment.objects.earliest("id")
    where = f"/desk/case/{case.number}/file/{one.id}"
    assert where in agent.get(f"/desk/case/{case.number}").content.decode()
    answer = agent.get(where)
    assert (answer.headers["Content-Type"], b"SecretMaker" in answer.content) == ("image/jpeg", False)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_what_is_no_picture_is_not_shown_but_its_bytes_are_kept(agent: Client, case: Case) -> None:
    one = Attachment.objects.latest("id")
    assert agent.get(f"/desk/case/{case.number}/file/{one.id}").status_code == 404
    answer = agent.post(
        f"/desk/case/{case.number}/file/{one.id}/original", {"purpose": "evidence of the leak"}
    )
    assert (answer.content, answer.headers["Content-Type"]) == (
        b"<script>alert(1)</script>", "application/octet-stream"
    )  # fmt: skip


def test_the_original_keeps_everything_and_who_took_it_is_written_down(
    agent: Client, made: Company, case: Case
) -> None:
    one = Attachment.objects.earliest("id")
    where = f"/desk/case/{case.number}/file/{one.id}/original"
    assert agent.post(where, {"purpose": ""}).status_code == 422
    answer = agent.post(where, {"purpose": "evidence of the leak"})
    assert b"SecretMaker" in answer.content
    assert "filename*=UTF-8''%E6%BC%8F%E6%B0%B4.jpg" in answer.headers["Content-Disposition"]
    assert Reveal.objects.get().person_id == made.people[Role.AGENT].id


def test_who_does_not_work_on_the_case_sees_no_picture(client: Client, made: Company, case: Case) -> None:
    one = Attachment.objects.earliest("id")
    for role in (Role.SUPERVISOR, Role.DISPATCHER, Role.TECHNICIAN):
        client.force_login(made.people[role])
        assert client.get(f"/desk/case/{case.number}/file/{one.id}").status_code == 404
    client.force_login(made.people[Role.SUPERVISOR])
    client.cookies["language"] = "en"
    page = client.get(f"/desk/case/{case.number}").content.decode()
    assert "Names and pictures open for whoever works on this case." in page


def test_a_file_of_another_case_is_not_found(agent: Client, made: Company, case: Case) -> None:
    other = a_case(made)
    one = Attachment.objects.earliest("id")
    assert agent.get(f"/desk/case/{other.number}/file/{one.id}").status_code == 404


@pytest.fixture
def scanner(settings: LazySettings) -> Iterator[None]:
    """A scanner that speaks ClamAV's protocol and finds one thing."""
    line = socket.create_server(("127.0.0.1", 0))
    settings.BIHUAN_CLAMAV = f"127.0.0.1:{line.getsockname()[1]}"
    thread = threading.Thread(target=_scan, args=(line,), daemon=True)
    thread.start()
    yield
    line.close()
    thread.join(5)


def _scan(line: socket.socket) -> None:
    while True:
        try:
            asked, _ = line.accept()
        except OSError:
            return
        with asked, asked.makefile("rb") as told:
            assert told.read(10) == b"zINSTREAM\0"
            content = b""
            while size := struct.unpack(">I", told.read(4))[0]:
                content += told.read(size)
            asked.sendall(b"stream: Eicar-Test FOUND\0" if b"<script>" in content else b"stream: OK\0")


def test_with_a_scanner_nothing_is_handed_out_before_it_was_looked_through(
    agent: Client, case: Case, scanner: None
) -> None:
    clean, harmful = Attachment.objects.order_by("id")
    assert agent.get(f"/desk/case/{case.number}/file/{clean.id}").status_code == 422
    assert look_through(NOW) == 2
    assert [one.looked_through for one in Attachment.objects.order_by("id")] == ["clean", "Eicar-Test"]
    assert agent.get(f"/desk/case/{case.number}/file/{clean.id}").status_code == 200
    refused = agent.post(f"/desk/case/{case.number}/file/{harmful.id}/original", {"purpose": "evidence"})
    assert (refused.status_code, "Eicar-Test" in refused.content.decode()) == (422, True)


def test_a_scanner_that_is_away_is_asked_again_later(case: Case, settings: LazySettings) -> None:
    settings.BIHUAN_CLAMAV = "127.0.0.1:9"
    assert look_through(NOW) == 0
    settings.BIHUAN_CLAMAV = "/nowhere/clamd.sock"
    assert look_through(NOW) == 0
    settings.BIHUAN_CLAMAV = ""
    assert look_through(NOW) == 0
    assert set(Attachment.objects.values_list("looked_through", flat=True)) == {""}
