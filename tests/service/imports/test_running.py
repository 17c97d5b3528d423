"""Imports carried on batch by batch: cut off in the middle, continued, stopped, taken back, forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.ground.journal.models import Entry
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys_for
from bihuan.ground.vault.models import Key
from bihuan.registers.access.errors import NotAllowed
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.parts.models import Part
from bihuan.service.cases.models import Case
from bihuan.service.imports import actions, forgetting, queries, running, staging, step, writing
from bihuan.service.imports.errors import ImportForgotten, ImportMovedOn, NotAWorkbook
from bihuan.service.imports.models import Import, ImportBatch, ImportKey, ImportLine
from bihuan.service.imports.parts import Parts
from bihuan.service.imports.step import MovedOn, Step
from bihuan.service.imports.target import Take
from bihuan.service.imports.targets import target
from bihuan.service.imports.writing import one_batch
from bihuan.service.notices.forgetting import forget_customer
from tests.makers import NOW, a_case, company
from tests.service.imports import sheets
from tests.service.imports.bringing import brought_in, looked, taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.demand("U-04")]


class PowerCut(BaseException):
    """Nothing catches it: the process is gone."""


def parts(count: int) -> bytes:
    rows: list[list[Any]] = [["配件编号", "配件名称", "库存数量", "网点"]]
    return sheets.xlsx(rows + [[f"N{at:05d}", f"配件{at}", at % 7, "文新网点"] for at in range(count)])


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "BATCH", 10)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("at", [0, 3, 17, 29])
def test_a_power_cut_leaves_whole_batches_and_the_run_goes_on(
    at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    run = looked(viewer, "parts", parts(30))
    actions.confirm(viewer, run.id, take=Take.OURS, now=NOW)
    real, seen = step.written_line, iter(range(1_000))

    def cut(step: Step, written: Any) -> ImportLine:
        if next(seen) == at:
            raise PowerCut
        line: ImportLine = real(step, written)
        return line

    monkeypatch.setattr(writing, "written_line", cut)
    with pytest.raises(PowerCut):
        running.finish(run.id, now=NOW)
    monkeypatch.setattr(writing, "written_line", real)
    assert Part.objects.filter(number__startswith="N0").count() == 10 * (at // 10)
    assert ImportLine.objects.filter(run=run, phase="write").count() == 10 * (at // 10)
    running.finish(run.id, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.written) == (Import.DONE, {"new": 30})
    assert Part.objects.filter(number__startswith="N0").count() == 30


@pytest.mark.usefixtures("small_batches")
def test_an_import_cut_off_can_be_taken_back_instead() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    run = looked(viewer, "parts", parts(30))
    actions.confirm(viewer, run.id, take=Take.OURS, now=NOW)
    running.carry_on(run.id, now=NOW, seconds=0)  # one batch
    assert Part.objects.filter(number__startswith="N0").count() == 10
    taken_back(viewer, run)
    assert run.undone == {"taken_back": 10, "kept": 0}
    assert Part.objects.filter(number__startswith="N0").count() == 0


@pytest.mark.usefixtures("small_batches")
def test_the_sweep_hands_on_what_stands_still_and_nothing_else() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    run = looked(viewer, "parts", parts(20))
    assert running.carry_on_imports(NOW + timedelta(hours=1)) == 0
    actions.confirm(viewer, run.id, take=Take.OURS, now=NOW)
    assert running.carry_on_imports(NOW + timedelta(minutes=1)) == 0
    assert running.carry_on_imports(NOW + timedelta(minutes=3)) == 1


@pytest.mark.usefixtures("small_batches")
def test_of_two_at_one_batch_one_counts() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    run = looked(viewer, "parts", parts(20))
    actions.confirm(viewer, run.id, take=Take.OURS, now=NOW)
    wanted = target("parts")
    assert wanted is not None

    def step() -> Step:
        held = Import.objects.get(id=run.id)
        return Step(run=held, target=wanted, viewer=viewer, by=keys_for([held.key_id]), now=NOW)

    first, second = step(), step()
    assert one_batch(first)
    with pytest.raises(MovedOn):
        one_batch(second)
    assert Part.objects.filter(number__startswith="N0").count() == 10
    assert ImportLine.objects.filter(run=run, phase="write").count() == 10


def test_a_row_that_breaks_the_program_is_refused_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    run = looked(viewer, "parts", parts(5))
    real = Parts.plans

    def breaking(self: Parts, lines: Any, decided: Any, *, now: Any) -> Any:
        if any(line.values["number"] == "N00002" for line in lines):
            raise RuntimeError("a fault")
        return real(self, lines, decided, now=now)

    monkeypatch.setattr(Parts, "plans", breaking)
    actions.confirm(viewer, run.id, take=Take.OURS, now=NOW)
    running.finish(run.id, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.written) == (Import.DONE, {"new": 4, "refused": 1})
    assert ImportLine.objects.get(run=run, phase="write", state="refused").codes == [["broke", ""]]


def test_a_fault_stops_an_import_and_a_person_lets_it_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    run = actions.receive(viewer, "parts", parts(5), file_name="x.xlsx", now=NOW)
    actions.map_columns(viewer, run.id, {int(at): code for at, code in run.mapping.items()}, now=NOW)
    with monkeypatch.context() as patched:
        patched.setattr(Parts, "look", lambda *_args, **_named: 1 / 0)
        running.finish(run.id, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.trouble) == (Import.LOOKING, "broke")
    assert running.carry_on_imports(NOW + timedelta(hours=1)) == 0
    actions.carry_on_again(viewer, run.id, now=NOW)
    running.finish(run.id, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.looked) == (Import.LOOKED, {"new": 5})


def test_whoever_lost_the_role_brings_nothing_in() -> None:
    made = company()
    viewer = made.viewer(Role.ADMINISTRATOR)
    run = looked(viewer, "parts", parts(5))
    actions.confirm(viewer, run.id, take=Take.OURS, now=NOW)
    Person.objects.filter(id=viewer.person_id or 0).update(roles=["agent"])
    running.finish(run.id, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.trouble, Part.objects.filter(number__startswith="N0").count()) == (
        Import.WRITING,
        "not_allowed",
        0,
    )


def test_only_an_administrator_may() -> None:
    made = company()
    for role in (Role.SERVICE_POINT_OWNER, Role.MANAGER):
        with pytest.raises(NotAllowed):
            actions.receive(made.viewer(role), "parts", parts(1), file_name="x", now=NOW)
        with pytest.raises(NotAllowed):
            queries.imports_listed(made.viewer(role))


def test_a_step_that_does_not_fit_how_it_stands_is_refused() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    run = brought_in(viewer, "parts", parts(2))
    with pytest.raises(ImportMovedOn):
        actions.confirm(viewer, run.id, take=Take.OURS, now=NOW)
    with pytest.raises(ImportMovedOn):
        actions.drop(viewer, run.id, now=NOW)


def test_nothing_of_the_file_stands_in_clear() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    rows = [
        ["姓名", "手机号", "网点", "备注"],
        ["司马相如", "13911119999", "文新网点", "x"],
        ["卓文君", "12", "文新网点", "x"],
    ]
    run = brought_in(viewer, "staff", sheets.xlsx(rows))
    tables = [Import, ImportBatch, ImportKey, ImportLine]
    told = str([list(model.objects.values()) for model in tables])  # type: ignore[attr-defined]
    told += str(list(Entry.objects.values()))
    for personal in ("司马", "13911119999", "卓文君", "list.xlsx"):
        assert personal not in told
    clear = files.fetch(run.file, by=keys_for([run.key_id]))
    assert clear is not None and clear.startswith(b"PK")
    assert clear not in (files._path(run.file)).read_bytes()


def test_after_thirty_days_the_file_and_what_was_before_are_forgotten(
    django_capture_on_commit_callbacks: Any,
) -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    run = brought_in(viewer, "parts", parts(3))
    name = run.file
    assert forgetting.forget_old(NOW + timedelta(days=29)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert forgetting.forget_old(NOW + timedelta(days=31)) == 1
    assert forgetting.forget_old(NOW + timedelta(days=31)) == 0
    run.refresh_from_db()
    assert (run.file, run.file_name_sealed, run.written) == ("", "", {"new": 3})
    assert Key.objects.get(id=run.key_id).wrapped is None
    assert files.fetch(name, by=keys_for([run.key_id])) is None
    assert ImportBatch.objects.filter(run=run).count() == 0
    with pytest.raises(ImportForgotten):
        actions.take_back(viewer, run.id, now=NOW)


def test_what_is_no_workbook_leaves_nothing_behind() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    before = Key.objects.count()
    with pytest.raises(NotAWorkbook):
        actions.receive(viewer, "parts", b"%PDF-1.7", file_name="x.pdf", now=NOW)
    assert (Import.objects.count(), Key.objects.count()) == (0, before)


def test_the_journal_says_that_a_workbook_was_brought_in_and_taken_back() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    run = brought_in(viewer, "parts", parts(2))
    taken_back(viewer, run)
    kinds = Entry.objects.filter(kind__startswith="imports.").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["imports.workbook_brought_in", "imports.workbook_taken_back"]


def test_a_look_at_many_rows_costs_the_same_number_of_statements() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    counts = []
    for size in (10, 400):
        run = actions.receive(viewer, "parts", parts(size), file_name="x.xlsx", now=NOW)
        actions.map_columns(viewer, run.id, {int(at): code for at, code in run.mapping.items()}, now=NOW)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            running.finish(run.id, now=NOW)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_long_file_is_read_by_the_engine_and_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    monkeypatch.setattr(running, "SHORT_FILE", 10)
    run = actions.receive(viewer, "parts", parts(3), file_name="x.xlsx", now=NOW)
    actions.map_columns(viewer, run.id, {int(at): code for at, code in run.mapping.items()}, now=NOW)
    running.set_going(run.id, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.staged) == (Import.LOOKING, False)
    running.carry_on_soon.func(run.id)
    run.refresh_from_db()
    assert (run.state, run.looked) == (Import.LOOKED, {"new": 3})


def test_a_forgotten_customer_is_gone_from_the_lists_that_were_brought_in() -> None:
    made = company()
    viewer = made.viewer(Role.ADMINISTRATOR)
    case = a_case(made)
    Case.objects.filter(id=case.id).update(open=False)
    customers = brought_in(
        viewer, "customers", sheets.xlsx([["姓名", "手机号"], ["司马相如", "13911119999"]])
    )
    spares = brought_in(viewer, "parts", parts(2))
    forget_customer(viewer, case.customer_id, now=NOW)
    customers.refresh_from_db()
    spares.refresh_from_db()
    assert (customers.forgotten_at, spares.forgotten_at) == (NOW, None)
    assert Key.objects.get(id=customers.key_id).wrapped is None
    assert ImportBatch.objects.filter(run=customers).count() == 0
