"""The idempotency key of a request stands on the report that it made, and the book of answers goes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="answered",
            name="intake_answer_once",
        ),
        migrations.AddField(
            model_name="report",
            name="asked_print",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="report",
            name="once_print",
            field=models.CharField(max_length=64, null=True, unique=True),
        ),
        migrations.DeleteModel(
            name="Answered",
        ),
    ]
