from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0005_mates_wishes_upkeep")]

    operations = [
        migrations.AddField(
            model_name="mate",
            name="reason",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
        migrations.AddField(
            model_name="mate",
            name="words_sealed",
            field=models.TextField(blank=True, default=""),
        ),
    ]
