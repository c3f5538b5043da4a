"""language_modeling: go on pretraining on a department's raw documents, each family as it was pretrained."""

from __future__ import annotations

import math
import random
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from goodfit.data.batches import IGNORED, Example, LabelsAt
from goodfit.data.records import Record
from goodfit.errors import ConfigError
from goodfit.kinds.language_modeling_metrics import language_metrics
from goodfit.kinds.passes import summed_losses
from goodfit.kinds.shape import Coding, Encoded, Kind, Outcome, Texts, learnt_tokens, need_text
from goodfit.kinds.whole import special_tokens

HIDDEN_SHARE = 0.15
"""Of the tokens: BERT's and T5's own share. Devlin et al. 2019, https://arxiv.org/abs/1810.04805, section 3.1;
Raffel et al. 2020, https://arxiv.org/abs/1910.10683, section 3.3.4."""

MASKED, REPLACED = 0.8, 0.1
"""Of the hidden tokens of an encoder; the rest stay as they are. Devlin et al. 2019, section 3.1."""

SPAN_TOKENS = 3
"""Mean length of a hidden span. Raffel et al. 2020, section 3.3.4."""

PRESET = 32_768
"""Bytes of training text that the compressor knows before: the window of DEFLATE (RFC 1951)."""

Hide = Callable[[int, tuple[int, ...], random.Random], Example]
"""(index of the record, a run of its tokens, what is drawn from) -> an example with some of them hidden."""


def check(values: Mapping[str, Any], labelled: bool) -> dict[str, Any]:
    """A row's ``text``."""
    return {"text": need_text(values, "text")}


class _Reads:
    """What the families share: documents in pieces, and how surprised a model is by them."""

    outputs = ()
    labels_at: LabelsAt = "tokens"
    monitor = "loss"
    learns = learnt_tokens
    counts_bytes = False
    """Whether every token of a text is answered, so that its bytes can be counted."""

    def __init__(self, coding: Coding) -> None:
        self.coding = coding

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """Of each record: nats of the tokens that had to be guessed, and their number."""
        sums, counts = summed_losses(model, encoded.examples, self.coding, self.labels_at, len(records))
        found = []
        for record, nats, tokens in zip(records, sums.tolist(), counts.tolist(), strict=True):
            size = len(record.fields["text"].encode()) if self.counts_bytes else None
            answer = {"nats": nats, "tokens": int(tokens), "bytes": size}
            found.append(Outcome(answer, None, nats / tokens if tokens else math.nan))
        return found

    def _pieces(self, record: Record, limit: int) -> list[tuple[int, ...]]:
        """A document's tokens, in runs of at most so many; a single token at the end joins nobody."""
        ids = self.coding.tokenizer(record.fields["text"], add_special_tokens=False)["input_ids"]
        if not ids:  # signs that the tokenizer leaves out
            ids = [self.coding.tokenizer.unk_token_id or 0]
        runs = [tuple(ids[start : start + limit]) for start in range(0, len(ids), limit)]
        return [run for run in runs if len(run) > 1] or runs[:1]

    def _varied(self, records: Sequence[Record], limit: int, hide: Hide) -> Encoded:
        """One example for each run of tokens, in each epoch with others hidden."""
        runs = [(index, run) for index, record in enumerate(records) for run in self._pieces(record, limit)]

        def vary(place: int, chance: random.Random) -> Example:
            return hide(*runs[place], chance)

        return Encoded([vary(place, random.Random(str(run))) for place, (_, run) in enumerate(runs)], vary=vary)


class PredictNext(_Reads):
    """A decoder predicts each token from those before it, a document's end among them."""

    head = "text_of_decoder"
    counts_bytes = True

    def encode(self, records: Sequence[Record]) -> Encoded:
        """Examples of neighbouring runs share one token: every token but the first is predicted."""
        limit, end = self.coding.max_tokens, self.coding.tokenizer.eos_token_id
        start, _ = special_tokens(self.coding.tokenizer)
        examples = []
        for index, record in enumerate(records):
            text = self.coding.tokenizer(record.fields["text"], add_special_tokens=False)["input_ids"]
            # where a model knows no sign for a beginning, an end stands before the first token, which is predicted, too
            ids = [*(start or (() if end is None else (end,))), *text, *(() if end is None else (end,))]
            for place in range(0, len(ids) - 1, limit):
                run = ids[place : place + limit + 1]
                examples.append(Example(index, tuple(run[:-1]), tuple(run[1:])))
        return Encoded(examples)


