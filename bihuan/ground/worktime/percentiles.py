"""Percentiles of measured times.

A percentile is the *nearest rank*: the smallest value that at least so many percent of all values do not exceed. It is
always a value that was measured, never one between two.
"""

from collections.abc import Sequence


def nearest_rank(ordered: Sequence[int], percent: int) -> int:
    """The percentile of values in ascending order, of which there is at least one; `percent` from 1 to 100."""
    rank = -(-len(ordered) * percent // 100)  # ceil, in whole numbers
    return ordered[rank - 1]
