"""Service points brought in from a workbook, through the whole engine."""

from typing import Any

import pytest

from bihuan.registers.access.models import Change
from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.actions import keep_node
from bihuan.registers.organisation.models import Authorisation, Coverage, Node
from bihuan.service.imports.models import ImportLine
from bihuan.service.imports.target import Take
from tests.makers import company
from tests.service.imports import sheets
from tests.service.imports.bringing import brought_in, looked, taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.demand("U-04")]

HEADS = ["大区", "网点名称", "网点编码", "性质", "联系电话", "地址", "城市", "服务区域", "授权品牌"]
ROWS: list[list[Any]] = [
    ["华东大区", "浦东店", "PD01", "自营", 13800138000.0, "世纪大道1号", "上海市", "浦东新区、黄浦区", None],
    [None, "徐汇店", "XH01", "特约", "021-5888 1234", "漕溪路2号", "上海市", "徐汇区", "澄川、云栖"],
]


def points() -> list[tuple[str, str, bool, str]]:
    rows = Node.objects.filter(code__in=["PD01", "XH01"]).select_related("parent").order_by("code")
    return [(one.name, one.parent.name if one.parent else "", one.authorised, one.phone) for one in rows]


def test_service_points_are_brought_in_with_regions_coverage_and_brands() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    run = brought_in(viewer, "service_points", sheets.xlsx([HEADS, *ROWS], merges=["A2:A3"]))
    assert (run.looked, run.written) == ({"new": 2}, {"new": 2})
    assert points() == [
        ("浦东店", "华东大区", False, "+8613800138000"),
        ("徐汇店", "华东大区", True, "+862158881234"),
    ]
    served = Coverage.objects.filter(node__code__in=["PD01", "XH01"]).order_by("id")
    assert list(served.values_list("city", "district")) == [
        ("上海市", "浦东新区"),
        ("上海市", "黄浦区"),
        ("上海市", "徐汇区"),
    ]
    assert list(Authorisation.objects.filter(node__code="XH01").values_list("brand", flat=True)) == [
        "澄川",
        "云栖",
    ]
    assert Node.objects.get(code="PD01").path.count("/") == 4


def test_the_same_file_again_doubles_nothing() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    clear = sheets.xlsx([HEADS, *ROWS], merges=["A2:A3"])
    brought_in(viewer, "service_points", clear)
    before = (
        Node.objects.count(),
        Coverage.objects.count(),
        Authorisation.objects.count(),
        Change.objects.count(),
    )
    run = brought_in(viewer, "service_points", clear)
    assert (run.looked, run.written) == ({"same": 2}, {"same": 2})
    after = (
        Node.objects.count(),
        Coverage.objects.count(),
        Authorisation.objects.count(),
        Change.objects.count(),
    )
    assert before == after


def test_every_write_stands_in_the_history_without_what_is_personal() -> None:
    made = company()
    brought_in(
        made.viewer(Role.ADMINISTRATOR), "service_points", sheets.xlsx([HEADS, *ROWS], merges=["A2:A3"])
    )
    change = Change.objects.get(register="nodes", row=str(Node.objects.get(code="PD01").id))
    assert (change.deed, change.person_id) == ("added", made.people[Role.ADMINISTRATOR].id)
    assert change.after["name"] == "浦东店"
    assert "phone" not in change.after


def test_a_whole_import_is_taken_back() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    before = (Node.objects.count(), Coverage.objects.count(), Authorisation.objects.count())
    run = brought_in(viewer, "service_points", sheets.xlsx([HEADS, *ROWS], merges=["A2:A3"]))
    taken_back(viewer, run)
    assert run.undone == {"taken_back": 2, "kept": 0}
    assert (Node.objects.count(), Coverage.objects.count(), Authorisation.objects.count()) == before


def test_what_was_changed_is_put_back_and_what_was_touched_since_stays() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    brought_in(viewer, "service_points", sheets.xlsx([HEADS, *ROWS], merges=["A2:A3"]))
    second = brought_in(
        viewer,
        "service_points",
        sheets.xlsx([["名称", "编码", "日接单量"], ["浦东店", "PD01", "60单"], ["徐汇店", "XH01", 70]]),
    )
    assert second.written == {"changed": 2}
    touched = Node.objects.get(code="XH01")
    keep_node(touched.id, parent_id=touched.parent_id, daily_capacity=99)
    taken_back(viewer, second)
    assert second.undone == {"taken_back": 1, "kept": 1}
    assert dict(Node.objects.filter(code__in=["PD01", "XH01"]).values_list("code", "daily_capacity")) == {
        "PD01": 40,
        "XH01": 99,
    }
    (line,) = ImportLine.objects.filter(run=second, phase="write").exclude(kept=[])
    assert line.kept == ["touched_since"]


def test_one_row_a_district_is_one_service_point() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    clear = sheets.csv(
        [["网点名称", "城市", "服务区县"], ["新店", "上海市", "静安区"], ["新店", "上海市", "普陀区"]],
        encoding="gbk",
    )
    run = brought_in(viewer, "service_points", clear)
    assert (run.looked, run.written) == ({"new": 1, "changed": 1}, {"new": 1, "changed": 1})
    node = Node.objects.get(name="新店")
    assert node.code.startswith("SP")
    assert set(Coverage.objects.filter(node=node).values_list("district", flat=True)) == {"静安区", "普陀区"}


def test_a_row_that_cannot_be_brought_in_is_refused_alone() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    clear = sheets.xlsx(
        [
            ["网点名称", "电话", "服务区域"],
            ["甲店", "123", "浦东新区"],
            ["乙店", None, "西湖区"],
            ["丙店", None, "昆山市"],
            [None, "1", None],
        ]
    )
    run = brought_in(viewer, "service_points", clear)
    assert run.written == {"refused": 3, "new": 1}
    codes = dict(
        ImportLine.objects.filter(run=run, phase="write", state="refused").values_list("number", "codes")
    )
    assert codes == {
        2: [["no_phone", "phone"]],
        3: [["no_city", "districts"]],
        5: [["no_phone", "phone"], ["missing", "name"]],
    }


def test_the_same_name_with_another_code_is_offered_for_merging() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    clear = sheets.xlsx([["网点名称", "网点编码"], ["文新网点", "NEW1"]])
    assert looked(viewer, "service_points", clear).looked == {"duplicate": 1}
    assert brought_in(viewer, "service_points", clear, take=Take.OURS).written == {"skipped": 1}
    assert brought_in(viewer, "service_points", clear, take=Take.THEIRS).written == {"changed": 1}
    assert Node.objects.get(name="文新网点").code == "NEW1"
    again = sheets.xlsx([["网点名称", "网点编码"], ["文新网点", "NEW2"]])
    assert brought_in(viewer, "service_points", again, take=Take.NEW).written == {"new": 1}
    assert Node.objects.filter(name="文新网点").count() == 2


def test_what_is_used_since_is_not_taken_back() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    run = brought_in(viewer, "service_points", sheets.xlsx([["网点名称"], ["新店"], ["另一店"]]))
    node = Node.objects.get(name="新店")
    Coverage.objects.create(node=node, city="上海市", district="静安区")
    taken_back(viewer, run)
    assert run.undone == {"taken_back": 1, "kept": 1}
    assert Coverage.objects.filter(node=node).count() == 1
