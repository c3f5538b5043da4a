"""What plugins say how certain they are with: as the tables have it."""

import pytest
from scipy.stats import binomtest

from goodfit.hooks.certainty import holm, wilson


@pytest.mark.parametrize(("hits", "of"), [(0, 20), (1, 1), (7, 20), (299, 300)])
@pytest.mark.parametrize("level", [0.95, 0.99])
def test_the_interval_of_a_share_is_wilsons(hits, of, level):
    expected = binomtest(hits, of).proportion_ci(level, method="wilson")
    assert wilson(hits, of, level) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_an_interval_holds_its_share_in_spite_of_rounding():
    assert wilson(0, 0) == (0, 1)
    assert all(wilson(of, of)[1] == 1 and wilson(0, of)[0] == 0 for of in range(1, 500))


def test_p_values_hold_for_all_tests_together():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
