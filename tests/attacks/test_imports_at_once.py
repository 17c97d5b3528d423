"""Two people and a worker at one import: what was confirmed is not sent back, another sheet is not mixed with the one
that is still being read."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bihuan.ground.vault.actions import keys_for
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.service.imports import actions, running, staging
from bihuan.service.imports.book import Book, Row
from bihuan.service.imports.errors import ImportMovedOn
from bihuan.service.imports.looking import one_batch
from bihuan.service.imports.models import Import, ImportBatch, ImportLine
from bihuan.service.imports.step import MovedOn, Step
from bihuan.service.imports.target import Take
from bihuan.service.imports.targets import target
from tests.makers import NOW, company, later
from tests.service.imports import sheets
from tests.service.imports.bringing import looked

pytestmark = [pytest.mark.django_db, pytest.mark.demand("U-04")]

HEADS = ["配件编号", "配件名称", "库存数量", "网点"]


def parts(count: int, prefix: str = "N") -> list[list[Any]]:
    return [HEADS, *([f"{prefix}{at:05d}", f"配件{at}", at % 7, "文新网点"] for at in range(count))]


def reopen(viewer: Viewer, import_id: int) -> None:
    actions.reopen_columns(viewer, import_id, now=NOW)


def other_sheet(viewer: Viewer, import_id: int) -> None:
    actions.choose_sheet(viewer, import_id, sheet=0, head_row=None, now=NOW)


@pytest.mark.parametrize("deed", [reopen, other_sheet])
def test_what_a_colleague_confirmed_meanwhile_is_not_sent_back_to_its_columns(
    deed: Callable[[Viewer, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    run = looked(viewer, "parts", sheets.xlsx(parts(3)))
    real = actions._held

    def meanwhile(*args: Any) -> Any:
        """Both opened the page while it stood looked at; the colleague was quicker."""
        held = real(*args)
        monkeypatch.setattr(actions, "_held", real)
        actions.confirm(viewer, run.id, take=Take.OURS, now=NOW)
        running.finish(run.id, now=NOW)
        return held

    monkeypatch.setattr(actions, "_held", meanwhile)
    with pytest.raises(ImportMovedOn):
        deed(viewer, run.id)
    run.refresh_from_db()
    assert run.state == Import.DONE
    assert ImportLine.objects.filter(run=run, phase="write").count() == 3


def test_a_sheet_still_being_read_is_not_mixed_with_the_one_chosen_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(staging, "BATCH", 10)
    viewer = company().viewer(Role.ADMINISTRATOR)
    book = sheets.sheets({"第一张": parts(30), "第二张": parts(15, "M")})
    run = actions.receive(viewer, "parts", book, file_name="list.xlsx", now=NOW)
    mapping = {int(column): code for column, code in run.mapping.items()}
    actions.map_columns(viewer, run.id, mapping, now=NOW)
    real = Book.rows

    def rows(self: Book, sheet: int) -> Iterator[Row]:
        for at, row in enumerate(real(self, sheet)):
            if at == 25:
                monkeypatch.setattr(Book, "rows", real)
                actions.reopen_columns(viewer, run.id, now=later(minutes=1))
                actions.choose_sheet(viewer, run.id, sheet=1, head_row=None, now=later(minutes=1))
                actions.map_columns(viewer, run.id, mapping, now=later(minutes=2))
            yield row

    monkeypatch.setattr(Book, "rows", rows)
    assert not running.carry_on(run.id, now=NOW, seconds=60)
    running.finish(run.id, now=later(minutes=3))
    run.refresh_from_db()
    assert (run.state, run.trouble, run.rows, run.looked) == (Import.LOOKED, "", 15, {"new": 15})
    assert ImportBatch.objects.filter(run=run).count() == 2


def test_a_batch_read_under_columns_that_were_changed_meanwhile_does_not_count() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    run = actions.receive(viewer, "parts", sheets.xlsx(parts(3)), file_name="list.xlsx", now=NOW)
    mapping = {int(column): code for column, code in run.mapping.items()}
    actions.map_columns(viewer, run.id, mapping, now=NOW)
    running.carry_on(run.id, now=NOW, seconds=0)
    Import.objects.filter(id=run.id).update(state=Import.LOOKING, cursor=0, looked={})
    before = Import.objects.get(id=run.id)
    wanted = target("parts")
    assert wanted is not None
    actions.reopen_columns(viewer, run.id, now=later(minutes=1))
    actions.map_columns(viewer, run.id, mapping, now=later(minutes=2))
    by = keys_for([run.key_id])
    with pytest.raises(MovedOn):
        one_batch(Step(run=before, target=wanted, viewer=viewer, by=by, now=later(minutes=3)))
