"""ranking: what a query is compared with, in which order documents come, and what predict searches."""

import pytest

from goodfit.data.records import RowProblem
from goodfit.kinds import find_kind

KIND = find_kind("ranking")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        pytest.param({"query": "x"}, "the field 'positive' is missing (fields: query)", id="no document"),
        pytest.param({"positive": "x"}, "the field 'query' is missing (fields: positive)", id="no query"),
        pytest.param(
            {"query": "x", "positive": "y", "negatives": "z"}, "negatives is no list of texts", id="one negative"
        ),
        pytest.param({"query": "x", "positive": "y", "negatives": [" "]}, "negatives is no list of texts", id="blank"),
        pytest.param(
            {"query": "x", "positive": "y", "negatives": ["z", "y"]},
            "the positive document is among the negatives",
            id="right and wrong",
        ),
    ],
)
def test_a_row_that_cannot_be_ranked_says_why(row, problem):
    with pytest.raises(RowProblem) as raised:
        KIND.check(row, True)
    assert str(raised.value) == problem
