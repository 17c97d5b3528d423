"""Posters and stickers: printed from the catalogue, one code for one thing, and what a scan leads to."""

import io
from typing import Any

import openpyxl
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as some

from bihuan.registers.access.roles import Role
from bihuan.registers.customers.models import ScanCode
from bihuan.registers.customers.registering import mark_checked, register_machine
from bihuan.registers.customers.scan_codes import LENGTH, SIGNS, LeadsTo, address_of, codes_for, scanned
from bihuan.registers.customers.serial_lists import MOST, TooMany, Unsound, serials_in
from bihuan.registers.customers.told import MachineTold
from bihuan.registers.parts.queries import products
from bihuan.service.cases.models import Case
from bihuan.web.managers.poster_pdf import SIZES
from tests.makers import NOW, Company, a_case, company


@pytest.fixture(autouse=True)
def _no_tries_yet() -> None:
    cache.clear()


def at(made: Company, role: Role) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(made.people[role])
    return client


class TestSerials:
    def test_lines_and_ranges_are_read_each_once(self) -> None:
        told = ["sn0001-SN0003", " SN0002 ", "", "AB-12", "0098~0101"]
        assert serials_in(told) == [
            "SN0001", "SN0002", "SN0003", "AB-12", "0098", "0099", "0100", "0101",
        ]  # fmt: skip

    @pytest.mark.parametrize("line", ["张三", "<script>", "a b", "x" * 61])
    def test_what_is_no_serial_is_named(self, line: str) -> None:
        with pytest.raises(Unsound):
            serials_in([line])

    def test_too_many_are_refused_before_they_are_made(self) -> None:
        with pytest.raises(TooMany):
            serials_in(["S000000000-S999999999"])

    @given(some.integers(0, 9000), some.integers(0, MOST - 1), some.sampled_from(["", "SN", "X-"]))
    def test_a_range_has_as_many_as_its_ends_say(self, first: int, more: int, head: str) -> None:
        found = serials_in([f"{head}{first:05d}-{head}{first + more:05d}"])
        assert (len(found), found[0], found[-1]) == (
            more + 1, f"{head}{first:05d}", f"{head}{first + more:05d}",
        )  # fmt: skip


@pytest.mark.django_db
class TestCodes:
    def test_the_same_thing_keeps_its_code(self) -> None:
        made = company()
        wanted = [LeadsTo(brand="澄川", model="REF123", node_id=made.own.id), LeadsTo(brand="澄川")]
        first, second = codes_for(wanted, now=NOW), codes_for(wanted[::-1], now=NOW)
        assert [row.code for row in first] == [row.code for row in second][::-1]
        assert ScanCode.objects.count() == 2

    def test_a_code_is_short_readable_and_forgives_the_case(self) -> None:
        company()
        [row] = codes_for([LeadsTo(brand="澄川")], now=NOW)
        assert len(row.code) == LENGTH
        assert set(row.code) <= set(SIGNS)
        assert scanned(row.code.lower()).id == row.id
        assert address_of(row).endswith(f"/report/?p={row.code}")

    def test_wrong_codes_are_answered_alike_and_only_so_many(self) -> None:
        company()
        reader = Client(headers={"Accept-Language": "en"})
        wrong = ["AAAAAAAAAA", "x", "0OIL000000", "%00", "一" * 10]
        assert {reader.get(f"/m/{code}").status_code for code in wrong} == {404}
        for _ in range(30):
            reader.get("/m/AAAAAAAAAA")
        assert reader.get("/m/AAAAAAAAAA").status_code == 429


