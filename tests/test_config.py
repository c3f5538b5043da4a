"""Configs: everything that is offered composes, and nothing in a YAML file gets past the schema."""

import dataclasses
import inspect
import json
import re
from pathlib import Path

import pytest
import yaml

from goodfit.cli.main import Arguments
from goodfit.cli.setting_up import compose_words, config_roots
from goodfit.config.places import find_options
from goodfit.config.record import read_config, write_config
from goodfit.errors import ConfigError
from goodfit.schema import RunConf

REPOSITORY = Path(__file__).parents[1]
ROOTS = config_roots(Arguments())
OPTIONS = find_options(ROOTS)
FILES = sorted(path for root in ROOTS for path in root.folder.rglob("*.yaml"))


def composed(*words):
    return compose_words(Arguments(words=list(words)), needed=())


@pytest.mark.parametrize(
    ("group", "name"),
    [pytest.param(group, name, id=f"{group}={name}") for group, names in OPTIONS.items() for name in names],
)
def test_every_option_composes(group, name):
    found = composed(f"{group}={name}")
    assert found.conf.choices[group] == name
    assert found.owners[group] == OPTIONS[group][name].owner


@pytest.mark.parametrize("task", OPTIONS["task"])
def test_every_task_composes_with_every_model(task):
    for model in OPTIONS["model"]:
        conf = composed(f"task={task}", f"model={model}").conf
        assert conf.task.kind is not None
        assert conf.optim.lr == (conf.model.lr if conf.adapter.name == "none" else conf.model.adapter_lr)
        assert conf.adapter.name == ("none" if conf.model.weights == "random" else "lora")
        assert conf.training.epochs == conf.model.epochs


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: root.owner)
def test_the_folders_of_a_conf_are_fields_of_a_run(root):
    fields = {field.name for field in dataclasses.fields(RunConf)} - {"run", "seed", "choices"} | {"experiment"}
    folders = {path.name for path in root.folder.iterdir() if path.is_dir()}
    assert folders == fields if root.owner == "goodfit" else folders <= fields


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(path.parents[3]).as_posix())
def test_a_config_file_names_no_code_and_says_what_it_is(path):
    text = path.read_text("utf-8")
    assert not re.search(r"_target_|_partial_|\$\{|!!|[&*]\w", text)
    content = yaml.safe_load(text)
    assert text.startswith("# ") or content["description"]


@pytest.mark.parametrize("name", OPTIONS["model"])
def test_a_hub_model_has_a_pinned_revision_a_licence_and_a_size(name):
    conf = composed(f"model={name}").conf.model
    if conf.source == "hub" and name != "custom":
        assert re.fullmatch(r"[0-9a-f]{40}", conf.revision or "")
    if name != "custom":
        assert conf.family
        assert conf.licence != "unknown"
        assert conf.parameters_millions


