"""The journal as an app: its triggers are made anew after every migration."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


def _make_triggers(using: str, **_: Any) -> None:
    from bihuan.ground.journal import triggers  # apps are not ready when this module loads

    triggers.make(connections[using])


class JournalConfig(AppConfig):
    name = "bihuan.ground.journal"
    label = "journal"

    def ready(self) -> None:
        post_migrate.connect(_make_triggers, dispatch_uid="journal_triggers")
