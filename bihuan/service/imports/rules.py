"""Which row is the head of a table, and which column is which field. Values in, values out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bihuan.service.imports.reading import HALF, Cell, tidy

HEAD_WITHIN = 15
REACH = 2  # rows above the lowest head row in which a head may stand
ALIKE = 0.76
NEVER_HEADS = 60  # characters


@dataclass(frozen=True, kw_only=True)
class Known:
    """A field as heads are compared with it: its code and all its names."""

    code: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Heads:
    """The row (from 1) in which the head of the table ends, and the text over every column."""

    row: int
    texts: tuple[str, ...]


def bare(head: str) -> str:
    """A head as it is compared: without brackets and what stands in them, marks and spaces."""
    told = re.sub(r"[（(\[【<《].*?[)）\]】>》]", "", head.translate(HALF).lower())
    told = re.sub(r"(必填|选填|required|optional)", "", told)
    return re.sub(r"[^\w]+", "", told).replace("_", "")


def likeness(head: str, known: Known) -> float:
    """How surely a head means a field: 1 for one of its names, 0 for nothing alike."""
    told = bare(head)
    if not told:
        return 0.0
    return max((_alike(told, bare(name)) for name in known.names), default=0.0)


def _alike(told: str, name: str) -> float:
    if told == name:
        return 1.0
    if not name:
        return 0.0
    if min(len(told), len(name)) >= 2 and (told.endswith(name) or name.endswith(told)):
        return 0.8 + 0.15 * min(len(told), len(name)) / max(len(told), len(name))
    if min(len(told), len(name)) >= 2 and (name in told or told in name):
        return 0.55 + 0.3 * min(len(told), len(name)) / max(len(told), len(name))
    return SequenceMatcher(None, told, name).ratio() * 0.95


def guess(heads: Sequence[str], fields: Sequence[Known]) -> dict[int, str]:
    """Column (from 0) → the field it most likely holds; each field once, the surest pair first."""
    pairs = sorted(
        (
            (-score, order, column)
            for column, head in enumerate(heads)
            for order, known in enumerate(fields)
            if (score := likeness(head, known)) >= ALIKE
        )
    )
    found: dict[int, str] = {}
    taken: set[int] = set()
    for _score, order, column in pairs:
        if column not in found and order not in taken:
            found[column] = fields[order].code
            taken.add(order)
    return dict(sorted(found.items()))


def find_heads(rows: Sequence[tuple[int, Sequence[Cell | None]]], fields: Sequence[Known]) -> Heads | None:
    """The head among the first rows (number and cells): the row under which most fields are known. Where no field
    is, the first row of several different words. None where there is no such row."""
    best, most = None, 0.0
    for at in range(len(rows)):
        heads = heads_at(rows, at)
        known = guess(heads.texts, fields)
        score = sum(likeness(heads.texts[column], _of(fields, code)) for column, code in known.items())
        if len({text for text in heads.texts if text}) < 2 and score < 1:
            continue  # a title, unless it is the very name of a field
        if score > most + 0.01:
            best, most = heads, score
    return best or next((heads_at(rows, at) for at, row in enumerate(rows) if _could_be_heads(row[1])), None)


def _of(fields: Sequence[Known], code: str) -> Known:
    return next(known for known in fields if known.code == code)


def _could_be_heads(cells: Sequence[Cell | None]) -> bool:
    told = [cell for cell in cells if cell is not None]
    short = all(isinstance(cell, str) and len(cell) <= NEVER_HEADS for cell in told)
    return len(told) >= 2 and short and len(set(told)) == len(told)


def heads_at(rows: Sequence[tuple[int, Sequence[Cell | None]]], at: int) -> Heads:
    """The heads when the head ends in this row: where a column has none, that of up to two rows above; where two
    columns would have the same, the group above them stands before it."""
    number = rows[at][0]
    above = [rows[up] for up in range(at - 1, max(at - 1 - REACH, -1), -1) if number - rows[up][0] <= REACH]
    wide = max(len(cells) for _number, cells in (rows[at], *above))
    groups = [cells for _number, cells in above if not _is_title(cells)]
    texts = [_head(rows[at][1], column) for column in range(wide)]
    for column, text in enumerate(texts):
        if not text:
            texts[column] = next((told for cells in groups if (told := _head(cells, column))), "")
    twice = {text for text in texts if text and texts.count(text) > 1}
    for column, text in enumerate(texts):
        if text in twice:
            group = next((told for cells in groups if (told := _head(cells, column)) and told != text), "")
            texts[column] = f"{group}{text}"
    while texts and not texts[-1]:
        texts.pop()
    return Heads(row=number, texts=tuple(texts))


def _head(cells: Sequence[Cell | None], column: int) -> str:
    cell = cells[column] if column < len(cells) else None
    return "" if cell is None else tidy(cell)[:NEVER_HEADS]


def _is_title(cells: Sequence[Cell | None]) -> bool:
    return len({cell for cell in cells if cell is not None}) < 2


def missing(mapping: Mapping[int, str], required: Sequence[str]) -> list[str]:
    """The required fields that no column is brought into."""
    return [code for code in required if code not in mapping.values()]


def twice(mapping: Mapping[int, str]) -> list[str]:
    """The fields that more than one column is brought into."""
    told = list(mapping.values())
    return sorted({code for code in told if told.count(code) > 1})
