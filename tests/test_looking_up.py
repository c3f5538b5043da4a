"""The verbs that look things up: show, explain, list, plugins, doctor, completion."""

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import goodfit as package
from goodfit.config.settings import groups, settings
from goodfit.extras import EXTRAS, is_installed
from goodfit.kinds import KINDS, find_kind
from goodfit.sweeps.propose import MEASURED

OURS = ("legal", "medical", "finance", "support", "content", "starters", "privacy")


def test_show_names_the_origin_of_each_value(goodfit):
    outcome = goodfit("show", "task=legal", "model=t5", "optim.lr=1e-3", "--json")
    shown, origins = outcome.json, outcome.json["origins"]
    assert (outcome.code, outcome.err) == (0, "")
    assert set(origins) == set(settings())
    assert shown["config"]["optim"]["lr"] == 0.001
    assert (origins["optim.lr"], origins["seed"], origins["training.batch_size"]) == ("typed", "default", "default")
    assert Path(origins["model.lr"]).parts[-2:] == ("model", "t5.yaml")
    assert Path(origins["task.kind"]).parts[-3:] == ("task", "legal", "clauses.yaml")
    assert Path(origins["privacy.scrubbers"]).parts[-2:] == ("privacy", "auto.yaml")
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
        "optim.weight_decay: Weight decay, on matrices only: not on biases, norms and the scales of ``adapter=ia3``. "
        "Decoupled from the gradient; with SGD it is added to it, and goes through the momentum.\n"
        "  a number, between 0 and 1; default 0.01\n"
    )
    assert {found["setting"] for found in goodfit("explain", "--json").json["settings"]} == set(settings())


def test_explain_says_the_default_of_the_option_that_a_run_starts_with(goodfit):
    assert goodfit("explain", "privacy.mode").out.splitlines()[1].endswith("; default auto, of privacy=auto")
    assert goodfit("explain", "privacy.scrubbers", "--json").json["default"][0] == "privacy.identifiers"
    listed = {line.split()[0]: line.split()[1] for line in goodfit("explain", "privacy").out.splitlines()[3:]}
    assert listed["privacy.mode"] == "auto"


def test_explain_says_what_a_setting_without_a_default_is_derived_from(goodfit):
    outcome = goodfit("explain", "optim.lr")
    assert outcome.out.splitlines()[1] == (
        "  a number, between 0 and 1; default derived: model.adapter_lr, with adapter=none model.lr, and with "
        "optim=sgd 100 times as much (model.adapter_lr is 0.0005, model.lr is 5e-05, where the chosen model says "
        "nothing else); goodfit show WORDS has the value of a run"
    )
    listed = {line.split()[0]: line.split()[1] for line in goodfit("explain", "training").out.splitlines()[2:]}
    assert (listed["training.epochs"], listed["training.max_steps"]) == ("derived", "null")


@pytest.mark.parametrize("kind", KINDS)
def test_every_metric_of_a_kind_is_explained(goodfit, kind):
    for number, spec in enumerate(find_kind(kind).metrics(())):
        word = spec.name if number % 2 and spec.name not in groups() else f"test/{spec.name}"
        found = goodfit("explain", word, "--json").json["terms"]
        (own,) = [term for term in found if kind in term["kinds"]]
        assert (own["sort"], own["meaning"]) == ("metric", spec.description)
        assert own["better"] == ("higher" if spec.greater_is_better else "lower")


@pytest.mark.parametrize(
    ("word", "line"),
    [
        pytest.param(
            "f1_macro",
            "f1_macro, a metric of classification, multilabel: Mean over labels of F1 (higher is better)",
            id="f1",
        ),
        pytest.param(
            "loss",
            "loss, a metric: Mean negative log-likelihood of the right answer, in nats (lower is better)",
            id="loss",
        ),
        pytest.param(
            "unknown",
            "unknown, a verdict: Fewer than 20 held-out records (groups, where records have them); a metric "
            "that is not defined on these or on the training probe; scored only once; or labels of held-out records "
            "that are not better than the same ones dealt to them at random.",
            id="verdict",
        ),
        pytest.param(
            "legal.risk_recall",
            "legal.risk_recall, a metric of classification: Risk clauses found, of all that are labelled indemnity, "
            "limitation_of_liability, termination; 0 to 1. (higher is better)",
            id="a plugin's",
        ),
        pytest.param("not_overfit", "not_overfit, a gate: The fit verdict is not ``overfit``.", id="gate"),
        pytest.param("privacy.no_leak", "privacy.no_leak, a gate: No leak test warns.", id="a plugin's gate"),
        pytest.param("quality.secrets", "quality.secrets, an audit: Keys and passwords.", id="audit"),
        pytest.param(
            "quality.linear",
            "quality.linear, an audit: Whether the tuned model is ahead of a linear model of the words.",
            id="nearly a setting",
        ),
        pytest.param(
            "paired",
            "paired, a word of a result: The difference tuned - base on the same test records, with its 95 % interval "
            "and p.",
            id="word of a result",
        ),
        pytest.param(
            "canary_bits",
            "canary_bits, a limit: mean exposure of planted secrets in bits; by chance 1.44",
            id="limit",
        ),
    ],
)
def test_words_of_a_result_are_explained(goodfit, word, line):
    assert goodfit("explain", word).out == f"{line}\n"


