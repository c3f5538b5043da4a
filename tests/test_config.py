"""Configs: everything that is offered composes, typed values arrive as typed, a run's config reads back."""

import dataclasses
import inspect
import json
import random
import re
from pathlib import Path

import hydra
import pytest
import yaml
from omegaconf import OmegaConf

from goodfit.cli.setting_up import compose_words, config_roots
from goodfit.config.compose import as_tree, compose
from goodfit.config.derive import derive
from goodfit.config.grammar import override
from goodfit.config.places import EXAMPLES, core_root, example_model, find_options
from goodfit.config.settings import settings
from goodfit.config.types import validated
from goodfit.config.words import read_words
from goodfit.config.written import read_config, write_config
from goodfit.errors import GoodfitError
from goodfit.schema import RunConf
from goodfit.yaml_values import read_yaml

REPOSITORY = Path(__file__).parents[1]
ROOTS = config_roots()
OPTIONS = find_options(ROOTS)
BASES = [name for name in OPTIONS["model"] if name != "run"]
"""Those that need no run's folder."""
FILES = sorted(path for root in ROOTS for path in root.folder.rglob("*.yaml"))


def composed(*words):
    return compose_words(words, needed=())


@pytest.mark.parametrize(
    ("group", "name"),
    [
        pytest.param(group, name, id=f"{group}={name}")
        for group, names in OPTIONS.items()
        for name in names
        if group not in ("task", "model")
    ],
)
def test_every_option_composes(group, name):
    found = composed(f"{group}={name}")
    assert found.conf.choices[group] == name
    assert found.owners[group] == OPTIONS[group][name].owner


@pytest.mark.parametrize("family", EXAMPLES)
def test_a_model_that_errors_name_is_offered_without_any_plugin(family):
    ours = find_options([core_root()])
    assert example_model(ours, family) in ours["model"]
    assert example_model(OPTIONS, family) == EXAMPLES[family][0]
    with pytest.raises(GoodfitError) as caught:
        compose(["task=classification"], [core_root()])
    assert caught.value.fix.endswith("for example model=bert-base")
    with pytest.raises(GoodfitError) as caught:
        compose(["mails", "task=classification", "model=bert-base"], [core_root()])
    assert caught.value.fix == "for example: goodfit train task=classification model=bert-base"


def assert_composes(task, model):
    found = composed(f"task={task}", f"model={model}")
    conf = found.conf
    assert (conf.choices["task"], conf.choices["model"]) == (task, model)
    assert conf.task.kind is not None
    assert conf.adapter.name == ("none" if conf.model.weights == "random" else "lora")
    assert conf.optim.lr == (conf.model.lr if conf.adapter.name == "none" else conf.model.adapter_lr)
    assert conf.training.epochs == conf.model.epochs
    assert (found.owners["task"], found.owners["model"]) == (
        OPTIONS["task"][task].owner,
        OPTIONS["model"][model].owner,
    )
    return conf


def in_turn(names, others):
    """Each name with one of the others."""
    return [(name, others[number % len(others)]) for number, name in enumerate(names)]


@pytest.mark.parametrize(("task", "model"), in_turn(OPTIONS["task"], ["bert", "gpt", "t5"]))
def test_every_task_composes_with_a_model(task, model):
    assert_composes(task, model)


@pytest.mark.parametrize(("model", "task"), in_turn(BASES, ["legal/clauses", "legal/terms", "generation"]))
def test_every_model_composes_and_says_what_it_is(model, task):
    conf = assert_composes(task, model).model
    if conf.source == "hub" and model != "custom":
        assert re.fullmatch(r"[0-9a-f]{40}", conf.revision or "")
    if model != "custom":
        assert conf.family
        assert conf.licence != "unknown"
        assert conf.parameters_millions


SHARED = [
    "task=legal/clauses",
    "dataset=files",
    "dataset.train=/a,b/it's.csv",
    "dataset.fields.text=utterance",
    "seed=7",
]
VALUES = {
    "optim.lr": ["3e-4", "0.01", "1"],
    "adapter.rank": ["4", "64"],
    "adapter.targets": ["[query,value]", "[0,1]"],
    "task.labels": ["[yes,no]", "null"],
    "training.max_steps": ["null", "12"],
    "privacy.keep": ["[]", "['a, b','it\\'s']"],
    "runtime.deterministic": ["false", "True"],
    "model": ["bert", "minilm", "t5"],
    "adapter": ["lora", "dora", "rslora"],
    "experiment": ["small_data"],
    "training": ["quick", "long"],
}


