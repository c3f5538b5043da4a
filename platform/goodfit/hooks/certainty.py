"""How certain a count is: the interval of a share, p values of several tests together, what is resampled together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

CONFIDENCE = 0.95
"""Share of intervals that hold the true value."""
TAIL = (1 - CONFIDENCE) / 2
"""Share of intervals that lie below it, and of those that lie above it."""


class Resampled(Protocol):
    """A record, or what is told of one."""

    @property
    def id(self) -> str: ...
    @property
    def group(self) -> str | None: ...
    @property
    def unit(self) -> str | None: ...


def unit_of(one: Resampled) -> str:
    """What a record is resampled with: its near copies and its group, else it alone.

    Records of one unit say together what one record says: an interval or a test counts units.
    """
    return one.unit or (f"group {one.group}" if one.group else f"record {one.id}")


def unit_numbers(records: Sequence[Resampled]) -> list[int]:
    """The number of each record's unit, in the order in which units come."""
    places: dict[str, int] = {}
    return [places.setdefault(unit_of(one), len(places)) for one in records]


def wilson(hits: float, of: float, level: float = CONFIDENCE) -> tuple[float, float]:
    """A share's interval, for any number of records: Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953.

    Args:
        hits: What counts; may be parts of records.
        of: How many were looked at; of none the share may be anything.
        level: Share of such intervals that hold the true share.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    if not of:  # nothing was looked at, and nothing is known
        return 0.0, 1.0
    share, scale = hits / of, 1 + z * z / of
    middle = (share + z * z / (2 * of)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))  # rounding aside


def holm(p_values: Sequence[float]) -> list[float]:
    """P values that hold for all tests together, in the order given.

    Holm 1979, A simple sequentially rejective multiple test procedure.
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    found, highest = [1.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        found[index] = highest
    return found


def unseen(value: float, units: int, top: float, lowest: float, tail: float = TAIL) -> tuple[float, float]:
    """What a value may be with the records that have not been seen: no interval is narrower.

    They can be a share of ``1 - tail ** (1 / units)`` of all records (Clopper and Pearson 1934, for none of so many),
    with the worst (``lowest``) or the best value (``top``) of a score; figures of another range are left as they are.
    """
    if not abs(value) <= top:
        return value, value
    if math.copysign(1, value) < 0:
        low, high = unseen(-value, units, top, lowest, tail)
        return -high, -low
    share = 1 - tail ** (1 / units) if units else 1.0
    return value - share * (value - lowest), value + share * (top - value)


def middle(draws: np.ndarray) -> tuple[float, float]:
    """Where 95 % of the draws lie that are defined; nan where none is."""
    import numpy as np

    known = draws[~np.isnan(draws)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, (TAIL, 1 - TAIL))
    return float(low), float(high)
