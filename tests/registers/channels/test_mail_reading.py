"""Mails read right, whatever client wrote them and however broken they are."""

import email
import email.policy
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.registers.channels.mail.charsets import read_text
from bihuan.registers.channels.mail.headers import decoded, field_of, sender_of
from bihuan.registers.channels.mail.html_words import words_in
from bihuan.registers.channels.mail.key import key_of
from bihuan.registers.channels.mail.parts import DEEPEST, LARGEST, taken_apart
from bihuan.registers.channels.mail.quoting import new_words
from bihuan.registers.channels.mail.reader import READER, file_name
from bihuan.registers.channels.message import Unreadable
from tests.registers.channels.mails import (
    ANSWERS_BETWEEN,
    CLIENTS,
    NEW_WORDS,
    PAGES,
    PHOTO,
    TOKEN,
    in_base64,
    mail,
    with_files,
)

RARE = "朱镕基的镕，堃、喆、玥，㙍"  # not in GB2312, and written by those who say they use it
TAIWAN = "冷氣機不冷，請派人來看"


@pytest.mark.demand("S3-37", "S3-126")
@pytest.mark.parametrize(
    "said", ["gb2312", "GB2312", "gbk", "x-gbk", "gb18030", "cp936", "euc-cn", "us-ascii", "x-y"]
)
def test_what_calls_itself_gb2312_is_read_as_gb18030(said: str) -> None:
    raw = mail(RARE.encode("gb18030"), alphabet="gb18030", said=said)
    read = READER.read(raw)
    assert (read.words, read.subject, read.name, read.email) == (
        RARE,
        "空调不制冷",
        "张三丰",
        "zhang@mail.example",
    )


@pytest.mark.parametrize("said", ["big5", "Big5-HKSCS", "iso-8859-1", ""])
def test_traditional_characters_in_big5(said: str) -> None:
    assert READER.read(mail(TAIWAN.encode("big5"), said=said or "unknown-8bit")).words == TAIWAN


@pytest.mark.parametrize(
    ("alphabet", "said"), [("utf-8", "gb2312"), ("gb18030", "utf-8"), ("utf-8", "iso-8859-1")]
)
def test_a_mail_that_lies_about_its_characters(alphabet: str, said: str) -> None:
    assert READER.read(mail(RARE.encode(alphabet), said=said)).words == RARE


@pytest.mark.parametrize("alphabet", ["hz", "utf-16", "utf-8-sig", "utf-7"])
def test_rare_alphabets(alphabet: str) -> None:
    raw = mail(in_base64("空调不制冷".encode(alphabet)), said=alphabet.removesuffix("-sig"), packed="base64")
    assert READER.read(raw).words == "空调不制冷"


@given(st.text(st.characters(codec="gb18030", exclude_categories=("Cc", "Cs", "Cn", "Co"))))
def test_every_gb18030_text_of_chinese_words_comes_back(text: str) -> None:
    text = f"机器突然不制冷了，外机也不转。{text}"
    assert read_text(text.encode("gb18030"), "gb2312") == text


@pytest.mark.demand("S3-19")
@pytest.mark.parametrize("client", CLIENTS)
def test_the_old_message_is_left_out(client: str) -> None:
    assert READER.read(mail(CLIENTS[client].encode())).words.startswith(NEW_WORDS)
    assert "收到" not in READER.read(mail(CLIENTS[client].encode())).words


@pytest.mark.parametrize("client", PAGES)
def test_the_old_message_is_left_out_of_html(client: str) -> None:
    raw = mail(PAGES[client].encode("gb18030"), alphabet="gb18030", said="gb18030", media="text/html")
    assert READER.read(raw).words == NEW_WORDS


def test_answers_between_the_lines_are_all_kept() -> None:
    assert READER.read(mail(ANSWERS_BETWEEN.encode())).words == "外机不转，\n\n已经两天了。"


@pytest.mark.parametrize(
    "words",
    [
        "他在门上写道：\n今天不修",
        "From: 我\n这不是邮件",
        "原始邮件里说得很清楚",
        "3 > 2\n所以我要退货",
        "在此说明：空调不冷",
    ],
)
def test_words_that_only_look_like_an_old_message_stay(words: str) -> None:
    assert new_words(words) == words


