"""Answers: always possible ones, the same in any batch, and scored as a plain forward pass scores them."""

import copy
import math

import pytest
import torch
from tiny import asked, next_logs, with_coding
from transformers import GenerationConfig

from goodfit.data.batches import IGNORED, collate
from goodfit.data.records import Record
from goodfit.kinds import KINDS, find_kind
from goodfit.kinds.decoding import continuation_logprobs, generate
from goodfit.kinds.passes import losses_of, pad_id
from goodfit.kinds.spans import spans_of
from goodfit.models.call import call

LEARNT = [(kind, family) for kind in KINDS for family in find_kind(kind).learners]
learnt = pytest.mark.parametrize(("kind", "family"), [pytest.param(*pair, id="-".join(pair)) for pair in LEARNT])
text_families = pytest.mark.parametrize("family", ["decoder", "seq2seq"])
SOURCES = ["a", "an order of some length came late", "two words", "x " * 30]


def answers_of(prepared, model, records, batch_size=64):
    learner = with_coding(prepared.learner, batch_size=batch_size)
    return learner.outcomes(model, records, learner.encode(records))


@pytest.mark.sampled
@learnt
def test_an_untrained_model_gives_possible_answers_only(lively, kind, family):
    prepared, model = lively(kind, family)
    labels = set(prepared.coding.labels)
    for record, outcome in zip(prepared.splits.test, answers_of(prepared, model, prepared.splits.test), strict=True):
        assert math.isfinite(outcome.loss)
        assert outcome.loss > 0
        if kind == "classification":
            assert outcome.answer in labels
            assert 1 / len(labels) <= outcome.confidence <= 1
            if outcome.answer == record.fields["label"]:
                assert outcome.confidence == pytest.approx(math.exp(-outcome.loss))
        elif kind == "multilabel":
            assert outcome.answer == sorted(labels & set(outcome.answer))
            assert (outcome.confidence is None) == (family != "encoder")
        elif kind == "token_classification":
            borders = record.fields["words"]
            assert all(span["label"] in labels for span in outcome.answer)
            assert all(span["start"] in {start for start, _ in borders} for span in outcome.answer)
            assert all(span["end"] in {end for _, end in borders} for span in outcome.answer)
        elif kind == "question_answering":
            assert outcome.answer in record.fields["context"]
        elif kind == "ranking":
            assert sorted(outcome.answer) == sorted({other.fields["positive"] for other in prepared.splits.test})
        elif kind == "language_modeling":
            assert outcome.loss == pytest.approx(outcome.answer["nats"] / outcome.answer["tokens"])
        else:
            assert isinstance(outcome.answer, str)


@learnt
def test_answers_vary_so_that_the_tests_here_can_fail(lively, kind, family):
    prepared, model = lively(kind, family)
    answers = [str(outcome.answer) for outcome in answers_of(prepared, model, prepared.splits.test)]
    assert len(set(answers)) > 1


@learnt
def test_the_other_records_of_a_batch_change_nothing(lively, kind, family):
    prepared, model = lively(kind, family)
    records = prepared.splits.test[:10]
    together, alone = (answers_of(prepared, model, records, size) for size in (64, 1))
    for one, other in zip(together, alone, strict=True):
        if kind == "language_modeling":
            assert other.answer["tokens"] == one.answer["tokens"]
        else:
            assert other.answer == one.answer
    assert [outcome.loss for outcome in together] == pytest.approx([outcome.loss for outcome in alone], rel=1e-4)
    if kind == "classification":
        assert [o.confidence for o in together] == pytest.approx([o.confidence for o in alone], rel=1e-4)


@pytest.mark.parametrize(("kind", "family"), [pair for pair in LEARNT if pair[0] != "language_modeling"])
def test_a_record_without_its_answer_gets_the_same_answer_and_no_loss(lively, kind, family):
    prepared, model = lively(kind, family)
    records = prepared.splits.test[:6]
    bare = [Record(record.id, find_kind(kind).check(asked(kind, record.fields), False)) for record in records]
    if kind == "ranking":
        listed = tuple(dict.fromkeys(record.fields["positive"] for record in records))
        bare = [Record(record.id, {**record.fields, "negatives": listed}) for record in bare]
    found = answers_of(prepared, model, bare)
    assert [outcome.loss for outcome in found] == [None] * 6
    assert [outcome.answer for outcome in found] == [o.answer for o in answers_of(prepared, model, records)]


@learnt
def test_answering_leaves_the_model_in_its_mode_and_its_weights_alone(lively, kind, family):
    prepared, model = lively(kind, family)
    before = {name: weights.clone() for name, weights in model.state_dict().items()}
    model.train()
    answers_of(prepared, model, prepared.splits.test[:2])
    assert model.training
    model.eval()
    assert all(torch.equal(weights, before[name]) for name, weights in model.state_dict().items())


