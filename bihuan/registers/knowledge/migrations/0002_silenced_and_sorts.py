import json
from typing import Any

from django.db import migrations, models

SORTS = {  # problem → sort, service, area, as shipped
    "safety": ("fault", "", "product_quality"),
    "fault": ("fault", "", "product_quality"),
    "repeat_repair": ("fault", "technique", "service_quality"),
    "product_quality": ("fault", "", "product_quality"),
    "parts": ("fault", "part", "after_sales"),
    "delay": ("complaint", "waiting", "service_quality"),
    "manner": ("complaint", "attitude", "service_quality"),
    "charges": ("complaint", "charging", "after_sales"),
    "delivery": ("complaint", "", "after_sales"),
    "use": ("inquiry", "", "after_sales"),
    "technical": ("inquiry", "", "after_sales"),
    "suggestion": ("suggestion", "", "product_quality"),
    "return_exchange": ("complaint", "", "after_sales"),
    "authority": ("complaint", "", "service_quality"),
    "other": ("inquiry", "", "after_sales"),
}


def say_sorts(apps: Any, schema_editor: Any) -> None:
    """Entries of the time before learn the three schemes; what else somebody wrote into them stays."""
    for row in apps.get_model("knowledge", "Item").objects.filter(kind="route"):
        body = json.loads(row.body)
        if body.get("problem") in SORTS and "sort" not in body:
            body["sort"], body["service"], body["area"] = SORTS[body["problem"]]
            row.body = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            row.save(update_fields=["body"])


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SilencedDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("hazard", models.CharField(max_length=40)),
                ("why", models.CharField(max_length=12)),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "hazard", "why"), name="knowledge_silenced_once")
                ],
            },
        ),
        migrations.RunPython(say_sorts, migrations.RunPython.noop),
    ]