OF_RESULTS = [
    "tuned", "base", "reference", "n", "units", "paired", "paired_reference", "p", "p_corrected", "at_random", "review",
    "preempted",
]  # fmt: skip


@pytest.mark.parametrize("word", OF_RESULTS)
def test_every_word_of_a_result_is_explained(goodfit, word):
    (term,) = goodfit("explain", word, "--json").json["terms"]
    assert term["sort"] == "word of a result" and term["meaning"]


@pytest.mark.parametrize("verdict", ["good", "overfit", "underfit", "unknown"])
def test_every_verdict_is_explained(goodfit, verdict):
    (term,) = goodfit("explain", verdict, "--json").json["terms"]
    assert term["sort"] == "verdict"


OF_TRIALS = ["worth", "corrected", "confirmed", "front", "finished", "stopped", "pruned", "failed", *MEASURED]


@pytest.mark.parametrize("word", OF_TRIALS)
def test_every_word_of_a_search_is_explained(goodfit, word):
    (term,) = goodfit("explain", word, "--json").json["terms"]
    assert term["sort"] == "word of a search" and term["meaning"]


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


def test_the_doctor_looks_for_what_every_extra_installs():
    needed = map(Requirement, importlib.metadata.requires("goodfit"))
    marked = [(need.name, str(need.marker)) for need in needed if need.marker and "extra" in str(need.marker)]
    assert {package: f'extra == "{extra}"' for package, (extra, _) in EXTRAS.items()} == {
        name: extra for name, extra in marked if "test" not in extra and "benchmark" not in extra
    }


def test_the_doctor_says_what_installs_a_missing_package(goodfit, monkeypatch):
    monkeypatch.setitem(sys.modules, "deepspeed", None)
    said = "not installed; only hardware=deepspeed needs it: pip install 'goodfit[deepspeed]'"
    assert goodfit("doctor", "--json").json["facts"]["deepspeed"] == said


def test_a_folder_that_a_package_left_is_not_the_package(tmp_path, monkeypatch):
    (tmp_path / "left_by_wandb").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert (is_installed("left_by_wandb"), is_installed("json")) == (False, True)


@pytest.mark.parametrize(
    ("beginning", "some", "none"),
    [
        pytest.param("tra", ["train", "training=", "training.epochs="], ["optim="], id="head"),
        pytest.param("optim.", ["optim.lr=", "optim.weight_decay="], ["optim=", "model.lr="], id="setting"),
        pytest.param("--con", ["--config-dir"], ["--count"], id="option of a verb"),
        pytest.param("task=le", ["task=legal", "task=legal/clauses"], ["task=support"], id="option"),
    ],
)
def test_tab_completes_verbs_options_groups_and_settings(goodfit, beginning, some, none):
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


@pytest.mark.parametrize(
    ("argv", "error", "fix"),
    [
        pytest.param(
            "explain optim.lr model.layers",
            "explain takes one word at a time, and 'model.layers' is another",
            "goodfit explain model.layers",
            id="explain",
        ),
        pytest.param(
            "explain test/f1_makro",
            "no setting, metric, verdict, gate, audit or limit called 'test/f1_makro'",
            "did you mean 'f1_macro'?",
            id="explain a metric's typo",
        ),
        pytest.param(
            "explain overfitted",
            "no setting, metric, verdict, gate, audit or limit called 'overfitted'",
            "did you mean 'overfit'?",
            id="explain a verdict's typo",
        ),
        pytest.param(
            "explain data.leak",
            "no setting, metric, verdict, gate, audit or limit called 'data.leak'",
            "if it is the code of a finding: what it means, and what mends it, stands beside it in the run's"
            " findings.jsonl",
            id="explain a finding",
        ),
        pytest.param(
            "list model task", "list takes one word at a time, and 'task' is another", "goodfit list task", id="list"
        ),
        pytest.param(
            "completion bash zsh",
            "completion takes one word at a time, and 'zsh' is another",
            "goodfit completion zsh",
            id="completion",
        ),
        pytest.param("doctor model=bert", "doctor takes no words", "goodfit doctor", id="doctor"),
    ],
)
def test_a_word_that_would_be_passed_over_is_refused(goodfit, argv, error, fix):
    outcome = goodfit(*argv.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [(error, fix)]
