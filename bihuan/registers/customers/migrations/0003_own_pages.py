import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_tier"),
        ("organisation", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="progress_days",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="machine",
            name="checked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="MachinePaper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=8)),
                ("media", models.CharField(max_length=80)),
                ("digest", models.CharField(max_length=64)),
                ("kept_as", models.CharField(max_length=120)),
                ("size", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "machine",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.machine"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ScanCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=16, unique=True)),
                ("same", models.CharField(max_length=64, unique=True)),
                ("purpose", models.CharField(max_length=8)),
                ("category", models.CharField(blank=True, default="", max_length=40)),
                ("brand", models.CharField(blank=True, default="", max_length=60)),
                ("model", models.CharField(blank=True, default="", max_length=60)),
                ("serial", models.CharField(blank=True, default="", max_length=60)),
                ("made_at", models.DateTimeField()),
                (
                    "node",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.node",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Visits",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("page", models.CharField(max_length=24)),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "page"), name="customers_visits_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64, unique=True)),
                ("remembered", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.customer"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["expires_at"], name="customers_signed_in_until")],
            },
        ),
        migrations.CreateModel(
            name="CustomerSignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_print", models.CharField(max_length=64, unique=True)),
                ("phone_blind", models.CharField(max_length=64)),
                ("code_print", models.CharField(blank=True, default="", max_length=64)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("heard_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("heard_at__isnull", True)),
                        fields=["made_at"],
                        name="customers_unheard",
                    ),
                    models.Index(fields=["expires_at"], name="customers_asked_until"),
                ],
            },
        ),
    ]