def as_hydra_composes(words):
    """What Hydra makes of options and values at once."""
    read = read_words(words, OPTIONS)
    hydra.core.global_hydra.GlobalHydra.instance().clear()
    places = ",".join(f"'file://{root.folder}'" for root in ROOTS if root.owner != "goodfit")
    overrides = [f"{group}='{name}'" for group, name in read.choices.items()]
    overrides += [override(key, text) for key, text in read.values.items()]
    with hydra.initialize_config_dir(str(core_root().folder), version_base="1.3"):
        found = hydra.compose("config", [f"hydra.searchpath=[{places}]", *overrides])
    tree = OmegaConf.to_container(found, resolve=True)
    tree["choices"] = dict(composed(*words).conf.choices)
    if "task.labels" not in read.values:
        tree["task"]["labels"] = None
    return derive(validated(tree), read.values)[0]


def test_trials_compose_one_after_another_to_what_hydra_makes_of_each():
    for number in range(20):
        chance = random.Random(number)
        searched = chance.sample(list(VALUES), 6)
        words = [*SHARED, *(f"{key}={chance.choice(VALUES[key])}" for key in searched)]
        found = composed(*words).conf
        assert as_tree(found) == as_tree(as_hydra_composes(words)), words


def test_an_option_that_was_edited_is_read_again(tmp_path):
    file = tmp_path / "optim" / "own.yaml"
    file.parent.mkdir()
    for content, rate in (("name: sgd\nlr: 0.25\n", 0.25), ("name: sgd\nlr: 0.5\n", 0.5)):
        file.write_text(content)
        assert compose_words(["optim=own"], str(tmp_path), needed=()).conf.optim.lr == rate


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: root.owner)
def test_the_folders_of_a_conf_are_fields_of_a_run(root):
    fields = {field.name for field in dataclasses.fields(RunConf)} - {"run", "seed", "choices"} | {"experiment"}
    folders = {path.name for path in root.folder.iterdir() if path.is_dir()}
    assert folders == fields if root.owner == "goodfit" else folders <= fields


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(path.parents[3]).as_posix())
def test_a_config_file_names_no_code_and_says_what_it_is(path):
    text = path.read_text("utf-8")
    assert not re.search(r"_target_|_partial_|\$\{|!!", text)
    content = yaml.safe_load(text)
    assert text.startswith("# ") or content["description"]


def said(option, group):
    """What an option's file says, and what would hold without it: an option that it builds on, or the schema."""
    content = read_yaml(option.path)
    without = {path.removeprefix(f"{group}."): setting.default for path, setting in settings().items()}
    for entry in content.pop("defaults", []):
        if entry != "_self_":
            own, inherited = said(OPTIONS[group][entry.removesuffix("@_here_")], group)
            without |= inherited | own
    return content, without


def test_no_option_repeats_a_default():
    repeated = [
        f"{option.path}: {name}"
        for group, options in OPTIONS.items()
        if group not in ("experiment", "model")  # values over those of other options; what a model's makers say of it
        for option in options.values()
        for content, without in [said(option, group)]
        for name, value in content.items()
        if value == without[name] and name not in ("name", "source", "accelerator")  # what the option is called by
    ]
    assert repeated == []


@pytest.mark.parametrize(
    ("word", "path", "value"),
    [
        pytest.param("run.dir=/tmp/a b/c=d", "run.dir", "/tmp/a b/c=d", id="blanks and equals signs"),
        pytest.param("run.dir=it's", "run.dir", "it's", id="quote"),
        pytest.param("run.dir=$HOME\\", "run.dir", "$HOME\\", id="backslash at the end"),
        pytest.param("run.dir=a\\'b", "run.dir", "a\\'b", id="backslash and quote"),
        pytest.param(
            "task.prompt='Sort, then say: {text}'", "task.prompt", "Sort, then say: {text}", id="quoted comma"
        ),
        pytest.param("task.prompt=no", "task.prompt", "no", id="no stays a text"),
        pytest.param("model.revision=010", "model.revision", "010", id="digits stay a text"),
        pytest.param("precision=16", "precision.name", "16", id="option of digits"),
        pytest.param("task.labels=[no,010]", "task.labels", ["no", "010"], id="list of texts"),
        pytest.param("task.labels=[0,1]", "task.labels", ["0", "1"], id="labels that are numbers"),
        pytest.param("""task.labels=["a, [b]",don't, c d ]""", "task.labels", ["a, [b]", "don't", "c d"], id="quotes"),
        pytest.param("optim.lr=1e-3", "optim.lr", 0.001, id="exponent"),
        pytest.param("optim.lr=1", "optim.lr", 1.0, id="whole number for a fraction"),
        pytest.param("model.max_length=null", "model.max_length", None, id="null"),
        pytest.param("dataset.fields.text=utterance", "dataset.fields", {"text": "utterance"}, id="renamed field"),
    ],
)
def test_a_typed_value_arrives_as_typed(goodfit, word, path, value):
    outcome = goodfit("show", word, "--json")
    assert (outcome.code, outcome.err) == (0, "")
    found = outcome.json["config"]
    for part in path.split("."):
        found = found[part]
    assert found == value


