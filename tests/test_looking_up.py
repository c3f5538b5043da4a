"""The verbs that look things up: show, explain, list, plugins, doctor, completion."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import goodfit as package
from goodfit.config.settings import groups, settings

OURS = ("legal", "medical", "finance", "support", "content", "starters", "privacy")


def test_show_names_the_origin_of_each_value(goodfit):
    outcome = goodfit("show", "task=legal", "model=t5", "optim.lr=1e-3", "--json")
    shown, origins = outcome.json, outcome.json["origins"]
    assert (outcome.code, outcome.err) == (0, "")
    assert set(origins) == set(settings())
    assert shown["config"]["optim"]["lr"] == 0.001
    assert (origins["optim.lr"], origins["seed"]) == ("typed", "default")
    assert Path(origins["model.lr"]).parts[-2:] == ("model", "t5.yaml")
    assert Path(origins["task.kind"]).parts[-3:] == ("task", "legal", "clauses.yaml")
    assert Path(origins["training.batch_size"]).parts[-2:] == ("training", "default.yaml")
    assert origins["adapter.name"].startswith("derived: ")
    assert origins["training.epochs"].startswith("derived: ")
    assert (shown["choices"]["task"], shown["choices"]["model"]) == ("legal", "t5")


def test_show_prints_every_setting_in_a_table(goodfit):
    lines = goodfit("show", "task=legal", "model=t5", "optim.lr=1e-3").out.splitlines()
    assert [line.split()[0] for line in lines] == ["setting", *settings()]
    assert next(line.split() for line in lines if line.startswith("optim.lr ")) == ["optim.lr", "0.001", "typed"]


@pytest.mark.parametrize("path", settings())
def test_every_setting_is_explained(goodfit, path):
    outcome = goodfit("explain", path, "--json")
    assert outcome.code == 0
    assert outcome.json["setting"] == path
    assert len(outcome.json["meaning"].split()) >= 3
    assert outcome.json["type"]


def test_explain_prints_meaning_type_range_and_default(goodfit):
    assert goodfit("explain", "optim.weight_decay").out == (
        "optim.weight_decay: Decoupled weight decay, on matrices only: not on biases and norms.\n"
        "  a number, between 0 and 1; default 0.01\n"
    )
    assert {found["setting"] for found in goodfit("explain", "--json").json["settings"]} == set(settings())


@pytest.mark.parametrize("group", groups())
def test_every_option_of_a_group_is_listed_with_who_offers_it_and_a_line_about_it(goodfit, group):
    outcome = goodfit("list", group, "--json")
    assert outcome.code == 0
    assert outcome.json["options"]
    for option in outcome.json["options"]:
        assert option["offered_by"] in ("goodfit", *OURS)
        assert option["description"], option["name"]


@pytest.mark.parametrize("table", ["data", "metrics", "sources", "gates"])
def test_what_plugins_offer_by_name_is_listed(goodfit, table):
    options = goodfit("list", table, "--json").json["options"]
    assert options
    assert all(option["name"].split(".")[0] == option["offered_by"] for option in options if "." in option["name"])


def test_models_are_listed_with_family_licence_and_size(goodfit):
    models = {option["name"]: option for option in goodfit("list", "model", "--json").json["options"]}
    assert {"bert", "t5", "gpt", "custom"} <= set(models)
    bare = [name for name, found in models.items() if not {"family", "licence", "parameters_millions"} <= set(found)]
    assert bare == ["custom", "run"]
    tasks = {option["name"]: option for option in goodfit("list", "task", "--json").json["options"]}
    assert tasks["legal"]["kind"] == tasks["legal/clauses"]["kind"] == "classification"
    assert tasks["legal"]["offered_by"] == "legal"


def test_plugins_are_listed_with_what_they_offer(goodfit):
    listed = {plugin["name"]: plugin for plugin in goodfit("plugins", "list", "--json").json["plugins"]}
    assert {"legal", "starters", "support"} <= set(listed)
    assert all(plugin["state"] == "ok" for plugin in listed.values())
    assert "legal.risk_recall" in listed["legal"]["offers"]
    assert "starters.minilm" in listed["starters"]["offers"]


def test_the_doctor_finds_no_problem_here(goodfit):
    outcome = goodfit("doctor", "--json")
    assert (outcome.code, outcome.json["problems"]) == (0, [])
    assert outcome.json["facts"]["goodfit"] == package.__version__
    assert "legal" in outcome.json["facts"]["plugins"]


@pytest.mark.parametrize(
    ("beginning", "some", "none"),
    [
        pytest.param("tra", ["train", "training=", "training.epochs="], ["optim="], id="head"),
        pytest.param("optim.", ["optim.lr=", "optim.weight_decay="], ["optim=", "model.lr="], id="setting"),
        pytest.param("task=le", ["task=legal", "task=legal/clauses"], ["task=support"], id="option"),
    ],
)
def test_tab_completes_verbs_groups_options_and_settings(goodfit, beginning, some, none):
    words = goodfit("completion", "suggest", f"x{beginning}").out.split()
    assert set(some) <= set(words)
    assert not set(none) & set(words)
    assert all(word.startswith(beginning) for word in words)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_each_shell(goodfit, shell):
    assert "goodfit completion suggest" in goodfit("completion", shell).out
    assert goodfit("completion", shell, "--json").json["shell"] == shell


def test_bash_completes_behind_an_equals_sign(goodfit):
    script = goodfit("completion", "bash").out + 'COMP_LINE="goodfit task=leg"; COMP_POINT=${#COMP_LINE}; _goodfit'
    done = subprocess.run(
        ["bash", "-c", script + '; printf "%s\\n" "${COMPREPLY[@]}"'],
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert {"legal", "legal/clauses"} <= set(done.stdout.split())


def test_tasks_are_listed_with_kind_size_licence_and_origin(goodfit):
    outcome = goodfit("list", "task", "--json")
    offered = [option for option in outcome.json["options"] if option["offered_by"] != "goodfit"]
    assert len({option["name"] for option in offered if "/" in option["name"]}) >= 20
    for option in offered:
        assert set(option["records"]) == {"train", "validation", "test"}
        assert min(option["records"].values()) >= 100
        assert option["kind"] and option["licence"] and option["origin"].startswith("synthetic")
    assert "490 | 120 | 150" in goodfit("list", "task").out
