"""Who somebody is and what they see."""

from datetime import datetime

from django.db.models import Q, QuerySet

from bihuan.ground.vault.actions import fingerprint
from bihuan.registers.access.errors import NotSignedIn
from bihuan.registers.access.models import Change, Device, Person, Reveal, Token
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.models import Node
from bihuan.registers.organisation.queries import below


def viewer_of(person: Person) -> Viewer:
    """What this member of staff may do and which nodes' work they see."""
    node = person.node
    return Viewer(
        roles=frozenset(Role(role) for role in person.roles),
        person_id=person.id,
        node_id=node.id,
        nodes=None if node.kind == Node.HEAD_OFFICE else below(node.path),
        department=person.department,
        partner=node.authorised,
    )


def viewer_of_id(person_id: int) -> Viewer:
    return viewer_of(Person.objects.select_related("node").get(id=person_id))


def viewer_of_token(clear: str, *, now: datetime) -> Viewer:
    """What a program with this token may do; refused when it is wrong, ended or revoked."""
    token = Token.objects.select_related("person__node").filter(fingerprint=fingerprint(clear or " ")).first()
    if token is None or token.revoked_at or (token.expires_at and token.expires_at <= now):
        raise NotSignedIn
    role = frozenset({Role(token.role)})
    if token.person is None:
        return Viewer(
            roles=role,
            customer_id=token.customer_id,
            token_id=token.id,
            channel=token.channel,
            platform=token.platform,
        )
    if not token.person.is_active:
        raise NotSignedIn
    node = token.person.node
    return Viewer(
        roles=role,
        person_id=token.person_id,
        node_id=node.id,
        nodes=None if node.kind == Node.HEAD_OFFICE else below(node.path),
        department=token.person.department,
        partner=node.authorised,
        token_id=token.id,
        channel=token.channel,
    )


def person(person_id: int) -> Person:
    return Person.objects.get(id=person_id)


def technician_by_phone(phone: str) -> Person | None:
    """The active technician with this number (E.164); None when nobody or more than one has it."""
    found = [
        one for one in Person.objects.filter(phone=phone, is_active=True) if Role.TECHNICIAN in one.roles
    ]
    return found[0] if len(found) == 1 else None


def technician(person_id: int) -> Person | None:
    """The active technician of this number in the table; None when there is none."""
    found = Person.objects.filter(id=person_id, is_active=True).first()
    return found if found is not None and Role.TECHNICIAN in found.roles else None


def people_with(role: Role, *, nodes: frozenset[int] | None = None) -> list[Person]:
    """Active people who hold a role, by name; within these nodes when given."""
    found = Person.objects.filter(is_active=True).order_by("name")
    if nodes is not None:
        found = found.filter(node_id__in=nodes)
    return [one for one in found if role in one.roles]


def working_in(nodes: frozenset[int] | None, *, department: str = "") -> int:
    """How many people may sign in at these nodes (None: anywhere), of one department if named."""
    found = Person.objects.filter(is_active=True)
    found = found if nodes is None else found.filter(node_id__in=nodes)
    return (found.filter(department=department) if department else found).count()


def names_of(person_ids: set[int]) -> dict[int, str]:
    return dict(Person.objects.filter(id__in=person_ids).values_list("id", "name"))


def reveals_of(customer_id: int) -> list[Reveal]:
    """Who looked behind this customer's mask, newest first."""
    return list(Reveal.objects.filter(customer_id=customer_id).select_related("person").order_by("-id"))


def remembered(clear: str, *, now: datetime) -> Person | None:
    """The technician whose device carries this token, while it is remembered and not revoked."""
    if not clear:
        return None
    device = Device.objects.select_related("person").filter(fingerprint=fingerprint(clear)).first()
    if device is None or device.revoked_at or device.expires_at <= now or not device.person.is_active:
        return None
    return device.person


def devices_of(person_id: int, *, now: datetime) -> list[Device]:
    return list(Device.objects.filter(person_id=person_id, revoked_at__isnull=True, expires_at__gt=now))


def remembered_devices(viewer: Viewer, *, now: datetime) -> list[Device]:
    """The devices that stay signed in, of the people in the viewer's nodes, by name."""
    viewer.must("device.revoke")
    found = Device.objects.select_related("person__node").filter(revoked_at__isnull=True, expires_at__gt=now)
    if viewer.nodes is not None:
        found = found.filter(person__node_id__in=viewer.nodes)
    return list(found.order_by("person__name", "-made_at")[:500])


def people_listed(search: str = "") -> QuerySet[Person]:
    """Everybody who may or might sign in, for their register."""
    return Person.objects.select_related("node").filter(
        Q(login__icontains=search) | Q(name__icontains=search) | Q(node__name__icontains=search)
    )


def changes_of(register: str = "", row: str = "") -> QuerySet[Change]:
    """The history of one entry, one register, or all of them."""
    found = Change.objects.select_related("person")
    if register:
        found = found.filter(register=register)
    return found.filter(row=row[:160]) if row else found


def reveals_listed(viewer: Viewer) -> QuerySet[Reveal]:
    """Who looked behind whose mask, as far as this viewer's nodes reach."""
    viewer.must("reveal.review")
    found = Reveal.objects.select_related("person__node")
    return found if viewer.nodes is None else found.filter(person__node_id__in=viewer.nodes)


def people_at(node_ids: set[int]) -> set[int]:
    """Those of these nodes at which somebody may sign in."""
    return set(Person.objects.filter(node_id__in=node_ids, is_active=True).values_list("node_id", flat=True))
