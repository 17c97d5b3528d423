"""What stood on a colleague's page was called push; push is a browser's message from now on. All of it was read."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F


def to_the_page(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    notices = apps.get_model("notices", "Notice").objects.filter(channel="push")
    notices.filter(state="waiting").update(state="sent", sent_at=F("made_at"), provider="page")
    notices.update(channel="page", read_at=F("made_at"))


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_groups_and_wishes")]
    operations = [migrations.RunPython(to_the_page, migrations.RunPython.noop)]
