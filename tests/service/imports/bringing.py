"""A file taken through every step, as the pages do it."""

from bihuan.registers.access.viewer import Viewer
from bihuan.service.imports import actions
from bihuan.service.imports.models import Import
from bihuan.service.imports.running import finish
from bihuan.service.imports.target import Take
from tests.makers import NOW


def looked(viewer: Viewer, kind: str, clear: bytes) -> Import:
    """The file received, its guessed columns taken as they are, the dry run at its end."""
    run = actions.receive(viewer, kind, clear, file_name="list.xlsx", now=NOW)
    mapping = {int(column): code for column, code in run.mapping.items()}
    actions.map_columns(viewer, run.id, mapping, now=NOW)
    finish(run.id, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.trouble) == (Import.LOOKED, "")
    return run


def brought_in(viewer: Viewer, kind: str, clear: bytes, *, take: Take = Take.OURS) -> Import:
    """The file written to the end."""
    run = looked(viewer, kind, clear)
    actions.confirm(viewer, run.id, take=take, now=NOW)
    finish(run.id, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.trouble) == (Import.DONE, "")
    return run


def taken_back(viewer: Viewer, run: Import) -> Import:
    actions.take_back(viewer, run.id, now=NOW)
    finish(run.id, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.trouble) == (Import.UNDONE, "")
    return run
