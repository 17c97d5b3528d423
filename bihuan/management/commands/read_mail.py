"""`manage.py read_mail FILE.eml`: takes a mail in as if it had come by IMAP, and tells what became of it."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from bihuan.ground.worktime import clock
from bihuan.registers.channels.mail.key import key_of
from bihuan.registers.channels.mail.reader import READER, words_however
from bihuan.registers.channels.mail.words import AUTOMATIC, why_quarantined
from bihuan.registers.channels.message import Unreadable
from bihuan.service.cases.queries import case_of_report
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.reading import read_message

BY_MACHINES = (RawMessage.AUTOMATIC, RawMessage.PROBE)


class Command(BaseCommand):
    help = (
        "Take in one mail. Prints the number of its case (a reply keeps the one it joins) or `quarantined: ` and why "
        "it has none, an empty line, and the new words. Exit status 2 when there is no such file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--language", default="zh-hans", choices=["zh-hans", "zh-hant", "en"])

    def handle(self, *args: Any, file: Path, language: str, **options: Any) -> None:
        try:
            raw = file.read_bytes()
        except OSError as fault:
            self.stderr.write(f"{file}: {fault.strerror}.")
            sys.exit(2)
        with translation.override(language):
            message = taken_in(raw)
            told = f"{outcome(message)}\n\n{words_of(raw, message)}\n"
        sys.stdout.buffer.write(told.encode())
        sys.stdout.flush()


def taken_in(raw: bytes) -> RawMessage:
    """Keep a mail and have it read at once; the same mail finds what became of it the first time."""
    now = clock.now()
    message = keep("mail", raw, once=key_of(raw), now=now).message
    if message.state == RawMessage.WAITING:
        read_message(message, now=now)
        message.refresh_from_db()
    return message


def outcome(message: RawMessage) -> str:
    """What became of a mail, in one line: the number of its case, or why no case has it."""
    report = _report_of(message)
    case = case_of_report(report.id) if report is not None else None
    if case is not None:
        return str(case.number)
    why = AUTOMATIC.get(message.reason) if message.state in BY_MACHINES else None
    return f"quarantined: {why or why_quarantined(message.reason)}"


def words_of(raw: bytes, message: RawMessage) -> str:
    """The new words of a mail; the subject first where they did not join a case. Of a mail that opened nothing, what
    can be made out."""
    report = _report_of(message)
    if report is None:
        return words_however(raw)
    try:
        read = READER.read(raw)
    except Unreadable:
        return words_however(raw)
    return read.words if report.joins_id is not None else read.whole


def _report_of(message: RawMessage) -> Report | None:
    return Report.objects.filter(raw_id=message.id).first()
