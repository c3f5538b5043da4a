"""A run on the model of an earlier one: its head goes on, and what the earlier one learnt is told of."""

import json
import re
import shutil
from pathlib import Path

import pytest
import torch
import transformers as hf
import yaml
from safetensors.torch import load_file, save_file
from written import read_json

KIND = ("classification", "encoder")


def found(folder):
    lines = (folder / "findings.jsonl").read_text("utf-8").splitlines()
    return {finding["code"]: finding for finding in map(json.loads, lines)}


def split_of(words, split):
    return next(word for word in reversed(words) if word.startswith(f"dataset.{split}=")).partition("=")[2]


@pytest.fixture
def go_on(goodfit, tmp_path, tiny_words):
    """``go_on(before, name, *words)``: the folder of a run of a step on the model that a run left."""

    def run(before, name, *words):
        own = [word for word in tiny_words(*KIND) if not word.startswith("model")]
        typed = [*own, f"model=run:{before}", "adapter=none", "training.max_steps=1", *words, f"run.dir={name}"]
        outcome = goodfit("train", *typed, "--json")
        assert outcome.code == 0, outcome.err
        return tmp_path / name

    return run


@pytest.fixture(scope="module")
def before(finished):
    """A run that tuned all weights, on records as they come."""
    return finished(*KIND, "adapter=none", "privacy=none", "training.epochs=3")[0]


@pytest.mark.parametrize("adapter", ["none", "lora"])
def test_the_base_is_the_earlier_model_where_that_has_the_labels(go_on, before, adapter):
    after = go_on(before, "after", f"adapter={adapter}")
    metrics, earlier = read_json(after / "metrics.json"), read_json(before / "metrics.json")["tuned"]
    assert metrics["base_is"] == "the base model, with the head that it had"
    for name in ("test/accuracy", "test/loss"):
        assert metrics["base"][name]["value"] == pytest.approx(earlier[name]["value"], abs=1e-5)


def test_an_adapter_that_was_merged_is_a_base(go_on, finished):
    before = finished(*KIND, "adapter=lora", "adapter.merge=true", "optim.lr=0.02")[0]
    after = go_on(before, "after")
    metrics, earlier = read_json(after / "metrics.json"), read_json(before / "metrics.json")["tuned"]
    for name in ("test/accuracy", "test/loss"):
        assert metrics["base"][name]["value"] == pytest.approx(earlier[name]["value"], abs=1e-4)
    assert read_json(after / "run.json")["made_from"][0]["adapter"] == "lora"
    later = go_on(before, "later", "adapter=lora")
    for folder, told in ((after / "model", False), (later / "adapter", True)):
        assert ("belongs on the whole model" in (folder / "README.md").read_text("utf-8")) is told


@pytest.fixture
def without_model(finished, tmp_path):
    """``without_model(kind, family, *words)``: a run that merged its adapter, and the same with the adapter alone."""

    def make(kind, family, *words):
        whole = finished(kind, family, "adapter=lora", "adapter.merge=true", "optim.lr=0.02", *words)[0]
        alone = shutil.copytree(whole, tmp_path / "alone")
        shutil.rmtree(alone / "model")
        return whole, alone

    return make


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        ("classification", "encoder"),
        ("token_classification", "encoder"),
        ("ranking", "encoder"),
        ("generation", "decoder"),
        ("generation", "seq2seq"),
    ],
)
def test_an_adapter_is_merged_where_it_was_not_before(goodfit, without_model, tmp_path, tiny_words, kind, family):
    own = [word for word in tiny_words(kind, family) if not word.startswith("model")]
    weights, figures = [], []
    for number, before in enumerate(without_model(kind, family)):
        typed = [*own, f"model=run:{before}", "adapter=none", "training.max_steps=1", f"run.dir={number}"]
        outcome = goodfit("train", *typed, "--json")
        assert outcome.code == 0, outcome.err
        weights.append(load_file(tmp_path / str(number) / "model" / "model.safetensors"))
        figures.append({**read_json(tmp_path / str(number) / "metrics.json")})
    assert figures[0] == figures[1]
    assert weights[0].keys() == weights[1].keys()
    assert all(weights[1][name].equal(tensor) for name, tensor in weights[0].items())


