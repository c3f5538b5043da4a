"""The metric that a new plugin begins with, for each kind of task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FirstMetric:
    """A metric as the template writes it."""

    name: str
    description: str
    body: tuple[str, ...]
    """The lines of its function: an item -> what counts, out of how much."""
    finding: str
    """What a finding about the records that fail is called."""
    lacks: str
    """What is wrong with those records, for people."""
    fields: str
    """The fields of a record for its test, as Python."""
    right: str
    wrong: str


FIRST_METRICS: Mapping[str, FirstMetric] = {
    "classification": FirstMetric(
        "important_found",
        "Records with an important label that got it",
        (
            'right = item.fields["label"]',
            "return (float(item.answer == right), 1.0) if right in IMPORTANT else (0.0, 0.0)",
        ),
        "missed",
        "an important label was taken for another",
        '{{"text": "x", "label": {label}}}',
        "{label}",
        '"another label"',
    ),
    "multilabel": FirstMetric(
        "all_right",
        "Records with exactly the right labels",
        ('return float(set(item.answer) == set(item.fields["labels"])), 1.0',),
        "not_all_right",
        "the labels are not exactly right",
        '{{"text": "x", "labels": [{label}]}}',
        "[{label}]",
        "[]",
    ),
    "token_classification": FirstMetric(
        "all_found",
        "Texts in which every entity was found, and nothing else",
        (
            'wanted = {(span["start"], span["end"], span["label"]) for span in item.fields["spans"]}',
            'found = {(span["start"], span["end"], span["label"]) for span in item.answer}',
            "return float(found == wanted), 1.0",
        ),
        "not_all_found",
        "an entity is missing, or stands where none is",
        '{{"text": "x", "spans": [{{"start": 0, "end": 1, "label": "X"}}]}}',
        '[{{"start": 0, "end": 1, "label": "X"}}]',
        "[]",
    ),
    "question_answering": FirstMetric(
        "word_for_word",
        "Questions answered with the right words, or left open where there is no answer",
        (
            'answers = [answer["text"] for answer in item.fields["answers"]] or [""]',
            "return float(item.answer in answers), 1.0",
        ),
        "other_words",
        "the answer is not the right one word for word",
        '{{"context": "x y", "question": "?", "answers": [{{"text": "x", "start": 0}}]}}',
        '"x"',
        '"y"',
    ),
    "ranking": FirstMetric(
        "first_right",
        "Queries whose right document comes first",
        ('return float(list(item.answer)[:1] == [item.fields["positive"]]), 1.0',),
        "not_first",
        "another document comes first",
        '{{"query": "x", "positive": "y"}}',
        '["y", "z"]',
        '["z", "y"]',
    ),
    "generation": FirstMetric(
        "brief",
        "Answers with at most twice the words of the reference, and at least one",
        ("words = len(item.answer.split())", 'return float(0 < words <= 2 * len(item.fields["target"].split())), 1.0'),
        "not_brief",
        "the answer is empty or far too long",
        '{{"source": "x", "target": "y"}}',
        '"y"',
        '""',
    ),
    "chat": FirstMetric(
        "brief",
        "Replies with at most twice the words of the reference, and at least one",
        (
            'wanted = item.fields["messages"][-1]["content"]',
            "return float(0 < len(item.answer.split()) <= 2 * len(wanted.split())), 1.0",
        ),
        "not_brief",
        "the reply is empty or far too long",
        '{{"messages": [{{"role": "user", "content": "x"}}, {{"role": "assistant", "content": "y"}}]}}',
        '"y"',
        '""',
    ),
}
"""Kind -> its first metric; language_modeling has none beside its own."""
