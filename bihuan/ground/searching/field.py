"""A column of tokens, and the question "which rows hold these": FTS5 on SQLite, a tsvector on PostgreSQL."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Expression, F, Field, Func, Lookup, QuerySet, Subquery
from django.db.models.sql.compiler import SQLCompiler

from bihuan.ground.searching.asking import Term, for_postgresql, for_sqlite


class TokensField(Field[Any, Any]):
    """Tokens of one row: text with spaces between them, or a tsvector without positions. Written, and asked; what
    is read back differs between databases and is of no use."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        held = sorted(value)
        return held if connection.vendor == "postgresql" else " ".join(held)

    def get_placeholder_sql(
        self, value: Any, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, Sequence[Any]]:
        if hasattr(value, "as_sql"):
            sql, params = compiler.compile(value)
            return sql, tuple(params)
        return ("array_to_tsvector(%s::text[])" if connection.vendor == "postgresql" else "%s"), (value,)


@TokensField.register_lookup
class Holds(Lookup[Any]):
    """`tokens__holds=terms`: the row holds every term in one of its ways."""

    lookup_name = "holds"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, tuple[str]]:
        terms: Sequence[Term] = value
        if connection.vendor == "postgresql":
            return "%s::tsquery", (for_postgresql(terms),)
        return "%s", (for_sqlite(terms),)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        held, held_params = self.process_lhs(compiler, connection)
        asked, params = self.process_rhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{held} @@ {asked}", (*held_params, *params)
        column: Any = self.lhs  # without positions FTS5 is asked by its whole table, never by a column
        name = connection.ops.quote_name
        return f"{name(column.alias)}.{name(column.target.model._meta.db_table)} MATCH {asked}", tuple(params)


@TokensField.register_lookup
class Shows(Holds):
    """The same of each row as it is read, never of the index: for a walk along rows of which one soon holds them."""

    lookup_name = "shows"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        if connection.vendor != "postgresql":
            return super().as_sql(compiler, connection)
        held, held_params = self.process_lhs(compiler, connection)
        asked, params = self.process_rhs(compiler, connection)
        return f"ts_match_vq({held}, {asked})", (*held_params, *params)


class GatheredFrom(Func):
    """Whether a column is one of what a query gives, all of which is gathered first, whatever order is wanted after.
    PostgreSQL only."""

    template, arg_joiner = "%(expressions)s)", " = ANY("
    output_field = BooleanField()

    def __init__(self, column: str, query: QuerySet[Any, Any]) -> None:
        super().__init__(F(column), Subquery(query, template="ARRAY(%(subquery)s)"))


class WithMore(Expression):
    """A row's tokens and these beside them, without reading the row."""

    def __init__(self, column: str, tokens: Iterable[str]) -> None:
        super().__init__(output_field=TokensField())
        self.column, self.tokens = column, sorted(tokens)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        name = connection.ops.quote_name(self.column)
        if connection.vendor == "postgresql":
            return f"{name} || array_to_tsvector(%s::text[])", (self.tokens,)
        return f"{name} || ' ' || %s", (" ".join(self.tokens),)