@pytest.mark.django_db
class TestPrinting:
    @pytest.mark.parametrize("what", ["poster", *SIZES])
    def test_each_comes_as_pdf_and_as_a_picture_that_writes_nothing(self, what: str) -> None:
        made = company()
        manager = at(made, Role.MANAGER)
        sent = {"what": what, "model": str(products()[0].id), "point": str(made.own.id), "serials": "SN1-SN5"}
        shown = manager.post("/manage/posters", sent | {"deed": "preview"})
        assert (shown.status_code, b"data:image/png;base64," in shown.content) == (200, True)
        assert ScanCode.objects.count() == 0
        answer = manager.post("/manage/posters", sent | {"deed": "pdf"})
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
        assert ScanCode.objects.count() == (1 if what == "poster" else 5)

    def test_a_list_from_excel_is_read_by_its_first_column(self) -> None:
        made = company()
        book: Any = openpyxl.Workbook()
        for line in ("序列号", "SN77001", 88001.0):
            book.active.append([line, "x"])
        file = io.BytesIO()
        book.save(file)
        upload = SimpleUploadedFile("serials.xlsx", file.getvalue())
        answer = at(made, Role.MANAGER).post("/manage/posters", {"what": "24", "deed": "pdf", "list": upload})
        assert answer.status_code == 200
        assert sorted(ScanCode.objects.values_list("serial", flat=True)) == ["88001", "SN77001"]

    @pytest.mark.parametrize(
        ("sent", "words"),
        [
            ({"serials": "S000000000-S999999999"}, f"At most {MOST} stickers"),
            ({"serials": "<b>"}, "is no serial number"),
            ({"list": SimpleUploadedFile("x.xlsx", b"PK\x03\x04nothing")}, "cannot be read"),
            ({"what": "wall"}, "Select a valid choice"),
        ],
    )
    def test_what_cannot_be_printed_is_said_in_words(self, sent: dict[str, Any], words: str) -> None:
        made = company()
        answer = at(made, Role.MANAGER).post("/manage/posters", {"what": "24", "deed": "pdf"} | sent)
        assert answer.status_code == 422
        assert words in answer.content.decode()

    def test_a_service_point_prints_for_itself_only(self) -> None:
        made = company()
        owner = at(made, Role.SERVICE_POINT_OWNER)
        sent = {"what": "poster", "deed": "pdf", "point": str(made.authorised.id)}
        assert owner.post("/manage/posters", sent).status_code == 422
        assert owner.post("/manage/posters", sent | {"point": str(made.own.id)}).status_code == 200


@pytest.mark.django_db
class TestScanning:
    @pytest.mark.demand("S3-192")
    def test_a_poster_fills_the_form_in_and_the_report_counts_as_scanned(self) -> None:
        made = company()
        product = next(one for one in products() if one.category.code == "refrigerator")
        [row] = codes_for(
            [LeadsTo(category="refrigerator", brand=product.brand, model=product.model, node_id=made.own.id)],
            now=NOW,
        )
        reader = Client(headers={"Accept-Language": "en"})
        page = reader.get(f"/report/?p={row.code}").content.decode()
        for words in (product.model, 'value="refrigerator" selected', row.code, "西湖区"):
            assert words in page
        answer = reader.post(
            "/report/",
            {
                "words": "不制冷", "phone": "13800138000", "consent_service": "on", "p": row.code, "key": "k",
                "category": "refrigerator", "brand": product.brand, "model": product.model,
            },
        )  # fmt: skip
        assert answer.status_code == 302
        case = Case.objects.get()
        assert (case.channel, case.category) == ("qr", "refrigerator")
        clerk = at(made, Role.AGENT).get(f"/desk/case/{case.number}").content.decode()
        assert "Code scanned at" in clerk

    def test_a_code_that_nobody_printed_is_an_ordinary_report(self) -> None:
        company()
        reader = Client()
        assert reader.get("/report/?p=NOTOURS").status_code == 200
        sent = {
            "words": "不制冷",
            "phone": "13800138000",
            "consent_service": "on",
            "p": "NOTOURS",
            "key": "k",
        }
        reader.post("/report/", sent)
        assert Case.objects.get().channel == "web"

    def test_a_machines_code_shows_its_warranty_and_not_its_owner(self) -> None:
        made = company()
        case = a_case(made, name="张三丰")
        [row] = codes_for(
            [
                LeadsTo(
                    purpose="sticker", category="refrigerator", brand="澄川", model="REF123", serial="SN9001"
                )
            ],
            now=NOW,
        )
        reader = Client(headers={"Accept-Language": "en"})
        before = reader.get(f"/m/{row.code}").content.decode()
        assert "Nobody has registered this machine yet." in before
        told = MachineTold(category="refrigerator", brand="澄川", model="REF123", serials={"whole": "SN9001"})
        register_machine(case.customer, told, now=NOW)
        page = reader.get(f"/m/{row.code}").content.decode()
        assert "Report a problem with it" in page
        assert ("SN9001" in page, "张" in page, case.number in page) == (False, False, False)

    def test_several_who_name_one_serial_hide_no_card_that_was_proved(self) -> None:
        made = company()
        one, two = a_case(made), a_case(made)
        [row] = codes_for([LeadsTo(purpose="sticker", brand="澄川", serial="SN9001")], now=NOW)
        reader = Client(headers={"Accept-Language": "en"})
        told = MachineTold(category="refrigerator", brand="澄川", serials={"whole": "SN9001"})
        first, _second = (register_machine(case.customer, told, now=NOW) for case in (one, two))
        assert "for its warranty please ring us" in reader.get(f"/m/{row.code}").content.decode()
        mark_checked(first, now=NOW)
        assert f"W{first.id:08d}" in reader.get(f"/m/{row.code}").content.decode()
