"""Where a card lets you go next, and everything that can be wrong with a card. Values in, values out."""

from collections.abc import Iterable, Iterator, Set

from bihuan.ground.process.card import Card, Move

# The people of the trade, and the clock. Registers name the same roles; the ground cannot ask them.
ROLES = frozenset(
    {
        "customer",
        "agent",
        "dispatcher",
        "service_point_owner",
        "service_point_dispatcher",
        "technician",
        "parts_keeper",
        "callback_agent",
        "quality_inspector",
        "department_owner",
        "supervisor",
        "approver",
        "settlement_clerk",
        "analyst",
        "manager",
        "administrator",
        "system",
    }
)


def ticked_after(move: Move, ticked: Set[str]) -> frozenset[str]:
    """What is still so once the move is taken: a new visit wants a new slot, test and signature."""
    return frozenset(ticked) - move.unticks


def missing(move: Move, ticked: Set[str]) -> frozenset[str]:
    """What the move still needs."""
    return move.needs - ticked


def leaving_moves(card: Card, place: str) -> tuple[Move, ...]:
    """Every move and reopening that starts at a place, whatever it still needs, in the card's order."""
    return tuple(move for move in (*card.moves, *card.reopens) if place in move.leaves)


def moves_of(card: Card, place: str, roles: Set[str]) -> tuple[Move, ...]:
    """The moves from a place that somebody with these roles may take, whatever they still need."""
    return tuple(move for move in leaving_moves(card, place) if move.allowed_to & roles)


def open_moves(card: Card, place: str, ticked: Set[str], roles: Set[str] | None = None) -> tuple[Move, ...]:
    """The moves that can be taken now: they start here and lack nothing. `roles` None asks nobody's leave."""
    return tuple(
        move
        for move in leaving_moves(card, place)
        if not missing(move, ticked) and (roles is None or move.allowed_to & roles)
    )


def faults(card: Card, *, known_needs: Set[str], known_roles: Set[str] = ROLES) -> list[str]:
    """Everything wrong with a card, as sentences its author can act on; empty when the card is sound."""
    found = [
        *_wrong_names(card),
        *_wrong_words(card, known_needs, known_roles),
        *_silent_places(card),
        *_wrong_ways(card),
    ]
    return [f"{card.name}: {sentence}" for sentence in found]


def reachable(card: Card, start: str, *, reopening: bool = True) -> frozenset[str]:
    """Every place that can be reached from a place, itself among them."""
    seen, front = {start}, [start]
    while front:
        place = front.pop()
        for move in (*card.moves, *(card.reopens if reopening else ())):
            if place in move.leaves and move.reaches not in seen:
                seen.add(move.reaches)
                front.append(move.reaches)
    return frozenset(seen)


def _wrong_names(card: Card) -> Iterator[str]:
    """Places that are named and do not exist; names used twice."""
    places = set(card.place_names)
    if not places:
        yield "it has no places."
    if card.starts_at not in places:
        yield f"it starts at {card.starts_at!r}, which is no place of it."
    for end in sorted(card.ends - places):
        yield f"it ends at {end!r}, which is no place of it."
    if not card.ends:
        yield "it has no end."
    for rest in sorted(card.clock_rests_at - places):
        yield f"its clock rests at {rest!r}, which is no place of it."
    for move in (*card.moves, *card.reopens):
        for place in sorted({*move.leaves, move.reaches} - places):
            yield f"the move {move.name!r} names {place!r}, which is no place of it."
        if not move.leaves:
            yield f"the move {move.name!r} leaves no place."
    for name in sorted(_twice([move.name for move in (*card.moves, *card.reopens)])):
        yield f"the name {name!r} is both a move and a reopening."


def _wrong_words(card: Card, known_needs: Set[str], known_roles: Set[str]) -> Iterator[str]:
    """Needs nobody ticks, roles nobody has, moves nobody may take."""
    for move in (*card.moves, *card.reopens):
        for word in sorted(move.needs - known_needs):
            yield f"the move {move.name!r} needs {word!r}, a word nobody can tick."
        for word in sorted(move.unticks - known_needs):
            yield f"the move {move.name!r} unticks {word!r}, a word nobody can tick."
        for role in sorted(move.allowed_to - known_roles):
            yield f"the move {move.name!r} is allowed to {role!r}, a role nobody has."
        if not move.allowed_to:
            yield f"the move {move.name!r} is allowed to nobody."


def _silent_places(card: Card) -> Iterator[str]:
    """Whatever people would read and nobody has written, in one language or both."""
    if not (card.title.zh and card.title.en):
        yield "it has no title in both languages."
    for place in card.places:
        for what in ("title", "guide", "standard"):
            said = getattr(place, what)
            if not (said.zh and said.en):
                yield f"the place {place.name!r} has no {what} in both languages."
    for move in (*card.moves, *card.reopens):
        if not (move.title.zh and move.title.en):
            yield f"the move {move.name!r} has no title in both languages."


def _wrong_ways(card: Card) -> Iterator[str]:
    """Places that cannot be reached or left, ends that are left, reopenings that start nowhere final."""
    places = set(card.place_names)
    if card.starts_at in places:
        for place in sorted(places - reachable(card, card.starts_at)):
            yield f"the place {place!r} cannot be reached."
    for place in sorted(places - card.ends):
        if not reachable(card, place, reopening=False) & card.ends:
            yield f"from the place {place!r} no end can be reached."
    for move in card.moves:
        for end in sorted(move.leaves & card.ends):
            yield f"the move {move.name!r} leaves the end {end!r}; only a reopening may."
    for move in card.reopens:
        if move.reaches in card.ends:
            yield f"the reopening {move.name!r} reaches the end {move.reaches!r}."
    for rest in sorted(card.clock_rests_at & card.ends):
        yield f"its clock rests at the end {rest!r}; every clock stops there."


def _twice(names: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    return {name for name in names if name in seen or seen.add(name)}  # type: ignore[func-returns-value]
