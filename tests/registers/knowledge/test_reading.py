"""The shipped knowledge is whole, and a fault in it is told in a sentence."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bihuan.registers.knowledge.reading import SHIPPED, ContentFault, read, shipped

FAMILIES = ["air_conditioner", "refrigerator", "washing_machine", "water_heater", "range_hood", "gas_cooker"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "shipped"))


def change(folder: Path, name: str, edit: Callable[[str], str]) -> None:
    (folder / name).write_text(edit((folder / name).read_text("utf-8")), "utf-8")


@pytest.mark.demand("S0-13", "S1-06")
def test_every_family_has_symptoms_and_each_names_the_function_to_test() -> None:
    known = shipped()
    assert [f.code for f in known.families] == [*FAMILIES, "general"]
    assert len(known.symptoms) >= 60
    assert {s.family for s in known.symptoms} == {*FAMILIES, "general"}
    assert [s.code for s in known.symptoms if not (s.function and s.function_en and s.said)] == []


@pytest.mark.demand("S0-20", "S1-09", "U-02")
def test_ten_checklists_and_sixty_codes_are_shipped() -> None:
    known = shipped()
    assert len(known.checklists) == 10
    assert [c.code for c in known.checklists if not 3 <= len(c.step) <= 6] == []
    assert [c.code for c in known.checklists if not (c.never_zh and c.never_en)] == []
    assert len(known.error_codes) == 60


def test_a_dangerous_code_is_never_handled_by_phone() -> None:
    assert [e.code for e in shipped().error_codes if e.safety and e.remote] == []


def test_no_phone_checklist_sends_a_gas_heater_fault_to_the_customer() -> None:
    listed = {s for one in shipped().checklists for s in one.symptoms}
    assert [code for code in listed if code.startswith("wh_gas")] == []


@pytest.mark.demand("S4-08")
def test_the_script_asks_who_what_when_where_and_how() -> None:
    asked = [p.code for p in shipped().script.prompt]
    assert asked == ["what", "what_happened", "when", "where", "who", "how"]


@pytest.mark.demand("S4-09")
def test_the_script_restates_and_asks_whether_it_is_right() -> None:
    restate = next(line for line in shipped().script.line if line.code == "restate")
    for blank in ("{machine}", "{since}", "{symptom}", "{wish}"):
        assert blank in restate.zh
        assert blank in restate.en


def test_consents_are_asked_apart_and_only_the_service_needs_one() -> None:
    assert [(c.kind, c.required) for c in shipped().script.consent] == [
        ("service", True),
        ("recording", False),
        ("marketing", False),
        ("guardian", False),
    ]


@pytest.mark.demand("S0-28", "S0-29")
def test_conduct_names_badge_tools_and_the_three_no_s() -> None:
    codes = {line.code for line in shipped().script.conduct}
    assert codes >= {"badge", "tools", "shoe_covers", "mat", "no_smoking", "no_eating", "no_private_calls"}


@pytest.mark.demand("S4-14")
def test_every_solution_s_fallback_ends_without_going_in_circles_of_one() -> None:
    assert [s.code for s in shipped().solutions if s.fallback == s.code] == []


def test_guarantee_figures_are_empty_until_a_person_has_checked_them() -> None:
    assert shipped().guarantee == ()


def test_every_piece_of_labour_has_a_price_and_a_required_skill() -> None:
    known = shipped()
    needed = {(one.family, one.kind) for one in known.required}
    assert [one.code for one in known.labour if (one.family, one.kind) not in needed] == []


def test_gas_work_always_asks_for_the_gas_certificate() -> None:
    rows = [r for r in shipped().required if r.family == "gas_cooker" and r.kind != "cleaning"]
    assert [r.kind for r in rows if "gas" not in r.certificates] == []


def test_templates_have_the_same_blanks_in_both_languages() -> None:
    import re

    script = shipped().script
    lines = [*script.prompt, *script.line, *script.callback]
    blanks = re.compile(r"\{[a-z]+\}")
    assert [ln.code for ln in lines if sorted(blanks.findall(ln.zh)) != sorted(blanks.findall(ln.en))] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        (
            "vague.toml",
            'ask_en = "Does',
            'ask_fr = "Does',
            "vague.toml, vague 1: 'ask_fr' is not a known key.",
        ),
        ("symptoms.toml", "remote = true\n", "", "symptoms.toml, symptom 1: 'remote' is missing."),
        ("symptoms.toml", "remote = true", 'remote = "yes"', "'remote' must be bool, not str."),
        ("symptoms.toml", 'urgency = "high"', 'urgency = "soon"', "There is no urgency 'soon'."),
        ("safety.toml", 'kind = "gas"', 'kind = "smell"', "There is no kind of hazard 'smell'."),
        ("checklists.toml", '"ge_no_power"', '"ge_gone"', "There is no symptom 'ge_gone'."),
        ("prices.toml", "fen = 3000", "fen = -1", "prices.toml, fee 1: 'fen' must not be negative."),
        ("prices.toml", "FR-2001", "AC-1001", "The part number 'AC-1001' is used twice."),
        ("routing.toml", 'department = "finance"', 'department = "bank"', "There is no department 'bank'."),
        ("routing.toml", "[[department]]", "[[department", "routing.toml is not readable TOML"),
    ],
)
def test_a_fault_is_told_in_a_sentence(folder: Path, file: str, old: str, new: str, sentence: str) -> None:
    change(folder, file, lambda text: text.replace(old, new, 1))
    with pytest.raises(ContentFault) as refusal:
        read(folder)
    assert sentence in str(refusal.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "safety.toml").unlink()
    with pytest.raises(ContentFault, match=r"safety\.toml is missing"):
        read(folder)
