"""Where the places and moves of a card lie on its picture: a main row, a row of side places, lanes between.

Moves with the same beginning and end share one line. A line between neighbours of the main row is
straight; any other climbs to a lane of its own (above the main row, or between the rows when a side
place is concerned) so that no two lines lie on each other. Units are pixels of the picture.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from bihuan.ground.process.card import Card, Move

BOX_WIDTH, BOX_HEIGHT = 96, 44
PITCH = 156
LANE = 22
MARGIN = 24
LABEL = 11  # height of the letters on a line


@dataclass(frozen=True, kw_only=True)
class Line:
    """One or more moves from the same places to the same place."""

    sources: tuple[str, ...]
    target: str
    moves: tuple[Move, ...]
    reopening: bool


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A line drawn through a lane: stubs at the x of its ports, a horizontal at `y`."""

    line: Line
    y: int
    above: bool
    source_ports: tuple[tuple[str, int], ...]
    target_port: int


@dataclass(frozen=True, kw_only=True)
class Layout:
    width: int
    height: int
    boxes: dict[str, tuple[int, int]]  # the upper left corner of every place
    straight: tuple[Line, ...]
    lanes: tuple[Lane, ...]


@dataclass
class _Zone:
    """The lanes of one zone, each a list of taken spans; lane 0 lies next to the main row."""

    lanes: list[list[tuple[int, int]]] = field(default_factory=list)

    def take(self, low: int, high: int) -> int:
        for number, taken in enumerate(self.lanes):
            if all(high < start - 8 or low > end + 8 for start, end in taken):
                taken.append((low, high))
                return number
        self.lanes.append([(low, high)])
        return len(self.lanes) - 1


def lay_out(card: Card, *, language: str) -> Layout:
    """The whole picture's geometry; labels are measured in the reader's language."""
    main = main_row(card)
    lines = _lines(card)
    straight = tuple(line for line in lines if _is_straight(line, main, language))
    bent = [line for line in lines if line not in straight]
    columns = {name: MARGIN + index * PITCH for index, name in enumerate(main)}
    columns |= _side_columns(card, main, columns)
    ports = _ports(bent, main, columns)
    above, between = _Zone(), _Zone()
    taken: list[tuple[Line, bool, int]] = []
    for line in sorted(bent, key=lambda line: _span(line, ports)[1] - _span(line, ports)[0]):
        is_above = _is_above(line, main)
        low, high = _span(line, ports, label_width(label(line, language)))
        taken.append((line, is_above, (above if is_above else between).take(low, high)))
    top = MARGIN + len(above.lanes) * LANE
    side_top = top + BOX_HEIGHT + (len(between.lanes) + 1) * LANE
    has_sides = len(main) < len(card.places)
    boxes = {name: (x, top if name in main else side_top) for name, x in columns.items()}
    lanes = tuple(_lane(line, is_above, number, ports, top) for line, is_above, number in taken)
    widest = max(_span(line, ports, label_width(label(line, language)))[1] for line in bent) if bent else 0
    return Layout(
        width=max(max(columns.values()) + BOX_WIDTH, widest) + MARGIN,
        height=(side_top if has_sides else top) + BOX_HEIGHT + MARGIN,
        boxes=boxes,
        straight=straight,
        lanes=lanes,
    )


def main_row(card: Card) -> tuple[str, ...]:
    """The way a case goes when all is well: the longest path of moves without a reason to the first end."""
    order = card.place_names
    goal = next(name for name in order if name in card.ends)
    best: dict[str, tuple[int, int, tuple[str, ...]]] = {card.starts_at: (0, 0, (card.starts_at,))}
    for place in order:
        if place not in best:
            continue
        weight, length, path = best[place]
        for move in card.moves:
            if place not in move.leaves or order.index(move.reaches) <= order.index(place):
                continue
            found = (weight + (not move.asks_reason), length - 1, (*path, move.reaches))
            if move.reaches not in best or found[:2] > best[move.reaches][:2]:
                best[move.reaches] = found
    return best[goal][2] if goal in best else (card.starts_at,)


def label(line: Line, language: str) -> str:
    return " / ".join(move.title.in_(language) for move in line.moves)


