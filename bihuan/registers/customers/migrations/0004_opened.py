from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0003_own_pages"),
    ]

    operations = [
        migrations.RenameModel(old_name="Visits", new_name="Opened"),
        migrations.RemoveConstraint(model_name="opened", name="customers_visits_a_day"),
        migrations.AddConstraint(
            model_name="opened",
            constraint=models.UniqueConstraint(fields=("day", "page"), name="customers_opened_a_day"),
        ),
    ]
