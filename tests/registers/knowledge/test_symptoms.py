"""What customers say becomes a standard symptom; their words stay beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.triage import labelled
from bihuan.registers.knowledge.reading import shipped
from bihuan.registers.knowledge.rules import families, is_vague, standard_symptoms
from bihuan.registers.knowledge.sorting import sort_words
from bihuan.registers.knowledge.spelling import standard

SAID = [
    ("空调开了半天一点都不凉", ["ac_no_cooling"]),
    ("家里那个挂机吹的是热风", ["ac_no_cooling"]),
    ("空调制冷效果不太好，26 度都到不了", ["ac_weak_cooling"]),
    ("冬天开空调不出热风", ["ac_no_heating"]),
    ("空调漏水，滴到沙发上了", ["ac_indoor_leak"]),
    ("空调外机晚上特别吵", ["ac_outdoor_noise"]),
    ("空调外机不转，里面有风", ["ac_outdoor_idle"]),
    ("空调吹出来一股霉味", ["ac_smell"]),
    ("空调遥控器按了没反应", ["ac_remote_dead"]),
    ("空调风量变小了", ["ac_weak_airflow"]),
    ("空调扫风不动", ["ac_swing_stuck"]),
    ("空调一开就跳闸", ["ge_trips"]),
    ("空调显示 E6", ["ge_error_code"]),
    ("空调连不上wifi", ["ge_app_offline"]),
    ("冰箱不制冷，菜都坏了", ["fr_no_cooling"]),
    ("冰箱冷藏不冷，冷冻是好的", ["fr_chiller_warm"]),
    ("冰箱下面冻不住，饺子化了", ["fr_freezer_warm"]),
    ("冰箱冷藏室的青菜都冻坏了", ["fr_chiller_freezes"]),
    ("冰箱里面结了好厚的冰", ["fr_frost"]),
    ("冰箱底下流水", ["fr_leak"]),
    ("冰箱嗡嗡响一整夜", ["fr_noise"]),
    ("冰箱门关不严", ["fr_door_seal"]),
    ("冰箱压缩机一直在转不停", ["fr_never_stops"]),
    ("冰箱里面的灯不亮", ["fr_light"]),
    ("冰箱不制冰", ["fr_ice_maker"]),
    ("洗衣机不排水", ["wm_no_drain"]),
    ("洗衣机甩不干衣服", ["wm_no_spin"]),
    ("洗衣机不脱水，筒里全是水", ["wm_no_spin", "wm_no_drain"]),
    ("洗衣机漏得阳台上全是水", ["wm_leak"]),
    ("洗衣机不进水", ["wm_no_fill"]),
    ("洗衣机一直进水停不下来", ["wm_never_stops_filling"]),
    ("洗衣机脱水震动很大", ["wm_vibration"]),
    ("滚筒洗衣机门口漏水", ["wm_leak"]),
    ("洗衣机门打不开", ["wm_door_locked"]),
    ("洗衣机滚筒不转", ["wm_drum_stuck"]),
    ("洗衣机洗不干净，衣服上有黑点", ["wm_dirty_wash"]),
    ("洗烘一体机烘不干", ["wm_no_drying"]),
    ("洗衣机按电源没反应", ["ge_no_power"]),
    ("热水器没有热水", ["wh_no_hot_water"]),
    ("热水器水温忽冷忽热", ["wh_temp_unstable"]),
    ("燃气热水器打不着火", ["wh_gas_no_ignition"]),
    ("热水器洗着洗着自动熄火", ["wh_gas_flame_out"]),
    ("热水器点火嘭的一声", ["wh_gas_boom"]),
    ("电热水器漏水", ["wh_leak"]),
    ("热水器安全阀一直滴水", ["wh_relief_drip"]),
    ("热水器水流太小", ["wh_low_flow"]),
    ("热水器的水发黄", ["wh_dirty_water"]),
    ("油烟机吸力变小", ["rh_weak_suction"]),
    ("抽油烟机不转了", ["rh_motor_idle"]),
    ("油烟机滴油", ["rh_oil_drip"]),
    ("油烟机触摸没反应", ["rh_buttons"]),
    ("油烟机倒灌别人家的油烟", ["rh_backflow"]),
    ("燃气灶打不着火", ["gc_no_ignition"]),
    ("煤气灶松手就灭", ["gc_flame_out"]),
    ("灶台火苗发黄", ["gc_yellow_flame"]),
    ("燃气灶火力太小", ["gc_small_flame"]),
    ("灶具一直打火停不下来", ["gc_spark_keeps"]),
    ("灶头玻璃面板裂了", ["gc_glass_broken"]),
    ("My air conditioner is not cooling", ["ac_no_cooling"]),
    ("The fridge stopped cooling yesterday", ["fr_no_cooling"]),
    ("Washing machine won't drain", ["wm_no_drain"]),
    ("There is no hot water from the water heater", ["wh_no_hot_water"]),
    ("The range hood has no suction", ["rh_weak_suction"]),
    ("gas stove won’t light", ["gc_no_ignition"]),
    ("The fridge is LEAKING water", ["fr_leak"]),
    ("the washer shakes when it spins", ["wm_vibration"]),
    ("the aircon shows E4 on the display", ["ge_error_code"]),
]


@pytest.mark.demand("S0-13", "S0-48", "S1-06")
@pytest.mark.parametrize(("words", "codes"), SAID)
def test_customers_words_become_standard_symptoms(words: str, codes: list[str]) -> None:
    assert sorted({code for code, _ in standard_symptoms(words)}) == sorted(codes)


@pytest.mark.demand("S0-48")
def test_a_machine_that_suddenly_stopped_cooling_has_lost_its_cooling_function() -> None:
    found = standard_symptoms("机器突然不制冷了", "air_conditioner")
    assert found == [("ac_no_cooling", "不制冷")]
    standard = {s.code: s.zh for s in shipped().symptoms}
    assert {standard[code] for code, _ in standard_symptoms("机器突然不制冷了")} == {"制冷功能失效"}


@pytest.mark.parametrize(
    "words", ["洗衣机不漏水了", "冰箱没有漏水", "空调没有异响", "the fridge has no leak", "热水器不漏水"]
)
def test_what_is_plainly_denied_is_no_symptom(words: str) -> None:
    assert standard_symptoms(words) == []


def test_two_complaints_are_two_symptoms_in_the_order_said() -> None:
    found = standard_symptoms("洗衣机不排水，门也打不开，还漏水")
    assert [code for code, _ in found] == ["wm_no_drain", "wm_door_locked", "wm_leak"]


def test_without_a_family_bare_words_give_the_general_symptom() -> None:
    assert standard_symptoms("一直漏水") == [("ge_leak_water", "漏水")]
    assert standard_symptoms("一直漏水", "refrigerator") == [("fr_leak", "漏水")]


def test_families_are_heard_in_both_languages() -> None:
    assert families("空调和冰箱都有点问题") == ["air_conditioner", "refrigerator"]
    assert families("my fridge") == ["refrigerator"]


@given(st.text(max_size=200), st.sampled_from([f.code for f in shipped().families]))
def test_any_text_is_read_without_fault_and_what_is_found_was_said(words: str, family: str) -> None:
    codes = {s.code for s in shipped().symptoms}
    for code, said in standard_symptoms(words, family):
        assert code in codes
        assert said
    is_vague(words, family)


def test_every_listed_phrase_finds_its_own_symptom() -> None:
    listed = [(s.code, s.family, said.replace("…", "")) for s in shipped().symptoms for said in s.said]
    missed = [row for row in listed if row[0] not in {code for code, _ in standard_symptoms(row[2], row[1])}]
    assert missed == []


VAGUE = [
    "空调不好用",
    "洗衣机坏了",
    "冰箱有问题",
    "热水器用不了",
    "油烟机不行",
    "来个人帮我修一下",
    "灶具时好时坏",
]


@pytest.mark.demand("S0-13")
@pytest.mark.parametrize(
    "words", [*VAGUE, "my washer is broken", "The AC does not work", "something wrong with it"]
)
def test_vague_words_are_answered_with_a_question(words: str) -> None:
    question = is_vague(words)
    assert question is not None
    assert question.ask_zh.endswith("？")
    assert question.ask_en.endswith("?")


@pytest.mark.demand("S0-13")
@pytest.mark.parametrize(
    "words",
    ["空调坏了，不制冷", "洗衣机有问题，不排水", "灶坏了，有煤气味", "fridge is broken, it is leaking"],
)
def test_words_that_also_say_something_concrete_are_not_vague(words: str) -> None:
    assert is_vague(words) is None


SPOKEN = [
    ("空调冇冷氣出，熱死人", "ac_no_cooling"),
    ("雪櫃唔夠凍", "fr_freezer_warm"),
    ("瓦斯爐點不著", "gc_no_ignition"),
    ("空调摇控器没反映", "ac_remote_dead"),
    ("洗衣鸡甩不干", "wm_no_spin"),
    ("热水气一开就跳咋", "ge_trips"),
]


@pytest.mark.parametrize(("words", "code"), SPOKEN)
def test_dialect_old_characters_and_slips_of_the_pen_are_understood(words: str, code: str) -> None:
    assert [found for found, _said in standard_symptoms(words)] == [code]


@given(st.text(max_size=200))
def test_what_is_mended_stays_as_long_as_it_was(words: str) -> None:
    assert len(standard(words)) == len(words)


def test_nine_of_ten_sentences_kept_out_of_sight_have_their_symptom_among_the_first_three() -> None:
    told = labelled("sorting_third.txt")
    right = [one for one in told if one.symptom in sort_words(one.words).symptoms[:3]]
    assert len(right) / len(told) >= 0.9