@pytest.fixture
def mine(goodfit, tmp_path):
    """``mine(group, content)``: what ``show <group>=mine`` makes of a user's file, and the file."""

    def show(group, content):
        path = tmp_path / "own" / group / "mine.yaml"
        path.parent.mkdir(parents=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return goodfit("show", f"{group}=mine", "--config-dir", tmp_path / "own", "--json"), path

    return show


def test_a_users_own_option_is_taken_and_named_as_the_origin(mine):
    outcome, path = mine("optim", "name: sgd\nlr: 0.25\n")
    assert outcome.json["config"]["optim"]["lr"] == 0.25
    assert outcome.json["origins"]["optim.lr"] == outcome.json["origins"]["optim.name"] == str(path)


def test_an_experiment_sets_values_of_several_groups_and_typed_words_win(goodfit, mine):
    outcome, _ = mine("experiment", "# @package _global_\ntraining:\n  batch_size: 3\nadapter:\n  rank: 5\nseed: 7\n")
    config = outcome.json["config"]
    assert (config["training"]["batch_size"], config["adapter"]["rank"], config["seed"]) == (3, 5, 7)
    for words in (["experiment=mine", "adapter.rank=2"], ["adapter.rank=2", "experiment=mine"]):
        assert goodfit("show", *words, "--config-dir", "own", "--json").json["config"]["adapter"]["rank"] == 2


ALIAS_BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("group", "content", "error", "fix"),
    [
        pytest.param("optim", "lrr: 1\n", "no setting called 'optim.lrr' ({file})", "did you mean 'lr'?", id="typo"),
        pytest.param(
            "experiment",
            "# @package _global_\noptim:\n  lrr: 1\n",
            "no setting called 'optim.lrr' ({file})",
            "did you mean 'optim.lr'?",
            id="typo in an experiment",
        ),
        pytest.param("optim", "lr: 7\n", "optim.lr is 7.0 ({file})", "choose a value between 0 and 1", id="range"),
        pytest.param(
            "optim",
            "lr: fast\n",
            "optim.lr is 'fast', expected a number ({file})",
            "for example optim.lr=0.1",
            id="type",
        ),
        pytest.param(
            "task",
            "description: no\n",
            "task.description is false, expected text ({file})",
            "for example task.description=text",
            id="no is not a text",
        ),
        pytest.param(
            "model",
            "revision: 010\n",
            "model.revision is 8, expected text ({file})",
            "for example model.revision=text",
            id="010 is not a text",
        ),
        pytest.param(
            "optim",
            "lr: ${oc.env:HOME}\n",
            "'optim.lr' is an interpolation, ${oc.env:HOME} ({file})",
            "write the value",
            id="environment",
        ),
        pytest.param(
            "optim", "_target_: os.system\n", "no setting called 'optim._target_' ({file})", None, id="code by name"
        ),
        pytest.param(
            "optim",
            "lr: !!python/object/apply:os.system [id]\n",
            "{file}:1:5 is not plain YAML: could not determine a constructor for the tag "
            "'tag:yaml.org,2002:python/object/apply:os.system'",
            "mend the file; it holds values only",
            id="tag",
        ),
        pytest.param(
            "optim",
            ALIAS_BOMB,
            "{file}:1:4 is not plain YAML: anchors and aliases are not allowed",
            "mend the file; it holds values only",
            id="alias bomb",
        ),
        pytest.param(
            "optim",
            "name: sgd\nlr: 0.1\nname: adamw\n",
            "{file}:3:1 is not plain YAML: 'name' stands twice",
            "mend the file; it holds values only",
            id="key twice",
        ),
        pytest.param("optim", "? [a, b]\n: 1\n", None, None, id="key that is a list"),
        pytest.param("optim", "lr: [\n", None, "mend the file; it holds values only", id="broken"),
        pytest.param("optim", b"name: \xff\n", None, "mend the file; it holds values only", id="not UTF-8"),
        pytest.param(
            "optim",
            "# " + "x" * 10_000_000 + "\n",
            "{file} has more than 200000 bytes",
            "a config file holds a few values; split it",
            id="ten megabytes",
        ),
        pytest.param(
            "optim", "- a\n", "{file} holds list, expected names and values", "write 'name: value'", id="a list"
        ),
        pytest.param(
            "optim",
            "defaults:\n  - ../../../secret@_here_\n",
            "the defaults of {file} name '../../../secret@_here_', which is no option of optim",
            "write '- <option>@_here_' with an option of the same folder",
            id="defaults outside",
        ),
        pytest.param(
            "optim",
            "defaults:\n  - override /model: gpt\n",
            "the defaults of {file} name {{'override /model': 'gpt'}}, which is no option of optim",
            "write '- <option>@_here_' with an option of the same folder",
            id="defaults of another group",
        ),
        pytest.param("optim", "# @package model\nlr: 0.5\n", None, None, id="sends its values to another group"),
        pytest.param("optim", "# @package _global_\nlr: 0.5\n", None, None, id="sends its values nowhere"),
        pytest.param("experiment", "optim:\n  lr: 0.5\n", None, None, id="experiment without its package"),
    ],
)
def test_a_mistake_in_a_users_file_is_named_with_the_file(mine, group, content, error, fix):
    outcome, path = mine(group, content)
    assert outcome.code == 2, outcome.out
    ((what, how),) = outcome.errors
    assert str(path) in what
    if error is not None:
        assert what == error.replace("{file}", str(path)).replace("{{", "{").replace("}}", "}")
    if fix is not None:
        assert how == fix


def test_a_users_option_may_not_take_a_name_that_is_offered(goodfit, tmp_path):
    path = tmp_path / "own" / "task" / "legal.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("name: legal\n", "utf-8")
    outcome = goodfit("show", "task=legal", "--config-dir", "own")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [("task=legal is offered twice, by legal and by user", f"rename {path}")]


@pytest.mark.parametrize(
    ("word", "path", "value"),
    [
        pytest.param("run.dir=/tmp/a b/c=d", "run.dir", "/tmp/a b/c=d", id="blanks and equals signs"),
        pytest.param("run.dir=it's", "run.dir", "it's", id="quote"),
        pytest.param("run.dir=$HOME\\", "run.dir", "$HOME\\", id="backslash at the end"),
        pytest.param("run.dir=a\\'b", "run.dir", "a\\'b", id="backslash and quote"),
        pytest.param("task.prompt=Sort, then say: {text}", "task.prompt", "Sort, then say: {text}", id="prompt"),
        pytest.param("task.prompt=no", "task.prompt", "no", id="no stays a text"),
        pytest.param("model.revision=010", "model.revision", "010", id="digits stay a text"),
        pytest.param("precision=16", "precision.name", "16", id="option of digits"),
        pytest.param("task.labels=[no,010]", "task.labels", ["no", "010"], id="list of texts"),
        pytest.param("task.labels=[0,1]", "task.labels", ["0", "1"], id="labels that are numbers"),
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


@pytest.mark.parametrize("task", [name for name in OPTIONS["task"] if "/" in name])
def test_a_written_config_reads_back_equal(tmp_path, task):
    words = [f"task={task}", "model=t5", "experiment=small_data", "optim.lr=3e-4", "dataset.fields.text=utterance"]
    found = composed(*words)
    write_config(found.conf, found.words, tmp_path)
    assert read_config(tmp_path) == found.conf
    assert (tmp_path / "overrides.txt").read_text("utf-8").splitlines() == words
    assert json.dumps(yaml.safe_load((tmp_path / "config.yaml").read_text("utf-8")))


@pytest.mark.parametrize("edit", ["optim:\n  lrr: 1\n", "optim:\n  lr: 7\n", "optimm: {}\n", "seed: x\n"])
def test_an_edited_config_is_refused(tmp_path, edit):
    (tmp_path / "config.yaml").write_text(edit, "utf-8")
    with pytest.raises(ConfigError, match="optim|seed"):
        read_config(tmp_path)


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
