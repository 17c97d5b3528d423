from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from bihuan.ground.searching.field import TokensField
from bihuan.service.searching import triggers


def empty(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The index is kept by the numbers of cases from now on: it is built anew by the clock."""
    if editor.connection.vendor == "sqlite":
        for name in triggers.NAMES:
            editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        editor.execute(f"INSERT INTO {triggers.FOUND} ({triggers.FOUND}) VALUES ('delete-all')")
    for name in ("Words", "Building"):
        apps.get_model("searching", name)._default_manager.all().delete()


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        for statement in triggers.SQLITE:
            editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("searching", "0001_initial")]

    operations = [
        migrations.RunPython(empty, migrations.RunPython.noop),
        migrations.RemoveField(model_name="words", name="rank"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="Found"),
                migrations.CreateModel(
                    name="Found",
                    fields=[
                        (
                            "case_id",
                            models.BigIntegerField(db_column="rowid", primary_key=True, serialize=False),
                        ),
                        ("tokens", TokensField()),
                    ],
                    options={"db_table": "searching_found", "managed": False},
                ),
            ]
        ),
        migrations.RunPython(make, migrations.RunPython.noop),
    ]
