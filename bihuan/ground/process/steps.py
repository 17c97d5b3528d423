"""Where a card lets you go next, and everything that can be wrong with a card. Values in, values out."""

from collections.abc import Iterable, Iterator, Set

from bihuan.ground.process.card import Card, Move
from bihuan.ground.process.sentence import Sentence, _, sentence

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
    """Everything wrong with a card, as English sentences its author can act on; empty when the card is sound."""
    return [str(one) for one in fault_sentences(card, known_needs=known_needs, known_roles=known_roles)]


def fault_sentences(card: Card, *, known_needs: Set[str], known_roles: Set[str] = ROLES) -> list[Sentence]:
    """The same, to be said in any language."""
    found = [
        *_wrong_names(card),
        *_wrong_words(card, known_needs, known_roles),
        *_silent_places(card),
        *_wrong_ways(card),
    ]
    return [sentence(_("%(card)s: %(fault)s"), card=card.name, fault=one) for one in found]


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


def _wrong_names(card: Card) -> Iterator[Sentence]:
    """Places that are named and do not exist; names used twice."""
    places = set(card.place_names)
    if not places:
        yield sentence(_("it has no places."))
    if card.starts_at not in places:
        yield sentence(_("it starts at %(starts_at)r, which is no place of it."), starts_at=card.starts_at)
    for end in sorted(card.ends - places):
        yield sentence(_("it ends at %(end)r, which is no place of it."), end=end)
    if not card.ends:
        yield sentence(_("it has no end."))
    for rest in sorted(card.clock_rests_at - places):
        yield sentence(_("its clock rests at %(rest)r, which is no place of it."), rest=rest)
    for move in (*card.moves, *card.reopens):
        for place in sorted({*move.leaves, move.reaches} - places):
            yield sentence(
                _("the move %(move)r names %(place)r, which is no place of it."), move=move.name, place=place
            )
        if not move.leaves:
            yield sentence(_("the move %(move)r leaves no place."), move=move.name)
    for name in sorted(_twice([move.name for move in (*card.moves, *card.reopens)])):
        yield sentence(_("the name %(name)r is both a move and a reopening."), name=name)


def _wrong_words(card: Card, known_needs: Set[str], known_roles: Set[str]) -> Iterator[Sentence]:
    """Needs nobody ticks, roles nobody has, moves nobody may take."""
    for move in (*card.moves, *card.reopens):
        for word in sorted(move.needs - known_needs):
            yield sentence(
                _("the move %(move)r needs %(word)r, a word nobody can tick."), move=move.name, word=word
            )
        for word in sorted(move.unticks - known_needs):
            yield sentence(
                _("the move %(move)r unticks %(word)r, a word nobody can tick."), move=move.name, word=word
            )
        for role in sorted(move.allowed_to - known_roles):
            yield sentence(
                _("the move %(move)r is allowed to %(role)r, a role nobody has."), move=move.name, role=role
            )
        if not move.allowed_to:
            yield sentence(_("the move %(move)r is allowed to nobody."), move=move.name)


def _silent_places(card: Card) -> Iterator[Sentence]:
    """Whatever people would read and nobody has written, in one language or both."""
    if not (card.title.zh and card.title.en):
        yield sentence(_("it has no title in both languages."))
    for place in card.places:
        for what in ("title", "guide", "standard"):
            said = getattr(place, what)
            if not (said.zh and said.en):
                yield sentence(
                    _("the place %(place)r has no %(what)s in both languages."), place=place.name, what=what
                )
    for move in (*card.moves, *card.reopens):
        if not (move.title.zh and move.title.en):
            yield sentence(_("the move %(move)r has no title in both languages."), move=move.name)


def _wrong_ways(card: Card) -> Iterator[Sentence]:
    """Places that cannot be reached or left, ends that are left, reopenings that start nowhere final."""
    places = set(card.place_names)
    if card.starts_at in places:
        for place in sorted(places - reachable(card, card.starts_at)):
            yield sentence(_("the place %(place)r cannot be reached."), place=place)
    for place in sorted(places - card.ends):
        if not reachable(card, place, reopening=False) & card.ends:
            yield sentence(_("from the place %(place)r no end can be reached."), place=place)
    for move in card.moves:
        for end in sorted(move.leaves & card.ends):
            yield sentence(
                _("the move %(move)r leaves the end %(end)r; only a reopening may."), move=move.name, end=end
            )
    for move in card.reopens:
        if move.reaches in card.ends:
            yield sentence(
                _("the reopening %(move)r reaches the end %(end)r."), move=move.name, end=move.reaches
            )
    for rest in sorted(card.clock_rests_at & card.ends):
        yield sentence(_("its clock rests at the end %(rest)r; every clock stops there."), rest=rest)


def _twice(names: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    return {name for name in names if name in seen or seen.add(name)}  # type: ignore[func-returns-value]
