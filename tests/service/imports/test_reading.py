"""Cells as people type them, read as values."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.service.imports import reading
from bihuan.service.imports.reading import Cell, Since1904, Unreadable

pytestmark = pytest.mark.demand("U-04")

THE_DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-22",
        "2026/11/22",
        "2026.11.22",
        "2026年11月22日",
        "2026 年 11 月 22 日",
        "26年11月22日",
        "22.11.2026",
        "22/11/2026",
        "11/22/2026",
        "20261122",
        20261122,
        46348,
        46348.0,
        "46348",
        Since1904(46348 - 1462),
        "２０２６－１１－２２",
        "２０２６年１１月２２日",
        "2026-11-22 10:30",
        "2026-11-22T10:30:05",
        "2026-11-22T10:30:05+08:00",
        "2026年11月22日 星期日",
        "2026/11/22（周日）",
        datetime(2026, 11, 22, 8, 0),
        THE_DAY,
        " 2026-11-22 ",
    ],
)
def test_a_day_is_read_in_every_usual_style(typed: Cell) -> None:
    assert reading.day(typed) == THE_DAY


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("32.13.2026", "no_such_day"),
        ("2026-02-30", "no_such_day"),
        ("0202-11-20", "no_such_day"),
        ("1026-11-20 09:30", "no_such_day"),
        ("03/04/2026", "day_unclear"),
        ("soon", "no_day"),
        ("2026年11月", "no_day"),
        (12, "no_day"),
        (True, "no_day"),
        ("13800138000", "no_day"),
        ("#REF!", "cell_error"),
    ],
)
def test_what_is_no_day_is_refused_with_its_reason(typed: Cell, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        reading.day(typed)
    assert refused.value.code == code


@pytest.mark.parametrize("typed", ["-", "—", "/", "无", "暂无", "N/A", "#N/A"])
def test_a_dash_tells_nothing(typed: str) -> None:
    assert reading.day(typed) is None
    assert reading.money(typed) is None
    assert reading.phone(typed) is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2026-11-22 10:30", datetime(2026, 11, 22, 10, 30)),
        ("2026年11月22日10时30分", datetime(2026, 11, 22, 10, 30)),
        ("2026年11月22日 10点", datetime(2026, 11, 22, 10)),
        ("2026/11/22 下午3:20", datetime(2026, 11, 22, 15, 20)),
        ("2026/11/22 3:20 PM", datetime(2026, 11, 22, 15, 20)),
        ("2026-11-22 上午12:05", datetime(2026, 11, 22, 0, 5)),
        ("2026-11-22 10:30:15.250", datetime(2026, 11, 22, 10, 30, 15)),
        (46348.5, datetime(2026, 11, 22, 12)),
        ("2026-11-22", datetime(2026, 11, 22)),
    ],
)
def test_a_moment_keeps_its_time(typed: Cell, read: datetime) -> None:
    assert reading.moment(typed) == read


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13800138000", "+8613800138000"),
        (13800138000, "+8613800138000"),
        (13800138000.0, "+8613800138000"),
        (1.38e10, "+8613800000000"),
        ("138 0013 8000", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("'+8613800138000", "+8613800138000"),
        ("13800138000.0", "+8613800138000"),
        ("021-58881234", "+862158881234"),
        ("（021）58881234", "+862158881234"),
        ("(021) 5888 1234 转 801", "+862158881234"),
        (2158881234, "+862158881234"),
        ("021-58881234 / 13800138000", "+8613800138000"),
        ("张三 13800138000", "+8613800138000"),
    ],
)
def test_a_phone_is_read_however_it_was_typed(typed: Cell, number: str) -> None:
    assert reading.phone(typed) == number


@pytest.mark.parametrize(
    ("typed", "code"),
    [("1.38E+10", "digits_lost"), ("123", "no_phone"), ("1380013800", "no_phone"), ("张三", "no_phone")],
)
def test_a_phone_that_is_none_is_refused(typed: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        reading.phone(typed)
    assert refused.value.code == code


def test_two_numbers_in_one_cell_are_both_read_the_mobile_first() -> None:
    assert reading.phones("021-58881234、13800138000") == ("+8613800138000", "+862158881234")


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("¥1,200.00", 120_000),
        ("￥1，200", 120_000),
        ("80元", 8_000),
        ("80 元整", 8_000),
        ("1.2万", 1_200_000),
        (80, 8_000),
        (80.5, 8_050),
        (19.99, 1_999),
        (0.1 + 0.2, 30),
        ("免费", 0),
        ("０", 0),
        ("12.", 1_200),
    ],
)
def test_money_is_read_to_the_fen(typed: Cell, fen: int) -> None:
    assert reading.money(typed) == fen


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("-5", "less_than_nothing"),
        ("80-120", "no_money"),
        ("1,2", "no_money"),
        ("0.001", "too_fine"),
        ("面议", "no_money"),
    ],
)
def test_money_that_is_none_is_refused(typed: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        reading.money(typed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("是", True),
        ("√", True),
        ("Y", True),
        (1, True),
        (True, True),
        ("否", False),
        ("×", False),
        (0, False),
    ],
)
def test_yes_and_no_are_read_in_the_ways_people_tick(typed: Cell, said: bool) -> None:
    assert reading.yes_no(typed) is said


def test_a_word_among_some_is_found_by_any_of_its_names() -> None:
    read = reading.one_of({"own": ("自营", "直营"), "authorised": ("特约", "授权")})
    assert read(" 自 营 ") == "own"
    assert read("授权") == "authorised"
    assert read("OWN") == "own"
    with pytest.raises(Unreadable) as refused:
        read("加盟")
    assert refused.value.params == {"told": "加盟", "choices": "自营、特约"}


def test_several_values_stand_in_one_cell() -> None:
    assert reading.several(reading.text(20))("浦东新区、黄浦区，徐汇区\n浦东新区") == (
        "浦东新区",
        "黄浦区",
        "徐汇区",
    )


def test_rare_characters_stay_and_invisible_ones_go() -> None:
    assert reading.text(20)("\u200b𠮷野㙍 \x00\ufeff") == "𠮷野㙍"
    assert reading.text(20)("﨑") == "﨑"


def test_a_number_in_a_column_of_codes_has_no_point() -> None:
    assert reading.code(20)(1001.0) == "1001"
    assert reading.code(20)("ＳＨ－０１") == "SH-01"
    with pytest.raises(Unreadable):
        reading.code(20)("1.00E+15")


def test_a_time_of_day_is_read_from_text_and_from_a_fraction() -> None:
    assert reading.clock("8:30") == time(8, 30)
    assert reading.clock(0.375) == time(9)
    assert reading.clock("下午6点") == time(18)


@given(st.dates(min_value=date(1930, 1, 1), max_value=date(2100, 12, 31)))
def test_every_day_is_read_back_from_every_style(on: date) -> None:
    serial = (on - date(1899, 12, 30)).days
    styles: list[Cell] = [
        on.isoformat(),
        f"{on:%Y/%m/%d}",
        f"{on.year}年{on.month}月{on.day}日",
        f"{on:%d.%m.%Y}",
        f"{on:%Y%m%d}",
        int(f"{on:%Y%m%d}"),
        serial,
        Since1904(serial - 1462) if serial - 1462 > 0 else serial,
        str(on.year) + "-" + str(on.month) + "-" + str(on.day),
    ]
    assert {reading.day(style) for style in styles} == {on}


@given(st.integers(min_value=0, max_value=10**9))
def test_every_amount_is_read_back(fen: int) -> None:
    yuan = f"{fen // 100:,}.{fen % 100:02d}"
    assert reading.money(f"¥{yuan}") == fen
    assert reading.money(yuan) == fen
    assert reading.money(fen / 100) == fen


@given(
    st.from_regex(r"1(3[0-9]|5[0-35-9]|8[0-9])[0-9]{8}", fullmatch=True),
    st.sampled_from([" ", "-", "", "　"]),
)
def test_every_mobile_is_read_whatever_divides_it(number: str, sign: str) -> None:
    typed = sign.join((number[:3], number[3:7], number[7:]))
    assert reading.phone(typed) == f"+86{number}"
    assert reading.phone(float(number)) == f"+86{number}"


@given(
    st.one_of(
        st.text(max_size=40),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.datetimes(),
        st.dates(),
        st.times(),
    )
)
def test_a_reader_returns_a_value_or_says_why_not(cell: Cell) -> None:
    readers = (
        reading.text(20),
        reading.words(20),
        reading.code(20),
        reading.phone,
        reading.phones,
        reading.day,
        reading.moment,
        reading.clock,
        reading.money,
        reading.count(100, units=("台",)),
        reading.degrees(90),
        reading.yes_no,
        reading.one_of({"a": ("甲",)}),
        reading.several(reading.text(20)),
    )
    for read in readers:
        try:
            read(cell)
        except Unreadable as refused:
            assert refused.code


def test_a_day_between_the_epochs_is_counted_from_the_workbooks_own() -> None:
    assert reading.day(Since1904(40_000)) == date(1899, 12, 30) + timedelta(days=41_462)
