"""How an encoder reads texts: whole, as one row of tokens each, between special ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodfit.data.batches import Example
from goodfit.data.records import Record
from goodfit.kinds.shape import Coding, Encoded


def encode_whole(coding: Coding, records: Sequence[Record], labels: Sequence[tuple[int, ...]]) -> Encoded:
    """One example for each record; what is longer than the model reads is cut, and named.

    Args:
        coding: How texts are read.
        records: With a ``text``.
        labels: Of the pooled vector of each.
    """
    limit = coding.max_tokens
    texts = [record.fields["text"] for record in records]
    whole = coding.tokenizer(texts, add_special_tokens=True)["input_ids"] if texts else []
    cut = [index for index, ids in enumerate(whole) if len(ids) > limit]
    short = coding.tokenizer([texts[i] for i in cut], truncation=True, max_length=limit) if cut else None
    for number, index in enumerate(cut):
        whole[index] = short["input_ids"][number]  # type: ignore[index]
    rows = zip(whole, labels, strict=True)
    return Encoded([Example(index, tuple(ids), own) for index, (ids, own) in enumerate(rows)], cut)


def special_tokens(tokenizer: Any) -> tuple[list[int], list[int]]:
    """What the tokenizer puts before and behind a text."""
    plain = tokenizer("a", add_special_tokens=False)["input_ids"]
    whole = tokenizer("a", add_special_tokens=True)["input_ids"]
    start = next(place for place in range(len(whole)) if whole[place : place + len(plain)] == plain)
    return whole[:start], whole[start + len(plain) :]


def tells_texts_apart(tokenizer: Any, config: Any) -> bool:
    """Whether a model has a token type for all up to a pair's second text, and another one from there on."""
    before, between, _ = special_tokens_of_pair(tokenizer)
    types = tokenizer("a", "a").get("token_type_ids", [])
    first = len(before) + len(tokenizer("a", add_special_tokens=False)["input_ids"]) + len(between)
    return getattr(config, "type_vocab_size", 0) > 1 and types == [0] * first + [1] * (len(types) - first)


def special_tokens_of_pair(tokenizer: Any) -> tuple[list[int], list[int], list[int]]:
    """What the tokenizer puts before, between and behind two texts."""
    plain = tokenizer("a", add_special_tokens=False)["input_ids"]
    whole = tokenizer("a", "a", add_special_tokens=True)["input_ids"]
    size = len(plain)
    starts = [place for place in range(len(whole)) if whole[place : place + size] == plain]
    return whole[: starts[0]], whole[starts[0] + size : starts[-1]], whole[starts[-1] + size :]
