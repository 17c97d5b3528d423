"""A pasted text is read: parted, understood, never altered, never slow; the measured accuracy does not fall."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.paste import messages, scored
from bihuan.registers.knowledge.reading import shipped
from bihuan.service.intake.pasting.folding import folded, without
from bihuan.service.intake.pasting.moments import wish_in
from bihuan.service.intake.pasting.phones import phones_in
from bihuan.service.intake.pasting.rules import MOST_CARDS, read
from bihuan.service.intake.pasting.values import Card, Known, Reading

pytestmark = pytest.mark.demand("U-05")
NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Monday
KNOWN = Known(knowledge=shipped(), near=("杭州市",))


def reading(text: str) -> Reading:
    return read(text, known=KNOWN, now=NOW)


def card(text: str) -> Card:
    cards = reading(text).cards
    assert len(cards) == 1
    return cards[0]


@pytest.mark.parametrize("held_out", [False, True])
def test_fields_are_read_as_well_as_was_promised(held_out: bool) -> None:
    score = scored(held_out=held_out)
    assert score.share("phone") == 1.0, score.wrong
    for name in ("name", "district", "product", "time"):
        assert score.share(name) >= 0.95, score.wrong


def test_a_third_of_at_least_three_hundred_messages_is_held_out() -> None:
    written, held = len(messages(held_out=False)), len(messages(held_out=True))
    assert written + held >= 300
    assert held * 3 >= written + held


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("１３８ ００００ ２２０１", "13800002201"),
        ("+86-138-0000-2201", "13800002201"),
        ("幺三八洞洞洞洞二二洞幺", "13800002201"),
        ("18412345678-1234", "18412345678-1234"),
        ("0571-88880001转8012", "057188880001-8012"),
        ("（0571）88880001", "057188880001"),
        ("+852 6123 4567", "+85261234567"),
    ],
)
def test_a_number_is_found_however_it_is_written(said: str, number: str) -> None:
    assert [one.value for one in phones_in(folded(f"电话：{said}，空调")) if one.kind == "phone"] == [number]


def test_a_hotline_that_is_only_mentioned_is_nobodys_number() -> None:
    assert card("4008001234打不通 冰箱坏了 13800002201").phones == ("13800002201",)


@pytest.mark.parametrize(
    ("said", "begins", "ends"),
    [
        ("明天下午", "24 12:00", "24 18:00"),
        ("周六上午9点以后", "28 09:00", "28 21:00"),
        ("11月25号", "25 08:00", "25 21:00"),
        ("下午两点半到四点 后天", "25 14:30", "25 16:00"),
        ("周三上午改成周四上午", "26 08:00", "26 12:00"),
        ("下午5点之前 明天", "24 12:00", "24 17:00"),
        ("周末", "28 08:00", "29 21:00"),
        ("next Monday morning", "30 08:00", "30 12:00"),
    ],
)
def test_a_wished_time_is_reckoned_from_the_day_of_the_message(said: str, begins: str, ends: str) -> None:
    wish, _ = wish_in(said, sent_at=NOW)
    assert wish is not None
    assert (f"{wish.begins:%d %H:%M}", f"{wish.ends:%d %H:%M}") == (begins, ends)


@pytest.mark.parametrize(
    "said", ["昨天下午突然冒烟", "今天早上起来发现不制冷", "随时", "12号602室", "买了3年", "周六日不送货"]
)
def test_what_is_past_or_open_is_no_wish(said: str) -> None:
    assert wish_in(said, sent_at=NOW)[0] is None


def test_a_message_knows_when_it_was_sent() -> None:
    held = card("2026/11/20 19:20:11 叶子\n空调不制热 13800002201\n2026/11/20 19:21:02 叶子\n明天晚上7点以后")
    assert held.sent_at == datetime(2026, 11, 20, 19, 21, tzinfo=NOW.tzinfo)
    assert held.wish is not None
    assert f"{held.wish.begins:%d %H:%M}" == "21 19:00"
    assert held.name == "叶子"


def test_chatter_between_reports_is_kept_aside() -> None:
    told = reading(
        "小王:\n罗兰 13800002303 文新街道 冰箱\n\n小王:\n关羽 13800002304 湖墅街道 洗衣机\n\n小李:\n收到\n"
    )
    assert [one.phones for one in told.cards] == [("13800002303",), ("13800002304",)]
    assert len(told.left) == 1
    assert "收到" in told.left[0]


def test_what_no_rule_understood_is_named_with_its_place() -> None:
    held = card("张伟 13800002201 文新街道 空调不制冷 石狮子两只")
    assert "石狮子" in "".join(held.text[a:b] for a, b in held.unread)
    assert "13800002201" not in held.words
    assert "石狮子" in held.words


def test_danger_is_heard_and_makes_it_urgent() -> None:
    held = card("热水器漏电，手麻 13800002201 文新街道")
    assert held.urgent
    assert held.hazards != ()


def test_a_place_of_many_cities_is_asked_about() -> None:
    held = card("鼓楼区中山路1号 13800002201 空调不制冷")
    assert (held.place.sure, held.whole, len(held.place.choices)) == (False, False, 4)


@given(
    st.text(
        alphabet="杭州市西湖区文新街道13800 2201-:：\n\t,，。空调冰箱明天下午3点姓名电话地址王\0\u202e<>&",
        max_size=300,
    )
)
@settings(deadline=None)
def test_every_find_stands_in_the_text_as_it_was_pasted(text: str) -> None:
    for one in reading(text).cards:
        assert text[one.begins : one.begins + len(one.text)] == one.text
        assert all(0 <= heard.span[0] <= heard.span[1] <= len(one.text) for heard in one.heard)


@given(st.text(max_size=200))
def test_folding_never_changes_the_length(text: str) -> None:
    assert len(folded(text)) == len(text)
    assert len(without(text, (0, len(text) // 2))) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "a", "1", "1 ", "-", " ", "\n", "\0", "😀", "\u202e", "杭州市西湖区文新街道3幢", "姓名:", "姓名 ", "一三八零",
        ":", "A-", "AB1-",
        "王", "明天下午3点到5点", "(0571", "电话:13800002201 ", "张三 2026/11/23 9:12:33\n空调 13800002201\n",
        "张伟 13800002201 文新街道 空调\n\n", "Hangzhou, ", "姓名\t电话\t地址\n",
        "<script>alert(1)</script> ", "周六", "1.", "美的", "E1 ",
    ],
)  # fmt: skip
def test_a_megabyte_made_to_take_long_does_not(text: str) -> None:
    reading("空调")
    begun = time.process_time()
    told = reading(text * (1_000_000 // len(text)))
    assert time.process_time() - begun < 5
    assert len(told.cards) <= MOST_CARDS


def test_ten_thousand_lines_are_read_a_hundred_at_a_time() -> None:
    told = reading("张伟 13800002201 西湖区文新街道 空调不制冷\n" * 10_000)
    assert (len(told.cards), told.cut) == (MOST_CARDS, True)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("张𠮷 13800002201 杭州市西湖区文新街道1号 冰箱不制冷", "张𠮷"),
        ("李㙍明，13800002202，杭州市西湖区，燃气灶打不着火", "李㙍明"),
        ("客户叫王𠮷，电话13800002204，杭州拱墅区热水器不出热水", "王𠮷"),
    ],
)
def test_rare_signs_stay_in_a_name(text: str, name: str) -> None:
    assert card(text).name == name
