"""training.word_dropout: words that a model does not see in training, others in each epoch."""

import json
import random

import pytest
import tokenizers
import torch
import transformers
from safetensors.torch import load_file

from goodfit.data.batches import Example, TrainingData
from goodfit.data.epochs import Planned
from goodfit.kinds.shape import Coding, Encoded
from goodfit.kinds.units import case_marks
from goodfit.kinds.word_dropout import drop_words
from goodfit.training.loader import PlannedBatches
from goodfit.training.pack import PackedTraining

WORDS = ["governing", "law", "Delaware", "unbelievably", "indemnification", "Acme"]


@pytest.fixture
def wordpiece(model_folders):
    return transformers.AutoTokenizer.from_pretrained(model_folders["encoder"])


@pytest.fixture
def bpe():
    """Of few merges, so that most words have several tokens; a word begins with a sign for the blank."""
    made = tokenizers.ByteLevelBPETokenizer()
    made.train_from_iterator(WORDS, vocab_size=280, special_tokens=["<pad>", "<unk>", "<mask>"])
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made._tokenizer, unk_token="<unk>", mask_token="<mask>", pad_token="<pad>"
    )


@pytest.fixture
def letters():
    """Each letter is a token, and none says where a word begins."""
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0, "[MASK]": 1, "a": 2, "b": 3}, "[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Split("", "isolated")
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made, unk_token="[UNK]", mask_token="[MASK]")


def coding_of(tokenizer):
    return Coding(tokenizer, "encoder", ("a",), "", 512, 8, 8)


def varied(tokenizer, words, share, seed):
    """Of each word its tokens, and what of them is read in one epoch."""
    parts = [tokenizer(f" {word}", add_special_tokens=False)["input_ids"] for word in words]
    inputs = tuple(token for part in parts for token in part)
    encoded = Encoded([Example(0, inputs, (0,))])
    found = drop_words(encoded, coding_of(tokenizer), share).vary(0, random.Random(seed))
    assert (found.record, found.labels, len(found.inputs)) == (0, (0,), len(inputs))
    read = iter(found.inputs)
    return parts, [[next(read) for _ in part] for part in parts]


@pytest.mark.parametrize("vocabulary", ["wordpiece", "bpe"])
def test_words_are_hidden_whole(request, vocabulary):
    tokenizer, hidden = request.getfixturevalue(vocabulary), 0
    for seed in range(200):
        parts, read = varied(tokenizer, WORDS, 0.2, seed)
        assert any(len(part) > 1 for part in parts)
        for part, seen in zip(parts, read, strict=True):
            is_hidden = seen == [tokenizer.mask_token_id] * len(part)
            assert is_hidden or seen == part
            hidden += is_hidden
    assert 0.16 < hidden / (200 * len(WORDS)) < 0.24


def test_where_no_token_says_where_words_begin_each_is_drawn(letters):
    read = [varied(letters, ["abab" * 25], 0.5, seed)[1][0] for seed in range(20)]
    shares = [seen.count(letters.mask_token_id) / len(seen) for seen in read]
    assert all(0.3 < share < 0.7 for share in shares)


def test_what_a_tokenizer_puts_in_is_never_hidden_and_a_capitals_mark_goes_with_its_word(wordpiece):
    tokenizer = wordpiece
    mark = case_marks(tokenizer)["first"]
    law, acme = (tokenizer(word, add_special_tokens=False)["input_ids"] for word in ("law", "acme"))
    inputs = (tokenizer.cls_token_id, *law, *acme, mark, tokenizer.sep_token_id)
    vary = drop_words(Encoded([Example(0, inputs, (0,))]), coding_of(tokenizer), 0.5).vary
    read = [vary(0, random.Random(seed)).inputs for seed in range(50)]
    assert {(seen[0], seen[-1]) for seen in read} == {(inputs[0], inputs[-1])}
    hidden = {seen[len(law) + 1 : -1] for seen in read}
    assert hidden == {(*acme, mark), (tokenizer.mask_token_id,) * (len(acme) + 1)}


def weights_of(folder):
    found = load_file(folder / "adapter" / "adapter_model.safetensors")
    return torch.cat([found[name].flatten() for name in sorted(found)])


