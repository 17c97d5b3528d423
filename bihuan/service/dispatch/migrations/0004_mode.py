"""What was "assign technicians by itself" becomes the mode in which a node gives its cases to technicians."""

from django.db import migrations, models
from django.db.models import Q


def keep_what_was_set(apps, schema_editor):
    policies = apps.get_model("dispatch", "DispatchPolicy").objects
    policies.filter(auto_assign=True).update(mode="automatic")


def back(apps, schema_editor):
    policies = apps.get_model("dispatch", "DispatchPolicy").objects
    policies.filter(mode="automatic").update(auto_assign=True)


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0003_phone_first")]

    operations = [
        migrations.AddField(
            model_name="dispatchpolicy",
            name="mode",
            field=models.CharField(default="manual", max_length=10),
        ),
        migrations.AddField(
            model_name="dispatchpolicy",
            name="grab_minutes",
            field=models.PositiveSmallIntegerField(default=20),
        ),
        migrations.AddField(
            model_name="dispatchpolicy",
            name="grab_cap",
            field=models.PositiveSmallIntegerField(default=3),
        ),
        migrations.AddField(
            model_name="dispatchpolicy",
            name="grab_then",
            field=models.CharField(default="automatic", max_length=10),
        ),
        migrations.RunPython(keep_what_was_set, back),
        migrations.RemoveField(model_name="dispatchpolicy", name="auto_assign"),
        migrations.RemoveConstraint(model_name="dispatchpolicy", name="dispatch_policy_gives_time"),
        migrations.AddConstraint(
            model_name="dispatchpolicy",
            constraint=models.CheckConstraint(
                condition=Q(point_minutes__gte=1, technician_minutes__gte=1, grab_minutes__gte=1),
                name="dispatch_policy_gives_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatchpolicy",
            constraint=models.CheckConstraint(
                condition=Q(
                    mode__in=("automatic", "proposed", "manual", "grab"),
                    grab_then__in=("automatic", "proposed", "manual"),
                ),
                name="dispatch_policy_mode",
            ),
        ),
    ]
