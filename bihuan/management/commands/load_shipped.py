"""Loads what ships with the product: calendars, process cards, commitment profiles. Repeatable."""

from typing import Any

from django.core.management.base import BaseCommand

from bihuan.ground.worktime import clock
from bihuan.shipped import load_shipped


class Command(BaseCommand):
    help = "Load the calendars, process cards and profiles that come with the product."

    def handle(self, *args: Any, **options: Any) -> None:
        load_shipped(now=clock.now())