@pytest.mark.parametrize("kind", ["classification", "token_classification", "question_answering", "ranking"])
def test_a_run_hides_words_in_training_alone_and_the_same_ones_again(goodfit, tiny_words, tmp_path, kind):
    for name, share in (("one", 0.3), ("two", 0.3), ("none", 0)):
        words = [*tiny_words(kind, "encoder"), "training.epochs=1", f"training.word_dropout={share}"]
        outcome = goodfit("train", *words, f"run.dir={name}")
        assert outcome.code == 0, outcome.err
    one, two, none = (weights_of(tmp_path / name) for name in ("one", "two", "none"))
    assert torch.equal(one, two) and not torch.equal(one, none)
    measured = goodfit("evaluate", "one", "--json").json["metrics"]
    written = json.loads((tmp_path / "one" / "metrics.json").read_text("utf-8"))["tuned"]
    assert measured == written


def test_documents_with_hidden_words_are_still_known_as_one(ready):
    prepared, _ = ready("ranking", "encoder")
    coding, encoded = prepared.coding, prepared.encoded["train"]
    batches = []
    for share in (0, 0.3):
        vary = drop_words(encoded, coding, share).vary if share else None
        data = TrainingData(encoded.examples, "pairs", coding.tokenizer.pad_token_id, vary)
        batches.append(PlannedBatches(data, seed=1)[Planned(tuple(range(len(encoded.examples))), 0)])
    whole, hidden = batches
    assert not torch.equal(whole.input_ids, hidden.input_ids)
    assert torch.equal(whole.labels, hidden.labels)
    assert len(set(whole.labels.tolist())) < len(whole.labels)


@pytest.fixture
def shared(monkeypatch):
    """How many trials shared each pass."""
    counts, step = [], PackedTraining.step

    def counted(pack):
        counts.append(len(pack.trials))
        return step(pack)

    monkeypatch.setattr(PackedTraining, "step", counted)
    return counts


@pytest.mark.parametrize(
    ("adapter", "most"),
    [
        pytest.param([], 2, id="all layers"),
        # of the one what its frozen layers make of records is kept, and not of the other
        pytest.param(["adapter.top_layers=1"], 1, id="upper layers"),
    ],
)
def test_trials_that_share_passes_hide_what_they_would_hide_alone(goodfit, tiny_words, tmp_path, shared, adapter, most):
    values = []
    for engine in ("packed", "solo"):
        words = [*tiny_words("classification", "encoder"), *adapter, "training.word_dropout=0,0.3", "sweep.trials=2"]
        words += [f"sweep.engine={engine}", "sweep.width=2", "sweep.pruner=none", "sweep.train_best=false"]
        words += ["sweep.confirmations=0"]
        outcome = goodfit("sweep", *words, f"run.dir={engine}", "--json")
        assert outcome.code == 0, outcome.err
        losses = [read_losses(tmp_path / engine / "trials" / f"000{number}") for number in range(2)]
        assert losses[0] != losses[1]
        values.append(losses)
    assert max(shared) == most
    packed, solo = values
    for one, other in zip(packed, solo, strict=True):
        assert one == pytest.approx(other, rel=1e-5)


def read_losses(trial):
    lines = [json.loads(line) for line in (trial / "history.jsonl").read_text("utf-8").splitlines()]
    return [line["train/loss"] for line in lines if "train/loss" in line]


def test_nothing_is_kept_of_records_that_are_others_in_each_epoch(goodfit, tiny_words):
    words = [*tiny_words("classification", "encoder"), "adapter=head"]
    assert "base kept" in goodfit("check", *words, "--json").json["path"]["name"]
    assert "base kept" not in goodfit("check", *words, "training.word_dropout=0.1", "--json").json["path"]["name"]


@pytest.mark.parametrize(
    ("kind", "family", "why"),
    [
        ("classification", "seq2seq", "this seq2seq has no mask token to hide words behind"),
        ("classification", "decoder", "this decoder has no mask token to hide words behind"),
        ("language_modeling", "encoder", "this kind of task hides words itself"),
    ],
)
def test_where_no_word_can_be_hidden_it_is_refused(goodfit, tiny_words, tmp_path, kind, family, why):
    outcome = goodfit("train", *tiny_words(kind, family), "training.word_dropout=0.1", "run.dir=out")
    assert outcome.code == 2
    assert outcome.errors == [(f"training.word_dropout: {why}", "add training.word_dropout=0")]
    assert not (tmp_path / "out").exists()