def test_a_run_on_an_adapter_is_asked_and_made_again_and_begun_from(go_on, goodfit, without_model, tmp_path):
    _, before = without_model(*KIND)
    first = go_on(before, "first", "adapter=lora")
    second = go_on(first, "second", "adapter=lora")
    asked = goodfit("evaluate", second, "--json")
    assert asked.code == 0, asked.err
    told = read_json(second / "metrics.json")
    for name in ("test/accuracy", "test/loss"):
        assert asked.json["metrics"][name]["value"] == pytest.approx(told["tuned"][name]["value"], abs=1e-5)
        of_first = read_json(first / "metrics.json")["tuned"][name]["value"]
        assert told["base"][name]["value"] == pytest.approx(of_first, abs=1e-5)
    assert [run["adapter"] for run in read_json(second / "run.json")["made_from"]] == ["lora", "lora"]
    card = (second / "adapter" / "README.md").read_text("utf-8")
    assert "belongs on the model that the last of them answers with, its adapter merged into its own base" in card
    again = goodfit("reproduce", second)
    assert again.code == 0, again.err
    weights = first / "adapter" / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    outcome = goodfit("predict", second, "a lovely chair")
    assert (outcome.code, outcome.errors[0][0]) == (2, f"{weights} is not what was written")


def test_another_adapter_in_the_place_of_the_earlier_one_is_another_base(go_on, goodfit, without_model, tmp_path):
    _, before = without_model(*KIND)
    first = go_on(before, "first", "adapter=lora")
    second = go_on(first, "second", "adapter=lora")
    shutil.rmtree(first)
    go_on(before, "first", "adapter=lora", "training.max_steps=2")
    ((error, fix),) = goodfit("predict", second, "a lovely chair").errors
    assert error.startswith(f"the run was tuned on {first} with the digest sha256:")
    assert fix == "install the base model that the run was tuned on"


@pytest.mark.parametrize("kind", ["token_classification", "question_answering"])
def test_another_task_begins_from_what_was_told_of_its_texts(goodfit, without_model, tmp_path, tiny_words, kind):
    own = [word for word in tiny_words(*KIND) if not word.startswith("model")]
    weights = []
    for number, before in enumerate(without_model(kind, "encoder")):
        typed = [*own, f"model=run:{before}", "model.layers=1", "training.max_steps=1", f"run.dir={number}"]
        outcome = goodfit("train", *typed, "--json")
        assert outcome.code == 0, outcome.err
        weights.append(load_file(tmp_path / str(number) / "adapter" / "adapter_model.safetensors"))
    assert weights[0].keys() == weights[1].keys()
    assert all(weights[1][name].equal(tensor) for name, tensor in weights[0].items())


def test_an_adapter_goes_into_a_base_in_four_bits_and_not_out_of_one(go_on, goodfit, without_model, tiny_words):
    pytest.importorskip("bitsandbytes")
    _, before = without_model(*KIND)
    after = go_on(before, "after", "adapter=qlora")
    outcome = goodfit("predict", after, "a lovely chair")
    assert outcome.code == 0, outcome.err
    own = [word for word in tiny_words(*KIND) if not word.startswith("model")]
    ((error, fix),) = goodfit("check", *own, f"model=run:{after}").errors
    assert error == f"the run in {after} holds an adapter on a base in 4 bits, which cannot be put into whole weights"
    assert fix == "train it again with adapter=lora, or with adapter=none"


def test_noise_is_no_run(goodfit, before, tiny_words):
    own = [word for word in tiny_words(*KIND) if not word.startswith("model")]
    outcome = goodfit("check", *own, f"model=run:{before}", "model.weights=random")
    error = "model.weights is random, and model=run:PATH takes a run's weights"
    assert (outcome.code, outcome.errors) == (2, [(error, "leave one of them out")])


def test_a_search_finds_the_run_to_begin_from(goodfit, before, finished, tiny_words):
    other = finished(*KIND, "adapter=lora", "adapter.merge=true", "optim.lr=0.02")[0]
    own = [word for word in tiny_words(*KIND) if not word.startswith("model")]
    settings = ["training.max_steps=1", "sweep.trials=2", "sweep.confirmations=0", "run.dir=search"]
    outcome = goodfit("sweep", *own, f"model=run:{before},run:{other}", "adapter=none", *settings, "--json")
    assert outcome.code == 0, outcome.err
    assert {trial["state"] for trial in outcome.json["trials"]} == {"finished"}
    assert len({tuple(trial["words"]) for trial in outcome.json["trials"]}) == 2


