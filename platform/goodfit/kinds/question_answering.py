"""question_answering: the words of a context that answer a question, or none of them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from goodfit.data.batches import Example, LabelsAt
from goodfit.data.records import Record, RowProblem, from_cell
from goodfit.kinds.decoding import generate
from goodfit.kinds.extract import Extract
from goodfit.kinds.passes import losses_if_known, mean_losses, scores_of
from goodfit.kinds.question_answering_metrics import answer_metrics
from goodfit.kinds.shape import Coding, Encoded, Kind, Outcome, Texts, Tokens, learnt_tokens, need_text
from goodfit.kinds.spans import windows
from goodfit.kinds.text import TextCoder, fill_prompt
from goodfit.kinds.whole import special_tokens_of_pair
from goodfit.texts.words import split_words

LONGEST_QUESTION = 0.25
"""Share of what the model reads that a question may take; the rest is for the context."""

ANSWER_SHARE = 0.25
"""Share of a decoder's row that is kept free for the answer, where the task does not ask for less."""

SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


def check(values: Mapping[str, Any], labelled: bool) -> dict[str, Any]:
    """A row's ``context``, ``question`` and ``answers`` [{text, start}]; SQuAD's own two lists are read, too."""
    context, question = need_text(values, "context"), need_text(values, "question")
    fields: dict[str, Any] = {"context": context, "question": question}
    if labelled:
        fields["answers"] = _answers(values.get("answers"), context)
    return fields


def _answers(given: Any, context: str) -> list[dict[str, Any]]:
    given = [] if isinstance(given, str) and not given.strip() else from_cell(given)
    if isinstance(given, dict) and {"text", "answer_start"} <= set(given):
        given = _paired(given["text"], given["answer_start"])
    if not isinstance(given, list):
        raise RowProblem(
            "answers is missing or no list, in a cell of a table as JSON (of a question without an answer it is empty)"
        )
    found = []
    for answer in given:
        named = answer if isinstance(answer, dict) else {}
        text, start = named.get("text"), named.get("start", named.get("answer_start"))
        if text is None or start is None:
            raise RowProblem("an answer has to be {text, start}")
        if not isinstance(text, str) or not text.strip() or not isinstance(start, int):
            raise RowProblem("an answer has to have some text, and a whole number as its start")
        if context[start : start + len(text)] != text or start < 0:
            raise RowProblem(f"the answer at {start} is not what stands there in the context")
        found.append({"text": text, "start": start})
    return found


def _paired(texts: Any, starts: Any) -> list[dict[str, Any]]:
    """SQuAD's two lists as one."""
    if not isinstance(texts, list) or not isinstance(starts, list) or len(texts) != len(starts):
        raise RowProblem("answers has to have as many texts as starts, in two lists")
    return [{"text": text, "start": start} for text, start in zip(texts, starts, strict=True)]


def is_blurred(fields: Mapping[str, Any]) -> bool:
    """Whether the answer that is learnt begins or ends inside a word, so that it is learnt with the whole word."""
    context, words = fields["context"], split_words(fields["context"])
    for answer in fields["answers"][:1]:
        place = _covered(words, answer["start"], answer["start"] + len(answer["text"]))
        return place is None or context[words[place[0]][0] : words[place[1]][1]] != answer["text"].strip()
    return False


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of a context's tokens or words, with the place of the answer in it."""

    record: int
    first: int
    last: int
    answer: tuple[int, int] | None
    """First and last token or word, counted in the piece; None where no answer lies wholly in it."""


def _pieces(
    record: Record, index: int, parts: Sequence[tuple[int, int]], sizes: Sequence[int], limit: int
) -> tuple[list[_Piece], bool]:
    """The pieces of a context, and whether its answer lies in none of them.

    Args:
        record: With its answers, if they are known.
        index: Of the record.
        parts: First and last character of each token or word.
        sizes: Tokens of each.
        limit: Tokens of a piece.
    """
    right = [(answer["start"], answer["start"] + len(answer["text"])) for answer in record.fields.get("answers", ())]
    place = _covered(parts, *right[0]) if right else None
    pieces = []
    for window in windows(index, sizes, limit):
        inside = place is not None and window.first <= place[0] and place[1] < window.last
        own = (place[0] - window.first, place[1] - window.first) if place and inside else None
        pieces.append(_Piece(index, window.first, window.last, own))
    return pieces, bool(right) and not any(piece.answer for piece in pieces)


