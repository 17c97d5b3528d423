"""`manage.py wechat_menu`: puts our menu at the foot of the chat with the official account. `--show` only prints it."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bihuan.registers.channels.message import NotSent
from bihuan.registers.channels.wechat.account import account
from bihuan.registers.channels.wechat.menu import menu, put_menu
from bihuan.service.notices.words import trouble_words


class Command(BaseCommand):
    help = "Put the menu into the chat with the official account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--show", action="store_true", help="only print what would be put there")

    def handle(self, *args: Any, show: bool, **options: Any) -> None:
        if show:
            self.stdout.write(json.dumps(menu(), ensure_ascii=False, indent=2))
            return
        try:
            put_menu(account())
        except NotSent as refused:
            raise CommandError(trouble_words(refused.code)) from refused
        self.stdout.write("The menu is in the chat. WeChat shows it within a day.")
