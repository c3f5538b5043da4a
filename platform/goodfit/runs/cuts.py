"""What of records and answers is lost: what is cut, signs that a model does not know, answers that broke off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from goodfit.data.gather import Splits
from goodfit.data.records import Record
from goodfit.errors import ConfigError, DataError
from goodfit.hooks.findings import about
from goodfit.hooks.types import Finding
from goodfit.kinds.shape import Encoded, Outcome
from goodfit.models.base import Base
from goodfit.models.load import refuse_unknown_tokens
from goodfit.schema import RunConf

MUCH = 0.1
"""The share of unknown tokens from which a record is told of, and of answers that broke off from which they are."""
UNKNOWN_TOKENS = f"have more than {MUCH:.0%} tokens that the model does not know"
OTHER_MODEL = "choose a model of these texts' language or signs: docs/models.md"


def cut_records(encoded: Mapping[str, Encoded], splits: Splits, conf: RunConf) -> list[Finding]:
    """Records of which the model does not read everything, or may not give the whole answer: reported; refused where
    something is cut of more than a set share."""
    findings: list[Finding] = []
    longest = max((size for part in encoded.values() for size in part.beyond.values()), default=0)
    longer = f"let answers be longer, as far as the model has room for it: task.max_new_tokens={longest}"
    for split, part in encoded.items():
        ids, of = [splits[split][index].id for index in part.cut], len(splits[split])
        share = len(ids) / of
        if share > conf.dataset.max_cut_share:
            fix = (
                "choose a model with a longer context, shorten the records, or allow it: dataset.max_cut_share="
                f"{min(1.0, round(share + 0.01, 2))}"
            )
            found, most = _apart(share, conf.dataset.max_cut_share)
            writes = any(index in part.beyond for index in part.cut)
            raise DataError(
                f"{len(ids)} of {of} {split} records ({found}) are longer than the model "
                f"{'reads or writes' if writes else 'reads'}; at most {most} may be cut",
                f"{longer}; or {fix}" if writes else fix,
            )
        message = f"{len(ids)} of {of} {split} records are cut to the model's length"
        findings += about("data.cut", message, ids, of, split=split)
        ids = [splits[split][index].id for index in part.beyond]
        message = f"{len(ids)} of {of} {split} records have answers longer than any that the model may give"
        findings += about("data.long_answers", message, ids, of, mend=longer, split=split)
    return findings


def _apart(share: float, most: float) -> tuple[str, str]:
    """Two shares with as few digits as tell the greater one from the other."""
    told = ((f"{share:.{digits}%}", f"{most:.{digits}%}") for digits in range(9))
    return next((pair for pair in told if pair[0] != pair[1]), (str(share), str(most)))


def unknown_tokens(encoded: Mapping[str, Encoded], splits: Splits, tokenizer: Any) -> list[Finding]:
    """Records of which the model sees little: their characters are not in its vocabulary."""
    findings: list[Finding] = []
    for split, part in encoded.items():
        records = splits[split]
        ids = [records[index].id for index in unread(part, len(records), tokenizer)]
        message = f"{len(ids)} of {len(records)} {split} records {UNKNOWN_TOKENS}"
        findings += about("data.unknown_tokens", message, ids, len(records), mend=OTHER_MODEL, split=split)
    return findings


def unread(encoded: Encoded, records: int, tokenizer: Any) -> list[int]:
    """Indices of records of which the model sees little."""
    unknown = tokenizer.unk_token_id
    if unknown is None or unknown == tokenizer.eos_token_id:
        return []
    sizes = np.zeros((records, 2))
    for example in encoded.examples:
        sizes[example.record] += example.inputs.count(unknown), len(example.inputs)
    return [index for index, (gone, whole) in enumerate(sizes) if gone > MUCH * whole]


def told_of_unread(count: int, of: int) -> list[str]:
    """What to say of answers to records of which the model sees little."""
    return [f"{count} of {of} records {UNKNOWN_TOKENS}: {OTHER_MODEL}"] if count else []


def broken_off(
    records: Sequence[Record], outcomes: Sequence[Outcome], encoded: Iterable[Encoded], room: int
) -> list[Finding]:
    """Answers to test records that were not written to their end, where these are more than some.

    Args:
        records: Of the test.
        outcomes: The answers.
        encoded: Of all splits, whose right answers may be longer than any that is given.
        room: Tokens of the longest answer.
    """
    ids = [record.id for record, outcome in zip(records, outcomes, strict=True) if outcome.broken_off]
    if len(ids) <= MUCH * len(records):
        return []
    longest = max((size for part in encoded for size in part.beyond.values()), default=2 * room)
    mend = (
        "train longer (training.epochs), so that it learns where to end; or let answers be longer, as far as the model "
        f"has room for it: task.max_new_tokens={longest}"
    )
    message = f"{len(ids)} of {len(records)} test answers broke off after {room} tokens"
    return about("model.broken_off", message, ids, len(records), mend=mend)


def refuse_beyond(base: Base, tokenizer: Any, encoded: Iterable[Encoded]) -> None:
    """Refuse texts with tokens that the model has no embedding of.

    Raises:
        ConfigError: One of them has some.
    """
    examples = (example for part in encoded for example in part.examples)
    read = (token for example in examples for token in (*example.inputs, *(example.decoder_inputs or ())))
    refuse_unknown_tokens(base, tokenizer, read)


def refuse_unsupervised(encoded: Encoded) -> None:
    """Refuse training records without anything to learn, or to learn from.

    Raises:
        DataError: All are so.
        ConfigError: The model reads nothing of any of them.
    """
    if not any(example.inputs for example in encoded.examples):  # transformers took its files for another tokenizer's
        raise ConfigError(
            "the model's tokenizer makes no token of any training text",
            "let its tokenizer.json be of the sort that goes with the model_type of config.json",
        )
    empty = sum(not example.supervised for example in encoded.examples)
    if empty == len(encoded.examples):
        raise DataError("no training record has anything to learn", "goodfit preview WORDS shows what is learnt")
