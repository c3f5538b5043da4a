"""Questions in a file of SQuAD's own: one object with all articles, and their paragraphs with questions."""

from __future__ import annotations

import json
import re
from typing import Any

from goodfit.data.records import Row

_BEGINS = re.compile(rb"\s*\{\s*\"(?:version|data)\"\s*:")


def is_squad(content: bytes) -> bool:
    """Whether a file may be one, by how it begins; others are not parsed as a whole."""
    return _BEGINS.match(content) is not None


def read_squad(name: str, content: bytes) -> list[Row] | None:
    """A row for each question, grouped by paragraph; None where the file is of another shape.

    Rajpurkar et al. 2018, https://arxiv.org/abs/1806.03822.
    """
    try:
        values = json.loads(content)
        paragraphs = [
            (f"{article.get('title', number)}, paragraph {place}", paragraph)
            for number, article in enumerate(values["data"], 1)
            for place, paragraph in enumerate(article["paragraphs"], 1)
        ]
        asked = [_row(group, part["context"], question) for group, part in paragraphs for question in part["qas"]]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
    return [Row(f"{name}[{number}]", row, number) for number, row in enumerate(asked, 1)]


def _row(group: str, context: Any, asked: dict[str, Any]) -> dict[str, Any]:
    answers = [{"text": answer["text"], "start": answer["answer_start"]} for answer in asked.get("answers", ())]
    known = {"id": asked["id"]} if "id" in asked else {}
    return {**known, "group": group, "context": context, "question": asked["question"], "answers": answers}
