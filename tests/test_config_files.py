"""Config files: a user's own options count, and nothing in them gets past the schema."""

import pytest

from goodfit.config.written import read_config
from goodfit.errors import ConfigError


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
            "task",
            'labels: ["${oc.env:HOME}", b]\n',
            "'task.labels' is an interpolation, ${oc.env:HOME} ({file})",
            "write the value",
            id="environment in a list",
        ),
        pytest.param(
            "experiment",
            "# @package _global_\nplugins:\n  file: own.py\n",
            "'plugins.file' names code, which an experiment may not ({file})",
            "type it: plugins.file=FILE",
            id="code by an experiment",
        ),
        pytest.param("optim", "lr: " + "[" * 20_000 + "\n", None, "mend the file; it holds values only", id="too deep"),
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
        pytest.param(
            "optim",
            "name: sgd\n\tlr: 0.1\n",
            "{file}:2:1 is not plain YAML: found character '\\t' that cannot start any token",
            "indent with blanks",
            id="tab",
        ),
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


@pytest.mark.parametrize("edit", ["optim:\n  lrr: 1\n", "optim:\n  lr: 7\n", "optimm: {}\n", "seed: x\n"])
def test_an_edited_config_is_refused(tmp_path, edit):
    (tmp_path / "config.yaml").write_text(edit, "utf-8")
    with pytest.raises(ConfigError, match=r"optim|seed"):
        read_config(tmp_path)
