"""Everything that can be brought in, in the order in which a new company does it."""

from bihuan.service.imports.target import Target

TARGETS: tuple[Target, ...] = ()


def target(code: str) -> Target | None:
    """The target with this code; None when there is none."""
    return next((one for one in TARGETS if one.code == code), None)
