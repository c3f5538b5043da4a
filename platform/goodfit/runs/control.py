"""Control tokens that stand in texts: a model reads them as the ends of texts and turns, and not as what was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from goodfit.data.batches import IGNORED
from goodfit.data.gather import Splits
from goodfit.data.records import Record
from goodfit.data.slots import Texts, texts_of
from goodfit.hooks.findings import about
from goodfit.hooks.types import Finding
from goodfit.kinds.shape import Encoded, Learner
from goodfit.kinds.text import Writer
from goodfit.models.marks import control_tokens

MEND = "take them out of the texts, or put a blank into each, as in '< |im_end| >'"


def typed_controls(
    encoded: Mapping[str, Encoded], splits: Splits, texts: Texts, learner: Learner, tokenizer: Any
) -> list[Finding]:
    """Records whose texts hold control tokens, and those whose answers hold the token that is learnt as their end.

    Args:
        encoded: Of all splits.
        splits: Their records.
        texts: Of the kind.
        learner: Of the model's family.
        tokenizer: Of the model.
    """
    findings: list[Finding] = []
    end = learner.coder.eos if isinstance(learner, Writer) else None
    tokens = set(control_tokens(tokenizer, learner.coder.hidden if isinstance(learner, Writer) else ()))
    for split, part in encoded.items():
        records = splits[split]
        ids, sign = _holding(records, texts, tokens)
        message = f"{len(ids)} of {len(records)} {split} records hold what the model reads as a sign of its own, and "
        message += f"not as text, such as '{sign}'"
        findings += about("data.control_tokens", message, ids, len(records), mend=MEND, split=split)
        ends = sorted(
            {example.record for example in part.examples if end is not None and _goes_on(example.labels, end)}
        )
        ids = [records[index].id for index in ends]
        message = f"{len(ids)} of {len(records)} {split} records have answers that hold the token which ends them"
        findings += about("data.early_ends", message, ids, len(records), severity="error", mend=MEND, split=split)
    return findings


def _holding(records: Sequence[Record], texts: Texts, tokens: set[str]) -> tuple[list[str], str]:
    """Ids of the records whose texts hold one of these tokens, and the first one that does."""
    any_token = re.compile("|".join(map(re.escape, sorted(tokens, key=len, reverse=True))) or r"(?!)")
    found = {}
    for record in records:
        held = next(filter(None, map(any_token.search, texts_of(record.fields, texts).values())), None)
        if held:
            found[record.id] = held[0]
    return list(found), next(iter(found.values()), "")


def _goes_on(labels: Sequence[int], end: int) -> bool:
    """Whether an end is learnt, and more behind it."""
    behind = labels[labels.index(end) :] if end in labels else ()
    return any(one == end and other != IGNORED for one, other in pairwise(behind))
