"""The one function through which a model is called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from goodfit.data.batches import Batch, padded, sent
from goodfit.models.fast.frozen import frozen_of
from goodfit.models.fast.graphs import graphs_of
from goodfit.models.fast.layout import CURRENT, row_of_tokens, row_starts
from goodfit.models.fast.vocabulary import VocabularyScores, without
from goodfit.models.fast.wiring import wiring_of
from goodfit.models.scores import Scores
from goodfit.models.together import together_of

if TYPE_CHECKING:
    from torch import Tensor


def call(model: Any, batch: Batch) -> Scores | VocabularyScores:
    """Run a model, or those of a pack that are asked with it; its head is applied only where there are labels.

    Args:
        model: Of transformers, with or without a PEFT adapter. One that is wired takes the batch as it is, any
            other one gets it padded.
        batch: On the model's device.
    """
    together = together_of(model)
    return compute(model, batch) if together is None else together.scores(model, batch)


def total_loss(model: Any, batch: Batch) -> Tensor:
    """The negative log-likelihood of all labels of a batch that is learnt, weighted, in nats; see ``call``."""
    graphs = graphs_of(model)
    if graphs is None:
        return batch.total(call(model, batch).losses())
    return graphs.totals([batch], lambda _, whole: compute(model, whole).losses())[0]


def compute(model: Any, batch: Batch) -> Scores | VocabularyScores:
    """Run a model, whoever could answer for it."""
    with _read(model, batch) as (inputs, flat):
        CURRENT.answered = batch
        return _scores(model, batch, inputs, flat)


def embed(model: Any, batch: Batch) -> Tensor:
    """The vector of each row of a model without a head, of length 1: (rows, hidden)."""
    with _read(model, batch) as (inputs, _):
        CURRENT.answered = batch
        return _vectors(model, batch, inputs)


@contextmanager
def _read(model: Any, batch: Batch) -> Iterator[tuple[dict[str, Tensor], bool]]:
    """What the model is called with, and whether that is flat."""
    frozen, wiring = frozen_of(model), wiring_of(model)
    if frozen is not None:
        with frozen.giving(batch) as inputs:
            yield inputs, True
    elif wiring is not None:
        yield wiring.inputs(batch), True
    else:
        CURRENT.layout = None
        yield _padded_inputs(batch), False


def _vectors(model: Any, batch: Batch, inputs: dict[str, Tensor]) -> Tensor:
    from torch.nn.functional import normalize

    return normalize(model(**inputs).last_hidden_state[: len(batch.lengths), 0].float(), dim=-1)


def _scores(model: Any, batch: Batch, inputs: dict[str, Tensor], flat: bool) -> Scores | VocabularyScores:
    if batch.labels_at == "spans":
        return _borders(model(**inputs).logits, batch, flat)
    if batch.labels_at == "pairs":
        return _likenesses(_vectors(model, batch, inputs), batch)
    if batch.labels_at == "rows":
        return _of_rows(model(**inputs).logits, batch)
    return _of_tokens(model, batch, inputs, flat)


def _borders(logits: Tensor, batch: Batch, flat: bool) -> Scores:
    """A choice among the row's tokens for the first one, and another for the last one.

    Args:
        logits: (1, tokens, 2) of a flat batch, else (rows, longest, 2).
        batch: With the places of both in each row.
        flat: Which of these.
    """
    import torch

    sizes = torch.tensor(batch.lengths, device=logits.device)
    is_token = torch.arange(max(batch.lengths), device=logits.device) < sizes[:, None]
    nowhere = torch.finfo(logits.dtype).min
    if flat:
        rows = logits.new_full((*is_token.shape, 2), nowhere)
        rows[is_token] = logits[0, : sum(batch.lengths)]
    else:
        rows = logits.masked_fill(~is_token[..., None], nowhere)
    owners = torch.arange(len(sizes), device=logits.device).repeat_interleave(2)
    return Scores(rows.transpose(1, 2).flatten(0, 1), batch.labels, owners)


LIKENESS_SCALE = 20.0
"""What cosines are multiplied by before their softmax: sentence-transformers' MultipleNegativesRankingLoss."""