@pytest.fixture
def relabelled(tmp_path, rows_of, write_rows):
    """``relabelled(rename)``: the words for data whose labels are called otherwise."""

    def words(rename):
        rows = {
            split: [{**row, "label": rename(row["label"])} for row in rows_of("classification", 24, seed + 5)]
            for seed, split in enumerate(("train", "validation", "test"))
        }
        return [f"dataset.{split}={write_rows(tmp_path / f'{split}.jsonl', own)}" for split, own in rows.items()]

    return words


def head_of(folder):
    weight = load_file(folder / "model" / "model.safetensors")["classifier.weight"]
    return dict(zip(read_json(folder / "model" / "task.json")["labels"], weight, strict=True))


def test_a_head_for_other_labels_is_made_anew_though_it_would_fit(go_on, before, relabelled):
    first = sorted(head_of(before))[0]
    after = go_on(before, "after", *relabelled(lambda label: "other" if label == first else label), "optim.lr=1e-12")
    assert read_json(after / "metrics.json")["base_is"].endswith("(the base model has no head for the task)")
    old, new = head_of(before).values(), head_of(after).values()
    assert len(new) == len(old)
    assert not any(row.equal(learnt) for row in new for learnt in old)


def test_a_head_keeps_each_label_where_their_order_is_another_one(go_on, before, relabelled):
    labels = sorted(head_of(before), reverse=True)
    after = go_on(before, "after", *relabelled(str), f"task.labels=[{','.join(labels)}]", "optim.lr=1e-12")
    new = head_of(after)
    assert list(new) == labels
    for label, row in head_of(before).items():
        torch.testing.assert_close(new[label], row)


SMALL = {"num_hidden_layers": 2, "hidden_size": 32, "num_attention_heads": 2, "intermediate_size": 64}


@pytest.fixture
def classifier(tmp_path, model_folders):
    """``classifier(config, cls, names)``: the folder of a classifier of transformers' own, as the hub has them."""

    def write(config, cls, names):
        torch.manual_seed(3)
        config.id2label, config.label2id = dict(enumerate(names)), {name: place for place, name in enumerate(names)}
        cls(config).save_pretrained(tmp_path / "classifier")
        hf.AutoTokenizer.from_pretrained(model_folders["encoder"]).save_pretrained(tmp_path / "classifier")
        return tmp_path / "classifier"

    return write


def bert(classifier, names):
    return classifier(hf.BertConfig(vocab_size=30_522, **SMALL), hf.BertForSequenceClassification, names)


@pytest.fixture
def train_on(goodfit, tiny_words):
    """``train_on(folder, kind)``: one step on a model in a folder, that changes next to nothing."""

    def run(folder, kind="classification"):
        typed = [*tiny_words(kind, "encoder"), f"model.name={folder}", "adapter=none", "training.max_steps=1"]
        return goodfit("train", *typed, "optim.lr=1e-12", "run.dir=on", "--json")

    return run


@pytest.mark.parametrize("names", [["good", "bad"], ["other", "bad", "good"]], ids=["order", "more"])
def test_a_classifier_of_the_hub_keeps_what_it_learnt_of_the_labels(classifier, train_on, tmp_path, names):
    folder = bert(classifier, names)
    assert train_on(folder).code == 0
    weight = load_file(folder / "model.safetensors")["classifier.weight"]
    for label, row in head_of(tmp_path / "on").items():
        torch.testing.assert_close(row, weight[names.index(label)])


def test_a_head_with_unnamed_outputs_is_made_anew(classifier, train_on, tmp_path):
    folder = bert(classifier, ["good", "bad"])
    config = read_json(folder / "config.json")
    (folder / "config.json").write_text(json.dumps({**config, "id2label": {"0": "good", "2": "bad"}}), "utf-8")
    outcome = train_on(folder)
    assert outcome.code == 0, outcome.err
    assert read_json(tmp_path / "on" / "metrics.json")["base_is"].endswith("(the base model has no head for the task)")