def test_whoever_only_forwards_says_what_they_forward() -> None:
    read = READER.read(mail(CLIENTS["outlook"].encode(), subject="转发: 您的报修已登记"))
    assert "我们已经收到您的报修。" in read.words


@pytest.mark.parametrize(
    "line",
    [
        b"Content-Disposition: attachment;\r\n filename*0*=gb2312''%B9%CA%D5%CF;\r\n filename*1*=%D5%D5%C6%AC.jpg",
        b"Content-Disposition: attachment; filename*=UTF-8''%E6%95%85%E9%9A%9C%E7%85%A7%E7%89%87.jpg; filename=x.jpg",
        b'Content-Disposition: attachment; filename="=?gb18030?B?ucrVz9XVxqwuanBn?="',
        b'Content-Disposition: attachment; filename="' + "故障照片.jpg".encode("gbk") + b'"',
        b'Content-Disposition: attachment; filename="..\\\\..\\\\' + "故障照片.jpg".encode() + b'"',
        b"Content-Disposition: inline; filename=" + "故障照片.jpg".encode(),
    ],
)
def test_the_name_of_a_file_in_every_way_of_writing(line: bytes) -> None:
    read = READER.read(with_files(line))
    assert [(one.name, one.media, one.content) for one in read.files] == [
        ("故障照片.jpg", "image/jpeg", PHOTO)
    ]
    assert read.words == "照片在附件里。"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\photo.jpg", "photo.jpg"),
        ("inv\u200boice\u202egpj.exe", "invoicegpj.exe"),
        (".\u200bhtaccess", "htaccess"),
        ("ａ．ｊｐｇ", "a.jpg"),
        ("x" * 300 + ".jpg", "x" * 107 + ".jpg"),
        ("", ""),
    ],
)
def test_names_of_files_do_no_harm(said: str, name: str) -> None:
    assert file_name(said) == name


def test_words_of_one_header_may_be_cut_within_a_character() -> None:
    whole = "空调不制冷".encode()
    cut = b" ".join(
        b"=?utf-8?B?" + in_base64(whole[at : at + 4]).strip() + b"?=" for at in range(0, len(whole), 4)
    )
    assert decoded(cut) == "空调不制冷"
    assert (
        decoded(b"=?gbk?Q?=BF=D5=B5=F7?= =?big5?B?" + in_base64("冷氣".encode("big5")).strip() + b"?= ok")
        == "空调冷氣 ok"
    )
    assert decoded("空调".encode("gbk")) == "空调"


def test_who_sent_it_is_the_address_and_not_the_name() -> None:
    assert sender_of('"boss@x.example" <thief@y.example>') == ("boss@x.example", "thief@y.example")
    assert sender_of("thief@y.example (Boss)") == ("Boss", "thief@y.example")
    assert sender_of("nobody") == ("nobody", "")


def test_broken_base64_is_read_as_far_as_it_goes() -> None:
    packed = in_base64(("空调不制冷" * 8).encode()).strip() + b"=\r\n!!\r\n"
    assert READER.read(mail(packed[:-20], packed="base64")).words.startswith("空调不制冷空调不制冷")
    assert READER.read(mail("其实没有编码".encode(), packed="base64")).words == "其实没有编码"


def test_a_part_without_its_end_and_a_part_without_headers() -> None:
    raw = with_files(b"Content-Disposition: attachment; filename=a.jpg")
    read = READER.read(raw[: raw.index(b"--=_Part 1--")])
    assert (read.words, [one.content for one in read.files]) == ("照片在附件里。", [PHOTO])
    assert READER.read(b"From: a@b.example\r\n\xbf\xd5\xb5\xf7").words == "空调"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"Auto-Submitted: auto-replied\r\n", "auto_reply"),
        (b"Auto-Submitted: no\r\n", ""),
        (b"Return-Path: <>\r\n", "bounce"),
        (b"Return-Path: <a@b.example>\r\n", ""),
        (b"Precedence: auto_reply\r\n", "auto_reply"),
        (b"X-Auto-Response-Suppress: All\r\n", ""),  # asks for no answer; people's mails carry it too
        (b"X-Autoreply: yes\r\n", "auto_reply"),
        (b"X-Bihuan-Notice: 3\r\n", "own"),
    ],
)
def test_machines_are_told_from_people(line: bytes, why: str) -> None:
    assert READER.read(mail("我不在".encode(), more=line)).automatic == why


