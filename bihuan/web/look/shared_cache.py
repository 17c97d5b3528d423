"""Counts that several processes share: Django's cache in a table of the database, with a count that loses nothing.

Chosen by `BIHUAN_CACHE=database`; the table is made by `manage.py createcachetable`, which `serve` runs.
"""

import base64
import pickle
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router

TRIES = 50


class SharedCache(DatabaseCache):
    """As Django's, but `incr` compares and swaps: of two that count at once, both are counted."""

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """The new count. ValueError when there is none under this key, or it ended."""
        for _ in range(TRIES):
            held = self.get(key, version=version)
            if held is None:
                break
            if self._swap(self.make_and_validate_key(key, version=version), held, held + delta):
                return int(held) + delta
        raise ValueError(f"There is no count under '{key}'.")

    def _swap(self, name: str, was: int, becomes: int) -> bool:
        connection = connections[router.db_for_write(self.cache_model_class)]
        quoted = connection.ops.quote_name
        kept = str(getattr(self, "_table"))  # noqa: B009 (not an attribute that the stubs know)
        table, value, cache_key = quoted(kept), quoted("value"), quoted("cache_key")
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET {value} = %s WHERE {cache_key} = %s AND {value} = %s",  # noqa: S608
                [self._written(becomes), name, self._written(was)],
            )
            return bool(cursor.rowcount)

    def _written(self, value: Any) -> str:
        return base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode("latin1")