def test_a_head_that_the_weights_lack_is_not_taken_for_learnt(classifier, train_on):
    folder = bert(classifier, ["good", "bad"])
    weights = load_file(folder / "model.safetensors")
    kept = {name: weight for name, weight in weights.items() if not name.startswith("classifier.")}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    outcome = train_on(folder)
    assert outcome.code == 2
    assert "lacks 2 tensors that its config asks for, such as classifier." in outcome.errors[0][0]


@pytest.mark.parametrize(
    ("kind", "config", "cls", "names"),
    [
        pytest.param(
            "classification",
            lambda: hf.XLMConfig(vocab_size=30_522, emb_dim=32, n_layers=2, n_heads=2),
            hf.XLMForSequenceClassification,
            ["one", "two"],
            id="no-initializer-range",
        ),
        pytest.param(
            "token_classification",
            lambda: hf.EuroBertConfig(vocab_size=30_522, num_key_value_heads=2, pad_token_id=0, **SMALL),
            hf.EuroBertForTokenClassification,
            ["O", "B-THING", "I-THING"],
            id="no-bias",
        ),
        pytest.param(
            "token_classification",
            lambda: hf.EuroBertConfig(vocab_size=30_522, num_key_value_heads=2, pad_token_id=0, **SMALL),
            hf.EuroBertForTokenClassification,
            ["I-WHO", "B-WHO", "O"],
            id="no-bias-known",
        ),
    ],
)
def test_heads_of_other_shapes_go_on_or_are_made_anew(classifier, train_on, kind, config, cls, names):
    outcome = train_on(classifier(config(), cls, names), kind)
    assert outcome.code == 0, outcome.err


def test_run_and_card_tell_of_the_runs_before_and_name_no_folder(go_on, before, model_folders):
    first = go_on(before, "first")
    second = go_on(first, "second")
    shutil.rmtree(first)
    runs = read_json(second / "run.json")["made_from"]
    assert [run["task"] for run in runs] == ["classification"] * 2
    assert [run["train"] for run in runs] == [read_json(before / "lock.json")["data"]["train"]] * 2
    assert [run.get("base") for run in runs] == [None, str(model_folders["encoder"])]
    card = (second / "model" / "README.md").read_text("utf-8")
    assert yaml.safe_load(card.split("---")[1])["base_model"] == str(model_folders["encoder"])
    assert f"{before}" not in card
    assert f"{first}" not in card
    assert card.count(f"32 training records, {runs[0]['train']['digest']}; all weights tuned, nothing taken out") == 2


def test_a_test_record_that_an_earlier_run_was_trained_on_is_an_error(go_on, goodfit, before, tiny_words):
    trained = split_of(tiny_words(*KIND), "train")
    test = split_of(tiny_words(*KIND), "test")
    words = [f"dataset.train={test}", f"dataset.test={trained}"]
    after = go_on(before, "after", *words)
    finding = found(after)["data.seen_before"]
    assert (finding["severity"], finding["figure"]) == ("error", 1.0)
    assert finding["message"].startswith("32 of 32 test inputs stand in the training records of a run that the base")
    assert read_json(after / "run.json")["gates"][-1]["passed"] is False
    own = [word for word in tiny_words(*KIND) if not word.startswith("model")]
    stopped = goodfit("check", *own, f"model=run:{before}", *words, "quality.leaks=stop")
    assert (stopped.code, stopped.out) == (2, "")
    assert stopped.errors[0][0] == finding["message"]


def test_a_file_that_an_earlier_run_was_trained_on_is_told_of(
    go_on, goodfit, before, tmp_path, tiny_words, rows_of, write_rows
):
    own = write_rows(tmp_path / "own.jsonl", rows_of("classification", 24, 7))
    after = go_on(before, "after", f"dataset.train={own}")
    outcome = goodfit("evaluate", after, f"dataset.test={split_of(tiny_words(*KIND), 'train')}", "--json")
    assert (outcome.code, outcome.json["trained_on"]) == (0, 32)


