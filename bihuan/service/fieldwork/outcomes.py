"""How a visit may end, and which step of the card each end takes. Pure.

The outcomes are the words that the cards' moves declare; a card without such a move does not offer it.
"""

from dataclasses import dataclass

OPINIONS = ("very_satisfied", "satisfied", "fair", "dissatisfied")
UNHAPPY = frozenset({"fair", "dissatisfied"})


@dataclass(frozen=True)
class Way:
    """One way to end a visit: its outcome, the card's move, whether the customer signs a sheet for it, and
    whether the customer's own word (and not the technician's role) takes the step."""

    outcome: str
    move: str
    signed: bool = False
    receipt: bool = False
    by_customer: bool = False
    on_the_way: bool = False  # also before anybody came in


WAYS: tuple[Way, ...] = (
    Way("finished", "finish", signed=True),
    Way("no_fault", "find_no_fault", signed=True),
    Way("waiting", "hold"),
    Way("second_visit", "second_visit"),
    Way("taken_down", "taken_down"),
    Way("site_not_ready", "site_not_ready"),
    Way("declined", "decline_work", signed=True),
    Way("collected", "collect", receipt=True),
    Way("exchange_advised", "advise_exchange", signed=True),
    Way("customer_absent", "not_at_home", on_the_way=True),
    Way("withdrawn", "cancel", by_customer=True, on_the_way=True),
)
BY_OUTCOME = {way.outcome: way for way in WAYS}
BY_MOVE = {way.move: way for way in WAYS}


def ways_from(moves: frozenset[str], *, arrived: bool) -> list[Way]:
    """The ends that these moves of a card allow, in the order they are offered."""
    return [way for way in WAYS if way.move in moves and (arrived or way.on_the_way)]
