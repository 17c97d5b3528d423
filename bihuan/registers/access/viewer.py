"""Who asks. Every query that feeds a page, an export or the API takes one of these."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Actor
from bihuan.registers.access.errors import NotAllowed
from bihuan.registers.access.roles import Role, allowed


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """`nodes` are the numbers of the nodes whose work this viewer sees; None means the whole company."""

    roles: frozenset[Role]
    person_id: int | None = None
    customer_id: int | None = None
    node_id: int | None = None
    nodes: frozenset[int] | None = frozenset()
    department: str = ""
    token_id: int | None = None
    channel: str = ""
    platform: str = ""  # the program of a platform: its orders alone
    partner: bool = False  # works for a service point that others run: sees only what the work needs

    def may(self, verb: str) -> bool:
        return allowed(self.roles, verb)

    def must(self, verb: str) -> None:
        """Refuse, in words, what this viewer may not do."""
        if not self.may(verb):
            raise NotAllowed(verb)

    @property
    def actor(self) -> Actor:
        if self.person_id is not None:
            return Actor(kind="staff", id=self.person_id)
        if self.customer_id is not None:
            return Actor(kind="customer", id=self.customer_id)
        return Actor(kind="token", id=self.token_id or 0)

    @property
    def is_staff(self) -> bool:
        return self.person_id is not None

    @property
    def only_own_visits(self) -> bool:
        """A technician with no other role sees only the work that is theirs."""
        return self.roles == frozenset({Role.TECHNICIAN})


NOBODY = Viewer(roles=frozenset())
EVERYTHING = Viewer(roles=frozenset(Role) - {Role.CUSTOMER}, nodes=None)
"""The house itself: the clock, reactions and commands. Never handed to a page."""
