"""Where one report ends and the next begins: chat messages with their heads, rows of a sheet, lines with
numbers, blocks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time

from bihuan.service.intake.pasting.labels import Labelled, kind_of, labelled
from bihuan.service.intake.pasting.phones import phones_in
from bihuan.service.intake.pasting.values import Span

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_DATE = r"(?:(?:20\d\d|\d\d)[-/.年])?\d{1,2}[-/.月]\d{1,2}日?"
_WHEN = rf"(?P<when>(?:{_DATE}|昨天|今天|星期.|周.)?\s{{0,3}}(?:上午|下午|晚上)?\s?{_CLOCK})"
_HEAD = re.compile(rf"(?P<who>[^\n:]{{1,30}}?)[\s(]{{1,4}}{_WHEN}\)?\s{{0,3}}:?$")
_HEAD_BEHIND = re.compile(rf"\[?{_WHEN}\]?\s{{1,4}}(?P<who>[^\n:\d]{{1,20}}):?$")
_HEAD_ALONE = re.compile(r"(?P<who>[^\n:\d,，。]{1,20}):\s{0,2}$")
_NO_SENDER = re.compile(
    r"时间|日期|预约|上门|[今明后]天|周[一二三四五六日]|星期|[上下]午|晚上|号|月|早|方便|要求|街道|[路村]$|[-/]$"
)
_RULE = re.compile(r"^[\s\-=_*─—~·.]{3,}$")
_NUMBERED = re.compile(r"\s{0,4}(?:[(（]?\d{1,3}[.、)）:]|[①-⑳])\s?")
_MOST_COLUMNS = 40


@dataclass(frozen=True)
class Piece:
    """A part of the paste that is one report; `columns` when a sheet's heads say what its cells are."""

    begin: int
    end: int
    heads: tuple[Span, ...] = ()
    sender: str = ""
    sent_at: datetime | None = None
    columns: tuple[Labelled, ...] = ()


@dataclass
class _Message:
    """A chat message: who, when, where its words stand."""

    who: str
    when: datetime | None
    head: Span
    begin: int
    end: int = 0
    phones: int = field(default=0)


def pieces_of(text: str, *, now: datetime) -> list[Piece]:
    """The reports of a folded paste, in reading order."""
    lines = list(_lines(text))
    return (
        _sheet(text, lines)
        or _chat(text, lines, now=now)
        or _each(text, _blocks(text, lines))
        or _numbered(text, lines)
        or _repeated(text)
        or _each(text, lines)
        or [Piece(0, len(text))]
    )


def _lines(text: str) -> Iterator[Span]:
    at = 0
    while at <= len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if text[at:end].strip():
            yield at, end
        at = end + 1


def _cells(line: str, mark: str) -> list[Span]:
    found, at = [], 0
    for cell in line.split(mark)[:_MOST_COLUMNS]:
        found.append((at, at + len(cell)))
        at += len(cell) + 1
    return found


def _sheet(text: str, lines: list[Span]) -> list[Piece]:
    """Rows below a row of heads, parted by tabs or commas."""
    for mark in ("\t", ",", "|"):
        heads = (
            [
                kind_of(text[lines[0][0] + a : lines[0][0] + b])
                for a, b in _cells(text[slice(*lines[0])], mark)
            ]
            if lines
            else []
        )
        if len([kind for kind in heads if kind]) < 3 or len(lines) < 2:
            continue
        return [_row(text, line, mark, heads) for line in lines[1:]]
    return []


def _row(text: str, line: Span, mark: str, heads: list[str]) -> Piece:
    cells = _cells(text[slice(*line)], mark)
    columns = tuple(
        Labelled(kind, (a, a), _stripped(text[slice(*line)], (a, b)))
        for kind, (a, b) in zip(heads, cells, strict=False)
        if kind
    )
    return Piece(*line, columns=columns)


def _stripped(text: str, span: Span) -> Span:
    begin, end = span
    while begin < end and text[begin] in ' "':
        begin += 1
    while end > begin and text[end - 1] in ' "':
        end -= 1
    return begin, end


def _chat(text: str, lines: list[Span], *, now: datetime) -> list[Piece]:
    """Messages with a line above each that says who wrote it, and mostly when."""
    messages: list[_Message] = []
    for line in lines:
        head = _head(text[slice(*line)], now=now)
        if head:
            messages.append(_Message(*head, head=line, begin=line[1], end=line[1]))
        elif messages:
            messages[-1].end = line[1]
        else:
            messages.append(_Message("", None, head=(line[0], line[0]), begin=line[0], end=line[1]))
    if not any(one.who for one in messages):
        return []
    for one in messages:
        one.phones = len(_reachable(text[one.head[0] : one.end]))
    return list(_gathered(text, messages))


