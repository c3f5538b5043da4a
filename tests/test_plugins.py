"""Plugins: what a run needs and cannot get stops it, and what it does not need can be broken without hurting it."""

import json
import sys

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
def install(tmp_path, monkeypatch):
    """``install(name, code, **files)``: a plugin's package, as pip would leave it."""
    site = tmp_path / "site"
    site.mkdir()
    before = set(sys.modules)

    def write(name, code, conf=(), package=None):
        package = package or name
        folder = site / f"goodfit_{package}"
        folder.mkdir()
        (folder / "__init__.py").write_text("", "utf-8")
        (folder / "plugin.py").write_text(code, "utf-8")
        for path, content in dict(conf).items():
            (folder / "conf" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "conf" / path).write_text(content, "utf-8")
        info = site / f"goodfit_{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: goodfit-{package}\nVersion: 1.0\n", "utf-8")
        (info / "entry_points.txt").write_text(f"[goodfit]\n{name} = goodfit_{package}.plugin\n", "utf-8")
        monkeypatch.syspath_prepend(str(site))
        return folder

    yield write
    for name in set(sys.modules) - before:
        if name.startswith("goodfit_"):
            del sys.modules[name]


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
    "no API": ("", "it was written for hook API None, and this is 1"),
    "misspelt hook": (
        HEAD + "\n@hookimpl\ndef goodfit_register_metric():\n    return []\n",
        "it has a hook 'goodfit_register_metric', which does not exist",
    ),
    "misspelt argument": (
        HEAD + "\n@hookimpl\ndef goodfit_check_data(task, split):\n    return []\n",
        "PluginValidationError: ",
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
def test_a_broken_plugin_hurts_no_run_that_does_not_need_it_and_is_said(goodfit, install, words, code, reason):
    folder = install("odd", code)
    outcome = goodfit("preview", *words, "--json")
    assert outcome.code == 0, outcome.err
    (line,) = outcome.err.splitlines()
    assert line.startswith(f"warning: the plugin 'odd' is broken: {reason.replace('{folder}', str(folder))}")
    assert goodfit("preview", *words, "--quiet").err == ""


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
    ("line", "error", "fix"),
    [
        pytest.param(
            "metrics: [absent.speed]",
            "task=mine needs the plugin 'absent', which is not installed",
            "pip install goodfit-absent",
            id="metric",
        ),
        pytest.param(
            "metrics: [legl.risk_recall]",
            "task=mine needs the plugin 'legl', which is not installed",
            "did you mean 'legal'?",
            id="misspelt plugin",
        ),
    ],
)
def test_a_task_that_needs_a_missing_plugin_exits_4(goodfit, tmp_path, words, line, error, fix):
    (tmp_path / "own" / "task").mkdir(parents=True)
    (tmp_path / "own" / "task" / "mine.yaml").write_text(TASK.format(name="mine") + line + "\n", "utf-8")
    outcome = goodfit("check", *with_task(words, "mine"), "--config-dir", "own")
    assert (outcome.code, outcome.out) == (4, "")
    assert outcome.errors == [(error, fix)]


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


JUDGE = HEAD + "\n@hookimpl\ndef goodfit_check_data(task, splits):\n    {body}\n"


def test_a_judge_that_fails_on_its_own_task_exits_4(goodfit, install, words):
    install("odd", JUDGE.format(body="1 / 0"), {"task/odd/first.yaml": TASK.format(name="odd/first")})
    outcome = goodfit("check", *with_task(words, "odd/first"))
    assert (outcome.code, outcome.out) == (4, "")
    ((error, fix),) = outcome.errors
    assert error.startswith(
        "the plugin 'odd' could not judge its own task: goodfit_check_data raised ZeroDivisionError: "
    )
    assert fix.startswith("mend the plugin")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param("1 / 0", "raised ZeroDivisionError: division by zero", id="raises"),
        pytest.param(
            "return ['bad']", "raised TypeError: expected a sequence of Finding, got list", id="returns texts"
        ),
        pytest.param(
            "return None", "raised TypeError: expected a sequence of Finding, got NoneType", id="returns nothing"
        ),
    ],
)
def test_a_judge_that_fails_on_another_task_becomes_a_finding(goodfit, install, words, body, reason):
    install("odd", JUDGE.format(body=body))
    outcome = goodfit("check", *words, "--json")
    assert outcome.code == 0, outcome.err
    (finding,) = [found for found in outcome.json["findings"] if found["code"] == "odd.failed"]
    assert finding["severity"] == "warning"
    assert finding["message"].startswith(f"goodfit_check_data {reason}")


