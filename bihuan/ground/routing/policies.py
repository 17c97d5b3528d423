"""What a plan is judged by: named and versioned, so that a decision can be read again later."""

from collections.abc import Mapping
from dataclasses import dataclass

from bihuan.ground.routing.model import Job, Priority

PRIZES = {Priority.SAFETY: 100_000, Priority.HIGH: 20_000, Priority.NORMAL: 8_000}
OLDEST = 30  # days of waiting that count


@dataclass(frozen=True, kw_only=True)
class Policy:
    """`prizes` are seconds of travel that serving a job is worth, `promise` at least for one that was promised, and
    `age` percent more for each day that a job has waited, `told` more for one that somebody was told to do.

    In tiers no number of jobs of a lower tier outweighs one of a higher, and no travel outweighs a job. `change`: what
    it costs that another technician comes than was told; `preference`: that it is nobody preferred; both in seconds.
    `balance`: what a second of work costs above `fair` percent of everybody's mean, in sixteenths; `overtime`: what one
    costs between the end of the shift and the return home, in sixteenths.
    """

    name: str
    version: int = 1
    prizes: Mapping[Priority, int]
    in_tiers: bool = True
    promise: int = 0
    age: int = 0
    told: int = 0
    change: int = 0
    preference: int = 0
    balance: int = 0
    overtime: int = 32
    fair: int = 110

    def prize(self, job: Job) -> int:
        """Seconds of travel that serving this job is worth."""
        least = max(self.prizes[job.priority], self.promise if job.promised else 0)
        told = self.told if job.was is not None else 0
        return least * (100 + self.age * min(job.age, OLDEST)) // 100 + told

    def weight(self, job: Job) -> int:
        """How much it counts among those of its tier: older jobs more."""
        return 1 + (min(job.age, OLDEST) if self.age else 0)

    def tier(self, job: Job) -> int:
        """0 goes before all others: safety, then what was promised, then by priority."""
        if job.priority is Priority.SAFETY:
            return 0
        if job.promised:
            return 1
        return 2 if job.priority is Priority.HIGH else 3


TRAVEL = Policy(name="travel", prizes=PRIZES, in_tiers=False)
CUSTOMER_FIRST = Policy(
    name="customer_first",
    version=2,
    prizes={Priority.SAFETY: 200_000, Priority.HIGH: 30_000, Priority.NORMAL: 12_000},
    promise=60_000,
    age=10,
    told=3_600,
    change=1_200,
    preference=900,
    balance=4,
)
EMERGENCY = Policy(
    name="emergency",
    prizes={Priority.SAFETY: 400_000, Priority.HIGH: 30_000, Priority.NORMAL: 8_000},
    promise=60_000,
    told=7_200,
    change=600,
)
POLICIES = {policy.name: policy for policy in (TRAVEL, CUSTOMER_FIRST, EMERGENCY)}
