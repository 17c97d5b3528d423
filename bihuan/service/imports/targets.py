"""Everything that can be brought in, in the order in which a new company does it."""

from bihuan.service.imports.cases import CASES
from bihuan.service.imports.customers import CUSTOMERS
from bihuan.service.imports.machines import MACHINES
from bihuan.service.imports.orders import order_target, order_targets
from bihuan.service.imports.parts import Parts
from bihuan.service.imports.past_cases import PAST_CASES
from bihuan.service.imports.prices import Prices
from bihuan.service.imports.service_points import ServicePoints
from bihuan.service.imports.social_posts import SOCIAL_POSTS
from bihuan.service.imports.staff import Staff
from bihuan.service.imports.target import Target

TARGETS: tuple[Target, ...] = (
    ServicePoints(),
    Staff(),
    Parts(),
    Prices(),
    CUSTOMERS,
    MACHINES,
    CASES,
    PAST_CASES,
)


DAILY: tuple[Target, ...] = (SOCIAL_POSTS,)


def all_targets() -> tuple[Target, ...]:
    """Those of a new company, and what comes every day: posts, and the orders of each platform in use."""
    return (*TARGETS, *DAILY, *order_targets())


def target(code: str) -> Target | None:
    """The target with this code; None when there is none."""
    return next((one for one in (*TARGETS, *DAILY) if one.code == code), None) or order_target(code)
