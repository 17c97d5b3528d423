"""`read_mail` takes a mail in and tells what became of it."""

from pathlib import Path

import pytest
from django.core.management import call_command

from bihuan.service.cases.models import Case
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.replying import reply_token
from tests.makers import company, settle
from tests.registers.channels.mails import CLIENTS, NEW_WORDS, mail

pytestmark = pytest.mark.django_db


class Told:
    """Runs the command on these bytes; its lines."""

    def __init__(self, folder: Path, out: pytest.CaptureFixture[bytes]) -> None:
        self.file, self.out = folder / "one.eml", out

    def __call__(self, raw: bytes) -> list[str]:
        self.file.write_bytes(raw)
        call_command("read_mail", str(self.file))
        return self.out.readouterr().out.decode().split("\n")


@pytest.fixture
def told(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Told:
    company()
    return Told(tmp_path, capsysbinary)


@pytest.mark.demand("S3-126")
def test_a_new_mail_gets_a_number_and_the_subject_is_read_first(told: Told) -> None:
    lines = told(mail("外机不转".encode("gbk"), said="gb2312"))
    assert lines == [Case.objects.get().number, "", "空调不制冷", "", "外机不转", ""]


def test_the_same_mail_is_one_and_the_same_number_with_another_body_is_a_second(told: Told) -> None:
    first, again = told(mail("外机不转".encode())), told(mail("外机不转".encode()))
    other = told(mail("内机漏水".encode()))
    assert (first[0] == again[0], first[0] == other[0], Case.objects.count()) == (True, False, 2)


@pytest.mark.demand("S3-19")
def test_an_answer_keeps_the_number_and_says_only_what_is_new(told: Told) -> None:
    [number, *_rest] = told(mail("外机不转".encode()))
    token = reply_token(Report.objects.get())
    more = f"In-Reply-To: <n1.{token}@x.example>\r\n".encode()
    answer = mail(CLIENTS["qq"].encode(), subject="Re: 空调不制冷", number="two@mail.example", more=more)
    assert told(answer) == [number, "", NEW_WORDS, ""]
    settle()
    assert (Case.objects.count(), Report.objects.count()) == (1, 2)


def test_an_answer_to_a_closed_case_still_belongs_to_it(told: Told) -> None:
    [number, *_rest] = told(mail("外机不转".encode()))
    Case.objects.update(stands_at="closed", open=False)
    more = f"References: <n1.{reply_token(Report.objects.get())}@x.example>\r\n".encode()
    assert told(mail("还是不行".encode(), number="two@mail.example", more=more))[0] == number


def test_what_cannot_be_read_waits_for_a_person_and_says_why(told: Told) -> None:
    lines = told(mail(b"x", media="application/pkcs7-mime; smime-type=enveloped-data"))
    assert (lines[0].startswith("quarantined: "), len(lines[0]) > 16, lines[1:]) == (
        True,
        True,
        ["", "空调不制冷", ""],
    )
    assert (told(b"") == told(b""), told(b"")[1:]) == (True, ["", "", ""])
    assert {row.state for row in RawMessage.objects.all()} == {"quarantined"}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (
            mail(b"Out of office\nI am away.", more=b"Auto-Submitted: auto-replied\r\n"),
            "Out of office\nI am away.",
        ),
        (mail(b"The host did not answer.").replace(b"zhang@", b"MAILER-DAEMON@"), "The host did not answer."),
        (mail("外机不转".encode(), more=b"List-Id: <news.example>\r\n"), "外机不转"),
        (mail("外机不转".encode()).replace(b"From:", b"X-From:"), "外机不转"),
    ],
)
def test_what_opens_no_case_says_why_and_what_stands_in_it(told: Told, raw: bytes, said: str) -> None:
    [why, *words] = told(raw)
    assert (why.startswith("quarantined: "), words) == (True, ["", "空调不制冷", "", *said.split("\n"), ""])
    assert (why.count("。"), Case.objects.count()) == (1, 0)


def test_words_without_headers_are_printed(told: Told) -> None:
    [why, *words] = told("空调不制冷\n地址在朝阳区".encode())
    assert (why.startswith("quarantined: "), words) == (True, ["", "空调不制冷", "地址在朝阳区", ""])


def test_no_file_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("read_mail", "/nowhere/x.eml")
    assert ended.value.code == 2
