"""Heads found and columns guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.service.imports.book import Book
from bihuan.service.imports.rules import Known, bare, find_heads, guess, likeness, missing, twice
from tests.service.imports import sheets

pytestmark = pytest.mark.demand("U-04")

FIELDS = (
    Known(code="name", names=("网点名称", "name", "名称", "服务商")),
    Known(code="code", names=("网点编码", "code", "编号")),
    Known(code="phone", names=("联系电话", "phone", "电话", "手机")),
    Known(code="address", names=("地址", "address", "详细地址")),
)


def heads_of(clear: bytes) -> tuple[int, dict[int, str]]:
    rows = [(row.number, row.cells) for row in Book(clear).first_rows(0, 15)]
    heads = find_heads(rows, FIELDS)
    assert heads is not None
    return heads.row, guess(heads.texts, FIELDS)


def test_heads_are_known_by_their_names_and_others_of_the_trade() -> None:
    assert guess(["服务商名称", "编号（必填）", "客户联系电话", "*详细地址", "备注"], FIELDS) == {
        0: "name",
        1: "code",
        2: "phone",
        3: "address",
    }


def test_a_head_that_only_begins_alike_is_not_taken() -> None:
    assert guess(["手机型号尺寸", "地址变更原因说明"], FIELDS) == {}


def test_titles_above_the_head_are_passed_over() -> None:
    clear = sheets.xlsx(
        [
            ["2026年网点一览表"],
            ["制表：运营部", None, "单位：个"],
            [],
            ["网点名称", "编码", "电话"],
            ["甲店", "A1", "1"],
        ],
        merges=["A1:C1"],
    )
    assert heads_of(clear) == (4, {0: "name", 1: "code", 2: "phone"})


def test_three_rows_of_heads_with_merged_cells_are_joined() -> None:
    clear = sheets.xlsx(
        [
            ["网点登记表", None, None, None],
            ["名称", "编号", "联系方式", None],
            [None, None, "电话", "地址"],
            ["浦东店", "PD", "13800138000", "世纪大道1号"],
        ],
        merges=["A1:D1", "A2:A3", "B2:B3", "C2:D2"],
    )
    assert heads_of(clear) == (3, {0: "name", 1: "code", 2: "phone", 3: "address"})


def test_three_rows_of_heads_in_a_text_file_are_joined() -> None:
    clear = sheets.csv(
        [
            ["网点登记表", "", "", ""],
            ["名称", "编号", "联系方式", ""],
            ["", "", "电话", "地址"],
            ["浦东店", "PD", "1", "路"],
        ]
    )
    assert heads_of(clear) == (3, {0: "name", 1: "code", 2: "phone", 3: "address"})


def test_two_heads_alike_get_the_group_above_them() -> None:
    rows = [(1, ("客户", "客户", "师傅", "师傅")), (2, ("姓名", "电话", "姓名", "工号"))]
    heads = find_heads(rows, (Known(code="a", names=("客户姓名",)), Known(code="b", names=("师傅姓名",))))
    assert heads is not None
    assert heads.texts == ("客户姓名", "电话", "师傅姓名", "工号")


def test_an_unknown_head_is_still_the_head() -> None:
    heads = find_heads([(1, ("Spalte A", "Spalte B")), (2, ("x", 1))], FIELDS)
    assert heads is not None
    assert heads.row == 1


def test_nothing_that_looks_like_a_head_gives_none() -> None:
    assert find_heads([(1, (1, 2)), (2, (3, 4))], FIELDS) is None


def test_what_is_required_and_what_is_chosen_twice_is_told() -> None:
    assert missing({0: "name"}, ["name", "phone"]) == ["phone"]
    assert twice({0: "name", 1: "phone", 2: "phone"}) == ["phone"]


@given(st.lists(st.text(max_size=12), max_size=12))
def test_each_field_and_each_column_is_guessed_once(heads: list[str]) -> None:
    found = guess(heads, FIELDS)
    assert len(set(found.values())) == len(found)
    assert all(
        likeness(heads[column], next(k for k in FIELDS if k.code == code)) > 0
        for column, code in found.items()
    )


@given(st.text(max_size=20))
def test_a_bare_head_is_bare_already(head: str) -> None:
    assert bare(bare(head)) == bare(head)
