"""ranking: find the document that answers a query among many (retrieval)."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from goodfit.data.batches import Example, LabelsAt, collate
from goodfit.data.progress import in_batches
from goodfit.data.records import Record, RowProblem, from_cell
from goodfit.errors import ConfigError
from goodfit.kinds.decoding import continuation_logprobs
from goodfit.kinds.passes import evaluating, losses_if_known, pad_id
from goodfit.kinds.ranking_metrics import ranking_metrics
from goodfit.kinds.shape import Coding, Encoded, Kind, Outcome, Texts, Tokens, learnt_tokens, need_text
from goodfit.kinds.text import SEPARATOR, TextCoder, fill_prompt

if TYPE_CHECKING:
    from torch import Tensor

LISTED = 100
"""Documents in an answer, best first."""

SCORED = 20
"""Documents that a text model reads for each query: the first of BM25's list; the others follow in its order."""

NEGATIVES = 3
"""Wrong documents beside each right one that a text model learns from: those named, filled up with others."""

YES, NO = "yes", "no"


def check(values: Mapping[str, Any], labelled: bool) -> dict[str, Any]:
    """A row's ``query``, ``positive`` and, if there are any, ``negatives``.

    Documents are without the blanks around them: with and without they would be two, one of them always wrong.
    """
    fields: dict[str, Any] = {"query": need_text(values, "query")}
    if labelled:
        fields["positive"] = need_text(values, "positive").strip()
    negatives = from_cell(values.get("negatives")) or ()
    if not isinstance(negatives, list | tuple) or not all(isinstance(one, str) and one.strip() for one in negatives):
        raise RowProblem("negatives is no list of texts (in a cell of a table as JSON)")
    negatives = [one.strip() for one in negatives]
    if fields.get("positive") in negatives:
        raise RowProblem("the positive document is among the negatives")
    if negatives:
        fields["negatives"] = tuple(negatives)
    return fields


def documents_of(records: Iterable[Record]) -> list[str]:
    """All documents that records name, each once: the candidates.

    They stand in the order of their texts, so that no draw and no tie hangs on the order of the rows.
    """
    named = (
        document
        for record in records
        for document in (
            *([record.fields["positive"]] if "positive" in record.fields else ()),
            *_named(record, "negatives"),
        )
    )
    return sorted(set(named))


def _documents_to_search(records: Sequence[Record]) -> list[str]:
    """All documents that records name.

    Raises:
        ConfigError: There are none.
    """
    documents = documents_of(records)
    if not documents:
        raise ConfigError("there are no documents to search", "name them: --documents FOLDER")
    return documents


def with_others(records: Sequence[Record]) -> list[Record]:
    """Records that know which documents other rows call right for the same query: no wrong ones, ``also``."""
    right: dict[str, dict[str, None]] = {}
    for record in records:
        if "positive" in record.fields:
            right.setdefault(record.fields["query"].strip(), {})[record.fields["positive"]] = None
    found = []
    for record in records:
        fields = {name: value for name, value in record.fields.items() if name != "also"}  # of another split
        others = right.get(fields["query"].strip(), {}).keys() - {fields.get("positive")}
        if others and "positive" in fields:
            fields["also"] = tuple(sorted(others))
        found.append(replace(record, fields=fields))
    return found


def _named(record: Record, field: str) -> tuple[str, ...]:
    """The documents that a record names beside the right one: its ``negatives``, or ``also``; mostly none."""
    found: tuple[str, ...] = record.fields.get(field, ())
    return found


def _wrong(record: Record) -> list[str]:
    """The documents that a record calls wrong, without those that another row calls right for the same query."""
    return [document for document in _named(record, "negatives") if document not in _named(record, "also")]


def is_disputed(fields: Mapping[str, Any]) -> bool:
    """Whether a document that a record calls wrong is right for the same query in another row."""
    return not set(fields.get("negatives", ())).isdisjoint(fields.get("also", ()))