def label_width(words: str) -> int:
    """About how wide the words are on a line: a Chinese character is as wide as high, a letter about half."""
    return sum(LABEL if ord(letter) > 0x2E80 else 6 for letter in words)


def wrapped(words: str, width: int) -> list[str]:
    """The words in lines no wider than asked where that is possible; Chinese is cut, English is not."""
    if words and ord(words[0]) > 0x2E80:
        each = max(width // LABEL, 1)
        return [words[start : start + each] for start in range(0, len(words), each)]
    lines: list[str] = []
    for word in words.split():
        if lines and label_width(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _lines(card: Card) -> list[Line]:
    together: defaultdict[tuple[frozenset[str], str, bool], list[Move]] = defaultdict(list)
    for reopening, moves in ((False, card.moves), (True, card.reopens)):
        for move in moves:
            if sources := move.leaves - {move.reaches}:
                together[(sources, move.reaches, reopening)].append(move)
    order = card.place_names
    return [
        Line(
            sources=tuple(sorted(sources, key=order.index)),
            target=target,
            moves=tuple(moves),
            reopening=reopening,
        )
        for (sources, target, reopening), moves in together.items()
    ]


def _is_straight(line: Line, main: tuple[str, ...], language: str) -> bool:
    """A single step along the main row whose words fit above its arrow."""
    gap = PITCH - BOX_WIDTH - 10
    lines = wrapped(label(line, language), gap)
    return (
        not line.reopening
        and (*line.sources, line.target) in set(pairwise(main))
        and len(lines) <= 2
        and all(label_width(words) <= gap + 8 for words in lines)
    )


def _is_above(line: Line, main: tuple[str, ...]) -> bool:
    return line.target in main and all(source in main for source in line.sources)


def _side_columns(card: Card, main: tuple[str, ...], columns: dict[str, int]) -> dict[str, int]:
    """Side places stand below the middle of their neighbours, none on another."""
    wanted: list[tuple[float, int, str]] = []
    for index, name in enumerate(card.place_names):
        if name in main:
            continue
        near = [
            columns[other]
            for move in (*card.moves, *card.reopens)
            if name in {*move.leaves, move.reaches}
            for other in ((move.reaches,) if name in move.leaves else tuple(move.leaves))
            if other in columns
        ]
        wanted.append((sum(near) / len(near) if near else 0.0, index, name))
    found: dict[str, int] = {}
    x = 0
    for middle, _, name in sorted(wanted):
        x = max(x, int(middle), MARGIN)
        found[name] = x
        x += PITCH - 24
    return found


type _Ports = dict[tuple[str, Line], int]


def _ports(bent: list[Line], main: tuple[str, ...], columns: dict[str, int]) -> _Ports:
    """Where each line touches each place: spread along the edge, in the order of where the lines go."""
    touching: defaultdict[tuple[str, bool], list[Line]] = defaultdict(list)
    for line in bent:
        for place in {*line.sources, line.target}:
            touching[(place, _is_above(line, main))].append(line)
    found: _Ports = {}
    for (place, _), lines in touching.items():
        for index, line in enumerate(sorted(lines, key=lambda line: _middle_elsewhere(line, place, columns))):
            shift = 0 if place in main else 3
            found[(place, line)] = columns[place] + BOX_WIDTH * (index + 1) // (len(lines) + 1) + shift
    return found


def _middle_elsewhere(line: Line, place: str, columns: dict[str, int]) -> tuple[float, str]:
    others = [columns[other] for other in (*line.sources, line.target) if other != place]
    return (sum(others) / len(others), line.moves[0].name)


def _span(line: Line, ports: _Ports, words: int = 0) -> tuple[int, int]:
    touched = [ports[(place, line)] for place in (*line.sources, line.target)]
    middle = (min(touched) + max(touched)) // 2
    return min(*touched, max(middle - words // 2 - 4, 0)), max(*touched, middle + words // 2 + 4)


def _lane(line: Line, is_above: bool, number: int, ports: _Ports, top: int) -> Lane:
    y = top - (number + 1) * LANE if is_above else top + BOX_HEIGHT + (number + 1) * LANE
    return Lane(
        line=line,
        y=y,
        above=is_above,
        source_ports=tuple((source, ports[(source, line)]) for source in line.sources),
        target_port=ports[(line.target, line)],
    )
