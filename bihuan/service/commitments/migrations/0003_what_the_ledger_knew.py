"""What promises of the first shape knew, written where it stands now. Safe to interrupt and to repeat: each statement
only touches rows that do not say it yet."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def carry_over(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    promise = apps.get_model("commitments", "Promise").objects
    profile = apps.get_model("commitments", "ProfileVersion").objects
    profile.filter(active=True, activated_at=None).update(activated_at=F("made_at"))
    for calendar in apps.get_model("worktime", "WorkCalendar").objects.exclude(version=0):
        promise.filter(calendar=calendar.code, calendar_version=0).update(calendar_version=calendar.version)
    promise.filter(warned_at__isnull=False, warnings=0).update(warnings=1)
    running = promise.filter(state="running", warnings=0, warn_next_at=None, warn_at__isnull=False)
    running.update(warn_next_at=F("warn_at"))
    ended = promise.filter(open=False, ended_how="")
    ended.filter(state="void").update(ended_how="dropped")
    ended.exclude(state="void").update(ended_how="done")


class Migration(migrations.Migration):
    dependencies = [("commitments", "0002_ledger"), ("worktime", "0001_calendars")]
    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
