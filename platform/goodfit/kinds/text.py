"""How decoder and seq2seq models read a record and write an answer: ids, scoring, constrained decoding."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from goodfit.data.batches import IGNORED, Example, in_batches
from goodfit.data.records import Record
from goodfit.errors import ConfigError
from goodfit.kinds.passes import evaluating, losses_if_known, pad_id, summed_losses
from goodfit.kinds.shape import Coding, Encoded, Learner, Outcome
from goodfit.models.fast.wiring import as_padded
from goodfit.models.parts import base_of

SEPARATOR = "\n"
"""Between what a decoder reads and what it writes."""

SIGNS = (";", "#", "+", "=")
"""What can stand between labels or behind one: the first that no label holds, so that a text reads one way only."""

SCORED_ROWS = 512
"""Rows (records times labels) that are scored at once."""


@dataclass(frozen=True, slots=True)
class TextCoder:
    """Token ids of prompts and answers, for both text families.

    Raises:
        ConfigError: Nothing would end an answer.
    """

    coding: Coding
    turn_end: int | None = None
    """What ends an answer, where that is not the end of a text."""

    def __post_init__(self) -> None:
        if self.turn_end is None and self.coding.tokenizer.eos_token_id is None:
            raise ConfigError("the model's tokenizer has no end-of-text token", "choose another model")

    @property
    def is_decoder(self) -> bool:
        """Whether prompt and answer share one row."""
        return self.coding.family == "decoder"

    @property
    def eos(self) -> int:
        """The end of a text; it stays in the labels, so that the model learns to stop."""
        return int(self.coding.tokenizer.eos_token_id if self.turn_end is None else self.turn_end)

    def source(self, fields: Mapping[str, Any], room: int) -> tuple[tuple[int, ...], bool]:
        """What the model reads of a record: the prompt, filled; see ``reading``."""
        return self.reading(fill_prompt(self.coding.prompt, fields), room)

    def reading(self, text: str, room: int) -> tuple[tuple[int, ...], bool]:
        """What the model reads.

        Args:
            text: All of it.
            room: Tokens that are kept free for the answer in a decoder's row.

        Returns:
            Token ids, and whether the text had to be cut.
        """
        ids = self.coding.tokenizer(text, add_special_tokens=True)["input_ids"]
        if not self.is_decoder:
            kept = ids[: self.coding.max_tokens - 1]
            return (tuple(ids), False) if len(ids) <= self.coding.max_tokens else ((*kept, self.eos), True)
        ids = ids[:-1] if ids and ids[-1] == self.eos else ids
        end = self.ids(SEPARATOR)
        limit = max(0, self.coding.max_tokens - room - len(end))
        return (*ids[:limit], *end), len(ids) > limit

    def ids(self, text: str) -> tuple[int, ...]:
        """Tokens of a piece of text, with no special ones."""
        return tuple(self.coding.tokenizer(text, add_special_tokens=False)["input_ids"])

    def answer_ids(self, text: str) -> tuple[int, ...]:
        """Tokens of an answer, without its end."""
        return self.ids(f" {text}" if self.is_decoder else text)

    def leave_room(self, label: int) -> None:
        """Refuse labels that leave no room for a text in a decoder's row.

        Args:
            label: Tokens of the longest one, or of the longest list of them that may be written.
        """
        around = len(self.ids(re.sub(r"{\w+}", "", self.coding.prompt))) + len(self.ids(SEPARATOR)) + 4
        if self.is_decoder and label + around >= self.coding.max_tokens:
            raise ConfigError(
                f"the longest label, or list of labels, takes {label} tokens, and of the {self.coding.max_tokens} that "
                "the model reads none are left for a text",
                "shorten the labels, lower task.max_new_tokens for lists of them, or choose a model with a longer "
                "context, or an encoder: model=bert",
            )

    def texts(self, answers: Sequence[Sequence[int]]) -> list[str]:
        """Written answers as texts, with the blanks that were written: some tokenizers take those before signs out."""
        decode = self.coding.tokenizer.batch_decode
        found = decode(answers, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return [text.strip() for text in found]

    def example(
        self, record: int, source: Sequence[int], target: Sequence[int], supervised: Sequence[bool] | None = None
    ) -> Example:
        """An example in the family's own layout.

        Args:
            record: Its index.
            source: What is read.
            target: What is written, its end included.
            supervised: Which target tokens are learnt; all, when not given.

        Raises:
            ConfigError: The model names no token with which a seq2seq answer starts.
        """
        learnt = [
            token if supervised is None or supervised[position] else IGNORED for position, token in enumerate(target)
        ]
        if self.is_decoder:
            return Example(record, (*source, *target[:-1]), (*[IGNORED] * (len(source) - 1), *learnt))
        start = self.coding.decoder_start_id
        if start is None:
            raise ConfigError("the model's config names no decoder_start_token_id", "choose another model")
        return Example(record, tuple(source), tuple(learnt), (start, *target[:-1]))


def label_words(label: str) -> str:
    """A label as a text model writes it."""
    return label.replace("_", " ")


def sign_in_none(labels: Sequence[str]) -> str:
    """The first of ``SIGNS`` that none of these labels holds.

    Raises:
        ConfigError: Each is held by one; names those.
    """
    held = {sign: next((label for label in labels if sign in label), None) for sign in SIGNS}
    for sign, label in held.items():
        if label is None:
            return sign
    shown = ", ".join(f"'{sign}' in '{label}'" for sign, label in held.items())
    raise ConfigError(
        f"a text model writes labels with one of {' '.join(SIGNS)} between them, and they hold them all: {shown}",
        f"take the '{SIGNS[0]}' out of the labels that hold it, or choose an encoder: model=bert",
    )


def fill_prompt(prompt: str, fields: Mapping[str, Any]) -> str:
    """A prompt with a record's fields put in; braces in the fields' texts stay as they are."""
    pieces = prompt
    for name in sorted(fields, key=len, reverse=True):
        if isinstance(fields[name], str):
            pieces = pieces.replace("{" + name + "}", f"\0{name}\0")
    filled = pieces.split("\0")
    return "".join(str(fields[piece]) if index % 2 else piece for index, piece in enumerate(filled))


def encode_written(
    coder: TextCoder, records: Sequence[Record], room: int, answer: Callable[[Record], tuple[int, ...]]
) -> Encoded:
    """One example for each record: its prompt, and its answer, cut to ``room`` tokens.

    Args:
        coder: Of the model's family.
        records: What is asked.
        room: Tokens of an answer; so many are kept free for it in a decoder's row.
        answer: A record's answer, its end included.
    """
    examples, cut, beyond = [], [], {}
    for index, record in enumerate(records):
        source, was_cut = coder.source(record.fields, room)
        target = answer(record)
        examples.append(coder.example(index, source, target[:room]))
        if len(target) > room:
            beyond[index] = len(target)
        if was_cut or index in beyond:
            cut.append(index)
    return Encoded(examples, cut, beyond)


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
    cache = read.past_key_values
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
        past_key_values=cache,
        use_cache=True,
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
    """Greedy answers.

    Args:
        model: A text model.
        coder: Of its family.
        sources: Token ids to read.
        max_new_tokens: At most this many.
        allowed: (Index of the source, tokens written so far) -> those that may follow; all may, when not given.

    Returns:
        Token ids behind each source, without the end and padding.
    """
    fill = pad_id(coder.coding.tokenizer)
    sized = [Example(index, tuple(source), ()) for index, source in enumerate(sources)]
    answers: list[list[int]] = [[] for _ in sources]
    with evaluating(model), as_padded(model), _greedy(model, coder, max_new_tokens) as settings:
        for indices in in_batches(sized, coder.coding.batch_size):
            ids, mask = _rows([sources[index] for index in indices], fill, left=coder.is_decoder, device=model.device)
            read = ids.shape[1] if coder.is_decoder else 1
            bound = partial(_allowed, allowed, indices, read, coder.eos) if allowed else None
            written = model.generate(
                input_ids=ids, attention_mask=mask, generation_config=settings, prefix_allowed_tokens_fn=bound
            )
            for index, row in zip(indices, written[:, read:].tolist(), strict=True):
                answers[index] = row[: row.index(coder.eos)] if coder.eos in row else row
    return answers


def written_outcomes(
    learner: Learner, model: Any, encoded: Encoded, known: Sequence[bool], answers: Sequence[Sequence[int]]
) -> list[Outcome]:
    """Answers as texts, with their losses where the right answers of all are known.

    Args:
        learner: Whose model it is.
        model: A text model.
        encoded: Of the records.
        known: Whether the right answer is, of each record.
        answers: What ``generate`` wrote for each record.
    """
    losses = losses_if_known(learner, model, encoded, known)
    texts = TextCoder(learner.coding).texts(answers)
    return [Outcome(text, None, loss) for text, loss in zip(texts, losses, strict=True)]


@contextmanager
def _greedy(model: Any, coder: TextCoder, max_new_tokens: int) -> Iterator[Any]:
    """Settings of generation that take the most probable token.

    They stand in the place of the base's own, which may forbid or punish what is right, as words of the source, and
    which transformers adds to those that it is given.
    """
    from transformers import GenerationConfig

    base = base_of(model)
    own = base.generation_config
    base.generation_config = GenerationConfig(
        max_new_tokens=max_new_tokens,
        do_sample=False,
        num_beams=1,
        use_cache=True,
        pad_token_id=pad_id(coder.coding.tokenizer),
        eos_token_id=coder.eos,
        decoder_start_token_id=coder.coding.decoder_start_id,
    )
    try:
        yield base.generation_config
    finally:
        base.generation_config = own


def _allowed(
    allowed: Callable[[int, Sequence[int]], list[int]], indices: Sequence[int], read: int, end: int, row: int, ids: Any
) -> list[int]:
    """What may follow in a row of prompt and answer; behind an end there is nothing but ends."""
    written = ids[read:].tolist()
    return [end] if end in written else allowed(indices[row], written)
