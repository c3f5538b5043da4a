"""How decoder and seq2seq models answer: continuations are scored, or tokens written one by one among those allowed."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from goodfit.data.batches import Example
from goodfit.data.progress import EVALUATION_TOKENS, in_batches
from goodfit.kinds.passes import evaluating, losses_if_known, pad_id, summed_losses
from goodfit.kinds.shape import Encoded, Outcome
from goodfit.kinds.text import Scorer, TextCoder, Writer
from goodfit.models.memory import BYTES, cache_of_token
from goodfit.models.parts import base_of

SCORED_ROWS = 512
"""Rows (records times labels) of records that are read at once."""

SCORED_BYTES = 2**29
"""What is held of the records for each label that is scored, and the labels' logits: labels are scored so many at a
time that it is no more, but one at least."""

HELD_STATES = 3
"""What is held of an encoder's states for each label: they, and the keys and values of one layer."""


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


def _chosen(logits: Any, targets: Any) -> Any:
    """The targets' log-probabilities: (rows, seq, vocabulary), (rows, seq) -> (rows, seq)."""
    return logits.float().log_softmax(-1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)


def _at_once(coder: TextCoder, sources: int, targets: Any, held: int) -> Iterator[slice]:
    """Labels that are scored at once.

    Args:
        coder: Of the model's family.
        sources: How many are read.
        targets: The labels' tokens, (labels, seq).
        held: Bytes that are held of all sources for each label.
    """
    count, tokens = targets.shape
    size = max(1, SCORED_BYTES // _bytes_of_label(coder, sources, tokens, held))
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


def _bytes_of_label(coder: TextCoder, sources: int, tokens: int, held: int) -> int:
    """What is held of all sources for a label, its logits and their logarithms."""
    return held + sources * tokens * 2 * BYTES * len(coder.coding.tokenizer)


def _score_seq2seq(model: Any, coder: TextCoder, sources: Sequence[Any], continuations: Sequence[Any]) -> Any:
    import torch
    from transformers.modeling_outputs import BaseModelOutput

    count, fill = len(sources), pad_id(coder.coding.tokenizer)
    ids, mask = _rows(sources, fill, left=False, device=model.device)
    states = model.get_encoder()(input_ids=ids, attention_mask=mask).last_hidden_state
    targets, target_mask = _rows(continuations, fill, left=False, device=model.device)
    starts, _ = _rows(
        [(coder.coding.decoder_start_id, *tokens[:-1]) for tokens in continuations], fill, False, model.device
    )
    found = []
    for part in _at_once(coder, count, targets, HELD_STATES * states.nbytes):
        size = part.stop - part.start
        logits = model(
            encoder_outputs=BaseModelOutput(last_hidden_state=states.repeat_interleave(size, 0)),
            attention_mask=mask.repeat_interleave(size, 0),
            decoder_input_ids=starts[part].repeat(count, 1),
            use_cache=False,
        ).logits
        chosen = _chosen(logits, targets[part].repeat(count, 1))
        found.append((chosen * target_mask[part].repeat(count, 1)).sum(-1).view(-1, size))
    return torch.cat(found, 1)


def _score_decoder(model: Any, coder: TextCoder, sources: Sequence[Any], continuations: Sequence[Any]) -> Any:
    import torch

    ids, mask = _rows(sources, pad_id(coder.coding.tokenizer), left=True, device=model.device)
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    read = model(input_ids=ids, attention_mask=mask, position_ids=positions, use_cache=True, logits_to_keep=1)
    word = "cache" if "cache" in read else "past_key_values"  # as transformers calls it from 5.24 on, and before
    cache = read[word]
    if not all(hasattr(layer, "batch_repeat_interleave") for layer in cache.layers):
        return _score_whole(model, coder, sources, continuations)
    targets, target_mask = _rows(continuations, pad_id(coder.coding.tokenizer), left=False, device=model.device)
    first = read.logits[:, -1].float().log_softmax(-1)[:, targets[:, 0]]
    if targets.shape[1] == 1:
        return first
    held = sum(held.nbytes for layer in cache.layers for held in vars(layer).values() if isinstance(held, torch.Tensor))
    found = []
    for part in _at_once(coder, len(sources), targets, held):
        own = cache if part.stop == len(targets) else copy.deepcopy(cache)  # the model adds to it
        own.batch_repeat_interleave(part.stop - part.start)
        rest = _behind_first(model, {word: own}, mask, targets[part], target_mask[part])
        both = torch.cat([first[:, part].reshape(-1, 1), rest], 1) * target_mask[part].repeat(len(sources), 1)
        found.append(both.sum(-1).view(len(sources), -1))
    return torch.cat(found, 1)


def _behind_first(model: Any, read: dict[str, Any], mask: Any, targets: Any, target_mask: Any) -> Any:
    """The log-probabilities of a label's tokens behind its first, for each source and label.

    Args:
        model: A decoder.
        read: What it holds of the sources, once for each label, as transformers calls it.
        mask: Of the sources, (sources, source tokens).
        targets: The labels' tokens, (labels, seq).
        target_mask: Which of those are no padding, (labels, seq).

    Returns:
        (sources times labels, seq - 1).
    """
    import torch

    count, steps = len(targets), torch.arange(targets.shape[1] - 1, device=model.device)
    targets, target_mask = targets.repeat(len(mask), 1), target_mask.repeat(len(mask), 1)
    logits = model(
        input_ids=targets[:, :-1],
        attention_mask=torch.cat([mask.repeat_interleave(count, 0), target_mask[:, :-1]], 1),
        position_ids=mask.sum(-1, keepdim=True).repeat_interleave(count, 0) + steps,
        use_cache=True,
        **read,
    ).logits
    return _chosen(logits, targets[:, 1:])


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


def answer_bytes(learner: Writer, longest: int, records: int, batch_size: int, config: Any) -> int:
    """What is held of the largest batch of records while their answers are scored or written, besides the model.

    Args:
        learner: Of a text model.
        longest: Tokens of the longest example.
        records: How many there are.
        batch_size: Of evaluation.
        config: transformers' config of the model.
    """
    coder, kept = learner.coder, cache_of_token(config)
    rows = max(1, min(batch_size, records, EVALUATION_TOKENS // max(1, longest)))
    if not isinstance(learner, Scorer):
        return rows * coder.coding.num_beams * (longest + learner.room) * kept
    count = len(learner.scored)
    rows = max(1, min(rows, SCORED_ROWS // count))
    state = BYTES * config.get_text_config().hidden_size
    read = rows * longest * (kept if coder.is_decoder else state)
    each = _bytes_of_label(coder, rows, learner.room, read if coder.is_decoder else HELD_STATES * read)
    return read + max(each, min(count * each, SCORED_BYTES))


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
