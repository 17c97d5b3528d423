"""An order for the board: what is owed, the least time left first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("commitments", "0004_differences")]
    operations = [
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("open", True), ("quiet", False)),
                fields=["due_at", "id"],
                name="commitments_board",
            ),
        ),
    ]