def test_an_earlier_run_whose_records_are_gone_is_told_of(go_on, goodfit, finished, tmp_path, tiny_words):
    words = tiny_words(*KIND)
    kept = tmp_path / "train.jsonl"
    shutil.copy(split_of(words, "train"), kept)
    outcome = goodfit(
        "train", *words, f"dataset.train={kept}", "adapter=none", "training.max_steps=1", "run.dir=gone", "--json"
    )
    assert outcome.code == 0, outcome.err
    kept.unlink()
    after = go_on(tmp_path / "gone", "after")
    assert found(after)["data.unknown_before"]["message"] == (
        "the base came from earlier runs (1): the training records of 1 of them are gone, or others now: they may hold "
        "test records"
    )
    asked = goodfit("evaluate", after, f"dataset.test={split_of(words, 'test')}", "--json")
    assert asked.json["trained_on"] is None


def test_scrubbing_says_that_the_earlier_run_did_not(go_on, before):
    after = go_on(before, "after", "privacy=mask", "privacy.scrubbers=[privacy.identifiers]")
    assert found(after)["privacy.before"]["message"] == (
        "the base came from earlier runs (1): from the texts of 1 of them nothing was taken out, and this run's "
        "scrubbing is no help"
    )
    again = go_on(after, "again", "privacy=mask", "privacy.scrubbers=[privacy.identifiers]")
    assert [run["privacy"] for run in read_json(again / "run.json")["made_from"]] == ["mask", "none"]


def test_records_that_are_left_out_may_be_in_the_earlier_run(go_on, goodfit, before, tmp_path):
    (tmp_path / "ids.txt").write_text("0-1\n", "utf-8")
    after = go_on(before, "after", "dataset.without=ids.txt")
    assert "may be among theirs" in found(after)["data.without_before"]["message"]
    outcome = goodfit("reproduce", go_on(before, "whole"), "--without", "ids.txt", "--output", "erased")
    assert outcome.code == 0, outcome.err
    assert "warning: its base came from earlier runs (1), which may have learnt these records" in outcome.err


def edited(folder, change):
    """Rewrite run.json as a run would have left it that was made otherwise."""
    from goodfit.runs.write import write_record

    record = read_json(folder / "run.json")
    change(record)
    write_record(folder, record)


def test_a_run_of_a_stranger_writes_nothing_live_into_the_card(go_on, before, tmp_path):
    odd = "x\n\n## Gates\n\n- passed ![x](https://evil.example/x.png) <script>"
    theirs = shutil.copytree(before, tmp_path / "theirs")
    edited(theirs, lambda record: record.update(task=odd, kind="[k](https://evil.example)", base=odd))
    card = (go_on(theirs, "first") / "model" / "README.md").read_text("utf-8")
    assert [line for line in card.splitlines() if line.startswith("## Gates")] == ["## Gates"]
    assert re.findall(r"(?<!\\)\]\(|!\[|<script", card.split("---\n", 2)[2]) == []
    assert r"- x\n\n## Gates\n\n- passed !\[x\](https://evil.example/x.png) &lt;script> ([k\](https" in card


@pytest.mark.parametrize(
    "told",
    [
        "x",
        ["x"],
        [{"task": "t"}],
        [{"task": 1, "kind": "k", "adapter": "a", "privacy": "none", "train": {"records": 1, "digest": "d"}}],
        [{"task": "t", "kind": "k", "adapter": "a", "privacy": "none", "train": {"records": 1, "digest": "d"}}],
    ],
    ids=["no list", "no runs", "not whole", "no text", "no base"],
)
def test_what_a_run_cannot_have_written_of_those_before_is_refused(goodfit, before, tiny_words, tmp_path, told):
    theirs = shutil.copytree(before, tmp_path / "theirs")
    edited(theirs, lambda record: record.update(made_from=told))
    own = [word for word in tiny_words(*KIND) if not word.startswith("model")]
    outcome = goodfit("check", *own, f"model=run:{theirs}")
    assert outcome.code == 2
    assert outcome.errors[0][0] == f"{theirs / 'run.json'} is damaged"


def test_another_run_in_the_folder_of_an_earlier_one_is_not_taken_for_it(go_on, before, tmp_path, tiny_words):
    train, validation = (split_of(tiny_words(*KIND), split) for split in ("train", "validation"))
    moved = tmp_path / "moved"
    shutil.copytree(before, moved)
    first = go_on(moved, "first")
    shutil.rmtree(moved)
    go_on(before, "moved", f"dataset.train={validation}", f"dataset.validation={train}")
    findings = found(go_on(first, "second"))
    assert "data.seen_before" not in findings
    assert "the training records of 1 of them are gone" in findings["data.unknown_before"]["message"]