class FillMasks(_Reads):
    """An encoder guesses hidden tokens, in each epoch others."""

    head = "masked_text"

    def __init__(self, coding: Coding) -> None:
        super().__init__(coding)
        if coding.tokenizer.mask_token_id is None:
            raise ConfigError("the model's tokenizer has no mask token", "choose a model that was trained with one")
        self.around = special_tokens(coding.tokenizer)

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each run of tokens."""
        limit = self.coding.max_tokens - sum(map(len, self.around))
        return self._varied(records, limit, self._masked)

    def _masked(self, record: int, run: tuple[int, ...], chance: random.Random) -> Example:
        inputs, labels = list(run), [IGNORED] * len(run)
        for place in chance.sample(range(len(run)), max(1, round(HIDDEN_SHARE * len(run)))):
            labels[place] = run[place]
            draw = chance.random()
            if draw < MASKED:
                inputs[place] = self.coding.tokenizer.mask_token_id
            elif draw < MASKED + REPLACED:
                inputs[place] = chance.randrange(len(self.coding.tokenizer))
        before, after = self.around
        silent = [IGNORED] * len(before), [IGNORED] * len(after)
        return Example(record, (*before, *inputs, *after), (*silent[0], *labels, *silent[1]))


class RestoreSpans(_Reads):
    """A seq2seq model writes hidden spans, each behind the sign that stands for it; in each epoch others."""

    head = "text_of_seq2seq"

    def __init__(self, coding: Coding) -> None:
        super().__init__(coding)
        known = coding.tokenizer.get_vocab()
        self.signs = [known[name] for number in range(100) if (name := f"<extra_id_{number}>") in known]
        if not self.signs:
            raise ConfigError("the model's tokenizer has no <extra_id_0>", "choose a T5 model")

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each run of tokens."""
        most = round(len(self.signs) * SPAN_TOKENS / HIDDEN_SHARE)  # there are signs for so many tokens' spans
        limit = min(self.coding.max_tokens - 1, most)
        return self._varied(records, limit, self._corrupted)

    def _corrupted(self, record: int, run: tuple[int, ...], chance: random.Random) -> Example:
        """Hidden and shown spans in turn, the first one shown; how many and how long in all depends on nothing else."""
        hidden = min(len(run), max(1, round(HIDDEN_SHARE * len(run))))
        count = max(1, min(round(hidden / SPAN_TOKENS), len(self.signs), len(run) - hidden))
        shown = _parts(len(run) - hidden, count, chance) if len(run) > hidden else [0]
        inputs: list[int] = []
        target: list[int] = []
        place = 0
        for sign, seen, lost in zip(self.signs, shown, _parts(hidden, count, chance), strict=False):
            inputs += [*run[place : place + seen], sign]
            target += [sign, *run[place + seen : place + seen + lost]]
            place += seen + lost
        end, start = self.coding.tokenizer.eos_token_id, self.coding.decoder_start_id
        if end is None or start is None:
            raise ConfigError("the model has no end of a text, or no start of an answer", "choose a T5 model")
        return Example(record, (*inputs, end), (*target, end), (start, *target))


def _parts(total: int, count: int, chance: random.Random) -> list[int]:
    """A whole cut into so many parts, each at least 1."""
    cuts = sorted(chance.sample(range(1, total), count - 1))
    return [stop - start for start, stop in zip([0, *cuts], [*cuts, total], strict=True)]


def _compressed(train: Sequence[Record], records: Sequence[Record]) -> tuple[str, list[Any]]:
    """What a compressor needs for each text: bits per byte without any model of language."""
    preset = "\n".join(record.fields["text"] for record in train).encode()[-PRESET:]
    answers = []
    for record in records:
        text = record.fields["text"].encode()
        packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=preset)
        size = len(packer.compress(text) + packer.flush())
        answers.append({"nats": 8 * size * math.log(2), "tokens": 0, "bytes": len(text)})
    return f"DEFLATE that knows the last {PRESET // 1024} KiB of the training texts", answers


def _by_frequency(train: Encoded, asked: Encoded, records: int, vocabulary: int) -> tuple[str, list[Any]]:
    """What guesses hidden tokens without a model: how often each is hidden in the training records.

    Every token counts once more than it was seen, so that none is impossible (Laplace's rule of succession).

    Args:
        train: The training records.
        asked: The records that are asked about.
        records: How many these are.
        vocabulary: How many tokens there are.

    Returns:
        Its name, and an answer for each record.
    """
    seen = Counter(token for example in train.examples for token in example.labels if token != IGNORED)
    total = seen.total() + vocabulary
    answers: list[Any] = [{"nats": 0.0, "tokens": 0, "bytes": None} for _ in range(records)]
    for example in asked.examples:
        hidden = [token for token in example.labels if token != IGNORED]
        answers[example.record]["nats"] -= sum(math.log((seen[token] + 1) / total) for token in hidden)
        answers[example.record]["tokens"] += len(hidden)
    return "each token as often as in the training records", answers


KIND = Kind(
    name="language_modeling",
    leaves_whole=True,
    per_token=("perplexity",),
    fields={"text": "a document, of any length"},
    typed="text",
    prompted=(),
    check=check,
    labels=None,
    text=lambda record: record.fields["text"],
    answer=lambda record: "",
    texts=Texts(names=("text",)),
    stratum=lambda record: (),
    learners={"encoder": FillMasks, "decoder": PredictNext, "seq2seq": RestoreSpans},
    metrics=lambda labels: language_metrics(),
    untrained=None,
    headless=_by_frequency,
    reference=_compressed,
    hides_words=True,
)
