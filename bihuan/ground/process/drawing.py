"""A card as a picture: an SVG text that stands in a page as it is, in the page's own colours.

Only presentation attributes and classes are used, no styles: a strict content policy lets it through.
Put it into a box that scrolls sideways; at its natural size every word can be read.
"""

from html import escape

from bihuan.ground.process.card import Card, Place
from bihuan.ground.process.layout import (
    BOX_HEIGHT,
    BOX_WIDTH,
    LABEL,
    Lane,
    Layout,
    Line,
    label,
    label_width,
    lay_out,
    wrapped,
)

BACKGROUND = "var(--tblr-bg-surface, Canvas)"


def draw(card: Card, *, language: str, here: str | None = None) -> str:
    """The picture of a card for a reader; `here` is the place to show as the present one."""
    layout = lay_out(card, language=language)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="card-drawing" role="img" '
        f'aria-labelledby="card-{escape(card.name)}-title" width="{layout.width}" height="{layout.height}" '
        f'viewBox="0 0 {layout.width} {layout.height}" font-family="inherit" font-size="{LABEL}">'
        f'<title id="card-{escape(card.name)}-title">{escape(card.title.in_(language))}</title>'
    )
    parts = [
        opening,
        *(_lane_strokes(lane, layout) for lane in layout.lanes),
        *(_straight(line, layout, language) for line in layout.straight),
        *(_lane_words(lane, language) for lane in layout.lanes),
        *(_box(place, card, layout, language, is_here=place.name == here) for place in card.places),
        "</svg>",
    ]
    return "".join(parts)


def _box(place: Place, card: Card, layout: Layout, language: str, *, is_here: bool) -> str:
    x, y = layout.boxes[place.name]
    kind = "card-place" + (" card-place-here text-primary" if is_here else "")
    round_ = BOX_HEIGHT // 2 if place.name in card.ends or place.name == card.starts_at else 6
    dash = ' stroke-dasharray="5 3"' if place.name in card.clock_rests_at else ""
    width = 3 if is_here else 1.5
    said = wrapped(place.title.in_(language), BOX_WIDTH - 20)[:2]
    first = y + BOX_HEIGHT // 2 + 4 - (len(said) - 1) * 8
    words = "".join(
        f'<text x="{x + BOX_WIDTH // 2}" y="{first + index * 15}" text-anchor="middle" font-size="12" '
        f'font-weight="600" fill="currentColor">{escape(line)}</text>'
        for index, line in enumerate(said)
    )
    current = ' aria-current="step"' if is_here else ""
    return (
        f'<g class="{kind}" data-place="{escape(place.name)}"{current}>'
        f"<title>{escape(place.title.in_(language))}: {escape(place.guide.in_(language))}</title>"
        f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="{round_}" fill="{BACKGROUND}" '
        f'stroke="currentColor" stroke-width="{width}"{dash}/>{words}</g>'
    )


def _straight(line: Line, layout: Layout, language: str) -> str:
    x, y = layout.boxes[line.sources[0]]
    end = layout.boxes[line.target][0]
    middle = y + BOX_HEIGHT // 2
    said = wrapped(label(line, language), end - x - BOX_WIDTH - 10)
    words = "".join(
        f'<text x="{(x + BOX_WIDTH + end) // 2 - 2}" y="{middle - 5 - (len(said) - 1 - index) * 12}" '
        f'text-anchor="middle" fill="currentColor">{escape(words)}</text>'
        for index, words in enumerate(said)
    )
    return (
        f'<g class="card-move" data-move="{_names(line)}">'
        f'<path d="M{x + BOX_WIDTH} {middle}H{end - 5}" fill="none" stroke="currentColor"/>'
        f'<path d="M{end} {middle}l-7 -4v8z" fill="currentColor"/>{words}</g>'
    )


def _lane_strokes(lane: Lane, layout: Layout) -> str:
    """The stubs, the horizontal, and the arrow at the place it reaches."""
    dash = ' stroke-dasharray="4 3"' if lane.line.reopening else ""
    target_edge = _edge(lane, layout, lane.line.target)
    into = 1 if target_edge > lane.y else -1
    ports = [port for _, port in lane.source_ports]
    low, high = min(*ports, lane.target_port), max(*ports, lane.target_port)
    ways = [f"M{port} {_edge(lane, layout, place)}V{lane.y}" for place, port in lane.source_ports]
    ways += [f"M{low} {lane.y}H{high}", f"M{lane.target_port} {lane.y}V{target_edge - 5 * into}"]
    arrow = f"M{lane.target_port} {target_edge}l-4 {-7 * into}h8z"
    kind = "card-move card-reopening" if lane.line.reopening else "card-move"
    return (
        f'<g class="{kind}" data-move="{_names(lane.line)}" opacity="0.65">'
        f'<path d="{"".join(ways)}" fill="none" stroke="currentColor"{dash}/>'
        f'<path d="{arrow}" fill="currentColor"/></g>'
    )


def _lane_words(lane: Lane, language: str) -> str:
    ports = [*(port for _, port in lane.source_ports), lane.target_port]
    middle = max((min(ports) + max(ports)) // 2, label_width(label(lane.line, language)) // 2 + 4)
    said = label(lane.line, language)
    width = label_width(said) + 8
    # wider than its line: the words stand above it
    y = lane.y - 8 if width > max(ports) - min(ports) - 12 else lane.y
    return (
        f'<rect x="{middle - width // 2}" y="{y - 7}" width="{width}" height="14" rx="3" '
        f'fill="{BACKGROUND}"/><text x="{middle}" y="{y + 4}" text-anchor="middle" '
        f'fill="currentColor">{escape(said)}</text>'
    )


def _edge(lane: Lane, layout: Layout, place: str) -> int:
    """The y at which a lane's stub touches a place: its upper or its lower edge, whichever faces the lane."""
    top = layout.boxes[place][1]
    return top if top > lane.y else top + BOX_HEIGHT


def _names(line: Line) -> str:
    return escape(" ".join(move.name for move in line.moves))
