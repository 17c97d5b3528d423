import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import bihuan.ground.searching.field
from bihuan.service.searching import triggers


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        triggers.make(editor.connection)
    else:  # inside one transaction with the table, so that nothing is ever written past the index
        for statement in (triggers.SQLITE_TABLE, *triggers.SQLITE):
            editor.execute(statement)


def unmake(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        editor.execute(f"DROP TABLE IF EXISTS {triggers.FOUND}")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cases", "0005_daily_work"),
        ("customers", "0004_opened"),
    ]

    operations = [
        migrations.CreateModel(
            name="Found",
            fields=[
                ("rank", models.BigIntegerField(db_column="rowid", primary_key=True, serialize=False)),
                ("tokens", bihuan.ground.searching.field.TokensField()),
            ],
            options={"db_table": "searching_found", "managed": False},
        ),
        migrations.CreateModel(
            name="Building",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("below", models.BigIntegerField()),
                ("made", models.BigIntegerField(default=0)),
                ("wanted", models.BigIntegerField()),
                ("untidy", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Words",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("rank", models.BigIntegerField(unique=True)),
                ("tokens", bihuan.ground.searching.field.TokensField()),
                ("stale", models.BooleanField(default=False)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("stale", True)), fields=["case"], name="searching_stale")
                ],
            },
        ),
        migrations.RunPython(make, unmake),
    ]
