"""How decoder and seq2seq models answer: continuations are scored, or tokens written one by one among those allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from goodfit.data.batches import Example
from goodfit.data.progress import in_batches
from goodfit.kinds.passes import evaluating, losses_if_known, pad_id, summed_losses
from goodfit.kinds.shape import Encoded, Outcome
from goodfit.kinds.text import TextCoder, Writer
from goodfit.models.parts import base_of

SCORED_ROWS = 512
"""Rows (records times labels) that are scored at once."""


def continuation_logprobs(
    model: Any, coder: TextCoder, sources: Sequence[Sequence[int]], continuations: Sequence[Sequence[int]]
) -> list[list[float]]:
    """Log-likelihood of each continuation behind each source; the source is computed once.

    Args:
        model: A text model.
        coder: Of its family.
        sources: Token ids to read.
        continuations: Token ids to score, their end included.

    Returns:
        For each source, the sum of log-probabilities (nats) of each continuation.
    """
    from goodfit.models.fast.wiring import as_padded

    batch_size = max(1, min(coder.coding.batch_size, SCORED_ROWS // len(continuations)))
    sized = [Example(index, tuple(source), ()) for index, source in enumerate(sources)]
    found: list[list[float]] = [[] for _ in sources]
    score = _score_decoder if coder.is_decoder else _score_seq2seq
    with evaluating(model), as_padded(model):
        for indices in in_batches(sized, batch_size):
            scores = score(model, coder, [sources[index] for index in indices], continuations)
            for index, row in zip(indices, scores.tolist(), strict=True):
                found[index] = row
    return found


def _rows(rows: Sequence[Sequence[int]], fill: int, left: bool, device: Any) -> tuple[Any, Any]:
    """Padded ids and mask."""
    import torch

    width = max(map(len, rows))
    ids = torch.full((len(rows), width), fill)
    mask = torch.zeros((len(rows), width), dtype=torch.long)
    for number, row in enumerate(rows):
        span = slice(width - len(row), width) if left else slice(0, len(row))
        ids[number, span] = torch.tensor(row)
        mask[number, span] = 1
    return ids.to(device), mask.to(device)


def _picked(logits: Any, targets: Any, mask: Any) -> Any:
    """Sum of the targets' log-probabilities: (rows, seq, vocabulary), (rows, seq) -> (rows,)."""
    chosen = logits.float().log_softmax(-1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return (chosen * mask).sum(-1)


def _score_seq2seq(model: Any, coder: TextCoder, sources: Sequence[Any], continuations: Sequence[Any]) -> Any:
    from transformers.modeling_outputs import BaseModelOutput

    count, fill = len(continuations), pad_id(coder.coding.tokenizer)
    ids, mask = _rows(sources, fill, left=False, device=model.device)
    states = model.get_encoder()(input_ids=ids, attention_mask=mask).last_hidden_state
    targets, target_mask = _rows(continuations, fill, left=False, device=model.device)
    starts, _ = _rows(
        [(coder.coding.decoder_start_id, *tokens[:-1]) for tokens in continuations], fill, False, model.device
    )
    logits = model(
        encoder_outputs=BaseModelOutput(last_hidden_state=states.repeat_interleave(count, 0)),
        attention_mask=mask.repeat_interleave(count, 0),
        decoder_input_ids=starts.repeat(len(sources), 1),
        use_cache=False,
    ).logits
    return _picked(logits, targets.repeat(len(sources), 1), target_mask.repeat(len(sources), 1)).view(-1, count)


def _score_decoder(model: Any, coder: TextCoder, sources: Sequence[Any], continuations: Sequence[Any]) -> Any:
    import torch

    count, fill = len(continuations), pad_id(coder.coding.tokenizer)
    ids, mask = _rows(sources, fill, left=True, device=model.device)
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    read = model(input_ids=ids, attention_mask=mask, position_ids=positions, use_cache=True, logits_to_keep=1)
    word = "cache" if "cache" in read else "past_key_values"  # as transformers calls it from 5.24 on, and before
    cache = read[word]
    if not all(hasattr(layer, "batch_repeat_interleave") for layer in cache.layers):
        return _score_whole(model, coder, sources, continuations)
    cache.batch_repeat_interleave(count)
    first = read.logits[:, -1:].repeat_interleave(count, 0)
    targets, target_mask = (
        tensor.repeat(len(sources), 1) for tensor in _rows(continuations, fill, left=False, device=model.device)
    )
    if targets.shape[1] == 1:
        return _picked(first, targets, target_mask).view(-1, count)
    steps = torch.arange(targets.shape[1] - 1, device=model.device)
    rest = model(
        input_ids=targets[:, :-1],
        attention_mask=torch.cat([mask.repeat_interleave(count, 0), target_mask[:, :-1]], 1),
        position_ids=mask.sum(-1, keepdim=True).repeat_interleave(count, 0) + steps,
        use_cache=True,
        **{word: cache},
    ).logits
    return _picked(torch.cat([first, rest], 1), targets, target_mask).view(-1, count)


def _score_whole(model: Any, coder: TextCoder, sources: Sequence[Any], continuations: Sequence[Any]) -> Any:
    """Each source again with each continuation: what linear attention remembers of a source cannot be repeated."""
    pairs = [(source, tokens) for source in sources for tokens in continuations]
    examples = [coder.example(number, *pair) for number, pair in enumerate(pairs)]
    sums, _ = summed_losses(model, examples, coder.coding, "tokens", len(examples))
    return -sums.view(-1, len(continuations))


def generate(
    model: Any,
    coder: TextCoder,
    sources: Sequence[Sequence[int]],
    max_new_tokens: int,
    allowed: Callable[[int, Sequence[int]], list[int]] | None = None,
) -> list[list[int]]:
    """Answers, by the settings of the coding.

    Args:
        model: A text model.
        coder: Of its family.
        sources: Token ids to read.
        max_new_tokens: At most this many.
        allowed: (Index of the source, tokens written so far) -> those that may follow; all may, when not given.

    Returns:
        Token ids behind each source, without the end and padding.
    """
    from goodfit.models.fast.wiring import as_padded

    fill = pad_id(coder.coding.tokenizer)
    sized = [Example(index, tuple(source), ()) for index, source in enumerate(sources)]
    answers: list[list[int]] = [[] for _ in sources]
    with evaluating(model), as_padded(model), _set(model, settings_of(coder, max_new_tokens)) as settings:
        for indices in in_batches(sized, coder.coding.batch_size):
            ids, mask = _rows([sources[index] for index in indices], fill, left=coder.is_decoder, device=model.device)
            read = ids.shape[1] if coder.is_decoder else 1
            bound = partial(_allowed, allowed, indices, read, coder.eos) if allowed else None
            written = model.generate(
                input_ids=ids,
                attention_mask=mask,
                generation_config=settings,
                prefix_allowed_tokens_fn=bound,
                logits_processor=_of_answer_alone(coder, read),
            )
            for index, row in zip(indices, written[:, read:].tolist(), strict=True):
                answers[index] = row[: row.index(coder.eos)] if coder.eos in row else row
    return answers


def written_outcomes(
    learner: Writer, model: Any, encoded: Encoded, known: Sequence[bool], answers: Sequence[Sequence[int]]
) -> list[Outcome]:
    """Answers as texts, with their losses where the right answers of all are known.

    Args:
        learner: Whose model it is.
        model: A text model.
        encoded: Of the records.
        known: Whether the right answer is, of each record.
        answers: What ``generate`` wrote for each record: as many tokens as there is room for where no end came.
    """
    losses = losses_if_known(learner, model, encoded, known)
    texts = learner.coder.texts(answers)
    broken_off = [len(ids) >= learner.room for ids in answers]
    return [Outcome(text, None, *found) for text, *found in zip(texts, losses, broken_off, strict=True)]


def settings_of(coder: TextCoder, max_new_tokens: int) -> Any:
    """transformers' settings of generation that answers are measured with; nothing is drawn at random.

    A decoder's runs that may not be written twice are not among them, see ``own_runs``.

    Args:
        coder: Of the model's family.
        max_new_tokens: At most this many.
    """
    from transformers import GenerationConfig

    return GenerationConfig(
        max_new_tokens=max_new_tokens,
        do_sample=False,
        num_beams=coder.coding.num_beams,
        no_repeat_ngram_size=0 if coder.is_decoder else coder.coding.no_repeat_ngram_size,
        use_cache=True,
        pad_token_id=pad_id(coder.coding.tokenizer),
        eos_token_id=coder.eos,
        decoder_start_token_id=coder.coding.decoder_start_id,
    )


def own_runs(coder: TextCoder) -> int:
    """How long the runs are that a decoder may not write twice; 0 where nothing is forbidden, or not by this.

    transformers' own setting looks at a decoder's whole row, and would forbid to copy from the prompt.
    """
    return coder.coding.no_repeat_ngram_size if coder.is_decoder else 0


def _of_answer_alone(coder: TextCoder, read: int) -> list[Callable[[Any, Any], Any]]:
    """What forbids a decoder to write a run twice, blind to the tokens that it read."""
    from transformers import NoRepeatNGramLogitsProcessor

    if not own_runs(coder):
        return []
    forbid = NoRepeatNGramLogitsProcessor(own_runs(coder))
    return [lambda ids, scores: forbid(ids[:, read:], scores)]


@contextmanager
def _set(model: Any, settings: Any) -> Iterator[Any]:
    """Settings of generation in the place of the base's own.

    Those may forbid or punish what is right, as words of the source, and transformers adds them to what it is given.
    """
    base = base_of(model)
    own = base.generation_config
    base.generation_config = settings
    try:
        yield settings
    finally:
        base.generation_config = own


def _allowed(
    allowed: Callable[[int, Sequence[int]], list[int]], indices: Sequence[int], read: int, end: int, row: int, ids: Any
) -> list[int]:
    """What may follow in a row of prompt and answer; behind an end there is nothing but ends."""
    written = ids[read:].tolist()
    return [end] if end in written else allowed(indices[row], written)
