"""`manage.py send_outbox`: sends every message that is due, here and now. For a crontab where no worker runs."""

from typing import Any

from django.core.management.base import BaseCommand

from bihuan.ground.worktime import clock
from bihuan.service.notices.sending import send_due


class Command(BaseCommand):
    help = "Send the messages that are due."

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        while sent := send_due(clock.now()):
            total += sent
        self.stdout.write(f"{total} messages went out.")
