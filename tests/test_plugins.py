"""Plugins: what a run needs and cannot get stops it, and what it does not need can be broken without hurting it."""

import numpy as np
import pytest
from strangers import HEAD, TASK, with_task

from goodfit.hooks.types import Item, MetricSpec
from goodfit.plugins.guard import guard


def test_a_run_that_does_not_need_a_broken_plugin_goes_on(goodfit, install, words):
    install("odd", "1 / 0\n")
    outcome = goodfit("preview", *words)
    assert outcome.code == 0
    assert outcome.err.startswith("warning: the plugin 'odd' is broken: ")


def test_what_people_are_warned_of_is_in_the_result(goodfit, install, words, finished):
    install("odd", "1 / 0\n")
    run, _ = finished("classification", "encoder")
    for line in (["evaluate", run], ["compare", run, run], ["predict", run, "a lovely lamp"], ["check", *words]):
        outcome = goodfit(*line, "--json")
        assert outcome.code == 0, outcome.err
        (told,) = outcome.json["warnings"]
        assert told.startswith("the plugin 'odd' is broken: ZeroDivisionError")
        assert outcome.err.count(f"warning: {told}\n") == 1
        quiet = goodfit(*line, "--json", "--quiet")
        assert (quiet.err, quiet.json["warnings"]) == ("", [told])


def test_a_run_that_a_gate_refuses_has_the_warnings_in_its_result(goodfit, install, words):
    install("odd", "1 / 0\n")
    strict = ["policy=strict", "policy.gates=[min_value]", "policy.min_value=1", "training.max_steps=1"]
    outcome = goodfit("train", *words, *strict, "--quiet", "--json")
    assert outcome.code == 3
    (told,) = outcome.json["warnings"]
    assert told.startswith("the plugin 'odd' is broken: ")


def test_a_broken_plugin_is_listed_and_the_doctor_exits_4(goodfit, install):
    install("odd", "HOOK_API = 0\n")
    listed = {entry["name"]: entry for entry in goodfit("plugins", "list", "--json").json["plugins"]}
    assert (listed["odd"]["state"], listed["legal"]["state"]) == ("broken", "ok")
    assert listed["odd"]["reason"] == "it was written for hook API 0, and this is 1"
    outcome = goodfit("doctor", "--json")
    assert (outcome.code, len(outcome.json["problems"])) == (4, 1)


def test_two_packages_with_one_plugin_name_are_refused_by_name(goodfit, install, words):
    install("odd", HEAD, package="odd")
    install("odd", HEAD, package="odder")
    outcome = goodfit("check", *words)
    assert (outcome.code, outcome.out) == (4, "")
    ((error, fix),) = outcome.errors
    assert error.startswith("two packages call their plugin 'odd': ")
    assert "goodfit-odd " in f"{error} "
    assert "goodfit-odder" in error
    assert fix.startswith("uninstall one of them: pip uninstall goodfit-odd")


def test_two_plugins_that_offer_one_task_are_refused_by_name(goodfit, install, words):
    for name in ("odd", "even"):
        install(name, HEAD, {"task/shared.yaml": TASK.format(name="shared")})
    outcome = goodfit("check", *words)
    assert (outcome.code, outcome.out) == (4, "")
    ((error, fix),) = outcome.errors
    assert error == "task=shared is offered twice, by even and by odd"
    assert fix == "uninstall one of them: pip uninstall goodfit-odd"


@pytest.mark.parametrize(
    ("line", "plugin", "fix"),
    [
        pytest.param(
            "metrics: [absent.speed]",
            "absent",
            "pip install goodfit-absent, from its own folder or your index",
            id="metric",
        ),
        pytest.param(
            "metrics: [legl.risk_recall]",
            "legl",
            "did you mean 'legal'? if not: pip install goodfit-legl, from its own folder or your index",
            id="misspelt plugin",
        ),
    ],
)
def test_a_task_that_needs_a_missing_plugin_exits_4(goodfit, tmp_path, words, line, plugin, fix):
    (tmp_path / "own" / "task").mkdir(parents=True)
    (tmp_path / "own" / "task" / "mine.yaml").write_text(TASK.format(name="mine") + line + "\n", "utf-8")
    outcome = goodfit("check", *with_task(words, "mine"), "--config-dir", "own")
    assert (outcome.code, outcome.out) == (4, "")
    assert outcome.errors == [(f"task=mine needs the plugin '{plugin}', which is not installed", fix)]


@pytest.mark.parametrize(
    ("word", "needed_for"),
    [
        pytest.param("dataset.source=absent.data", "task=classification", id="data source"),
        pytest.param("model.source=absent.model", "model=custom", id="model source"),
        pytest.param("policy.gates=[absent.gate]", "policy.gates", id="gate"),
    ],
)
def test_a_word_that_needs_a_missing_plugin_exits_4(goodfit, words, word, needed_for):
    given = [w for w in words if not (word.startswith("dataset") and w.startswith("dataset"))]
    outcome = goodfit("check", *given, word)
    assert (outcome.code, outcome.out) == (4, "")
    assert outcome.errors == [
        (
            f"{needed_for} needs the plugin 'absent', which is not installed",
            "pip install goodfit-absent, from its own folder or your index",
        )
    ]


NUMBERS = ("one", "two", "three", "four", "five", "six")


def test_all_missing_plugins_of_a_check_are_told_together(goodfit, words):
    given = ["task.metrics=[one.speed,two.speed]", "task.audits=[three,four.look]", "policy.gates=[five.no,project.no]"]
    hidden = ["privacy.mode=mask", "privacy.scrubbers=[two.names,six.names]", "plugins.disable=[quality]"]
    outcome = goodfit("check", *words, *given, *hidden, "policy.audits=[quality,legal]", "plugins.allow=[quality]")
    assert (outcome.code, outcome.out) == (4, "")
    told = [(error.partition(" needs the plugin ")[2], fix) for error, fix in outcome.errors]
    missing = {name: f"pip install goodfit-{name}, from its own folder or your index" for name in NUMBERS}
    assert sorted(told) == sorted(
        [
            *((f"'{name}', which is not installed", missing[name]) for name in [*NUMBERS, "two"]),
            (
                "'project', and no file of hooks is named",
                "name the file that offers it: plugins.file=goodfit_plugin.py",
            ),
            ("'quality', which is left out: plugins.disable names it", "take it out of plugins.disable"),
            ("'legal', which is left out: plugins.allow does not name it", "add it to plugins.allow"),
        ]
    )


def test_all_missing_plugins_that_are_required_are_told_together(goodfit, words):
    outcome = goodfit("check", *words, "plugins.required=[one,two]")
    assert [error for error, _ in outcome.errors] == [
        f"plugins.required needs the plugin '{name}', which is not installed" for name in ("one", "two")
    ]


def test_a_metric_that_changes_what_it_sees_changes_it_for_nobody_else():
    def clumsy(items):
        for item in items:
            item.fields["labels"].append(item.answer)
        return np.ones((len(items), 1))

    spec = MetricSpec(
        name="c.m",
        description="",
        kinds=(),
        greater_is_better=True,
        statistics=clumsy,
        reduce=lambda sums: sums[..., 0],
    )
    items = [Item(id="1", fields={"labels": ["a"]}, answer="b")]
    assert guard(spec, "c").statistics(items).tolist() == [[1.0]]
    assert items[0].fields == {"labels": ["a"]}