def _head(line: str, *, now: datetime) -> tuple[str, datetime | None] | None:
    hit = _HEAD.match(line.strip()) or _HEAD_BEHIND.match(line.strip()) or _HEAD_ALONE.match(line.strip())
    if hit is None or kind_of(hit["who"]) or _NO_SENDER.search(hit["who"]):
        return None
    return hit["who"].partition("(")[0].strip(" []("), _moment(hit.groupdict().get("when") or "", now=now)


def _moment(when: str, *, now: datetime) -> datetime | None:
    """When a message's head says it was sent: only with its date; never later than now."""
    hit = re.search(
        r"(?:(?P<y>20\d\d)[-/.年])?(?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?\D{0,6}(?P<h>\d{1,2}):(?P<n>\d\d)",
        when,
    )
    if hit is None:
        return None
    try:
        day = date(int(hit["y"] or now.year), int(hit["m"]), int(hit["d"]))
        told = datetime.combine(day, time(int(hit["h"]), int(hit["n"])), tzinfo=now.tzinfo)
    except ValueError:
        return None
    return told if told <= now else None


def _gathered(text: str, messages: list[_Message]) -> Iterator[Piece]:
    """One piece a customer: what one person wrote in a row, until a second number begins another report."""
    if sum(one.phones for one in messages) <= 1:
        yield _piece(messages)
        return
    held: list[_Message] = []
    for one in messages:
        again = one.phones and any(other.phones for other in held)
        if held and (one.who != held[-1].who or again):
            yield _piece(held)
            held = []
        held.append(one)
    if held:
        yield _piece(held)


def _piece(messages: list[_Message]) -> Piece:
    times = [one.when for one in messages if one.when]
    return Piece(
        messages[0].head[0],
        messages[-1].end,
        heads=tuple(one.head for one in messages if one.who),
        sender=next((one.who for one in messages if one.who), ""),
        sent_at=max(times) if times else None,
    )


def _blocks(text: str, lines: list[Span]) -> list[Span]:
    """Lines between empty ones and drawn rules."""
    found: list[Span] = []
    begin = end = -1
    for line in [*lines, (len(text), len(text))]:
        ruled = bool(_RULE.match(text[slice(*line)]))
        parted = end >= 0 and text.count("\n", end, line[0]) > 1
        if begin >= 0 and (ruled or parted or line[0] == len(text)):
            found.append((begin, end))
            begin = -1
        if not ruled and line[0] < len(text):
            begin, end = (line[0] if begin < 0 else begin), line[1]
    return found


def _each(text: str, spans: list[Span]) -> list[Piece]:
    """Every span for itself, when at least two of them are reports of their own; the others go with the one before."""
    own = [_is_report(text[slice(*span)]) for span in spans]
    if sum(own) < 2:
        return []
    found: list[Piece] = []
    for span, alone in zip(spans, own, strict=True):
        if alone or not found:
            mark = _NUMBERED.match(text, span[0])
            found.append(Piece(*span, heads=((span[0], mark.end()),) if mark else ()))
        else:
            found[-1] = Piece(found[-1].begin, span[1], heads=found[-1].heads)
    return found


def _is_report(text: str) -> bool:
    """A number, and beside it words enough to say where or what."""
    phones = _reachable(text)
    return bool(phones) and len(re.findall(r"[一-龥A-Za-z]", text)) >= 6


def _numbered(text: str, lines: list[Span]) -> list[Piece]:
    marked = [line for line in lines if _NUMBERED.match(text[slice(*line)])]
    if len(marked) < 2 or sum(bool(_reachable(text[slice(*line)])) for line in marked) < 2:
        return []
    ends = [*(line[0] for line in marked[1:]), len(text)]
    marks = [_NUMBERED.match(text, line[0]) for line in marked]
    return [
        Piece(line[0], end, heads=((line[0], mark.end()),) if mark else ())
        for line, end, mark in zip(marked, ends, marks, strict=True)
    ]


def _repeated(text: str) -> list[Piece]:
    """A form that is filled in several times: its first label comes again."""
    labels = [one for one in labelled(text) if one.kind in {"order", "name", "phone", "address"}]
    if not labels:
        return []
    starts = [
        one.label[0]
        for one in labels
        if one.kind == labels[0].kind and _word(text, one) == _word(text, labels[0])
    ]
    ends = [*starts[1:], len(text)]
    spans = [(begin, end) for begin, end in zip([0, *starts[1:]], ends, strict=True)]
    if len(spans) < 2 or not all(_reachable(text[slice(*span)]) for span in spans):
        return []
    return [Piece(*span) for span in spans]


def _word(text: str, label: Labelled) -> str:
    return text[slice(*label.label)].strip(" :")


def _reachable(text: str) -> list[str]:
    return [one.value for one in phones_in(text) if one.kind == "phone"]


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans without overlaps, in order."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found
