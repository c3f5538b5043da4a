"""Batches with a row of filling behind them, and batches one behind the other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional

from goodfit.data.batches import Batch


def filled(batch: Batch, tokens: int, decoder_tokens: int = 0, answers: int = 0) -> Batch:
    """A batch with so many further tokens, as a row of its own.

    Args:
        batch: On any device.
        tokens: Of the inputs, from 1.
        decoder_tokens: Of the decoder inputs, from 1, where there are any.
        answers: Labels at tokens: how many places in the filling are answered, too.
    """
    at_tokens = batch.labels_at == "tokens"
    of_row = len(batch.labels) // len(batch.lengths)
    more = (tokens if batch.decoder_lengths is None else decoder_tokens) if at_tokens else of_row
    whole = replace(
        batch,
        input_ids=functional.pad(batch.input_ids, (0, tokens), value=batch.pad_id),
        lengths=(*batch.lengths, tokens),
        token_types=None if batch.token_types is None else functional.pad(batch.token_types, (0, tokens)),
        labels=functional.pad(batch.labels, (0, more), value=0),
    )
    if batch.learnt is not None and answers:
        whole = replace(whole, learnt=functional.pad(batch.learnt, (0, answers), value=len(batch.labels)))
    if batch.decoder_input_ids is None or batch.decoder_lengths is None:
        return whole
    return replace(
        whole,
        decoder_input_ids=functional.pad(batch.decoder_input_ids, (0, decoder_tokens), value=batch.pad_id),
        decoder_lengths=(*batch.decoder_lengths, decoder_tokens),
    )


def joined(batches: Sequence[Batch]) -> Batch:
    """One batch of all rows, which has no weights: each batch has its own."""
    types = [batch.token_types for batch in batches if batch.token_types is not None]
    decoder = [batch.decoder_input_ids for batch in batches if batch.decoder_input_ids is not None]
    return replace(
        batches[0],
        input_ids=torch.cat([batch.input_ids for batch in batches]),
        lengths=tuple(itertools.chain.from_iterable(batch.lengths for batch in batches)),
        labels=torch.cat([batch.labels for batch in batches]),
        learnt=_one_behind_the_other(batches),
        weights=(),
        token_types=torch.cat(types) if types else None,
        decoder_input_ids=torch.cat(decoder) if decoder else None,
        decoder_lengths=tuple(itertools.chain.from_iterable(batch.decoder_lengths or () for batch in batches))
        if decoder
        else None,
    )


def _one_behind_the_other(batches: Sequence[Batch]) -> Tensor | None:
    """The places of labels in all rows."""
    first = [0, *itertools.accumulate(len(batch.labels) for batch in batches)]
    found = [place + batch.learnt for place, batch in zip(first, batches, strict=False) if batch.learnt is not None]
    return torch.cat(found) if found else None