def _covered(parts: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """First and last of the tokens or words that a run of characters touches."""
    touched = [place for place, (one, other) in enumerate(parts) if one < end and other > start]
    return (touched[0], touched[-1]) if touched else None


class AnswerByBorders:
    """An encoder with a head for the answer's first and last token; both at the row's first token mean none.

    Devlin et al. 2019, https://arxiv.org/abs/1810.04805, sections 4.2 and 4.3.
    """

    head = "token_classification"
    outputs = ("start", "end")
    labels_at: LabelsAt = "spans"
    monitor = "f1"

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.before, self.between, self.behind = special_tokens_of_pair(coding.tokenizer)

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each window of a context, the question before it."""
        examples, cut, beyond = [], [], {}
        for piece, row, first, _, was_cut in self._windows(records):
            size = piece.answer[1] - piece.answer[0] + 1 if piece.answer else 0
            if size > self.coding.max_new_tokens:
                beyond[piece.record] = size
            labels = tuple(place + first for place in piece.answer) if piece.answer else (0, 0)
            examples.append(Example(piece.record, row, labels, second=first if self.coding.token_types else 0))
            if was_cut and piece.record not in cut[-1:]:
                cut.append(piece.record)
        return Encoded(examples, cut, beyond)

    def _windows(
        self, records: Sequence[Record]
    ) -> Iterator[tuple[_Piece, tuple[int, ...], int, list[tuple[int, int]], bool]]:
        """Every window: its place, what is read, where in that its context begins, the characters of its context's
        tokens, and whether something was cut."""
        for index, record in enumerate(records):
            question, was_long = self._question(record)
            ids, parts = self._context(record)
            first = len(self.before) + len(question) + len(self.between)
            pieces, is_lost = _pieces(record, index, parts, [1] * len(ids), self._room(question))
            for piece in pieces:
                row = (*self.before, *question, *self.between, *ids[piece.first : piece.last], *self.behind)
                yield piece, row, first, parts[piece.first : piece.last], was_long or is_lost

    def _question(self, record: Record) -> tuple[list[int], bool]:
        ids = self.coding.tokenizer(record.fields["question"], add_special_tokens=False)["input_ids"]
        limit = int(self.coding.max_tokens * LONGEST_QUESTION)
        return ids[:limit], len(ids) > limit

    def _context(self, record: Record) -> tuple[list[int], list[tuple[int, int]]]:
        coded = self.coding.tokenizer(
            record.fields["context"], add_special_tokens=False, return_offsets_mapping=True, truncation=False
        )
        if not coded["input_ids"]:  # signs that the tokenizer leaves out
            return [self.coding.tokenizer.unk_token_id or 0], [(0, len(record.fields["context"]))]
        return coded["input_ids"], coded["offset_mapping"]

    def _room(self, question: Sequence[int]) -> int:
        around = len(self.before) + len(self.between) + len(self.behind)
        return max(1, self.coding.max_tokens - around - len(question))

    def learns(self, example: Example, tokens: Tokens) -> list[str]:
        """The answer's tokens."""
        first, last = example.labels
        return tokens(example.inputs[first : last + 1]) if last else ["no answer"]

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """The best run of tokens in any window that beats the window's own 'no answer'."""
        best: dict[int, tuple[float, str, float]] = {}
        sums, counts = np.zeros(len(records)), np.zeros(len(records))
        read = list(self._windows(records))
        for indices, scores in scores_of(model, encoded.examples, self.coding, self.labels_at):
            logs = scores.logits.float().log_softmax(-1).view(len(indices), 2, -1).cpu().numpy()
            losses = scores.losses().view(len(indices), 2).mean(1).tolist()
            for index, (starts, ends), loss in zip(indices, logs, losses, strict=True):
                piece, _, first, parts, _ = read[index]
                sums[piece.record] += loss
                counts[piece.record] += 1
                found = self._best(starts, ends, first, parts, records[piece.record].fields["context"])
                best[piece.record] = max(best.get(piece.record, found), found)
        return [
            Outcome(best[index][1], best[index][2], sums[index] / counts[index] if "answers" in record.fields else None)
            for index, record in enumerate(records)
        ]

    def _best(
        self, starts: Any, ends: Any, first: int, parts: Sequence[tuple[int, int]], context: str
    ) -> tuple[float, str, float]:
        """How much the best answer of a window beats none, the better of both, and its probability."""
        none = float(starts[0] + ends[0])
        one, other = starts[first : first + len(parts)], ends[first : first + len(parts)]
        both = one[:, None] + other[None, :]
        lengths = np.arange(len(parts))[None, :] - np.arange(len(parts))[:, None]
        both = np.where((lengths >= 0) & (lengths < self.coding.max_new_tokens), both, -np.inf)
        place = int(both.argmax())
        start, end = divmod(place, len(parts))
        lead = float(both[start, end]) - none
        if lead <= 0:
            return lead, "", math.exp(none)
        return lead, context[parts[start][0] : parts[end][1]].strip(), math.exp(float(both[start, end]))


class AnswerByText:
    """A text model that writes the answer: words that stand together in the context, or that there is none."""

    outputs = ()
    labels_at: LabelsAt = "tokens"
    monitor = "loss"
    learns = learnt_tokens

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.head = f"text_of_{coding.family}"
        self.coder = TextCoder(coding)
        share = max(8, int(coding.max_tokens * ANSWER_SHARE))
        self.room = min(coding.max_new_tokens, share) if self.coder.is_decoder else coding.max_new_tokens
        self.unknown = (coding.tokenizer.unk_token_id or 0,)

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each window of a context."""
        examples, cut, beyond = [], [], {}
        for piece, extract, source, was_cut in self.read_windows(records):
            target = extract.ids(piece.answer)
            examples.append(self.coder.example(piece.record, source, target[: self.room]))
            if len(target) > self.room:
                beyond[piece.record] = len(target)
            if (was_cut or piece.record in beyond) and piece.record not in cut[-1:]:
                cut.append(piece.record)
        return Encoded(examples, cut, beyond)

    def read_windows(self, records: Sequence[Record]) -> Iterator[tuple[_Piece, Extract, tuple[int, ...], bool]]:
        """Every window: its words, what may be written of it, what is read, and whether something was cut."""
        for index, record in enumerate(records):
            context, (question, was_long) = record.fields["context"], self._question(record)
            words = split_words(context) or [(0, len(context))]
            both = [self.coder.word_ids(context[start:end]) for start, end in words]
            first, later = ([tokens or self.unknown for tokens in form] for form in zip(*both, strict=True))
            longer = [max(len(one), len(other)) for one, other in zip(first, later, strict=True)]
            sizes = [size + gap for size, gap in zip(longer, self._gaps(context, words), strict=True)]
            frame = len(self.coder.ids(fill_prompt(self.coding.prompt, {"question": question, "context": ""})))
            around = frame + self.coder.around
            limit = self.coding.max_tokens - around - (self.room if self.coder.is_decoder else 0)
            pieces, is_lost = _pieces(record, index, words, sizes, max(8, limit))
            for piece in pieces:
                text = context[words[piece.first][0] : words[piece.last - 1][1]]
                source, was_cut = self.coder.source({"question": question, "context": text}, self.room)
                extract = Extract(self.coder, first[piece.first : piece.last], later[piece.first : piece.last])
                yield piece, extract, source, was_cut or is_lost or was_long

    def _question(self, record: Record) -> tuple[str, bool]:
        """The question, and whether its end had to be left out."""
        question = record.fields["question"]
        parts = self.coding.tokenizer(question, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        limit = int(self.coding.max_tokens * LONGEST_QUESTION)
        return (question, False) if len(parts) <= limit else (question[: parts[limit - 1][1]], True)

    def _gaps(self, context: str, words: Sequence[tuple[int, int]]) -> list[int]:
        """Tokens of what stands before each word, where that is more than a blank: line ends, columns."""
        gaps = [context[one:other] for (_, one), (other, _) in pairwise([(0, words[0][0]), *words])]
        return [len(self.coder.ids(gap)) if len(gap) > 1 or gap.strip(" ") else 0 for gap in gaps]

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """Greedy answers; of several windows' answers, the one that the model is surest of."""
        read = list(self.read_windows(records))
        allowed = [extract.allowed for _, extract, _, _ in read]
        sources = [source for _, _, source, _ in read]
        written = generate(model, self.coder, sources, self.room, lambda index, ids: allowed[index](ids))
        found: dict[int, list[tuple[float, str]]] = {index: [] for index in range(len(records))}
        said = [extract.place(ids) for (_, extract, _, _), ids in zip(read, written, strict=True)]
        doubts = self._doubts(model, read, said)
        for (piece, *_), place, doubt in zip(read, said, doubts, strict=True):
            found[piece.record].append((doubt, _text_at(records[piece.record], piece, place)))
        losses = losses_if_known(self, model, encoded, ["answers" in record.fields for record in records])
        answers = [min((one for one in own if one[1]), default=(0.0, ""))[1] for own in found.values()]
        return [Outcome(answer, None, loss) for answer, loss in zip(answers, losses, strict=True)]

    def _doubts(self, model: Any, read: Sequence[Any], said: Sequence[tuple[int, int] | None]) -> list[float]:
        """Mean negative log-likelihood of what was written of each window; 0 where there is nothing to choose."""
        count = max((piece.record for piece, *_ in read), default=-1) + 1
        if len(read) == count:
            return [0.0] * len(read)
        examples = [
            self.coder.example(number, source, extract.ids(place)[: self.room])
            for number, ((_, extract, source, _), place) in enumerate(zip(read, said, strict=True))
        ]
        return mean_losses(model, examples, self.coding, self.labels_at, len(examples))


def _text_at(record: Record, piece: _Piece, place: tuple[int, int] | None) -> str:
    if place is None:
        return ""
    context: str = record.fields["context"]
    words = split_words(context) or [(0, len(context))]
    return context[words[piece.first + place[0]][0] : words[piece.first + place[1]][1]]


def _simplest(train: Sequence[Record], records: Sequence[Record]) -> tuple[str, list[str]]:
    """Never an answer, where most questions have none; else the context's first sentence."""
    without = sum(not record.fields["answers"] for record in train)
    if 2 * without > len(train):
        return "never an answer, as most training questions have none", [""] * len(records)
    return "the context's first sentence", [_sentences(record)[0] for record in records]


def _sentences(record: Record) -> list[str]:
    context = record.fields["context"]
    return [found.strip() for found in SENTENCE.findall(context) if found.strip()] or [context]


def _likest(train: Sequence[Record], records: Sequence[Record]) -> tuple[str, list[str]]:
    """The sentence with most of the question's words."""

    def likest(record: Record) -> str:
        asked = set(re.findall(r"\w+", record.fields["question"].lower()))
        return max(_sentences(record), key=lambda sentence: len(asked & set(re.findall(r"\w+", sentence.lower()))))

    return "the sentence that shares most words with the question", [likest(record) for record in records]


KIND = Kind(
    name="question_answering",
    fields={
        "context": "what the answer stands in",
        "question": "the question",
        "answers": "[{text, start}] in characters; empty where the context has none",
    },
    typed="question",
    prompted=("question", "context"),
    check=check,
    labels=None,
    text=lambda record: f"{record.fields['question']}\n{record.fields['context']}",
    answer=lambda record: json.dumps(record.fields["answers"]),
    texts=Texts(names=("context", "question"), places={"answers": "context"}),
    stratum=lambda record: ("answered" if record.fields["answers"] else "unanswered",),
    learners={"encoder": AnswerByBorders, "decoder": AnswerByText, "seq2seq": AnswerByText},
    metrics=lambda labels: answer_metrics(),
    untrained=_simplest,
    reference=_likest,
    is_blurred=is_blurred,
    told=("token_types",),
    bounds_spans=True,
)
