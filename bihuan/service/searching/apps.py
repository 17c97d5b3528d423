"""Searching as an app: its index is made after every migration."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


def _make_index(using: str, **_: Any) -> None:
    from bihuan.service.searching import triggers  # apps are not ready when this module loads

    triggers.make(connections[using])


class SearchingConfig(AppConfig):
    name = "bihuan.service.searching"
    label = "searching"

    def ready(self) -> None:
        post_migrate.connect(_make_index, dispatch_uid="searching_index")