@pytest.mark.parametrize("line", [b"List-Id: <news.example>\r\n", b"Precedence: bulk\r\n"])
def test_what_came_by_a_list_waits_for_a_person_unless_it_answers_us(line: bytes) -> None:
    with pytest.raises(Unreadable, match="list"):
        READER.read(mail("空调不制冷".encode(), more=line))
    answer = f"In-Reply-To: <n3.{TOKEN}@x.example>\r\n".encode()
    assert READER.read(mail("还是不行".encode(), more=line + answer)).words == "还是不行"


def test_a_report_of_a_mail_server_and_an_absent_customer() -> None:
    bounce = mail(b"x", media='multipart/report; report-type="delivery-status"; boundary=b')
    receipt = mail(b"x", media="multipart/report; report-type=disposition-notification; boundary=b")
    assert (READER.read(bounce).automatic, READER.read(receipt).automatic) == ("bounce", "receipt")
    assert READER.read(mail(b"x", subject="自动回复: 您的报修已登记")).automatic == "auto_reply"
    assert READER.read(mail(b"x", subject="自动回复功能坏了")).automatic == ""
    assert READER.read(mail(b"x").replace(b"zhang@", b"MAILER-DAEMON@")).automatic == "bounce"


@pytest.mark.parametrize(
    "more",
    [
        f"In-Reply-To: <n3.{TOKEN}@x.example>\r\n".encode(),
        f"References: <a@b>\r\n <N3.{TOKEN.upper()}@X.EXAMPLE>\r\n".encode(),
        f"Delivered-To: service+{TOKEN}@x.example\r\n".encode(),
    ],
)
def test_an_answer_names_the_report_that_it_answers(more: bytes) -> None:
    assert READER.read(mail("还是不行".encode(), more=more)).reply_to == TOKEN


