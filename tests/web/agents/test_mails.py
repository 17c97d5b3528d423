"""What really stood in a mail: plain text and a file, for those who may, and written down."""

import pytest
from django.test import Client

from bihuan.registers.access.models import Change, Reveal
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.mail.key import key_of
from bihuan.service.cases.models import Case
from bihuan.service.intake.arriving import keep
from tests.makers import NOW, Company, a_case, company, settle
from tests.registers.channels.mails import mail

pytestmark = pytest.mark.django_db

EVIL = mail(
    "<script>alert(1)</script><img src=x onerror=alert(1)>外机不转".encode(),
    media="text/html",
    subject="<b>空调</b>",
)


def arrived(raw: bytes) -> int:
    message = keep("mail", raw, once=key_of(raw), now=NOW).message
    settle()
    return message.id


def signed_in(made: Company, role: Role) -> Client:
    client = Client()
    client.force_login(made.people[role])
    return client


@pytest.mark.demand("S3-19")
def test_the_original_is_text_and_a_file_and_who_looked_is_kept() -> None:
    made = company()
    number = arrived(EVIL)
    case = Case.objects.get()
    client, address = signed_in(made, Role.AGENT), f"/desk/case/{case.number}/mails"
    assert "onerror" not in client.get(address).content.decode()
    page = client.post(address).content.decode()
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img src=x" not in page
    file = client.post(f"{address}/{number}")
    assert (file.content, file["Content-Disposition"]) == (
        EVIL,
        f'attachment; filename="{case.number}-{number}.eml"',
    )
    assert (file["Content-Type"], file["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert [one.case_id for one in Reveal.objects.all()] == [case.id, case.id]
    case_page = client.get(f"/desk/case/{case.number}").content.decode()
    web = client.get(f"/desk/case/{a_case(made).number}").content.decode()
    assert ("/mails" in case_page, "/mails" in web) == (True, False)  # nothing is offered where there is none
    assert ("<b>空调</b>" in case_page, "&lt;b&gt;空调&lt;/b&gt;" in case_page) == (False, True)


def test_a_mail_of_another_case_is_not_found_there() -> None:
    made = company()
    arrived(EVIL)
    other = arrived(mail("另一台冰箱".encode(), number="two@mail.example"))
    case = Case.objects.order_by("id").first()
    assert case is not None
    client = signed_in(made, Role.AGENT)
    assert client.post(f"/desk/case/{case.number}/mails/{other}").status_code == 404
    assert signed_in(made, Role.ANALYST).get(f"/desk/case/{case.number}/mails").status_code == 403


def test_a_mail_that_nobody_can_read_can_be_taken_out_byte_for_byte() -> None:
    made = company()
    raw = mail(b"x", media="application/pkcs7-mime; smime-type=enveloped-data")
    number = arrived(raw)
    client = signed_in(made, Role.SUPERVISOR)
    assert "smime-type" in client.get(f"/desk/messages/{number}").content.decode()
    assert client.post(f"/desk/messages/{number}/file").content == raw
    assert [(one.register, one.row) for one in Change.objects.filter(deed="taken_out")] == [
        ("messages", str(number))
    ]
