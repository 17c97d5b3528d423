"""Danger is heard in a customer's words; only a clear denial silences it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.registers.knowledge.danger import hazards
from bihuan.registers.knowledge.reading import shipped
from bihuan.registers.knowledge.rules import (
    error_code,
    preliminary_judgement,
    service_life,
)

TODAY = date(2026, 11, 22)

HEARD = [
    ("热水器漏电，麻手", ["electric_leak", "electric_shock"]),
    ("洗衣机外壳带电", ["electric_leak"]),
    ("一摸冰箱门被电了一下", ["electric_shock"]),
    ("厨房有煤气味", ["gas_smell"]),
    ("灶台漏气，闻到燃气的味道", ["gas_smell"]),
    ("空调室外机冒烟了", ["smoke"]),
    ("插头发烫，有焦糊味", ["burning_smell"]),
    ("油烟机着火了", ["fire"]),
    ("灶面玻璃爆了", ["explosion"]),
    ("一氧化碳报警器一直响", ["carbon_monoxide"]),
    ("洗澡的时候头晕恶心", ["carbon_monoxide"]),
    ("洗衣机漏水到插座上了", ["water_on_electric"]),
    ("水都滴到插排上", ["water_on_electric"]),
    ("插座冒火花", ["sparks"]),
    ("外机支架松了，快掉下来了", ["falling"]),
    ("热水把孩子烫伤了", ["injury"]),
    ("漏电保护器一直跳", ["electric_leak"]),
    ("熱水器漏電", ["electric_leak"]),
    ("I can smell gas in the kitchen", ["gas_smell"]),
    ("There is a burning smell from the plug", ["burning_smell"]),
    ("我家空调一摸就有电", ["electric_leak"]),
    ("烟机里冒出黑烟", ["smoke"]),
    ("热水器烟管掉了，头疼想吐", ["carbon_monoxide"]),
    ("灶台的玻璃突然碎了一地", ["explosion"]),
    ("my wife feels dizzy when the heater runs", ["carbon_monoxide"]),
    ("the plug melted", ["burning_smell"]),
    ("flames came out of the dryer", ["fire"]),
    ("the socket is sparking", ["sparks"]),
    ("the washer gave me a shock", ["electric_shock"]),
    ("Smoke is coming out, it is smoking", ["smoke"]),
]

DOUBTED = [
    "有没有漏电我也不知道",
    "是不是漏电啊",
    "会不会爆炸",
    "好像没有煤气味了",
    "不知道漏不漏电，感觉会漏电",
    "以前没有漏电的",
    "不是漏电就是短路",
    "没有漏电吧？",
    "担心漏电",
    "应该不漏电",
    "I think there is no gas smell now",
    "no gas smell?",
    "not sure if there is a gas leak",
]

DENIED = [
    "没有漏电",
    "不漏电，就是不加热",
    "没闻到燃气味",
    "没有闻到任何煤气味",
    "没有冒烟，也没有焦糊味",
    "没有漏电、冒烟和焦糊味",
    "现在不漏电了",
    "不冒烟不漏电就是不转",
    "热水器不出热水，没有漏水漏电",
    "燃气公司来看过说没漏气",
    "已经检查过没有漏燃气",
    "没有触电",
    "燃气没有味道",
    "插头不发烫，没有烧焦",
    "no smell of gas",
    "There is no gas smell, it just will not light",
    "it isn't smoking",
    "no burning smell, no sparks",
    "without any electric shock",
]

HARMLESS = [
    "燃气灶打不着火",
    "灶点着火松手就灭",
    "家里装了漏电保护器",
    "电话被打爆了没人接",
    "气炸了，三天没人来",
    "要自带电池吗",
    "打过电话了没人接",
    "这个价格真是爆炸",
    "冰箱门漏冷气",
    "带电辅热的空调不制热",
    "空调热得要命",
    "油烟机炒菜冒烟吸不走",
    "油烟抽不出去",
    "空气炸锅和空调一起开就停机",
    "the gas hob won't fire up",
    "my smoke alarm is fine",
]


@pytest.mark.demand("S0-11", "S1-08")
@pytest.mark.parametrize(("words", "codes"), HEARD)
def test_danger_is_heard(words: str, codes: list[str]) -> None:
    assert sorted(alarm.hazard.code for alarm in hazards(words)) == sorted(codes)


@pytest.mark.parametrize("words", DOUBTED)
def test_in_doubt_the_alarm_sounds(words: str) -> None:
    assert hazards(words) != []


@pytest.mark.parametrize("words", DENIED)
def test_a_clear_denial_silences_it(words: str) -> None:
    assert hazards(words) == []


@pytest.mark.parametrize("words", HARMLESS)
def test_everyday_phrases_raise_no_alarm(words: str) -> None:
    assert hazards(words) == []


def test_a_danger_after_a_denied_one_is_still_heard() -> None:
    assert [a.hazard.code for a in hazards("没有漏电，但是冒烟了")] == ["smoke"]
    assert [a.hazard.code for a in hazards("no sparks, but a burning smell")] == ["burning_smell"]


def test_every_hazard_says_what_to_do_in_both_languages() -> None:
    assert [h.code for h in shipped().hazards if not (h.advice_zh and h.advice_en)] == []


PLAIN = [said for h in shipped().hazards for said in h.said if "…" not in said and not said.isascii()]


AHEAD = ["", "机器", "刚才", "昨晚家里", "打开以后"]
BEHIND = ["", "了", "，快来", "怎么办？"]


def test_every_hazard_word_sounds_in_a_plain_sentence() -> None:
    spoken = [ahead + said + behind for said in PLAIN for ahead in AHEAD for behind in BEHIND]
    assert [words for words in spoken if not hazards(words)] == []


@given(st.sampled_from([h.zh for h in shipped().hazards if h.code in ("electric_leak", "smoke", "fire")]))
def test_asking_after_a_danger_sounds_and_denying_it_does_not(said: str) -> None:
    assert hazards(f"是不是{said}") != []
    assert hazards(f"并没有{said}") == []


@given(st.text(max_size=120))
def test_a_hazard_word_in_a_clause_of_its_own_sounds_whatever_stands_around_it(noise: str) -> None:
    assert "electric_leak" in [a.hazard.code for a in hazards(f"{noise[:60]}。漏电。{noise[60:]}")]


@pytest.mark.demand("S0-11", "S0-49", "S4-10", "S4-11")
def test_danger_makes_it_urgent_and_stops_the_phone_checklist() -> None:
    first = preliminary_judgement("热水器漏电不加热", today=TODAY)
    assert (first.urgency, first.level, first.department) == ("urgent", "urgent", "safety_desk")
    assert (first.stop_use, first.remote, first.checklists) == (True, False, ())


@pytest.mark.demand("S0-11", "S0-49", "S1-08", "S4-12")
def test_a_lost_core_function_is_high_and_goes_to_field_service() -> None:
    first = preliminary_judgement("机器突然不制冷了", today=TODAY, family="air_conditioner")
    assert (first.urgency, first.level, first.department) == ("high", "important", "field_service")
    assert [c.code for c in first.checklists] == ["cl_ac_cooling"]
    assert first.remote is True


@pytest.mark.demand("S4-10", "S4-13")
def test_a_question_about_use_is_plain() -> None:
    first = preliminary_judgement("空调的滤网怎么清洗", today=TODAY)
    assert (first.level, first.department) == ("plain", "customer_service")


@pytest.mark.demand("S4-14")
def test_waiting_without_news_goes_to_the_regional_manager() -> None:
    assert preliminary_judgement("报修三天没人联系我", today=TODAY).department == "regional_manager"


def test_a_complaint_about_manner_is_not_asked_for_a_symptom() -> None:
    assert preliminary_judgement("师傅态度很差", today=TODAY).question is None
    assert preliminary_judgement("空调不好用", today=TODAY).question is not None


def test_a_gas_heater_is_never_checked_by_phone() -> None:
    first = preliminary_judgement("没有热水", today=TODAY, family="water_heater", fuel="gas")
    assert (first.checklists, first.remote) == ((), False)


def test_a_dangerous_code_alone_is_urgent() -> None:
    first = preliminary_judgement("空调显示 F7", today=TODAY, family="air_conditioner", brand="澄川")
    assert first.error is not None
    assert (first.error.code, first.urgency, first.stop_use, first.remote) == ("F7", "urgent", True, False)


def test_a_code_of_an_unknown_machine_is_not_guessed() -> None:
    assert error_code("E1") is None
    found = error_code("e-1", brand="澄川", family="gas_cooker")
    assert found is not None
    assert found.remote is True


@pytest.mark.demand("L-30")
@pytest.mark.parametrize(
    ("family", "fuel", "bought", "warned"),
    [
        ("gas_cooker", "gas", date(2018, 11, 22), True),
        ("gas_cooker", "gas", date(2018, 11, 23), False),
        ("water_heater", "manufactured_gas", date(2020, 11, 22), True),
        ("water_heater", "gas", date(2020, 11, 22), False),
        ("air_conditioner", "electric", date(2016, 11, 22), True),
        ("air_conditioner", "", date(2016, 11, 23), False),
    ],
)
def test_a_machine_past_its_safe_years_is_warned_of(
    family: str, fuel: str, bought: date, warned: bool
) -> None:
    assert (service_life(family, bought_on=bought, today=TODAY, fuel=fuel) is not None) == warned
