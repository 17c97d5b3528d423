"""What the engine says about cells, rows and files. Targets have words of their own (`Target.words`)."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bihuan.service.imports.target import Field, State, Take, Target, Trouble

BOOK: dict[str, Promise] = {
    "empty_file": _("This file is empty."),
    "too_big": _("This file is larger than %(most)s MB. Split it in two."),
    "too_many_rows": _("This sheet has more than %(most)s rows. Split it in two."),
    "unpacks_too_big": _("This file unpacks to far more than a list holds, so it was not opened."),
    "old_workbook": _(
        "This is an old or a password-protected workbook. Open it, take the password off, and save it as .xlsx."
    ),
    "web_page": _(
        "This is a web page with the name of a workbook. Open it in Excel or WPS and save it as .xlsx."
    ),
    "no_workbook": _("This is no workbook. Send a .xlsx or .csv file."),
    "no_sheet": _("This workbook has no sheet that can be read."),
    "damaged": _("This file is damaged. Open it in Excel or WPS, save it anew and try again."),
    "broken_text": _("The columns of this text file cannot be told apart. Save it as .xlsx and try again."),
    "unknown_letters": _(
        "The letters of this text file are in no known encoding. Save it as .xlsx or as CSV UTF-8."
    ),
}
TROUBLES: dict[str, Promise | str] = {
    "missing": _("%(field)s is missing."),
    "too_long": _("%(field)s has %(length)s characters; %(limit)s are the most."),
    "digits_lost": _(
        "%(field)s was shortened by the spreadsheet program. Format the column as text and type it again."
    ),
    "no_phone": _("%(field)s is no phone number."),
    "no_day": _("%(field)s is no date. Write it like 2026-11-22."),
    "no_such_day": _("%(field)s names a day that does not exist."),
    "day_unclear": _("%(field)s may mean two days. Write it like 2026-11-22."),
    "no_time": _("%(field)s is no time of day. Write it like 08:30."),
    "no_money": _("%(field)s is no amount of money. Write it like 80.00."),
    "less_than_nothing": _("%(field)s is less than nothing."),
    "too_fine": _("%(field)s has more than two decimals."),
    "too_much": _("%(field)s is too large an amount."),
    "no_count": _("%(field)s is no whole number."),
    "too_many": _("%(field)s is more than %(most)s."),
    "no_degrees": _("%(field)s is no number of degrees between -%(most)s and %(most)s."),
    "no_yes_or_no": _("%(field)s is neither yes nor no."),
    "not_one_of": _("“%(told)s” is not known as %(field)s. Known are: %(choices)s."),
    "cell_error": _("%(field)s holds the error of a formula: %(told)s."),
    "formula_lost": _("%(field)s is a formula without a value. Open the file, let it reckon, and save it."),
    "unreadable": _("%(field)s cannot be read."),
    "broke": _(
        "This row could not be written. Everything else went on; tell an administrator of the system."
    ),
    "refused": "%(sentence)s",  # the register's own words, already in the reader's language
    "repeats": _("This row repeats row %(row)s of the file."),
    "repeats_otherwise": _("Row %(row)s of the file has this number too; what differs here changes it."),
    "touched_since": _("It was changed since."),
    "used_since": _("It is in use by now."),
    "gone": _("It is not there any more."),
    "not_undone": _("It could not be taken back."),
}
STATES: dict[str, Promise] = {
    State.NEW: _("New"),
    State.CHANGED: _("Updated"),
    State.SAME: _("The same already"),
    State.DUPLICATE: _("Possibly there already"),
    State.REFUSED: _("Refused"),
    State.SKIPPED: _("Left as it is"),
}
TAKES: dict[str, Promise] = {
    Take.OURS: _("Keep what is there"),
    Take.THEIRS: _("Take the file's values"),
    Take.NEW: _("Make a new one"),
}


def book_words(code: str, params: Mapping[str, Any]) -> str:
    """The sentence about a file that cannot be read."""
    return str(BOOK[code]) % dict(params)


def field_name(field: Field) -> str:
    """The head of a field in the reader's language."""
    return field.zh if (get_language() or "").startswith("zh") else field.en


def trouble_words(target: Target, trouble: Trouble) -> str:
    """A trouble as a sentence in the reader's language."""
    sentence = target.words.get(trouble.code) or TROUBLES.get(trouble.code) or TROUBLES["unreadable"]
    named = {field.code: field_name(field) for field in target.fields}
    params = {"field": named.get(trouble.field, trouble.field), **trouble.params}
    try:
        return str(sentence) % params
    except (KeyError, ValueError, TypeError):  # the params were forgotten with the file
        return str(TROUBLES["unreadable"]) % params
