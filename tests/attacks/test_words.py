"""Words that no form expects: rare characters, text that turns around, markup of every language, formulas."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client

from bihuan.registers.access.actions import make_token
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.service.cases.models import Case
from bihuan.service.fieldwork import actions, quoting
from bihuan.service.fieldwork.printing import kept_pdf
from bihuan.service.fieldwork.signing import sign
from bihuan.service.intake.queries import link_of
from tests import makers
from tests.attacks.test_hostile_input import signed_in
from tests.makers import NOW, settle
from tests.service.fieldwork.made import ready, told

pytestmark = pytest.mark.django_db

RARE = "𠮷田㙍𪚥𫝀𬎆𰻞𱍊"  # extensions A to G
TURNED = "\u202e张三\u2066\u200b\u200d\ufeff"
MARKUP = "{{ 7|add:7 }}{% now %}</script><script>alert(1)</script>'\"<img src=x onerror=alert(1)>"
TYPST = '#import "@preview/x:1.0.0" #panic("x") $x^2$ \\ @label <a> `raw` #read("/etc/passwd") ]'
FORMULA = '=HYPERLINK("http://evil","x")'
EVERYTHING = [
    RARE,
    TURNED,
    MARKUP,
    TYPST,
    FORMULA,
    "👩‍👩‍👧‍👦🇨🇳",
    "a" * 120,
    "\x85\u2028\u2029\x1b[31m",
    "%(name)s {0} %s",
]


def hostile_report(made: makers.Company, words: str) -> Case:
    short = words[:40]
    return makers.a_case(
        made,
        words=f"{words} 机器不制冷",
        name=words[:120],
        machine=MachineTold(
            category="refrigerator", brand=short, model=short, serials={"whole": short}, bought_at=short
        ),
        address=AddressTold(city=short[:40], district=short[:40], street=short, door=words[:200]),
        outside_number=short,
    )


def test_pages_show_what_was_said_and_run_none_of_it() -> None:
    made = makers.company()
    agent, supervisor = signed_in(made, Role.AGENT), signed_in(made, Role.SUPERVISOR)
    for words in EVERYTHING:
        case = hostile_report(made, words)
        settle()
        page = f"/desk/case/{case.number}"
        assert agent.post(f"{page}/note", {"words": words}).status_code == 302
        own = Client().get("/" + link_of(case.report).split("/", 3)[3])
        pages = (
            page,
            f"{page}/record",
            f"/dispatch/{case.number}/job-order",
            f"/desk/customers/{case.customer_id}",
        )
        for address, answer in [("own", own), *((one, agent.get(one)) for one in pages)]:
            assert answer.status_code == 200, (words, address)
            refuse_live(answer.content.decode(), (words, address))
    for address in ("/desk/", "/desk/cases", "/manage/outbox", "/dispatch/"):
        answer = supervisor.get(address)
        assert answer.status_code == 200, address
        refuse_live(answer.content.decode(), address)


def refuse_live(page: str, where: object) -> None:
    assert "<script>alert" not in page, where
    assert "<img src=x" not in page, where
    assert "{{ 7" not in page or "{{ 7|add:7 }}" in page, where


def test_no_cell_of_a_file_is_a_formula() -> None:
    made = makers.company()
    supervisor = signed_in(made, Role.SUPERVISOR)
    for words in EVERYTHING:
        hostile_report(made, words)
    for name in ("cases", "queue"):
        text = supervisor.get(f"/desk/{name}.csv").getvalue().decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert len(cells) > len(EVERYTHING)
        assert [
            cell for cell in cells if cell.lstrip("\u200b\ufeff\u202e ").startswith(("=", "+", "-", "@"))
        ] == []
        book = supervisor.get(f"/desk/{name}.xlsx").getvalue()
        with zipfile.ZipFile(io.BytesIO(book)) as parts:
            assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_the_service_sheet_prints_what_was_said_and_runs_none_of_it() -> None:
    here = ready(words=" ".join([*EVERYTHING, "机器不制冷"]), name=RARE + TURNED)
    by = here.viewer.actor
    told_so = {"cause": TYPST + MARKUP, "plan": " ".join(EVERYTHING)}
    actions.diagnose(here.work, reproduced=True, **told_so, by=by, now=here.now)
    for words in EVERYTHING:
        actions.read(here.work, name=words[:20], value=words[:20], unit="A", now=here.now)
    quote = quoting.quote(here.work, here.prices("labour"), by=by, now=here.now)
    quoting.answer(quote, consented=True, how="device", by=by, now=here.now)
    sheet = sign(here.work, told(opinion_words="\n".join(EVERYTHING)), doer=here.doer, now=here.now)
    assert kept_pdf(sheet, now=here.now).startswith(b"%PDF-")


def api(made: makers.Company, body: bytes | str, media: str = "application/json") -> Any:
    bearer = make_token(role=Role.AGENT, now=NOW, person=made.people[Role.AGENT])
    headers = {"authorization": f"Bearer {bearer}", "accept-language": "en"}
    return Client(raise_request_exception=False).post(
        "/api/v1/reports", body, content_type=media, headers=headers
    )


def test_programs_that_send_what_cannot_be_written_down_are_told_so() -> None:
    made = makers.company()
    deep = "[" * 200_000 + "]" * 200_000
    parts = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    end = "--x--\r\n"
    multipart = "multipart/form-data; boundary=x"
    words = parts.format("words", "x") + parts.format("phone", "13800138000")
    sent: list[tuple[bytes | str, str]] = [
        ('{"words": "\\ud800", "phone": "13800138000"}', "application/json"),
        ('{"words": "x", "phone": "13800138000", "machine": {"brand": "\\ud800"}}', "application/json"),
        (f'{{"words": {deep}}}', "application/json"),
        (f'{{"words": "x", "phone": "13800138000", "machine": {deep}}}', "application/json"),
        (
            json.dumps({"words": "x", "phone": "13800138000"} | {f"f{at}": 1 for at in range(1000)}),
            "application/json",
        ),
        (json.dumps({"words": "x" * 20_000_000, "phone": "13800138000"}), "application/json"),
        (b'{"words": "\xff\xfe", "phone": "13800138000"}', "application/json"),
        ('{"words": "x", "phone": "13800138000", "machine": {"about_years": 1e400}}', "application/json"),
        ('{"words": "x", "phone": "13800138000", "address": {"latitude": NaN}}', "application/json"),
        (words + parts.format("machine", '{"brand": "\\ud800"}') + end, multipart),
        (words + parts.format("machine", deep) + end, multipart),
        (words + parts.format("address", '{"latitude": NaN}') + end, multipart),
    ]
    for body, media in sent:
        answer = api(made, body, media)
        assert answer.status_code in {400, 413, 422}, (answer.status_code, body[:80])
        assert set(answer.json()) == {"message", "fields"}, body[:80]
    assert Case.objects.count() == 0


def test_a_nul_in_a_report_is_kept_or_refused_and_never_an_accident() -> None:
    made = makers.company()
    for field in ("words", "name", "outside_number", "error_code", "language"):
        answer = api(made, json.dumps({"words": "漏水", "phone": "13800138000"} | {field: "a\x00b"}))
        assert answer.status_code in {201, 422}, field
    for where, field in (
        ("machine", "brand"),
        ("machine", "model"),
        ("address", "city"),
        ("address", "door"),
    ):
        answer = api(made, json.dumps({"words": "漏水", "phone": "13800138000", where: {field: "a\x00b"}}))
        assert answer.status_code in {201, 422}, field
    answer = api(
        made,
        json.dumps({"words": "漏水", "phone": "13800138000", "machine": {"serials": {"a\x00b": "x\x00"}}}),
    )
    assert answer.status_code in {201, 422}
    named = {"name": "..\\..\\etc/pass\x00wd", "type": "text/html\x00", "base64": "eHg="}
    answer = api(made, json.dumps({"words": "漏水", "phone": "13800138000", "attachments": [named]}))
    assert answer.status_code in {201, 422}


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 30, "٣", "-1", "0", "1e3", "³"])
def test_a_number_that_is_none_is_refused_and_never_an_accident(number: str) -> None:
    here = ready()
    case = makers.a_case(here.made)
    site = f"/field/{here.case.number}/steps"
    for role, address, data in (
        (Role.DISPATCHER, f"/dispatch/{case.number}/offer", {"node": number}),
        (Role.DISPATCHER, f"/dispatch/{case.number}/assign", {"technician": number}),
        (Role.SERVICE_POINT_DISPATCHER, f"/dispatch/{here.case.number}/assign/now", {"technician": number}),
        (Role.SERVICE_POINT_OWNER, "/dispatch/devices", {"person": number}),
        (Role.AGENT, f"/desk/case/{case.number}/hand-over", {"to": number}),
        (Role.TECHNICIAN, f"{site}/parts", {"part": number, "quantity": number}),
        (Role.TECHNICIAN, f"{site}/parts", {"part": number, "quantity": "1", "old_part": "kept"}),
        (Role.TECHNICIAN, f"{site}/parts", {"strike": number}),
        (Role.TECHNICIAN, f"{site}/readings", {"strike": number}),
        (Role.TECHNICIAN, f"{site}/photos", {"strike": number}),
        (Role.TECHNICIAN, f"{site}/quote", {f"line-{number}": number}),
        (Role.TECHNICIAN, f"{site}/outcome", {"outcome": "finished", "minutes": number}),
        (Role.TECHNICIAN, f"/field/{here.case.number}/go/late", {"minutes": number, "reason": "traffic"}),
    ):
        answer = signed_in(here.made, role).post(address, data)
        assert answer.status_code < 500, (role, address, data)
