"""Mails that were made to cost much, or to make words disappear: each is read in time, and says what it says."""

from time import process_time

import pytest

from bihuan.registers.channels.mail.parts import taken_apart
from bihuan.registers.channels.mail.reader import READER

SENDER = b"From: a@b.example\r\nSubject: x\r\n"
PATIENCE = 4.0  # seconds of the processor; what these cost before was ten times as much and more


def spent(raw: bytes) -> tuple[str, float]:
    began = process_time()
    words = READER.read(raw).words
    return words, process_time() - began


def test_a_header_of_a_hundred_thousand_folds_costs_no_more_than_its_length() -> None:
    part = b"--q\r\nContent-Type: text/plain\r\nX-Long: a" + b"\n " * 120_000 + b"\r\n\r\nhello\r\n"
    mail = SENDER + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n" + part * 10 + b"--q--\r\n"
    words, seconds = spent(mail)
    assert words == "\n".join(["hello"] * 10)
    assert seconds < PATIENCE


@pytest.mark.parametrize("delsp, said", [("no", "a " * 400_000), ("yes", "a" * 400_000)])
def test_a_paragraph_of_hundreds_of_thousands_of_soft_breaks_is_read_in_time(delsp: str, said: str) -> None:
    kind = f"Content-Type: text/plain; format=flowed; delsp={delsp}\r\n\r\n".encode()
    words, seconds = spent(SENDER + kind + b"a \n" * 400_000)
    assert said.startswith(words[:1000])
    assert seconds < PATIENCE


def test_folded_headers_still_read_as_one() -> None:
    mail = taken_apart(b"From: a@b.example\r\nSubject: one\r\n two\r\n\tthree\r\n\r\nhello")
    assert mail.headers.text("subject") == "one two three"


@pytest.mark.parametrize("name", ["İbrahim", "İ" * 60, "𠮷野家", "㐂", "e\u0301" * 30])
def test_no_rare_sign_of_a_name_makes_words_disappear(name: str) -> None:
    page = f"<STYLE>p {{color: red}}</STYLE>{name}<style>p > a {{}}</style><p>冰箱 > 不制冷</p><p>请回电</p>"
    mail = SENDER + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()
    assert READER.read(mail).words == f"{name}\n冰箱 > 不制冷\n\n请回电"
