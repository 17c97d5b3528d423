"""The template of a target: heads of the trade, an example row that is never brought in, choices, and notes."""

import tempfile
from typing import IO, Any

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext as _

from bihuan.service.imports.target import Field, Target

ROWS = 5_000  # rows with choices in their cells
LONGEST_LIST = 255  # characters of choices that a cell can hold by itself


def blank_workbook(target: Target, *, language: str) -> IO[bytes]:
    """The template in Chinese or English; the caller closes it."""
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 (handed on)
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    with translation.override(language):
        chinese = language.startswith("zh")
        sheet = book.add_worksheet(str(target.title)[:31])
        notes = book.add_worksheet(_("How to fill it in"))
        choices = book.add_worksheet(_("Choices"))
        _heads(book, sheet, target, chinese=chinese)
        _offer(sheet, choices, target, chinese=chinese)
        _explain(book, notes, target, chinese=chinese)
    book.close()
    file.seek(0)
    return file


def _name(field: Field, *, chinese: bool) -> str:
    return field.zh if chinese else field.en


def _heads(book: Any, sheet: Any, target: Target, *, chinese: bool) -> None:
    needed = book.add_format({"bold": True, "bg_color": "#fdebd0", "text_wrap": True, "valign": "top"})
    free = book.add_format({"bold": True, "bg_color": "#eaf2f8", "text_wrap": True, "valign": "top"})
    example = book.add_format({"italic": True, "font_color": "#7f8c8d", "num_format": "@"})
    text = book.add_format({"num_format": "@"})  # a phone in a cell of text keeps its digits
    for across, field in enumerate(target.fields):
        name = _name(field, chinese=chinese)
        sheet.write_string(
            0, across, f"{name}*" if field.required else name, needed if field.required else free
        )
        sheet.set_column(across, across, max(12, 2 * len(name) + 4 if chinese else len(name) + 4), text)
        if field.example:
            sheet.write_string(1, across, field.example, example)
    sheet.freeze_panes(1, 1)


def _offer(sheet: Any, choices: Any, target: Target, *, chinese: bool) -> None:
    """The words to choose from stand on a sheet of their own, for a cell holds only few."""
    at = 0
    for across, field in enumerate(target.fields):
        words = list(field.options()) if field.options is not None else []
        if not words:
            continue
        choices.write_string(0, at, _name(field, chinese=chinese))
        for down, word in enumerate(words[:ROWS], start=1):
            choices.write_string(down, at, word)
        column = _letters(at)
        source = f"='{choices.get_name()}'!${column}$2:${column}${len(words[:ROWS]) + 1}"
        rule = {"validate": "list", "source": source, "error_type": "warning", "ignore_blank": True}
        sheet.data_validation(1, across, ROWS, across, rule)
        at += 1
    if not at:
        choices.hide()


def _letters(column: int) -> str:
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def _explain(book: Any, notes: Any, target: Target, *, chinese: bool) -> None:
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    heads = (_("Column"), _("Needed"), _("Other heads that are known"), _("Example"), _("Note"))
    for across, head in enumerate(heads):
        notes.write_string(0, across, head, bold)
    for down, field in enumerate(target.fields, start=1):
        told = (
            _name(field, chinese=chinese),
            _("yes") if field.required else "",
            "、".join(field.also) if chinese else ", ".join(one for one in (field.zh, *field.also)),
            field.example,
            str(field.note),
        )
        for across, words in enumerate(told):
            notes.write_string(down, across, words, wrap)
    below = len(target.fields) + 2
    for line in (
        _("The grey example row is never brought in; you may leave or delete it."),
        _("An empty cell changes nothing of what is there already."),
        _("The same file may be sent in again: nothing is doubled."),
    ):
        notes.write_string(below, 0, line)
        below += 1
    notes.set_column(0, 0, 22)
    notes.set_column(1, 1, 8)
    notes.set_column(2, 4, 44)
