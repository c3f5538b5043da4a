"""Words that a model does not see in training, others in each epoch: it learns to tell by what stands around them."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from goodfit.data.batches import Example
from goodfit.errors import ConfigError
from goodfit.kinds.shape import Coding, Encoded
from goodfit.kinds.units import case_marks

FIX = "add training.word_dropout=0"


def drop_words(encoded: Encoded, coding: Coding, share: float) -> Encoded:
    """Hide words behind the mask token: word dropout (Iyyer et al. 2015, https://aclanthology.org/P15-1162),
    which leaves words out; here all others keep their places.

    Args:
        encoded: Training records.
        coding: Of their task.
        share: The chance of each word in each epoch.

    Raises:
        ConfigError: The model has no mask token, or the kind hides words itself.
    """
    tokenizer, examples = coding.tokenizer, encoded.examples
    if encoded.vary is not None:
        raise ConfigError("training.word_dropout: this kind of task hides words itself", FIX)
    if coding.family != "encoder" or tokenizer.mask_token_id is None:
        raise ConfigError(f"training.word_dropout: this {coding.family} has no mask token to hide words behind", FIX)
    goes_on = _tokens_within_words(tokenizer)
    special = frozenset(tokenizer.all_special_ids) - {tokenizer.unk_token_id}

    def vary(place: int, chance: random.Random) -> Example:
        example, is_hidden = examples[place], False
        inputs = list(example.inputs)
        for position, token in enumerate(example.inputs):
            if token not in goes_on:
                is_hidden = token not in special and chance.random() < share
            if is_hidden:
                inputs[position] = tokenizer.mask_token_id
        return replace(example, inputs=tuple(inputs), whole=example.inputs)

    return replace(encoded, vary=vary)


def _tokens_within_words(tokenizer: Any) -> frozenset[int]:
    """The tokens that go on with a word, where the tokenizer tells them apart: in WordPiece, and in vocabularies whose
    words begin with a sign for the blank."""
    known = tokenizer.get_vocab()
    special = set(tokenizer.all_special_ids)
    pieces = {token for name, token in known.items() if name.startswith("##")}
    if not pieces:
        begins = {token for name, token in known.items() if name[:1] in ("▁", "Ġ")}
        pieces = {token for token in known.values() if token not in begins | special} if begins else set()
    return frozenset(pieces | set(case_marks(tokenizer).values()))
