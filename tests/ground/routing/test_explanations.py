"""Explanations: whatever is said of random demanding days is true, asked of the timetable and the judge."""

from bench.dispatch.explanations import counted


def test_everything_that_is_said_of_a_plan_is_true() -> None:
    count = counted(150, first=505)
    assert count.examples == []
    assert {"NO_GAP", "PART", "visit cost", "visit slack", "alternative", "relax window"} <= count.said.keys()
