"""What must be so on site, for every input."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.registers.customers.rules import Cover
from bihuan.service.fieldwork import rules
from bihuan.service.fieldwork.outcomes import BY_MOVE, BY_OUTCOME, WAYS, ways_from
from bihuan.service.fieldwork.rules import Progress, Wanted, charge, lacking, total
from tests.service.fieldwork.made import drawn, png

ITEMS = ("labour", "visit", "inspection", "part", "fee")
wanted_lines = st.lists(
    st.builds(
        Wanted,
        price_id=st.integers(1, 999),
        item=st.sampled_from(ITEMS),
        unit_fen=st.integers(0, 10**7),
        quantity=st.integers(1, 99),
    ),
    max_size=12,
)
covers = st.sampled_from(list(Cover))
progress = st.builds(
    Progress,
    kind=st.sampled_from(["repair", "installation"]),
    safety_open=st.integers(0, 3),
    diagnosed=st.booleans(),
    points_open=st.integers(0, 3),
    points_failed=st.integers(0, 3),
    quote=st.sampled_from(["", "offered", "consented", "refused"]),
    parts_unquoted=st.integers(0, 2),
    parts_unshown=st.integers(0, 2),
)


@pytest.mark.demand("L-14", "S1-33")
@given(wanted_lines, covers, st.booleans(), st.sampled_from(["", *rules.NOT_COVERED]))
def test_a_line_costs_its_listed_price_or_nothing_with_a_reason(
    wanted: list[Wanted], cover: Cover, repeat: bool, because: str
) -> None:
    lines = charge(wanted, cover=cover, not_covered_because=because, repeat=repeat)
    for told, line in zip(wanted, lines, strict=True):
        listed = told.unit_fen * told.quantity
        assert line.charged_fen == (0 if line.free_because else listed)
    assert (
        total(lines)
        == sum(line.charged_fen for line in lines)
        <= sum(w.unit_fen * w.quantity for w in wanted)
    )


@given(wanted_lines, st.booleans())
def test_cover_pays_for_work_and_parts_and_for_nothing_else(wanted: list[Wanted], extended: bool) -> None:
    cover = Cover.EXTENDED if extended else Cover.IN
    for told, line in zip(wanted, charge(wanted, cover=cover), strict=True):
        assert line.free_because == (cover.value if told.item in rules.FREE_UNDER_COVER else "")


@pytest.mark.demand("L-06")
@given(wanted_lines, covers)
def test_a_repeat_repair_is_free_whatever_the_cover(wanted: list[Wanted], cover: Cover) -> None:
    lines = charge(wanted, cover=cover, repeat=True, not_covered_because="misuse")
    assert {line.charged_fen for told, line in zip(wanted, lines, strict=True) if told.item != "fee"} <= {0}


@pytest.mark.demand("L-06")
@pytest.mark.parametrize(("days", "repeat"), [(0, True), (30, True), (30.001, False), (-1, False)])
def test_our_repair_holds_thirty_days(days: float, repeat: bool) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert rules.is_repeat(earlier_done=now - timedelta(days=days), now=now) is repeat
    assert rules.is_repeat(earlier_done=None, now=now) is False


@pytest.mark.demand("S1-33", "S0-30", "S1-35")
@given(progress)
def test_finished_work_is_consented_tested_and_safe(done: Progress) -> None:
    if lacking("finished", done) == []:
        assert done.quote in {"", "consented"}
        assert (done.points_open, done.points_failed, done.safety_open) == (0, 0, 0)
        assert (done.parts_unquoted, done.parts_unshown) == (0, 0)
        assert done.diagnosed or done.kind != "repair"


@given(progress)
def test_a_customer_may_always_decline_unless_parts_went_in_unasked(done: Progress) -> None:
    assert lacking("declined", done) == (["parts_unquoted"] if done.parts_unquoted else [])


@pytest.mark.demand("S0-30")
@given(
    st.lists(st.sampled_from(["a", "b", "c"])),
    st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.booleans()),
)
def test_all_points_pass_only_when_each_complained_one_does(
    symptoms: list[str], tried: dict[str, bool]
) -> None:
    points = rules.points_to_test(symptoms)
    assert set(points) == (set(symptoms) or {rules.WHOLE})
    assert rules.all_pass(points, tried) == all(tried.get(point) is True for point in points)


@given(st.binary(max_size=200))
def test_no_bytes_pass_for_a_signature_by_chance(content: bytes) -> None:
    told = "data:image/png;base64," + base64.b64encode(content).decode()
    assert rules.read_signature(told) is None


@given(st.text(max_size=200))
def test_no_text_upsets_the_reading_of_a_signature(told: str) -> None:
    assert rules.read_signature(told) is None


def test_a_drawing_is_read_back_as_it_was_drawn() -> None:
    assert rules.read_signature(drawn()) == png()
    assert rules.read_signature(drawn(png()[:-6])) is None
    assert rules.read_signature(drawn(png() + b"<script>")) is None
    assert rules.read_signature(drawn(png(9000, 1))) is None


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (png(), "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"<html>", ""),
        (b"%PDF-1.7", ""),
        (b"", ""),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(content: bytes, media: str) -> None:
    assert rules.media_of(content) == media


@pytest.mark.demand("S1-35")
def test_gas_and_electric_each_have_their_care() -> None:
    assert rules.energies(["gas"], category="gas_cooker") == {"gas"}
    assert rules.energies([], category="water_heater") == {"gas", "electric"}
    assert rules.energies([], category="") == {"electric"}


@pytest.mark.demand("U-07")
def test_every_outcome_has_one_way_and_the_card_decides_which_are_open() -> None:
    assert len(BY_OUTCOME) == len(BY_MOVE) == len(WAYS)
    assert ways_from(frozenset({"finish", "not_at_home"}), arrived=False) == [BY_OUTCOME["customer_absent"]]
    assert ways_from(frozenset(), arrived=True) == []
