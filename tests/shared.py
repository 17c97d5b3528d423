"""Rows that the tests of one module share: written once, under every test's own transaction, gone with the last test.

A test works on them as if they were its own; what it writes is rolled back to where the module's rows stand.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from bihuan.service.commitments.profiles_in_use import forget_cached
from tests import flush


@contextmanager
def rows_of_a_module(blocker: DjangoDbBlocker) -> Iterator[None]:
    """For a module's fixture that asks for `django_db_setup`: what is written inside stays until the block is left.
    Not for a module with tests that commit."""
    with blocker.unblock(), transaction.atomic():
        flushed = flush.FLUSHED["since_loading"]
        forget_cached()
        if flushed:
            flush.bring_back_what_ships()
        flush.FLUSHED["since_loading"] = False
        try:
            yield
        finally:
            flush.FLUSHED["since_loading"] = flushed
            transaction.set_rollback(True)
