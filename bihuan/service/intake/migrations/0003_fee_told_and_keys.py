"""The fee for looking that was told with a report; and keys that are forgotten are found without reading all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0002_one_row_for_a_request"),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="fee_told_fen",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(once_print__isnull=False),
                fields=["received_at"],
                name="intake_keyed_since",
            ),
        ),
    ]