class RankByVectors:
    """An encoder makes a vector of each text; a document's likeness to a query is their cosine.

    It learns to tell a query's own document from those of all other queries in the batch.
    """

    head = "vectors"
    outputs = ()
    labels_at: LabelsAt = "pairs"
    monitor = "mrr"

    def __init__(self, coding: Coding) -> None:
        self.coding = coding

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each record: its query, its document, and those that it says are wrong."""
        texts = list(dict.fromkeys([*(record.fields["query"] for record in records), *documents_of(records)]))
        rows, long = self._rows(texts)
        examples, cut = [], []
        for index, record in enumerate(records):
            own = [record.fields["query"], record.fields.get("positive", record.fields["query"])]
            if "positive" in record.fields:
                own += _wrong(record)
            parts = [rows[text] for text in own]
            examples.append(Example(index, tuple(itertools.chain(*parts)), (0,), rows=tuple(map(len, parts))))
            if any(text in long for text in own):
                cut.append(index)
        return Encoded(examples, cut)

    def too_long(self, documents: Sequence[str]) -> set[str]:
        """Those of which only the beginning is read."""
        return self._rows(documents)[1]

    def _rows(self, texts: Sequence[str]) -> tuple[dict[str, list[int]], set[str]]:
        """Token ids of each text, and the texts that are longer than the model reads."""
        limit, tokenizer = self.coding.max_tokens, self.coding.tokenizer
        whole = tokenizer(list(texts), add_special_tokens=True)["input_ids"] if texts else []
        long = {text for text, ids in zip(texts, whole, strict=True) if len(ids) > limit}
        rows = dict(zip(texts, whole, strict=True))
        for text in long:
            rows[text] = tokenizer(text, truncation=True, max_length=limit)["input_ids"]
        return rows, long

    def learns(self, example: Example, tokens: Tokens) -> list[str]:
        """The right document's tokens, which stand behind the query's."""
        query, document = example.rows[:2]
        return tokens(example.inputs[query : query + document])

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """All documents of these records, in the order of their likeness to each query."""
        from goodfit.models.call import LIKENESS_SCALE

        documents = _documents_to_search(records)
        vectors = self._vectors(model, [*(record.fields["query"] for record in records), *documents])
        likeness = LIKENESS_SCALE * vectors[: len(records)] @ vectors[len(records) :].T
        place = {document: number for number, document in enumerate(documents)}
        rivals = likeness.clone()
        for row, record in zip(rivals, records, strict=True):
            row[[place[other] for other in _named(record, "also") if other in place]] = -math.inf  # right, too
        chances = rivals.log_softmax(-1)
        found = []
        for record, row, logs in zip(records, likeness, chances, strict=True):
            order = row.topk(min(LISTED, len(documents))).indices.tolist()
            right = place.get(record.fields.get("positive"))
            loss = None if right is None else -float(logs[right])
            found.append(Outcome([documents[number] for number in order], math.exp(float(logs.max())), loss))
        return found

    def _vectors(self, model: Any, texts: Sequence[str]) -> Tensor:
        """Of each text: (texts, hidden)."""
        import torch

        from goodfit.models.call import embed

        rows, _ = self._rows(list(dict.fromkeys(texts)))
        examples = [Example(index, tuple(rows[text]), ()) for index, text in enumerate(texts)]
        vectors: list[Any] = [None] * len(texts)
        with evaluating(model):
            for indices in in_batches(examples, self.coding.batch_size):
                batch = collate([examples[index] for index in indices], pad_id(self.coding.tokenizer), "rows")
                for index, vector in zip(indices, embed(model, batch.to(model.device)).cpu(), strict=True):
                    vectors[index] = vector
        return torch.stack(vectors)


class RankByText:
    """A text model reads a query with one document and says yes or no; documents are ranked by how sure the yes is.

    Nogueira et al. 2020, https://arxiv.org/abs/2003.06713; it reads the first documents of BM25's list only.
    """

    outputs = ()
    labels_at: LabelsAt = "tokens"
    monitor = "loss"
    learns = learnt_tokens

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.head = f"text_of_{coding.family}"
        self.coder = TextCoder(coding)
        self.said = {word: (*self.coder.answer_ids(word), self.coder.eos) for word in (YES, NO)}
        self.room = max(map(len, self.said.values()))

    @property
    def scored(self) -> list[tuple[int, ...]]:
        """Yes and no."""
        return [self.said[YES], self.said[NO]]

    def encode(self, records: Sequence[Record]) -> Encoded:
        """One example for each record's document, and for some wrong ones."""
        documents = documents_of(records)
        # documents that look right at first sight
        likest = bm25_order([record.fields["query"] for record in records], documents, 1 + 2 * NEGATIVES)
        examples: list[Example] = []
        cut: list[int] = []
        for index, record in enumerate(records):
            wrong = _negatives(record, documents, likest[index])
            for document, said in [(record.fields.get("positive", ""), YES), *((one, NO) for one in wrong)]:
                source, was_cut = self._source(record.fields, document)
                examples.append(self.coder.example(index, source, self.said[said]))
                if was_cut and index not in cut[-1:]:
                    cut.append(index)
        return Encoded(examples, cut)

    def too_long(self, documents: Sequence[str]) -> set[str]:
        """Those that do not fit below a query of no words."""
        return {document for document in documents if self._source({"query": ""}, document)[1]}

    def _source(self, fields: Mapping[str, Any], document: str) -> tuple[tuple[int, ...], bool]:
        """The query's prompt with a document below it."""
        return self.coder.reading(f"{fill_prompt(self.coding.prompt, fields)}{SEPARATOR}{document}", self.room)

    def outcomes(self, model: Any, records: Sequence[Record], encoded: Encoded) -> list[Outcome]:
        """BM25's list, its first documents in the order of the model's yes."""
        documents = _documents_to_search(records)
        orders = bm25_order([record.fields["query"] for record in records], documents, LISTED)
        pairs = [
            (record, document) for record, order in zip(records, orders, strict=True) for document in order[:SCORED]
        ]
        sources = [self._source(record.fields, document)[0] for record, document in pairs]
        logs = iter(continuation_logprobs(model, self.coder, sources, self.scored))
        losses = losses_if_known(self, model, encoded, ["positive" in record.fields for record in records])
        found = []
        for order, loss in zip(orders, losses, strict=True):
            leads = [yes - no for yes, no in itertools.islice(logs, len(order[:SCORED]))]
            places = sorted(range(len(leads)), key=lambda place: -leads[place])
            chance = 1 / (1 + math.exp(-max(min(leads[places[0]], 500), -500)))
            found.append(Outcome([*(order[place] for place in places), *order[SCORED:]], chance, loss))
        return found