def plain_logprob(model, coder, source, continuation):
    """The log-likelihood of a continuation, by one forward pass without cache and without padding."""
    with torch.inference_mode():
        if coder.is_decoder:
            logits = model(input_ids=torch.tensor([[*source, *continuation]])).logits[0, len(source) - 1 : -1]
        else:
            written = [coder.coding.decoder_start_id, *continuation[:-1]]
            logits = model(input_ids=torch.tensor([source]), decoder_input_ids=torch.tensor([written])).logits[0]
    return float(logits.log_softmax(-1)[range(len(continuation)), list(continuation)].sum())


@text_families
def test_labels_are_scored_as_by_a_plain_forward_pass(lively, family):
    prepared, model = lively("classification", family)
    coder = prepared.learner.coder
    sources = [coder.source({"text": text}, 8)[0] for text in SOURCES]
    labels = [(*coder.answer_ids(text), coder.eos) for text in ("good", "not so good at all", "bad")]
    assert len({len(tokens) for tokens in labels}) > 1
    found = continuation_logprobs(model, coder, sources, labels)
    expected = [[plain_logprob(model, coder, source, tokens) for tokens in labels] for source in sources]
    for row, right in zip(found, expected, strict=True):
        assert row == pytest.approx(right, rel=1e-4)


@text_families
def test_labels_of_one_token_are_scored_as_by_a_plain_forward_pass(lively, family):
    prepared, model = lively("classification", family)
    coder = prepared.learner.coder
    sources = [coder.source({"text": text}, 8)[0] for text in SOURCES]
    labels = [(token,) for token in (7, 300, 4000)]
    found = continuation_logprobs(model, coder, sources, labels)
    for source, row in zip(sources, found, strict=True):
        assert row == pytest.approx([plain_logprob(model, coder, source, tokens) for tokens in labels], rel=1e-4)


@text_families
@pytest.mark.parametrize(("room", "labels"), [(1, 1), (2**29, 3)], ids=["no room for two", "room for all"])
def test_labels_are_scored_so_many_at_a_time_that_memory_is_bounded(lively, monkeypatch, family, room, labels):
    prepared, model = lively("classification", family)
    coder = prepared.learner.coder
    sources = [coder.source({"text": text}, 8)[0] for text in SOURCES]
    texts = [(*coder.answer_ids(text), coder.eos) for text in ("good", "not so good at all", "bad")]
    right, rows = continuation_logprobs(model, coder, sources, texts), []
    written = "input_ids" if coder.is_decoder else "decoder_input_ids"
    watch = model.register_forward_pre_hook(lambda _, args, words: rows.append(len(words[written])), with_kwargs=True)
    monkeypatch.setattr("goodfit.kinds.decoding.SCORED_BYTES", room)
    try:
        found = continuation_logprobs(model, coder, sources, texts)
    finally:
        watch.remove()
    assert max(rows) == len(sources) * labels
    for row, expected in zip(found, right, strict=True):
        assert row == pytest.approx(expected, rel=1e-6)


@text_families
def test_a_text_is_written_as_by_plain_greedy_decoding(lively, family):
    prepared, model = lively("generation", family)
    coder = prepared.learner.coder
    sources = [coder.source({"source": text}, 8)[0] for text in SOURCES]
    for source, written in zip(sources, generate(model, coder, sources, 6), strict=True):
        expected = []
        while len(expected) < 6:
            if (token := int(next_logs(model, coder, source, expected).argmax())) == coder.eos:
                break
            expected.append(token)
        assert written == expected


@text_families
@pytest.mark.parametrize("size", [1, 2])
def test_no_run_is_written_twice_while_what_is_read_may_be_copied(lively, family, size):
    prepared, model = lively("generation", family)
    coder = with_coding(prepared.learner.coder, no_repeat_ngram_size=size)
    source = coder.source({"source": SOURCES[1]}, 12)[0]
    written = generate(model, coder, [source], 12)[0]
    for read in (source, (*source, *written, *source)):  # the answer stands in what is read
        expected = []
        while len(expected) < 12 and coder.eos not in expected:
            logs = next_logs(model, coder, read, expected).clone()
            runs = zip(*(expected[place:] for place in range(size)), strict=False)
            logs[[run[-1] for run in runs if run[:-1] == tuple(expected[len(expected) - size + 1 :])]] = -math.inf
            expected.append(int(logs.argmax()))
        assert generate(model, coder, [read], 12) == [[token for token in expected if token != coder.eos]]


