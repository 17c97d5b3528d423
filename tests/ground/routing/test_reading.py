"""Problems out of files: what is wrong is said in a sentence, and nothing is guessed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.routing.model import UNREACHABLE, Priority
from bihuan.ground.routing.policies import TRAVEL
from bihuan.ground.routing.reading import BadProblem, _json, _parted, policy_of, problem_of
from bihuan.ground.routing.solomon import solomon_of

ONE: dict[str, Any] = {
    "technicians": [{"id": "张三", "home": 0, "shift": [0, 36_000], "lunch": None, "skills": {"gas": 2}}],
    "jobs": [{"id": 7, "at": 1, "seconds": 60, "windows": [[0, 50], [50, 90]]}],
    "travel_seconds": [[99, 5], [None, 0]],
}


def but(**changes: Any) -> str:
    return json.dumps({**ONE, **changes})


def first(name: str, **changes: Any) -> str:
    rows: Any = ONE[name]
    return but(**{name: [{**rows[0], **changes}]})


def test_what_is_left_out_has_its_usual_meaning() -> None:
    problem = problem_of(but())
    job, technician = problem.jobs[0], problem.technicians[0]
    assert (job.id, job.windows, job.skills, job.priority, job.technician) == (
        7,
        ((0, 90),),
        {},
        "normal",
        None,
    )
    assert (technician.id, technician.max_jobs, technician.has_lunch()) == ("张三", None, False)
    assert int(problem.travel[1, 0]) == UNREACHABLE


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("nonsense", "no JSON"),
        ("[]", "object"),
        ("NaN", "NaN"),
        (but(jobs=None), "jobs"),
        (but(technicians=[3]), "technicians[0]"),
        (first("jobs", at=2), "place 2"),
        (first("jobs", at=-1), "jobs[0].at"),
        (first("jobs", at=1.5), "1.5"),
        (first("jobs", seconds=True), "seconds"),
        (first("jobs", seconds=10**30), "seconds"),
        (first("jobs", windows=[[9, 8]]), "ends before it begins"),
        (first("jobs", windows=[[9]]), "two times"),
        (first("jobs", priority="normally"), "safety, high or normal"),
        (first("jobs", id=None), "id"),
        (first("technicians", shift=[5, 4]), "shift"),
        (first("technicians", lunch={"seconds": 5}), "lunch.start"),
        (first("technicians", skills=["gas"]), "skills"),
        (but(jobs=[*ONE["jobs"], *ONE["jobs"]]), "Two jobs are called 7"),
        (but(travel_seconds=[[0, 1]]), "square"),
        (but(travel_seconds=[[0, -1], [1, 0]]), "travel_seconds[0][1]"),
        (but(travel_seconds=[[0, "5"], [1, 0]]), "travel_seconds[0][1]"),
        (but(travel_seconds=[[0, [5]], [1, 0]]), "travel_seconds[0][1]"),
        (but(travel_seconds=[[0, 1.5], [1, 0]]), "1.5"),
    ],
)
def test_a_bad_problem_is_refused_in_a_sentence(text: str, about: str) -> None:
    with pytest.raises(BadProblem) as refused:
        problem_of(text)
    assert about in str(refused.value)
    assert str(refused.value).endswith(".") and "\n" not in str(refused.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda one: (
            st.lists(one, max_size=3) | st.dictionaries(st.sampled_from([*ONE, "id", "at"]), one, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_rubbish_is_refused_and_never_an_accident(told: Any) -> None:
    for text in (json.dumps(told), but(jobs=told), but(technicians=told), but(travel_seconds=told)):
        try:
            problem_of(text)
        except BadProblem as refused:
            assert str(refused)


def test_a_problem_may_bring_its_own_prizes() -> None:
    prizes = policy_of(but(policy={"prizes": {"high": 5}}), TRAVEL).prizes
    assert prizes == dict(TRAVEL.prizes) | {Priority.HIGH: 5}
    assert policy_of(but(), TRAVEL) is TRAVEL
    with pytest.raises(BadProblem):
        policy_of(but(policy={"prizes": {"highest": 5}}), TRAVEL)


SOLOMON = """c1
VEHICLE
NUMBER     CAPACITY
  2         10
CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME
    0      0   0     0     0   100    0
    1      3   4     7     0    50    2
    2      1   1     7    10    60    2
"""


def test_solomons_form_is_read_in_tenths() -> None:
    problem = solomon_of(SOLOMON)
    assert [one.room for one in problem.technicians] == [10, 10]
    assert (problem.travel[0, 1], problem.travel[0, 2], problem.jobs[1].windows) == (50, 14, ((100, 600),))


@pytest.mark.parametrize(
    ("was", "told", "sentence"),
    [
        (SOLOMON, "a\nb", "no file in Solomon's form"),
        ("2         10", "1.5       10", "Line 4 needs whole numbers"),
        ("2         10", "0         10", "between one vehicle"),
        ("2         10", "2        -10", "Line 4 has a number"),
        ("1      3   4", "1    1e9   4", "Line 8 has a number"),
        ("1      3   4", "1    nan   4", "Line 8 has a number"),
        ("1      3   4", "1  three   4", "Line 8 has a number"),
        ("1      3   4     7", "1      3   4", "no file in Solomon's form"),
        ("50    2\n", "50   -2\n", "Line 8 has a number"),
        ("2      1   1", "1      1   1", "two customers 1"),
        ("0   100    0", "9     2    0", "window of the depot"),
        ("10    60    2", "60    10    2", "window of customer 2"),
    ],
)
def test_no_row_of_solomons_form_is_guessed_or_lost(was: str, told: str, sentence: str) -> None:
    assert was in SOLOMON
    with pytest.raises(BadProblem, match=sentence):
        solomon_of(SOLOMON.replace(was, told, 1))


TABLES = st.lists(
    st.one_of(
        st.sampled_from("[]{},:0123456789 -.e\n"),
        st.sampled_from(
            ["null", "[[0,1],[2,0]]", "[[0]]", "[ 1 ,\n2]", "01", "9" * 19, '"travel_seconds":', '"a"']
        ),
    ),
    max_size=8,
).map("".join)


@given(st.one_of(TABLES, TABLES.map("[[0, 7], [null, {}]]".format), st.just("[[0,1],[ null ,5]]")))
def test_a_table_taken_out_of_a_text_is_the_one_that_stands_there(table: str) -> None:
    """A table of millions is not read by way of Python's numbers, and yet as if it were."""
    text = f'{{"technicians": [], "travel_seconds" : {table}, "jobs": []}}'
    try:
        told = _json(text)
    except BadProblem:
        with pytest.raises(BadProblem):
            problem_of(text)
        return
    try:
        travel = problem_of(text).travel
    except BadProblem:
        assert _parted(text)[1] is None
        return
    rows = told["travel_seconds"]
    for a, row in enumerate(rows):
        for b, seconds in enumerate(row):
            assert a == b or travel[a, b] == min(UNREACHABLE if seconds is None else seconds, UNREACHABLE)


def test_a_table_of_whole_seconds_needs_no_number_of_python() -> None:
    told, travel = _parted('{"jobs": [], "travel_seconds": [[0, 12],\n [null, 3000000000]], "x": 1}')
    assert (told["travel_seconds"], told["x"]) == (0, 1)
    assert travel is not None
    assert travel.tolist() == [[0, 12], [UNREACHABLE, UNREACHABLE]]
