"""An address is found in a text, completed upwards, and a person is asked where it may be several."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.divisions import (
    AS_OF,
    SOURCE,
    NotBuilt,
    cities_of,
    districts_of,
    find,
    provinces,
    since,
    streets_of,
    where,
)
from bihuan.ground.divisions.table import every, tree

pytestmark = pytest.mark.demand("U-05")
HERE = ("杭州市",)


def place(text: str, near: tuple[str, ...] = ()) -> tuple[str, str, str, str, str, bool]:
    found = find(text, near=near)
    assert found is not None, text
    return found.province, found.city, found.district, found.street, found.rest, found.sure


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "浙江省杭州市西湖区文新街道湖畔花园3幢2单元501",
            ("浙江省", "杭州市", "西湖区", "文新街道", "湖畔花园3幢2单元501"),
        ),
        ("北京市北京市市辖区朝阳区望京街道", ("北京市", "北京市", "朝阳区", "望京街道", "")),
        ("上海浦东张江路100弄5号301", ("上海市", "上海市", "浦东新区", "", "张江路100弄5号301")),
        ("湖北省仙桃市沙嘴街道", ("湖北省", "仙桃市", "沙嘴街道", "", "")),
        ("广东东莞虎门镇黄河时装城2楼", ("广东省", "东莞市", "虎门镇", "", "黄河时装城2楼")),
        ("昆山花桥镇绿地大道8号", ("江苏省", "苏州市", "昆山市", "花桥镇", "绿地大道8号")),
        ("香港湾仔区", ("香港特别行政区", "香港特别行政区", "湾仔区", "", "")),
        ("江苏 - 苏州市 - 苏州工业园区 星湖街328号", ("江苏省", "苏州市", "苏州工业园区", "", "星湖街328号")),
        ("成都高新区桂溪街道天府大道", ("四川省", "成都市", "武侯区", "桂溪街道", "天府大道")),
        ("合肥高新区望江西路", ("安徽省", "合肥市", "合肥高新技术产业开发区", "", "望江西路")),
        (
            "Room 501, Building 3, Xihu District, Hangzhou",
            ("浙江省", "杭州市", "西湖区", "", "Room 501, Building 3"),
        ),
    ],
)
def test_an_address_is_read_from_province_to_door(text: str, told: tuple[str, ...]) -> None:
    assert place(text) == (*told, True)


def test_a_district_of_many_cities_is_asked_about_unless_one_is_near() -> None:
    unsure = find("鼓楼区中山路1号")
    assert unsure is not None
    assert (unsure.sure, unsure.city) == (False, "")
    assert {one.city for one in unsure.choices} == {"南京市", "徐州市", "福州市", "开封市"}
    assert place("鼓楼区中山路1号", ("南京市",))[1:3] == ("南京市", "鼓楼区")


def test_short_names_count_alone_only_near_the_service_points() -> None:
    assert find("余杭五常大道168号") is None
    assert place("余杭五常大道168号", HERE)[1:5] == ("杭州市", "余杭区", "", "五常大道168号")
    assert place("三墩振华路8号", HERE)[1:5] == ("杭州市", "西湖区", "三墩镇", "振华路8号")


def test_old_names_lead_to_the_place_of_today_and_are_named() -> None:
    found = find("下城区朝晖六区12幢")
    assert found is not None
    assert (found.district, found.said, since(found.said)) == ("拱墅区", "下城区", "2021-04")


def test_a_street_mends_the_district_that_was_drawn_anew() -> None:
    found = find("浙江杭州余杭区临平街道东湖路1号")
    assert found is not None
    assert (found.district, found.street, found.said) == ("临平区", "临平街道", "余杭区")
    moved = find("江干区白杨街道文海社区")
    assert moved is not None
    assert (moved.district, moved.said) == ("钱塘区", "江干区")


@pytest.mark.parametrize(
    "text", ["北京路12号", "南京西路1266号", "长安汽车", "和平使者", "我家空调不制冷了", "", "\0"]
)
def test_words_that_only_look_like_a_place_are_none(text: str) -> None:
    assert find(text) is None


def test_the_door_ends_where_the_sentence_goes_on() -> None:
    assert place("西湖区文三路90号东部软件园，我家空调坏了", HERE)[4] == "文三路90号东部软件园"
    assert place("西湖区文三路90号 3幢 2单元 501 明天下午来", HERE)[4] == "文三路90号 3幢 2单元 501"


def test_every_official_path_is_found_as_itself() -> None:
    wrong = []
    for one in every():
        if one.depth < 3 or len(one.district) < 2:
            continue
        found = find(f"{one.province}{one.city}{one.district}{one.street}")
        if (
            found is None
            or (found.province, found.city, found.district)
            != (
                one.province,
                one.city,
                one.district,
            )
            or (len(one.street) > 1 and found.street != one.street)
        ):
            wrong.append(one)
    assert wrong == []


def test_the_table_answers_level_by_level() -> None:
    assert len(provinces()) == 34
    assert "杭州市" in cities_of("浙江省")
    assert cities_of("上海市") == ("上海市",)
    assert {"西湖区", "临平区", "钱塘区"} <= set(districts_of("杭州市"))
    assert "文新街道" in streets_of("杭州市", "西湖区")
    assert "虎门镇" in districts_of("东莞市")
    assert (cities_of("无"), districts_of("无"), streets_of("无", "无"), where("无")) == ((), (), (), None)
    assert where("杭州市", "西湖区", "文新街道") is not None
    assert where("杭州市", "", "文新街道") is None
    assert (AS_OF.year, "国家统计局" in SOURCE) == (2023, True)


def test_without_its_file_the_table_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotBuilt, match="make setup"):
        tree(tmp_path / "none.json")
    (tmp_path / "old.json").write_text('{"version": "0", "provinces": {}}')
    with pytest.raises(NotBuilt):
        tree(tmp_path / "old.json")


@given(st.text(alphabet="杭州市西湖区文新街道城关镇 ,，-路1号\n\0\u202e", max_size=200))
def test_a_found_address_lies_in_the_text(text: str) -> None:
    found = find(text, near=HERE)
    if found is not None:
        assert 0 <= found.span[0] < found.span[1] <= found.rest_span[0] <= found.rest_span[1] <= len(text)
        assert text[slice(*found.rest_span)] == found.rest
        assert found.sure or found.choices or not found.district


@pytest.mark.parametrize("text", ["城关镇", "杭州市西湖区", "北京", "吉林省吉林市", "杭州 - ", "朝阳"])
def test_time_stays_small_for_text_made_to_take_long(text: str) -> None:
    find("杭州")
    begun = time.process_time()
    find(text * 300_000)
    assert time.process_time() - begun < 2
