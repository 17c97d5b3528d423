"""Customers and machines brought in from files, through the whole engine."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bihuan.ground.vault.actions import keys, keys_for
from bihuan.ground.vault.models import Key
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.actions import note_consents, rename
from bihuan.registers.customers.models import Contact, Customer, Machine, MachinePaper, Place, Serial
from bihuan.registers.customers.queries import address_of, known_by, machines_of, named, reach_of
from bihuan.registers.customers.registering import Paper, register_machine
from bihuan.registers.customers.signing_in import open_session, session_of
from bihuan.registers.customers.told import MachineTold, Reach
from bihuan.service.imports import actions
from bihuan.service.imports.customers import CUSTOMERS
from bihuan.service.imports.models import Import, ImportLine
from bihuan.service.imports.running import carry_on, finish
from bihuan.service.imports.step import opened
from bihuan.service.imports.target import Line, Take
from bihuan.service.notices.forgetting import forget_customer
from tests.makers import NOW, a_case, company
from tests.service.imports import sheets
from tests.service.imports.bringing import brought_in, looked, taken_back
from tests.statements import statements

pytestmark = [pytest.mark.django_db, pytest.mark.demand("U-04")]

HEADS = ["客户姓名", "手机号", "座机", "详细地址", "品牌", "型号", "机身编码", "购买日期"]
LI: list[Any] = [
    "李春梅",
    "138 0013 8001",
    "0571-88001234",
    "浙江省杭州市西湖区文新街道文一西路1号2幢301室",
    "澄川",
    "REF123",
    "SN000001",
    "2025年5月1日",
]
WANG: list[Any] = ["王𠮷", 13800138002.0, None, "杭州市西湖区古荡街道文二路9号", None, None, None, None]


@pytest.fixture(autouse=True)
def _a_disk_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.BIHUAN_DATA = tmp_path / "data"
    settings.BIHUAN_DATA.mkdir()


def file_of(*rows: list[Any], heads: list[str] | None = None) -> bytes:
    return sheets.xlsx([heads or HEADS, *rows])


def of_phone(number: str) -> Customer:
    found = known_by([Reach(kind="mobile", value=number)])
    assert found is not None
    return Customer.objects.select_related("key").get(id=found.id)


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Customer, Contact, Place, Machine, Serial))


def test_a_row_becomes_a_customer_with_numbers_place_and_machine() -> None:
    run = brought_in(company().viewer(Role.ADMINISTRATOR), "customers", file_of(LI, WANG))
    assert (run.looked, run.written) == ({"new": 2}, {"new": 2})
    li = of_phone("+8613800138001")
    hand = keys(li.key)
    assert hand.open(li.name_sealed) == "李春梅"
    assert reach_of(li.id, hand) == {"mobile": "+8613800138001", "landline": "+8657188001234"}
    place = Place.objects.get(customer=li)
    assert (place.city, place.district, place.street) == ("杭州市", "西湖区", "文新街道")
    assert address_of(place, hand) == "杭州市西湖区文新街道文一西路1号2幢301室"
    [machine] = machines_of(li.id, day=date(2026, 11, 23))
    assert (machine.brand, machine.model, machine.serials) == ("澄川", "REF123", {"whole": "SN000001"})
    assert (machine.category, machine.cover_until) == ("refrigerator", date(2028, 5, 1))
    wang = of_phone("+8613800138002")
    assert keys(wang.key).open(wang.name_sealed) == "王𠮷"
    assert Key.objects.filter(id__in=[li.key_id, wang.key_id]).count() == 2


def test_the_same_file_again_doubles_nothing() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    brought_in(viewer, "customers", file_of(LI, WANG))
    before = counts()
    run = brought_in(viewer, "customers", file_of(LI, WANG))
    assert (run.looked, run.written) == ({"same": 2}, {"same": 2})
    assert counts() == before


def test_two_people_of_one_name_stay_two() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    brought_in(viewer, "customers", file_of(LI, ["李春梅", "13800138009", *[None] * 6]))
    assert len(named("李春梅")) == 2


def test_a_phone_under_another_name_is_left_to_a_person() -> None:
    made = company()
    viewer = made.viewer(Role.ADMINISTRATOR)
    a_case(made, phone="13800138001", name="张三丰")
    run = looked(viewer, "customers", file_of(LI))
    assert run.looked == {"duplicate": 1}
    line = ImportLine.objects.get(run=run)
    [[row, label]] = opened(line, keys_for([run.key_id]))["candidates"]
    assert (row, label) == (of_phone("+8613800138001").id, "张* 138****8001")


@pytest.mark.parametrize(("take", "name", "machines"), [(Take.OURS, "张三丰", 1), (Take.THEIRS, "李春梅", 2)])
def test_what_a_person_chose_for_it_is_done(take: Take, name: str, machines: int) -> None:
    made = company()
    a_case(made, phone="13800138001", name="张三丰")
    brought_in(made.viewer(Role.ADMINISTRATOR), "customers", file_of(LI), take=take)
    one = of_phone("+8613800138001")
    assert keys(one.key).open(one.name_sealed) == name
    assert Machine.objects.filter(customer=one).count() == machines


def test_a_new_customer_is_made_of_the_numbers_that_nobody_else_has() -> None:
    made = company()
    a_case(made, phone="13800138001", name="张三丰")
    brought_in(made.viewer(Role.ADMINISTRATOR), "customers", file_of(LI), take=Take.NEW)
    found = known_by([Reach(kind="landline", value="+8657188001234")])
    assert found is not None
    assert found.id != of_phone("+8613800138001").id


def test_a_title_is_no_other_name() -> None:
    made = company()
    a_case(made, phone="13800138001", name="李女士")
    assert looked(made.viewer(Role.ADMINISTRATOR), "customers", file_of(LI)).looked == {"changed": 1}


def test_rows_of_one_phone_are_one_customer() -> None:
    second = ["李春梅", "13800138001", None, None, "澄川", "AIR123", "SN000002", None]
    run = brought_in(company().viewer(Role.ADMINISTRATOR), "customers", file_of(LI, second))
    assert run.written == {"new": 1, "changed": 1}
    assert counts() == (1, 2, 1, 2, 2)


def test_split_columns_are_one_address() -> None:
    heads = ["姓名", "手机", "城市", "区县", "街道", "门牌"]
    row = ["李春梅", "13800138001", "杭州", "西湖", "文新街道", "文一西路1号"]
    brought_in(company().viewer(Role.ADMINISTRATOR), "customers", file_of(row, heads=heads))
    place = Place.objects.get()
    assert (place.city, place.district, place.street) == ("杭州市", "西湖区", "文新街道")


def test_machines_are_known_by_their_serial() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    brought_in(viewer, "customers", file_of(LI))
    heads = ["手机", "机身编码", "延保到期"]
    run = brought_in(viewer, "machines", file_of(["13800138001", "SN000001", "2031-01-01"], heads=heads))
    assert run.written == {"changed": 1}
    assert Machine.objects.get().extended_until == date(2031, 1, 1)
    again = brought_in(viewer, "machines", file_of(["13800138001", "SN000001", "2031/1/1"], heads=heads))
    assert again.written == {"same": 1}
    taken_back(viewer, run)
    assert Machine.objects.get().extended_until is None


def test_a_machine_without_number_or_model_is_not_doubled_either() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    clear = file_of(["13800138001", "李春梅", "空调", "澄川"], heads=["手机", "姓名", "品类", "品牌"])
    brought_in(viewer, "machines", clear)
    assert brought_in(viewer, "machines", clear).written == {"same": 1}
    assert Machine.objects.get().category == "air_conditioner"


def test_a_row_without_any_machine_is_refused_among_machines() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    clear = file_of(["13800138001", "李春梅", None], heads=["手机", "姓名", "型号"])
    assert looked(viewer, "machines", clear).looked == {"refused": 1}


def test_what_was_brought_in_is_taken_back_and_its_keys_are_destroyed() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    run = brought_in(viewer, "customers", file_of(LI, WANG))
    of_them = list(Customer.objects.values_list("key_id", flat=True))
    taken_back(viewer, run)
    assert run.undone == {"taken_back": 2, "kept": 0}
    assert counts() == (0, 0, 0, 0, 0)
    assert list(Key.objects.filter(id__in=of_them).values_list("wrapped", flat=True)) == [None, None]


def test_whoever_has_a_case_or_a_new_name_since_stays() -> None:
    made = company()
    viewer = made.viewer(Role.ADMINISTRATOR)
    third = ["赵敏", "13800138003", *[None] * 6]
    run = brought_in(viewer, "customers", file_of(LI, WANG, third))
    a_case(made, phone="13800138001", name="李春梅")
    rename(of_phone("+8613800138002"), "王大吉")
    taken_back(viewer, run)
    assert run.undone == {"taken_back": 1, "kept": 2}
    assert Customer.objects.count() == 2
    stays = ImportLine.objects.filter(run=run, undone=False, phase="write").order_by("number")
    assert [line.kept for line in stays] == [["used_since"], ["used_since"]]


def test_whoever_signed_in_agreed_or_sent_an_invoice_since_stays() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    third = ["赵敏", "13800138003", *[None] * 6]
    run = brought_in(viewer, "customers", file_of(LI, WANG, third))
    li, wang, zhao = (of_phone(f"+861380013800{at}") for at in (1, 2, 3))
    sent = Paper(kind="invoice", media="image/png", content=b"an invoice")
    told = MachineTold(serials={"whole": "SN000001"})
    register_machine(li, told, papers=[sent], now=NOW)
    open_session(wang, remember=True, now=NOW)
    note_consents(zhao, {"marketing": False}, how="web", now=NOW)
    taken_back(viewer, run)
    assert run.undone == {"taken_back": 0, "kept": 3}
    assert (Customer.objects.count(), Machine.objects.count(), MachinePaper.objects.count()) == (3, 1, 1)


def test_what_a_file_added_to_a_known_customer_goes_and_they_stay() -> None:
    made = company()
    case = a_case(made, phone="13800138001", name="李春梅")
    viewer = made.viewer(Role.ADMINISTRATOR)
    before = counts()
    run = brought_in(viewer, "customers", file_of(LI))
    assert counts() == (before[0], before[1] + 1, before[2] + 1, before[3] + 1, before[4] + 1)
    browser = open_session(case.customer, remember=True, now=NOW)  # by the number that goes, for all we know
    taken_back(viewer, run)
    assert counts() == before
    assert session_of(browser, now=NOW) is None
    assert Machine.objects.get().id == case.machine_id


def test_erasing_an_imported_customer_makes_everything_of_them_unreadable() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    brought_in(viewer, "customers", file_of(LI))
    li = of_phone("+8613800138001")
    sealed = [li.name_sealed, *Contact.objects.values_list("sealed", flat=True)]
    forget_customer(viewer, li.id, now=NOW)
    hand = keys(Key.objects.get(id=li.key_id))
    assert [hand.open(one) for one in sealed] == [None, None, None]
    assert (Contact.objects.count(), Serial.objects.count()) == (0, 0)
    run = brought_in(viewer, "customers", file_of(LI))
    assert run.written == {"new": 1}


def test_a_run_that_was_killed_is_carried_on_and_doubles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bihuan.service.imports.staging.BATCH", 2)
    viewer = company().viewer(Role.ADMINISTRATOR)
    rows = [[f"客户{at}", f"1390013{at:04d}", *[None] * 6] for at in range(7)]
    run = looked(viewer, "customers", file_of(*rows))
    actions.confirm(viewer, run.id, take=Take.OURS, now=NOW)
    assert carry_on(run.id, now=NOW, seconds=0)
    assert Customer.objects.count() == 2  # whole batches only; then the worker dies
    finish(run.id, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.written) == (Import.DONE, {"new": 7})
    assert Customer.objects.count() == 7


def test_asking_the_database_does_not_grow_with_the_rows() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)

    def lines(count: int) -> list[Line]:
        return [
            Line(number=at, values={"name": f"客户{at}", "phone": (f"+861390013{at:04d}",)})
            for at in range(2, 2 + count)
        ]

    few, many = (
        len(statements(lambda count=count: CUSTOMERS.look(lines(count), viewer=viewer, now=NOW)))  # type: ignore[misc]
        for count in (2, 200)
    )
    assert few == many
