"""What happens to registers and settings, as the journal keeps it."""

from dataclasses import dataclass
from typing import ClassVar

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class RegisterChanged(Event):
    """An entry was added, changed or taken out of use. `subject_id` is the number of the kept change, which
    says what it was before and after."""

    kind: ClassVar[str] = "access.register_changed"
    register: str
    deed: str
