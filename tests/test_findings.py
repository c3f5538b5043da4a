"""A finding about some of the records: none without records, some of the ids, the counts of all."""

from goodfit.hooks.findings import MOST_IDS, about
from goodfit.hooks.types import Finding


def test_a_finding_is_about_some_of_the_records_and_lists_the_first_of_their_ids():
    ids = [str(number) for number in range(30)]
    assert about("hr.late", "30 of 40 answers are late", ids, 40, answers=30, of=40) == [
        Finding(
            severity="warning",
            code="hr.late",
            message="30 of 40 answers are late",
            figure=30 / 40,
            evidence={"answers": 30, "of": 40, "ids": ids[:MOST_IDS]},
        )
    ]


def test_a_finding_may_say_more_than_its_records():
    more = {"severity": "info", "figure": 3.0, "rows": ["a"], "mend": "write it again"}
    (finding,) = about("hr.late", "1 of 2 answers is late", ["a"], 2, **more)
    assert {name: getattr(finding, name) for name in more} == {**more, "rows": ("a",)}
    assert finding.evidence == {"ids": ["a"]}


def test_without_records_there_is_no_finding():
    assert about("hr.late", "0 of 0 answers are late", [], 0) == []
