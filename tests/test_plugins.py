"""Plugins: what a run needs and cannot get stops it, and what it does not need can be broken without hurting it."""

import pytest

HEAD = """
from goodfit.hooks import hookimpl
from goodfit.hooks.types import DataSourceSpec, Finding, GateSpec, Item, MetricSpec, Verdict

HOOK_API = 1


def metric(name):
    return MetricSpec(
        name=name,
        description="Share of right answers",
        kinds=("classification",),
        greater_is_better=True,
        statistics=lambda items: __import__("numpy").array([[i.answer == i.fields["label"], 1.0] for i in items]),
        reduce=lambda sums: sums[..., 0] / sums[..., 1],
    )
"""
TASK = "name: {name}\nkind: classification\ndescription: A task\nprompt: 'Sort: {{text}}'\n"


@pytest.fixture
def words(tiny_words):
    """A tiny run that needs no plugin."""
    return tiny_words("classification", "encoder")


def with_task(words, task):
    return [f"task={task}", *words[1:]]


OFFER = "\n@hookimpl\ndef goodfit_register_metrics():\n    return {result}\n"
BROKEN = {
    "import": ("1 / 0\n", "ZeroDivisionError: division by zero ({folder}/plugin.py:1)"),
    "missing library": ("import no_such_library\n", "ModuleNotFoundError: No module named 'no_such_library'"),
    "exit": ("raise SystemExit(0)\n", "SystemExit"),
    "older API": ("HOOK_API = 0\n", "it was written for hook API 0, and this is 1"),
    "newer API": ("HOOK_API = 2\n", "it was written for hook API 2, and this is 1"),
    "hooks without an API": (
        "def goodfit_register_metrics():\n    return []\n",
        "it was written for hook API None, and this is 1",
    ),
    "hook without its mark": (
        HEAD + "\ndef goodfit_register_metrics():\n    return []\n",
        "its hook 'goodfit_register_metrics' is not marked",
    ),
    "hook that wants to be first": (
        HEAD + "\n@hookimpl(tryfirst=True)\ndef goodfit_register_metrics():\n    return []\n",
        "its hook 'goodfit_register_metrics' asks for tryfirst",
    ),
    "hook of another name": (
        HEAD + "\n@hookimpl(specname='goodfit_register_metrics')\ndef goodfit_metrics():\n    return []\n",
        "it has a hook 'goodfit_metrics', which does not exist; did you mean 'goodfit_register_metrics'?",
    ),
    "misspelt hook": (
        HEAD + "\n@hookimpl\ndef goodfit_register_metric():\n    return []\n",
        "it has a hook 'goodfit_register_metric', which does not exist; did you mean 'goodfit_register_metrics'?",
    ),
    "misspelt argument": (
        HEAD + "\n@hookimpl\ndef goodfit_check_data(task, split):\n    return []\n",
        "its hook 'goodfit_check_data' takes 'split', which it is not given; did you mean 'splits'?",
    ),
    "name without prefix": (
        HEAD + OFFER.format(result="[metric('speed')]"),
        "ValueError: it offers 'speed'; its names have to start with 'odd.'",
    ),
    "name of another plugin": (
        HEAD + OFFER.format(result="[metric('legal.speed')]"),
        "ValueError: it offers 'legal.speed'; its names have to start with 'odd.'",
    ),
    "name twice": (
        HEAD + OFFER.format(result="[metric('odd.speed'), metric('odd.speed')]"),
        "ValueError: it offers 'odd.speed' twice",
    ),
    "no specs": (HEAD + OFFER.format(result="['odd.speed']"), "TypeError: expected a sequence of MetricSpec, got list"),
    "no sequence": (HEAD + OFFER.format(result="None"), "TypeError: expected a sequence of MetricSpec, got NoneType"),
    "raising offer": (HEAD + OFFER.format(result="1 / 0"), "ZeroDivisionError: division by zero"),
}
faults = pytest.mark.parametrize(("code", "reason"), BROKEN.values(), ids=BROKEN)


@faults
def test_a_broken_plugin_is_said_and_hurts_no_other(goodfit, install, code, reason):
    folder = install("odd", code)
    outcome = goodfit("list", "metrics", "--json")
    assert outcome.code == 0, outcome.err
    (line,) = outcome.err.splitlines()
    assert line.startswith(f"warning: the plugin 'odd' is broken: {reason.replace('{folder}', str(folder))}")
    assert "legal.risk_recall" in [metric["name"] for metric in outcome.json["options"]]
    assert goodfit("list", "metrics", "--quiet").err == ""


def test_a_run_that_does_not_need_a_broken_plugin_goes_on(goodfit, install, words):
    install("odd", "1 / 0\n")
    outcome = goodfit("preview", *words)
    assert outcome.code == 0
    assert outcome.err.startswith("warning: the plugin 'odd' is broken: ")


@faults
def test_a_task_of_a_broken_plugin_exits_4(goodfit, install, words, code, reason):
    folder = install("odd", code, {"task/odd.yaml": TASK.format(name="odd")})
    outcome = goodfit("check", *with_task(words, "odd"), "--quiet")
    assert (outcome.code, outcome.out) == (4, "")
    ((error, fix),) = outcome.errors
    assert error.startswith(
        f"task=odd needs the plugin 'odd', which is broken: {reason.replace('{folder}', str(folder))}"
    )
    assert fix == "mend or update it: pip install --upgrade goodfit-odd"


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
        pytest.param("metrics: [absent.speed]", "absent", "pip install goodfit-absent", id="metric"),
        pytest.param("metrics: [legl.risk_recall]", "legl", "did you mean 'legal'?", id="misspelt plugin"),
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
        (f"{needed_for} needs the plugin 'absent', which is not installed", "pip install goodfit-absent")
    ]
