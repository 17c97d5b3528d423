"""What a line of a file wants of the registers, and how that is compared, kept and taken back.

A target of a register says, line by line, which rows it wants and what they should say (`Want`); the rest is done
here, through the register's own way of keeping a row, with every write in its history.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models.deletion import ProtectedError, RestrictedError

from bihuan.registers.access.history import note_change
from bihuan.registers.access.viewer import Viewer
from bihuan.service.imports.target import Candidate, Kept, Made, Trouble

type Keep = Callable[[Viewer, models.Model | None, dict[str, Any], datetime], models.Model]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One table that lines of a file write. `keep` makes or changes a row by the register's own rules; the fields in
    `personal` never stand in its history; `used` says whether a row is in use in a way no foreign key tells."""

    code: str
    model: type[models.Model]
    register: str
    keep: Keep
    personal: frozenset[str] = frozenset()
    used: Callable[[Any], bool] = lambda row: False
    told_by: str = ""


@dataclass(kw_only=True)
class Want:
    """One row that a line wants. `row` is what is there already; `told` what it should say. `under` is the want whose
    row must be there first, and `link` the field that gets its number. Wants of one `identity` are one row."""

    kind: Kind
    told: dict[str, Any]
    row: models.Model | None = None
    identity: Hashable = None
    under: "Want | None" = None
    link: str = ""
    leave: bool = False  # change nothing of what is there

    @property
    def changes(self) -> dict[str, Any]:
        """What the row does not say yet."""
        if self.row is None:
            return dict(self.told)
        if self.leave:
            return {}
        return {name: value for name, value in self.told.items() if getattr(self.row, name) != value}

    @property
    def is_new(self) -> bool:
        return self.row is None


@dataclass(kw_only=True)
class Plan:
    """What one line wants, in the order in which it is made; `main` is the one that the line is about. `refused` says
    that it cannot be had. With `candidates` and nothing wanted a person must choose first."""

    number: int
    main: Want | None = None
    wants: list[Want] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    refused: bool = False
    candidates: tuple[Candidate, ...] = ()

    def refuse(self, code: str, field_code: str = "", **params: Any) -> "Plan":
        self.refused = True
        self.troubles.append(Trouble(code=code, field=field_code, params=params))
        return self


@dataclass
class Memo:
    """The rows made earlier in this batch, by what they are."""

    rows: dict[tuple[str, Hashable], models.Model] = field(default_factory=dict)


def carry_out(plan: Plan, memo: Memo, *, viewer: Viewer, now: datetime) -> tuple[Made, ...]:
    """Make and change what the plan wants. Runs in a transaction; a register's refusal is raised."""
    made = []
    for want in plan.wants:
        known = memo.rows.get((want.kind.code, want.identity)) if want.identity is not None else None
        if want.row is None and known is not None:
            want.row = known
        if want.under is not None and want.under.row is not None and want.row is None:
            want.told[want.link] = want.under.row.pk
        if (done := _kept(want, viewer=viewer, now=now)) is not None:
            made.append(done)
        if want.identity is not None and want.row is not None:
            memo.rows[want.kind.code, want.identity] = want.row
    return tuple(made)


def _kept(want: Want, *, viewer: Viewer, now: datetime) -> Made | None:
    changes = want.changes
    if want.row is not None and not changes:
        return None
    new = want.row is None
    before = {} if want.row is None else facts(want.row, changes)
    want.row = want.kind.keep(viewer, want.row, changes, now)
    after = facts(want.row, changes)
    _note(want.kind, want.row.pk, "added" if new else "changed", before, after, viewer=viewer, now=now)
    return Made(kind=want.kind.code, id=want.row.pk, new=new, before=before, after=after)


def _note(
    kind: Kind,
    row_id: int,
    deed: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    def clean(told: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in told.items() if name not in kind.personal}

    note_change(
        viewer,
        register=kind.register,
        row=str(row_id),
        deed=deed,
        before=clean(before),
        after=clean(after),
        now=now,
    )


def facts(row: models.Model, names: Mapping[str, Any] | Sequence[str]) -> dict[str, Any]:
    """What a row says in these fields, as JSON holds it."""
    return {name: plain(getattr(row, name)) for name in names}


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def take_back(
    made: Made, kinds: Mapping[str, Kind], *, number: int, viewer: Viewer, now: datetime
) -> Kept | None:
    """Undo one row: delete what was made, put back what was changed. What was touched or is used since stays."""
    kind = kinds[made.kind]
    row = kind.model._default_manager.select_for_update().filter(pk=made.id).first()
    if row is None:
        return None if made.new else _stays(made, number, "gone")
    if facts(row, made.after) != dict(made.after):
        return _stays(made, number, "touched_since")
    if not made.new:
        restored = {name: _typed(kind.model, name, value) for name, value in made.before.items()}
        kind.keep(viewer, row, restored, now)
        _note(kind, made.id, "changed", made.after, made.before, viewer=viewer, now=now)
        return None
    if kind.used(row) or is_named(row):
        return _stays(made, number, "used_since")
    try:
        with transaction.atomic():
            row.delete()
    except (ProtectedError, RestrictedError, IntegrityError):
        return _stays(made, number, "used_since")
    _note(kind, made.id, "removed", made.after, {}, viewer=viewer, now=now)
    return None


def _stays(made: Made, number: int, code: str) -> Kept:
    return Kept(number=number, kind=made.kind, id=made.id, trouble=Trouble(code=code))


def _typed(model: type[models.Model], name: str, value: Any) -> Any:
    column: Any = next(one for one in model._meta.concrete_fields if name in (one.name, one.attname))
    return column.to_python(value)


def is_named(row: models.Model) -> bool:
    """Whether any other row points at this one."""
    for relation in row._meta.get_fields(include_hidden=True):
        if (
            not relation.auto_created
            or relation.concrete
            or not (relation.one_to_many or relation.one_to_one)
        ):
            continue
        other: Any = relation.related_model
        if other._base_manager.filter(**{relation.field.name: row}).exists():  # type: ignore[union-attr]
            return True
    return False