def test_a_judge_cannot_change_the_records(goodfit, install, tiny_words):
    body = (
        "[(row.update(text='gone'), row['spans'].clear()) for rows in splits.values() for row in rows]\n    return []"
    )
    install("odd", JUDGE.format(body=body))
    outcome = goodfit("preview", *tiny_words("token_classification", "encoder"), "--json")
    assert outcome.code == 0, outcome.err
    for shown in outcome.json["examples"]:
        assert [word for word in shown["learns"] if word.endswith("/B-WHO")]
        assert "gone" not in shown["reads"]


def test_looking_up_options_runs_no_code_of_a_plugin(goodfit, install, tmp_path):
    mark = tmp_path / "was here"
    install("odd", f"open({str(mark)!r}, 'w')\n", {"task/odd.yaml": TASK.format(name="odd")})
    for line in ("list task", "show task=odd model=t5", "explain optim.lr", "completion suggest xtask=od"):
        assert goodfit(*line.split()).code == 0
    assert "odd" in goodfit("list", "task").out
    assert not mark.exists()


STRANGER = (
    HEAD
    + """
from pathlib import Path


def files():
    return {{"train": Path({train!r}), "validation": Path({validation!r}), "test": Path({test!r})}}


@hookimpl
def goodfit_register_data_sources():
    return [DataSourceSpec(name="shop.moods", description="d", kind="classification", licence="x", origin="o", files=files)]


@hookimpl
def goodfit_register_metrics():
    return [metric("shop.right")]


@hookimpl
def goodfit_register_gates():
    return [GateSpec(name="shop.gate", description="d", judge=lambda e: Verdict(gate="", passed=e.tuned[e.primary]["n"] == 24, reason=e.task))]


@hookimpl
def goodfit_check_data(task, splits):
    counts = dict((split, len(rows)) for split, rows in splits.items())
    return [Finding(severity="info", code="shop.counted", message="counted", evidence=counts)] if task == "shop" else []


@hookimpl
def goodfit_check_answers(task, items):
    return [Finding(severity="info", code="shop.seen", message=f"{{len(items)}} answers")] if task == "shop" else []
"""
)


def test_a_strangers_department_has_all_that_ours_have(goodfit, install, tmp_path, words):
    files = dict(word.removeprefix("dataset.").split("=", 1) for word in words if word.startswith("dataset."))
    conf = {
        "task/shop.yaml": TASK.format(name="shop") + "source: shop.moods\nmetrics: [shop.right]\nprimary: shop.right\n",
        "policy/shop.yaml": "gates: [shop.gate, not_overfit]\n",
    }
    install("shop", STRANGER.format(**files), conf)
    own = [word for word in words if not word.startswith(("task", "dataset"))]
    outcome = goodfit("train", "task=shop", "policy=shop", *own, "training.epochs=1", "run.dir=run", "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["primary"] == "test/shop.right"
    figures = outcome.json["metrics"]
    assert figures["test/shop.right"] == figures["test/accuracy"]
    assert outcome.json["gates"][0] == {"gate": "shop.gate", "passed": True, "reason": "shop"}
    findings = map(json.loads, (tmp_path / "run" / "findings.jsonl").read_text("utf-8").splitlines())
    own_findings = {found["code"]: found for found in findings if found["code"].startswith("shop.")}
    assert own_findings["shop.counted"]["evidence"] == {"train": 32, "validation": 24, "test": 24}
    assert own_findings["shop.seen"]["message"] == "24 answers"
    assert json.loads((tmp_path / "run" / "lock.json").read_text("utf-8"))["plugins"]["shop"] == "goodfit-shop==1.0"