@text_families
def test_settings_of_generation_that_come_with_a_base_change_no_answer(lively, family):
    prepared, model = lively("generation", family)
    coder = prepared.learner.coder
    sources = [coder.source({"source": text}, 8)[0] for text in SOURCES]
    plain = generate(model, coder, sources, 12)
    own = model.generation_config
    model.generation_config = GenerationConfig(no_repeat_ngram_size=1, repetition_penalty=5.0, min_new_tokens=12)
    try:
        assert generate(model, coder, sources, 12) == plain
        assert model.generation_config.no_repeat_ngram_size == 1
    finally:
        model.generation_config = own


@text_families
def test_blanks_before_signs_are_in_an_answer_as_they_were_written(ready, family):
    coder = ready("generation", family)[0].learner.coder
    tokenizer = copy.deepcopy(coder.coding.tokenizer)
    tokenizer.clean_up_tokenization_spaces = True  # as in folders that older versions of transformers wrote
    tidy = with_coding(coder, tokenizer=tokenizer)
    said = "One , two . You do n't 'm ?"
    assert tidy.texts([coder.answer_ids(said)]) == [said]


def tagged_from_left_to_right(model, learner, record):
    """Spans by constrained greedy decoding, token by token: words are given, the best token of a mark is taken."""
    source = learner.coder.source({"text": record.fields["text"]}, 0)[0]
    text, written, tags = record.fields["text"], [], []
    for start, end in record.fields["words"]:
        first, later = learner.coder.word_ids(text[start:end])
        written += later if written else first
        inside = bool(tags) and tags[-1] != "O"
        fitting = {name: ids for name, ids in learner.marks.items() if inside or name != "I"}
        depth = 0
        while len(fitting) > 1 or depth < len(next(iter(fitting.values()))):
            scores = next_logs(model, learner.coder, source, written)
            best = max({ids[depth] for ids in fitting.values()}, key=lambda token: scores[token])
            fitting = {name: ids for name, ids in fitting.items() if ids[depth] == best}
            written.append(best)
            depth += 1
        (name,) = fitting
        tags.append(f"I-{tags[-1][2:]}" if name == "I" else name)
    return spans_of(tags, record.fields["words"])


@pytest.mark.parametrize("labels", ["[WHO]", "[WHO,WHO_ELSE,PLACE]"], ids=["one label", "labels that begin alike"])
@text_families
def test_tags_are_chosen_as_by_decoding_from_left_to_right(lively, family, labels):
    prepared, model = lively("token_classification", family, f"task.labels={labels}", "dataset.source=files")
    records = prepared.splits.test[:6]
    found = [outcome.answer for outcome in answers_of(prepared, model, records)]
    assert found == [tagged_from_left_to_right(model, prepared.learner, record) for record in records]


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        pytest.param("classification", "encoder", id="sequence classifier"),
        pytest.param("token_classification", "encoder", id="token classifier"),
        pytest.param("classification", "decoder", id="decoder"),
        pytest.param("generation", "seq2seq", id="seq2seq"),
    ],
)
def test_the_loss_is_the_one_that_transformers_computes(lively, kind, family):
    prepared, model = lively(kind, family)
    examples = prepared.encoded["train"].examples[:6]
    batch = collate(examples, pad_id(prepared.coding.tokenizer), prepared.learner.labels_at)
    with torch.inference_mode():
        scores = call(model, batch)
        found = torch.nn.functional.cross_entropy(scores.logits, scores.targets, reduction="sum")
        expected = sum(own_loss(model, family, example) * example.supervised for example in examples)
    assert len(scores.rows) == len(scores.targets) == sum(example.supervised for example in examples)
    assert float(found) == pytest.approx(expected, rel=1e-5)


def own_loss(model, family, example):
    """transformers' loss of one example, without padding; it shifts a decoder's labels itself."""
    ids, labels = example.inputs, example.labels
    if family == "decoder":
        ids, labels = (*ids, labels[-1]), (IGNORED, *labels)
    given = labels[0] if len(labels) == 1 and family == "encoder" else labels
    return float(model(input_ids=torch.tensor([ids]), labels=torch.tensor([given])).loss)


@pytest.mark.parametrize(("kind", "family"), [pair for pair in LEARNT if pair[0] != "ranking"])
def test_the_losses_of_records_are_means_over_their_labels(lively, kind, family):
    prepared, model = lively(kind, family)
    learner, records = prepared.learner, prepared.splits.test[:5]
    encoded = learner.encode(records)
    found = losses_of(learner, model, encoded, len(records))
    for number, record in enumerate(records):
        alone = learner.encode([record])
        batch = collate(alone.examples, pad_id(learner.coding.tokenizer), learner.labels_at)
        with torch.inference_mode():
            scores = call(model, batch)
            expected = torch.nn.functional.cross_entropy(scores.logits, scores.targets)
        assert found[number] == pytest.approx(float(expected), rel=1e-4)
