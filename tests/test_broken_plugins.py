"""Broken plugins: a run that needs one ends and names it, and a run that needs none goes on beside all of them."""

import os

import pytest
from broken_plugins import BROKEN, HEAD, TASK, judges, module_of, task_of


@pytest.fixture
def words(tiny_words):
    """A tiny run that needs no plugin."""
    return [*tiny_words("classification", "encoder"), "plugins.hook_seconds=2"]


@pytest.mark.parametrize("fault", BROKEN)
def test_a_run_that_needs_a_broken_plugin_ends_and_names_it(goodfit, install, words, fault):
    broken = BROKEN[fault]
    folder = install("odd", module_of(broken, "odd"), {"task/odd.yaml": task_of(broken, "odd")})
    own = [word.replace("{name}", "odd") for word in broken.words]
    given = [word for word in words[1:] if not (own and own[0].startswith("dataset.source") and "dataset" in word)]
    verb = "train" if fault.startswith("metric") else "check"
    outcome = goodfit(verb, "task=odd", *given, "training.epochs=1", *own, "--quiet")
    assert (outcome.code, outcome.out) == (2 if fault.startswith("offers what") else 4, "")
    ((error, fix),) = outcome.errors
    assert error.startswith(broken.needed.format(name="odd", folder=folder))
    assert fix


def test_a_run_beside_all_broken_plugins_goes_on_and_says_what_each_has(goodfit, install, words):
    names = {f"odd{number}": fault for number, fault in enumerate(BROKEN)}
    for name, fault in names.items():
        install(name, module_of(BROKEN[fault], name), {f"task/{name}.yaml": task_of(BROKEN[fault], name)})
    outcome = goodfit("check", *words, "--json")
    assert outcome.code == 0, outcome.err
    failed = [finding["code"] for finding in outcome.json["findings"] if finding["code"].endswith(".failed")]
    warned = [line.split("'")[1] for line in outcome.err.splitlines()]
    assert failed == sorted(f"{name}.failed" for name, fault in names.items() if BROKEN[fault].otherwise == "finding")
    assert sorted(warned) == sorted(name for name, fault in names.items() if BROKEN[fault].otherwise == "broken")


FORKS = judges("os.fork() == 0 and os.write({pipe}, b'child')\n    return []")


def test_a_judge_that_forks_goes_on_in_one_process(goodfit, install, words):
    reading, writing = os.pipe()
    install("odd", FORKS.replace("{pipe}", str(writing)), {"task/odd.yaml": TASK.format(name="odd")})
    outcome = goodfit("check", "task=odd", *words[1:], "--json")
    os.close(writing)
    assert outcome.code == 0, outcome.err
    assert os.read(reading, 100) == b"child"
    os.close(reading)
    assert len(outcome.out.splitlines()) == 1


def test_what_a_plugin_prints_does_not_reach_standard_output(goodfit, install, words):
    code = 'print("loaded")\n' + judges('print("judged")\n    return []')
    install("odd", code, {"task/odd.yaml": TASK.format(name="odd")})
    outcome = goodfit("check", "task=odd", *words[1:], "--json")
    assert outcome.code == 0, outcome.err
    assert len(outcome.out.splitlines()) == 1
    assert {"loaded", "judged"} <= set(outcome.err.splitlines())


CONFS = {
    "unknown key": ({"task/odd.yaml": TASK.format(name="odd") + "promt: x\n"}, "no setting called 'task.promt'"),
    "a wrong type": ({"task/odd.yaml": TASK.format(name="odd") + "labels: 7\n"}, "task.labels is 7"),
    "names code": ({"task/odd.yaml": "_target_: os.system\n"}, "no setting called 'task._target_'"),
    "a tag": ({"task/odd.yaml": "name: !!python/name:os.system x\n"}, "plain YAML"),
    "reads the environment": ({"task/odd.yaml": "name: ${oc.env:HOME}\n"}, "'task.name' is an interpolation"),
    "outside its folder": (
        {"task/odd.yaml": "defaults: [../../../x@_here_]\n"},
        "which is no option of task",
    ),
    "another group's values": ({"task/odd.yaml": "# @package optim\nlr: 1\n"}, "sends its values to 'optim'"),
    "missing data": (
        {"task/odd.yaml": TASK.format(name="odd") + "source: odd.none\n"},
        "no data source called 'odd.none'",
    ),
}


@pytest.mark.parametrize("fault", CONFS)
def test_a_wrong_conf_is_refused_where_it_is_chosen_and_hurts_no_other(goodfit, install, words, fault):
    conf, reason = CONFS[fault]
    install("odd", HEAD, conf)
    own = [word for word in words[1:] if not word.startswith("dataset")]
    outcome = goodfit("check", "task=odd", *own)
    assert (outcome.code, outcome.out) == (2, "")
    assert any(reason in error for error, _ in outcome.errors), outcome.err
    assert goodfit("show", *words).code == 0