@pytest.mark.parametrize(
    ("words", "error", "fix"),
    [
        pytest.param(
            "dataset.train=x.jsonl",
            "dataset.train was typed, and dataset=task does not read it",
            "add dataset=files",
            id="file without files",
        ),
        pytest.param(
            "dataset=files dataset.name=a/b",
            "dataset.name was typed, and dataset=files does not read it",
            "add dataset=hub",
            id="hub name with files",
        ),
        pytest.param(
            "model=bert model.name=distilbert/distilbert-base-uncased",
            "model.name was typed, and model=bert does not read it",
            "model=custom in place of model=bert",
            id="another name for a plugin's model",
        ),
        pytest.param(
            "adapter=none adapter.rank=4",
            "adapter.rank was typed, and adapter=none does not read it",
            "add adapter=lora",
            id="rank without an adapter",
        ),
        pytest.param(
            "adapter=ia3 adapter.rank=4",
            "adapter.rank was typed, and adapter=ia3 does not read it",
            "add adapter=lora",
            id="rank of an adapter that has none",
        ),
        pytest.param(
            "optim=sgd optim.beta2=0.5",
            "optim.beta2 was typed, and optim=sgd does not read it",
            "add optim=adamw",
            id="second moment of SGD",
        ),
        pytest.param(
            "privacy.delta=1e-6",
            "privacy.delta was typed, and nothing is trained privately",
            "add privacy.epsilon=<number>",
            id="what epsilon may miss, without one",
        ),
        pytest.param(
            "privacy.record_clip=0.1",
            "privacy.record_clip was typed, and nothing is trained privately",
            "add privacy.epsilon=<number>",
            id="a private clip without epsilon",
        ),
        pytest.param(
            "policy.gates=[not_overfit] policy.min_value=0.9",
            "policy.min_value was typed, and no gate of this run reads it",
            "add policy.gates=[not_overfit,min_value]",
            id="the value of no gate",
        ),
    ],
)
def test_a_typed_setting_that_the_run_would_not_read_is_refused(goodfit, words, error, fix):
    outcome = goodfit("check", "task=legal", "model=t5", *words.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [(error, fix)]


@pytest.mark.parametrize(
    ("words", "adapter", "rate"),
    [
        pytest.param("model=bert", "lora", "adapter_lr", id="pretrained weights"),
        pytest.param("model=t5", "none", "lr", id="random weights"),
        pytest.param("model=t5 adapter.rank=4", "lora", "adapter_lr", id="a rank was typed"),
        pytest.param("model=bert adapter=none", "none", "lr", id="typed"),
        pytest.param("model=bert adapter=head", "head", "adapter_lr", id="head"),
    ],
)
def test_adapter_and_rate_are_derived_from_the_model(words, adapter, rate):
    conf = composed("task=legal", *words.split()).conf
    assert conf.adapter.name == adapter
    assert conf.optim.lr == getattr(conf.model, rate)
    assert composed("task=legal", *words.split(), "optim.lr=0.5").conf.optim.lr == 0.5


@pytest.mark.parametrize("adapter", ["lora", "none"])
def test_the_rate_is_one_that_the_optimiser_learns_by(adapter):
    composed_of = {
        name: composed("task=legal", "model=bert", f"adapter={adapter}", f"optim={name}")
        for name in ("adamw", "adafactor", "sgd")
    }
    rates = {name: found.conf.optim.lr for name, found in composed_of.items()}
    assert rates["adafactor"] == rates["adamw"]
    assert rates["sgd"] == pytest.approx(100 * rates["adamw"])
    assert composed_of["sgd"].origins["optim.lr"] == (
        f"derived: 100 times model.{'lr' if adapter == 'none' else 'adapter_lr'}, for adapter={adapter} and optim=sgd"
    )
    assert composed("task=legal", "model=bert", "model.adapter_lr=0.1", "optim=sgd").conf.optim.lr == 1


@pytest.mark.parametrize("task", [name for name in OPTIONS["task"] if "/" in name])
def test_a_written_config_reads_back_equal(tmp_path, task):
    words = [f"task={task}", "model=t5", "experiment=small_data", "optim.lr=3e-4", "dataset.fields.text=utterance"]
    found = composed(*words)
    write_config(found.conf, found.words, tmp_path)
    assert read_config(tmp_path) == found.conf
    assert (tmp_path / "overrides.txt").read_text("utf-8").splitlines() == words
    assert json.dumps(yaml.safe_load((tmp_path / "config.yaml").read_text("utf-8")))


def test_platform_is_no_package():
    assert not (REPOSITORY / "platform" / "__init__.py").exists()


def test_the_trainers_settings_are_parameters_of_the_installed_trainer():
    from pytorch_lightning import Trainer

    from goodfit.training.trainer import PRECISIONS, trainer_settings

    conf = composed("hardware=cpu", "precision=32").conf
    settings = trainer_settings(conf, "cpu", 3)
    assert set(settings) <= set(inspect.signature(Trainer.__init__).parameters)
    assert (settings["max_steps"], settings["accelerator"], settings["precision"]) == (3, "cpu", "32-true")
    assert set(PRECISIONS) == {"32", "bf16", "16"}