def test_a_record_that_an_earlier_run_left_out_is_not_taken_for_seen(go_on, before, tmp_path, tiny_words, write_rows):
    words = tiny_words(*KIND)
    lines = [Path(split_of(words, split)).read_text("utf-8").splitlines()[:20] for split in ("train", "test")]
    rows = [json.loads(line) for part in lines for line in part]
    leaking = write_rows(tmp_path / "leaking.jsonl", [{**row, "id": f"a{n}"} for n, row in enumerate(rows)])
    fixed = go_on(before, "fixed", f"dataset.train={leaking}", "quality.fix=drop", "quality.fixes=[data.leak]")
    assert len(found(fixed)["data.left_out"]["rows"]) == 20
    assert not {"data.seen_before", "data.unknown_before"} & set(found(go_on(fixed, "after")))


@pytest.mark.parametrize("file", ["lock.json", "config.yaml", "findings.jsonl"])
def test_what_is_spoilt_in_a_run_further_back_is_told_of(go_on, before, tmp_path, file):
    copied = tmp_path / "copied"
    shutil.copytree(before, copied)
    first = go_on(copied, "first")
    with (copied / file).open("a", encoding="utf-8") as spoilt:
        spoilt.write("\n")
    assert "the training records of 1 of them" in found(go_on(first, "second"))["data.unknown_before"]["message"]


def test_a_base_of_a_run_that_was_changed_or_did_not_finish_is_refused(goodfit, before, tmp_path, tiny_words):
    copied = tmp_path / "copied"
    shutil.copytree(before, copied)
    own = [word for word in tiny_words(*KIND) if not word.startswith("model")]
    (copied / "run.json").write_text(json.dumps({**read_json(before / "run.json"), "kind": "chat"}), "utf-8")
    outcome = goodfit("check", *own, f"model=run:{copied}")
    assert (outcome.code, outcome.errors[0][0]) == (2, f"{copied}/run.json is not what was written")
    (copied / "run.json").write_text(json.dumps({"status": "failed"}), "utf-8")
    outcome = goodfit("check", *own, f"model=run:{copied}")
    assert (outcome.code, outcome.errors[0][0]) == (2, f"the run in {copied} is failed, not finished")


SHOP = """
from pathlib import Path

from goodfit.hooks import hookimpl
from goodfit.hooks.types import DataSourceSpec

HOOK_API = 1


def files():
    return {"train": Path(TRAIN), "validation": Path(VALIDATION), "test": Path(TEST)}


@hookimpl
def goodfit_register_data_sources():
    about = dict(description="d", licence="x", origin="o")
    return [DataSourceSpec(name="shop.moods", kind="classification", files=files, **about)]
"""


def test_a_plugin_of_an_earlier_run_is_needed_for_its_records_alone(
    goodfit, go_on, before, install, tmp_path, tiny_words
):
    code = SHOP
    for split in ("train", "validation", "test"):
        code = code.replace(split.upper(), repr(split_of(tiny_words(*KIND), split)))
    task = 'name: shop\nkind: classification\ndescription: d\nprompt: "Classify: {text}"\nsource: shop.moods\n'
    folder = install("shop", code, {"task/shop.yaml": task})
    own = [word for word in tiny_words(*KIND) if not word.startswith(("task", "dataset", "model"))]
    made = goodfit("train", "task=shop", *own, f"model=run:{before}", "adapter=none", "run.dir=shop", "--json")
    assert made.code == 0, made.err
    first = go_on(tmp_path / "shop", "first")
    assert "data.unknown_before" not in found(first)
    assert read_json(first / "run.json")["plugins"]["shop"]["uses"] == []
    (folder.parent / "goodfit_shop-1.0.dist-info" / "entry_points.txt").unlink()
    told = found(go_on(tmp_path / "shop", "second"))["data.unknown_before"]["message"]
    assert "the training records of 1 of them are gone" in told


def test_pseudonyms_keep_the_records_of_an_earlier_run_from_being_told(go_on, before):
    after = go_on(before, "after", "privacy=pseudonymise", "privacy.scrubbers=[privacy.identifiers]")
    assert "or have other pseudonyms" in found(after)["data.unknown_before"]["message"]
