"""One source, two ways to run: compiled by numba where it is installed, plain Python elsewhere.

Whatever is marked `compiled` uses integers, flat arrays and other marked functions only, so that both ways give the
same plan. `BIHUAN_PLAIN=1` leaves numba aside. Numba itself is loaded by whoever begins to plan (`wake`): a process
that only reads plans goes without its half second and 60 MB.
"""

import os
import sys
from array import array
from collections.abc import Callable, MutableSequence
from importlib.util import find_spec
from threading import Lock

import numpy as np
from numpy.typing import ArrayLike

type Ints = MutableSequence[int]

COMPILES = not os.environ.get("BIHUAN_PLAIN") and find_spec("numba") is not None

_marked: list[tuple[Callable[..., object], bool]] = []  # and whether as part of its callers
_lock = Lock()


def compiled[F: Callable[..., object]](function: F) -> F:
    """The function, which `wake` makes machine code, kept on disk between processes."""
    _marked.append((function, False))
    return function


def inlined[F: Callable[..., object]](function: F) -> F:
    """The same, as part of whoever calls it: for what is called in the innermost loops."""
    _marked.append((function, True))
    return function


def wake() -> None:
    """Put machine code in the place of everything marked, if there is a compiler and nobody did so before."""
    if not COMPILES or not _marked:
        return
    with _lock:
        import numba

        for function, inline in _marked:
            made = numba.njit(cache=True, nogil=True, inline="always" if inline else "never")(function)
            setattr(sys.modules[function.__module__], function.__name__, made)
        _marked.clear()


def ints(values: ArrayLike) -> Ints:
    """Whole numbers of 64 bits, flat, as compiled code reads and writes them; a list where there is no compiler."""
    made = np.array(values, np.int64).ravel()
    return made.tolist() if not COMPILES else made  # type: ignore[return-value]  # used as a sequence only


def short_ints(values: ArrayLike) -> Ints:
    """The same in 32 bits, for large tables that are only read; no copy where they are so already."""
    made = np.asarray(values, np.int32).ravel()
    return array("i", made.tobytes()) if not COMPILES else made  # type: ignore[return-value]  # as above


def filled(count: int, value: int = 0) -> Ints:
    """So many times the same number."""
    return ints(np.full(count, value))
