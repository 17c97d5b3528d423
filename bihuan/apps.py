"""The whole house as one app: its commands, and the story that every event follows."""

from importlib import import_module

from django.apps import AppConfig


class BihuanConfig(AppConfig):
    name = "bihuan"
    label = "bihuan"

    def ready(self) -> None:
        import_module("bihuan.flow").begin()  # models are loaded only now
