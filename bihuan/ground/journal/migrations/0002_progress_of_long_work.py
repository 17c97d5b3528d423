"""The table of sweeps says how far long work is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="watch",
            name="progress",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
    ]
