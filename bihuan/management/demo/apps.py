"""The demo company as an app: two small tables that say how far it has been filled."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "bihuan.management.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"
