"""PostgreSQL: rows lie open in the table, for they are read one after the other; what waits to be sorted into the
index is short, for every question reads it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

QUICKLY = (
    "ALTER TABLE searching_words SET (toast_tuple_target = 8160)",
    "ALTER INDEX IF EXISTS searching_tokens SET (gin_pending_list_limit = 1024)",
)
AS_BEFORE = (
    "ALTER TABLE searching_words RESET (toast_tuple_target)",
    "ALTER INDEX IF EXISTS searching_tokens RESET (gin_pending_list_limit)",
)


def forwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    _do(editor, QUICKLY)


def backwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    _do(editor, AS_BEFORE)


def _do(editor: BaseDatabaseSchemaEditor, statements: tuple[str, ...]) -> None:
    if editor.connection.vendor == "postgresql":
        for statement in statements:
            editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("searching", "0002_rows_by_case")]

    operations = [migrations.RunPython(forwards, backwards)]
