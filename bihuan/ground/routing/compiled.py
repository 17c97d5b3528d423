"""One source, two ways to run: compiled by numba where it is installed, plain Python elsewhere.

Whatever is marked `compiled` uses integers, flat arrays and other marked functions only, so that both ways give the
same plan. `BIHUAN_PLAIN=1` leaves numba aside.
"""

import os
from array import array
from collections.abc import Callable, MutableSequence
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike

type Ints = MutableSequence[int]


def _compiler() -> ModuleType | None:
    if os.environ.get("BIHUAN_PLAIN"):
        return None
    try:
        import numba
    except ImportError:
        return None
    return numba


COMPILER = _compiler()


def compiled[F: Callable[..., object]](function: F) -> F:
    """The function as machine code, kept on disk between processes; itself where there is no compiler."""
    made: F = function if COMPILER is None else COMPILER.njit(cache=True, nogil=True)(function)
    return made


def inlined[F: Callable[..., object]](function: F) -> F:
    """The same, as part of whoever calls it: for what is called in the innermost loops."""
    made: F = (
        function if COMPILER is None else COMPILER.njit(cache=True, inline="always", nogil=True)(function)
    )
    return made


def ints(values: ArrayLike) -> Ints:
    """Whole numbers of 64 bits, flat, as compiled code reads and writes them; a list where there is no compiler."""
    made = np.array(values, np.int64).ravel()
    return made.tolist() if COMPILER is None else made  # type: ignore[return-value]  # used as a sequence only


def short_ints(values: ArrayLike) -> Ints:
    """The same in 32 bits, for large tables that are only read."""
    made = np.array(values, np.int32).ravel()
    return array("i", made.tobytes()) if COMPILER is None else made  # type: ignore[return-value]  # as above


def filled(count: int, value: int = 0) -> Ints:
    """So many times the same number."""
    return ints(np.full(count, value))