def _likenesses(vectors: Tensor, batch: Batch) -> Scores:
    """A choice among all documents of the batch for each query; copies of its own document are left out.

    Henderson et al. 2017, https://arxiv.org/abs/1705.00652, section 4.4.
    """
    import torch

    starts = sent(row_starts(batch.rows), vectors.device)
    is_document = torch.ones(len(vectors), dtype=torch.bool, device=vectors.device)
    is_document[starts] = False
    logits = LIKENESS_SCALE * vectors[starts] @ vectors[is_document].T
    queries = torch.arange(len(starts), device=vectors.device)
    own = starts - queries  # the first document behind each query, among documents alone
    copies = batch.labels[own][:, None] == batch.labels
    copies[queries, own] = False
    return Scores(logits.masked_fill(copies, torch.finfo(logits.dtype).min), own, queries)


def _of_rows(logits: Tensor, batch: Batch) -> Scores:
    """A choice among all classes for each row, or a yes or no for each class.

    Args:
        logits: (rows, classes), with more rows below them where the batch was filled up; a single class is a yes or no.
        batch: With one label for each row, or one for each of its classes.
    """
    import torch

    rows = torch.arange(len(batch.lengths), device=batch.labels.device)
    logits = logits[: len(rows)]
    decisions = len(batch.labels) // len(rows)
    if decisions == 1 < logits.shape[1]:
        return Scores(logits, batch.labels, rows)
    # a sigmoid is a softmax over a logit and 0
    either = torch.stack([torch.zeros_like(logits), logits], -1).flatten(0, 1)
    return Scores(either, batch.labels, rows.repeat_interleave(decisions))


def _of_tokens(model: Any, batch: Batch, inputs: dict[str, Tensor], flat: bool) -> Scores | VocabularyScores:
    """A choice among classes, or among the vocabulary, at each place that is learnt."""
    if batch.learnt is None:
        raise ValueError("a batch without the places of its labels")
    rows, where = _rows_and_places(batch, batch.learnt, flat)
    targets, wiring = batch.labels[batch.learnt], wiring_of(model)
    if wiring is None or wiring.head is None:
        return Scores(_logits_at(model, inputs, where), targets, rows)
    with without(wiring.head):
        states = _logits_at(model, inputs, where)
    return VocabularyScores(states, wiring.head, wiring.product, targets, rows)


def _rows_and_places(batch: Batch, learnt: Tensor, flat: bool) -> tuple[Tensor, Tensor]:
    """The row of each place that is learnt, and where the model answers for it, all its rows below each other."""
    layout = CURRENT.layout if flat else None
    if layout is not None:
        return layout.row_of_tokens("decoder" if batch.decoder_lengths else "inputs")[learnt], learnt
    lengths = batch.decoder_lengths or batch.lengths
    rows = sent(row_of_tokens(lengths), batch.labels.device)[learnt]
    return rows, _places(lengths, learnt, rows)


def _logits_at(model: Any, inputs: dict[str, Tensor], where: Tensor) -> Tensor:
    """(labelled, classes or vocabulary), of the places of all rows below each other."""
    head = model.get_output_embeddings()
    if head is None:
        return model(**inputs).logits.flatten(0, 1)[where]  # type: ignore[no-any-return]
    # the projection to the vocabulary is the dearest layer: it sees labelled positions only
    hook = head.register_forward_pre_hook(lambda _, args: (args[0].flatten(0, 1)[where][None], *args[1:]))
    try:
        return model(**inputs).logits.squeeze(0)  # type: ignore[no-any-return]
    finally:
        hook.remove()


def _padded_inputs(batch: Batch) -> dict[str, Tensor]:
    ids, mask = padded(batch.input_ids, batch.lengths, batch.pad_id)
    inputs = {"input_ids": ids, "attention_mask": mask}
    if batch.token_types is not None:
        inputs["token_type_ids"], _ = padded(batch.token_types, batch.lengths, 0)
    if batch.decoder_input_ids is not None and batch.decoder_lengths is not None:
        inputs["decoder_input_ids"], _ = padded(batch.decoder_input_ids, batch.decoder_lengths, batch.pad_id)
    return inputs


def _places(lengths: tuple[int, ...], labelled: Tensor, rows: Tensor) -> Tensor:
    """Places of flat tokens where rows are padded to the longest."""
    return rows * max(lengths) + labelled - sent(row_starts(lengths), labelled.device)[rows]