def _negatives(record: Record, documents: Sequence[str], likest: Sequence[str]) -> list[str]:
    """Wrong documents beside a record's right one: those that it names, filled up with others.

    Args:
        record: Without a right document there are none beside it.
        documents: All of them.
        likest: Those with the most of the query's words.
    """
    if "positive" not in record.fields:
        return []
    query, positive = record.fields["query"], record.fields["positive"]
    rights = {positive, *_named(record, "also")}
    count = min(NEGATIVES, len(documents) - len(rights.intersection(documents)))
    named = _wrong(record)[:count]
    if len(named) == count:
        return named
    some, others = ([one for one in part if one not in rights] for part in (likest, documents))
    drawn = [
        random.Random(f"held out:{query}:{positive}:{number}").choice((number % 2 and some) or others)
        for number in range(1 + len(named), 1 + count)
    ]
    return [*named, *drawn]


def bm25_order(queries: Sequence[str], documents: Sequence[str], most: int) -> list[list[str]]:
    """Each query's documents by their words alone, best first: BM25 (Robertson and Zaragoza 2009).

    Args:
        queries: Texts.
        documents: Texts, each once.
        most: Documents of each list.
    """
    import bm25s

    if not documents:
        return [[] for _ in queries]
    words = bm25s.tokenize(list(documents), stopwords="en", show_progress=False)
    if not words.vocab:
        return [list(documents[:most]) for _ in queries]
    index = bm25s.BM25()
    index.index(words, show_progress=False)
    asked = bm25s.tokenize(list(queries), stopwords="en", show_progress=False, return_ids=False)
    orders = []
    for one in asked:
        scores = index.get_scores(one) if one else [0.0] * len(documents)
        best = sorted(range(len(documents)), key=lambda place: (-scores[place], place))[:most]
        orders.append([documents[place] for place in best])
    return orders


def _bm25(train: Sequence[Record], records: Sequence[Record]) -> tuple[str, list[Any]]:
    queries = [record.fields["query"] for record in records]
    return "BM25", bm25_order(queries, documents_of(records), LISTED)


def _by_frequency(train: Sequence[Record], records: Sequence[Record]) -> tuple[str, list[Any]]:
    """The same list for every query: documents in the order of how often they are right in training."""
    counts: dict[str, int] = {}
    for record in train:
        counts[record.fields["positive"]] = counts.get(record.fields["positive"], 0) + 1
    order = sorted(documents_of(records), key=lambda document: -counts.get(document, 0))[:LISTED]
    return "the same list for every query", [order] * len(records)


KIND = Kind(
    name="ranking",
    documents=documents_of,
    related=with_others,
    fields={
        "query": "what is looked for",
        "positive": "the document that it is found in",
        "negatives": "documents that are wrong (optional)",
    },
    typed="query",
    prompted=("query",),
    check=check,
    labels=None,
    text=lambda record: record.fields["query"],
    answer=lambda record: record.fields["positive"],
    texts=Texts(names=("query", "positive", "negatives")),
    stratum=lambda record: (),
    learners={"encoder": RankByVectors, "decoder": RankByText, "seq2seq": RankByText},
    metrics=lambda labels: ranking_metrics(),
    untrained=_by_frequency,
    reference=_bm25,
    shown=lambda record, answer: answer[:10],
    of_pairs=True,
    is_disputed=is_disputed,
)
