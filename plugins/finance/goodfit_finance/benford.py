"""Whether the first digits of many amounts are spread as Benford's law says, or as somebody made them up.

The law and where it holds: Benford 1938, The Law of Anomalous Numbers, https://www.jstor.org/stable/984802. The mean
absolute deviation and its limits for first digits: Nigrini 2012, Benford's Law: Applications for Forensic Accounting,
Auditing, and Fraud Detection, Wiley, table 7.1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

DIGITS = range(1, 10)
EXPECTED = tuple(math.log10(1 + 1 / digit) for digit in DIGITS)
CONFORMITY = ((0.006, "close"), (0.012, "acceptable"), (0.015, "marginal"))
"""Nigrini's limits of the mean absolute deviation; above the last one amounts do not conform."""

ENOUGH = 1000
"""Amounts from which the test is done. Chance alone makes a mean absolute deviation of about 0.235 / sqrt(n), which is
0.0074 here and 0.0136 with 300 amounts: with fewer, honest books would often miss the limits."""


class FirstDigits(NamedTuple):
    """The test of one set of amounts."""

    count: int
    shares: tuple[float, ...]
    """Of the digits 1 to 9."""
    deviation: float
    """Mean absolute difference between the shares and the law's."""
    conformity: str
    """``close``, ``acceptable``, ``marginal`` or ``no``."""
    chi_square: float
    """Pearson's, with 8 degrees of freedom."""
    p: float
    """The probability of so large a chi-square where the law holds."""


def first_digit(amount: Decimal) -> int:
    """The first digit that is not 0; 0 for nothing."""
    return amount.as_tuple().digits[0]


def first_digits(amounts: Iterable[Decimal]) -> FirstDigits | None:
    """Test amounts against the law; None where there are too few, amounts of 0 left out."""
    found = [first_digit(amount) for amount in amounts if amount]
    if len(found) < ENOUGH:
        return None
    counts = [found.count(digit) for digit in DIGITS]
    shares = tuple(count / len(found) for count in counts)
    deviation = sum(abs(share - law) for share, law in zip(shares, EXPECTED, strict=True)) / len(EXPECTED)
    expected = [len(found) * law for law in EXPECTED]
    chi_square = sum((count - law) ** 2 / law for count, law in zip(counts, expected, strict=True))
    return FirstDigits(
        len(found), shares, deviation, _conformity(deviation), chi_square, tail_of_chi_square(chi_square)
    )


def tail_of_chi_square(value: float) -> float:
    """The probability of at least ``value`` in a chi-square distribution with 8 degrees of freedom.

    For an even number of degrees, 2 k, it is the sum of the first k terms of a Poisson distribution with mean
    ``value / 2``: Abramowitz and Stegun 1964, formula 26.4.21.
    """
    half = value / 2
    return math.exp(-half) * sum(half**term / math.factorial(term) for term in range(4))


def _conformity(deviation: float) -> str:
    return next((name for limit, name in CONFORMITY if deviation <= limit), "no")
