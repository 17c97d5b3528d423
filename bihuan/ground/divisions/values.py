"""What is found: plain values."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Division:
    """One place of the table, down to the level that is known; what is below it is empty."""

    province: str
    city: str = ""
    district: str = ""
    street: str = ""

    @property
    def depth(self) -> int:
        """1 for a province, 2 a city, 3 a district, 4 a street; 0 for nothing."""
        return sum(1 for part in (self.province, self.city, self.district, self.street) if part)

    def covers(self, other: "Division") -> bool:
        """Whether the other one is this, or lies inside it."""
        pairs = zip(self._parts(), other._parts(), strict=True)
        return all(not mine or mine == theirs for mine, theirs in pairs)

    def _parts(self) -> tuple[str, str, str, str]:
        return self.province, self.city, self.district, self.street


@dataclass(frozen=True, slots=True)
class Found:
    """An address in a text. `rest` is what follows the divisions: road, estate, door.

    `sure` is False where a person must choose: `choices` then holds what it may be, and the fields hold what all
    choices share. `span` is the place of the divisions in the text, `rest_span` that of the rest; `said` is the
    name that was used where it is an old, unofficial or mistaken one.
    """

    province: str
    city: str
    district: str
    street: str
    rest: str
    sure: bool
    span: tuple[int, int]
    rest_span: tuple[int, int]
    choices: tuple[Division, ...] = ()
    said: str = ""
