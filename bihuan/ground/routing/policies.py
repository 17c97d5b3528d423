"""What a plan is judged by: named and versioned, so that a decision can be read again later."""

from collections.abc import Mapping
from dataclasses import dataclass

from bihuan.ground.routing.model import Priority

PRIZES = {Priority.SAFETY: 100_000, Priority.HIGH: 20_000, Priority.NORMAL: 8_000}


@dataclass(frozen=True, kw_only=True)
class Policy:
    """`prizes` are seconds of travel that serving a job is worth. In tiers no number of jobs of a lower priority
    outweighs one of a higher, and no travel outweighs a job."""

    name: str
    version: int = 1
    prizes: Mapping[Priority, int]
    in_tiers: bool = True


TRAVEL = Policy(name="travel", prizes=PRIZES, in_tiers=False)
CUSTOMER_FIRST = Policy(
    name="customer_first",
    prizes={Priority.SAFETY: 400_000, Priority.HIGH: 60_000, Priority.NORMAL: 12_000},
)
POLICIES = {policy.name: policy for policy in (TRAVEL, CUSTOMER_FIRST)}