def test_the_subject_names_nothing() -> None:
    assert READER.read(mail("还是不行".encode(), subject=f"Re: {TOKEN}")).reply_to == ""


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"From: a@b.example\r\n\r\n", "empty"),
        (mail("你好".encode()).replace(b"zhang@mail.example", b"nobody"), "no_sender"),
        (b"From: a@b.example\r\n" + b"X: y\r\n" * 3000 + b"\r\nx", "too_many_headers"),
        (mail(b"x", media="application/pkcs7-mime; smime-type=enveloped-data"), "encrypted"),
        (b"x" * (LARGEST + 1), "too_large"),
    ],
)
def test_what_only_a_person_can_tell(raw: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        READER.read(raw)
    assert caught.value.code == code


def nested(depth: int) -> bytes:
    raw = b"Content-Type: text/plain\r\n\r\nx"
    for at in range(depth):
        mark = b"b%d" % at
        raw = b"Content-Type: multipart/mixed; boundary=" + mark + b"\r\n\r\n--" + mark + b"\r\n" + raw
    return b"From: a@b.example\r\n" + raw


BOMBS = {
    "deep": nested(2000),
    "many": b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\n\r\nx\r\n" * 200_000,
    "tags": mail(b"<" * 300_000, media="text/html"),
    "comments": mail(b"<!--" * 100_000, media="text/html"),
    "scripts": mail(b"<script>" * 60_000, media="text/html"),
    "quotes": mail(b"> " * 500_000 + b"\r\n" * 300_000),
    "wrote": mail(("在" * 399 + "写道\n").encode() * 3000),
    "words": mail(b"x").replace(b"Subject: ", b"Subject: " + b"=?utf-8?Q?" + b"=41" * 50_000),
    "params": mail(b"x", media="text/plain;" + ";a*0*=x" * 20_000),
    "spaces": mail(b"x", media="text/plain;" + " " * 100_000 + "x" + ' a="' * 10_000),
    "base64": mail(b"A=" * 600_000, packed="base64"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_no_mail_keeps_its_reader_busy(bomb: str) -> None:
    began = time.process_time()
    try:
        READER.read(BOMBS[bomb])
    except Unreadable as unreadable:
        assert unreadable.code in {"too_many_parts", "too_many_headers", "empty", "garbled"}
    key_of(BOMBS[bomb])
    assert time.process_time() - began < 3


def test_parts_may_be_nested_as_people_nest_them() -> None:
    assert READER.read(nested(DEEPEST - 1)).words == "x"


def test_the_key_is_the_number_and_the_content() -> None:
    one = mail("空调不制冷".encode())
    way = mail(in_base64("空调不制冷".encode()), packed="base64", more=b"Received: by another way\r\n")
    other = mail("空调漏水".encode())
    renumbered = mail("空调不制冷".encode(), number="two@mail.example")
    assert key_of(one) == key_of(way)
    assert len({key_of(one), key_of(other), key_of(renumbered)}) == 3
    assert key_of(mail(b"x", number="")) == key_of(mail(b"x", number=""))
    assert key_of(b"") != key_of(b"\n")


def test_only_the_topmost_finding_of_our_own_server_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_IMAP_AUTHSERV", "mx.x.example")
    ours = (
        b"Authentication-Results: mx.x.example; spf=pass smtp.mailfrom=a; dkim=fail (no key); dmarc=fail\r\n"
    )
    forged = b"Authentication-Results: mx.x.example; dmarc=pass\r\n"
    strange = b"Authentication-Results: elsewhere.example; dmarc=pass\r\n"
    said = [
        READER.read(mail(b"x", more=more)).told["authentication"]
        for more in (ours + forged, strange + ours, b"")
    ]
    assert said == ["spf=pass dkim=fail dmarc=fail", "", ""]


def test_html_is_words_and_never_a_page() -> None:
    page = (
        "<head><title>t</title></head><p>3 &lt; 4 &amp; 5</p><script>alert(1)</script><img src=x onerror=alert(1)>"
        "<a href='javascript:alert(1)'>hier</a><style>p{}</style><br>a < b<table><tr><td>x</td><td>y</td></tr></table>"
    )
    assert words_in(page).split("\n") == ["", "3 < 4 & 5", "hier", "a < b", "", "x y", "", ""]


def test_of_alternatives_the_plain_one_is_read_and_no_file_is_lost() -> None:
    raw = mail(b"", media="multipart/alternative; boundary=a") + (
        b"--a\r\nContent-Type: text/plain; charset=gbk\r\n\r\n" + "外机不转".encode("gbk")
        + b"\r\n--a\r\nContent-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html\r\n\r\n"
        + b"<p>other</p>\r\n--r\r\nContent-Type: image/png\r\nContent-ID: <1>\r\n\r\nPNG\r\n--r--\r\n--a--\r\n"
    )  # fmt: skip
    read = READER.read(raw)
    assert (read.words, [(one.name, one.content) for one in read.files]) == ("外机不转", [("1.png", b"PNG")])


def test_lines_that_were_broken_for_the_way_are_one_again() -> None:
    raw = mail(b"the machine \r\nis loud\r\nsince \r\nMonday", media="text/plain; format=flowed")
    assert READER.read(raw).words == "the machine is loud\nsince Monday"


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))), min_size=1, max_size=4)
)
def test_parts_are_found_as_another_parser_finds_them(texts: list[str]) -> None:
    made = email.message.EmailMessage()
    made["From"], made["Subject"] = "a@b.example", "x"
    made.set_content(texts[0])
    for text in texts[1:]:
        made.add_attachment(text.encode(), maintype="application", subtype="octet-stream", filename="f.bin")
    raw = made.as_bytes(policy=email.policy.SMTP)
    theirs = [
        one.get_payload(decode=True) for one in email.message_from_bytes(raw).walk() if not one.is_multipart()
    ]
    ours = [one.content() for one in taken_apart(raw).walk() if not one.parts]
    assert [one.rstrip(b"\r\n") for one in ours] == [bytes(one).rstrip(b"\r\n") for one in theirs]


@given(st.binary(max_size=2000))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    for each in (raw, b"From: a@b.example\r\n" + raw, with_files(raw)):
        try:
            read = READER.read(each)
        except Unreadable:
            continue
        assert "\0" not in read.words + read.name + read.subject
        read.words.encode()
    assert field_of(raw.decode("latin-1"))[0] is not None
