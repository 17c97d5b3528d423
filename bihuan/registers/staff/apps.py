"""Staff as an app: the guard against double booking is made after every migration."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


def _make_guards(using: str, **_: Any) -> None:
    from bihuan.registers.staff import triggers  # apps are not ready when this module loads

    triggers.make(connections[using])


class StaffConfig(AppConfig):
    name = "bihuan.registers.staff"
    label = "staff"

    def ready(self) -> None:
        post_migrate.connect(_make_guards, dispatch_uid="staff_guards")
