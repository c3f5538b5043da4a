"""Plugins that watch: they hear how runs begin and end, and can neither change nor stop one."""

import json

import pytest
from broken_plugins import judges, offers
from written import read_json

from goodfit.plugins.host import load_plugins

HOOKS = """
import os
import sys
import time

from goodfit.hooks import hookimpl

HOOK_API = 1


@hookimpl
def goodfit_on_run_start(run):
    {body}


@hookimpl
def goodfit_on_run_end(run):
    {body}
"""


@pytest.fixture
def words(tiny_words):
    """A tiny run."""
    return [*tiny_words("classification", "encoder"), "training.epochs=1", "runtime.linears=torch"]


@pytest.fixture
def register(tmp_path, monkeypatch):
    """The lines of the register of ``plugins/register``, which is asked for."""
    path = tmp_path / "shared" / "register.jsonl"
    monkeypatch.setenv("GOODFIT_REGISTER", str(path))
    return lambda: [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_run_has_a_line_at_its_start_and_at_its_end(goodfit, words, tmp_path, register):
    outcome = goodfit("train", *words, "run.dir=out", "--json")
    assert outcome.code == 0, outcome.err
    start, end = register()
    assert (start["event"], start["status"]) == ("start", "running")
    assert (end["event"], end["status"], end["metric"]) == ("end", "finished", outcome.json["primary"])
    assert start["run"] == end["run"] == str(tmp_path / "out")
    lock = read_json(tmp_path / "out" / "lock.json")
    assert start["data"] == end["data"] == {split: one["digest"] for split, one in lock["data"].items()}
    figure = read_json(tmp_path / "out" / "metrics.json")["tuned"][end["metric"]]
    assert (end["value"], end["low"], end["high"]) == (figure["value"], figure["low"], figure["high"])


def test_a_run_that_a_guard_stopped_says_why(goodfit, tiny_words, register):
    words = [*tiny_words("generation", "seq2seq"), "adapter=none", "optim.lr=1e-30", "optim.weight_decay=0"]
    outcome = goodfit("train", *words, "run.dir=out")
    assert outcome.code == 6, outcome.err
    assert [line["status"] for line in register()] == ["running", "failed"]
    assert register()[-1]["reason"].startswith("training changed no weight")


def test_a_run_that_a_gate_refused_names_the_gate(goodfit, words, register):
    outcome = goodfit("train", *words, "run.dir=out", "policy=strict")
    assert outcome.code == 3, outcome.err
    refused = register()[-1]["refused_by"]
    assert refused
    assert all(gate in outcome.err for gate in refused)


def test_a_run_that_never_began_is_not_in_it(goodfit, words, tmp_path, register):
    assert goodfit("train", *words, "dataset.train=absent.jsonl").code == 2
    assert goodfit("check", *words).code == 0
    assert not (tmp_path / "shared").exists()


def test_a_register_that_cannot_be_written_is_told_and_stops_nothing(goodfit, words, tmp_path, monkeypatch):
    monkeypatch.setenv("GOODFIT_REGISTER", str(tmp_path))  # a folder
    outcome = goodfit("train", *words, "run.dir=out")
    assert outcome.code == 0
    assert "the plugin 'register' failed while it watched, in goodfit_on_run_end: IsADirectoryError" in outcome.err


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param("1 / 0", "ZeroDivisionError: division by zero", id="raises"),
        pytest.param("sys.exit(3)", "SystemExit: 3", id="exits"),
        pytest.param("time.sleep(60)", "TimeoutError: it took longer than 1 s (plugins.hook_seconds)", id="hangs"),
        pytest.param("run.folder = None", "FrozenInstanceError: cannot assign to field 'folder'", id="writes to it"),
        pytest.param("run.record.clear(); run.lock.clear(); run.metrics.clear()", None, id="clears it"),
        pytest.param("os.fork() or print('in the copy')", None, id="forks"),
        pytest.param("print('hello')", None, id="prints"),
    ],
)
def test_a_watcher_can_neither_change_nor_stop_a_run(goodfit, install, words, tmp_path, body, said):
    alone = goodfit("train", *words, "run.dir=alone", "--json")
    install("odd", HOOKS.format(body=body))
    outcome = goodfit("train", *words, "run.dir=out", "--json", "plugins.hook_seconds=1")
    assert outcome.code == alone.code == 0, outcome.err
    assert outcome.json["metrics"] == alone.json["metrics"]
    files = ["model/adapter_model.safetensors", "predictions/test.jsonl", "metrics.json"]
    for name in [name for name in files if (tmp_path / "alone" / name).exists()]:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()
    for hook in ("goodfit_on_run_start", "goodfit_on_run_end"):
        line = f"the plugin 'odd' failed while it watched, in {hook}: {said}"
        assert (line in outcome.err) == (said is not None), outcome.err


def test_what_a_watcher_returns_is_a_fault_of_the_plugin(goodfit, install):
    install("odd", HOOKS.format(body="return 1"))
    outcome = goodfit("plugins", "check", "odd", "--json")
    assert outcome.code != 0
    assert "goodfit_on_run_end of a failed run: TypeError: expected None, got int" in outcome.out


SENDS = "os.kill(os.getpid(), 15)"
STOPS = {
    "a watcher": HOOKS.format(body=f"run.record['status'] == 'running' and {SENDS}"),
    "a judge": judges("pass").replace("check_data(task, splits)", "check_answers(task, items)") + f"    {SENDS}\n",
    "a gate": offers("gates", f"return [GateSpec(name='odd.g', description='d', judge=lambda _: {SENDS})]"),
    "an audit": offers(
        "audits",
        "return [AuditSpec(name='odd.a', description='d', kinds=('classification',), "
        f"look_at_model=lambda _: {SENDS})]",
    ),
}


@pytest.mark.parametrize("who", STOPS)
def test_a_signal_that_comes_while_a_plugin_works_ends_the_run_and_not_the_plugin(
    goodfit, install, words, tmp_path, who
):
    install("odd", STOPS[who])
    asked = {"a gate": ["policy.gates=[odd.g]"], "an audit": ["policy.audits=[odd.a]"]}.get(who, [])
    outcome = goodfit("train", *words, "run.dir=out", *asked)
    assert outcome.code == 143, outcome.err
    assert read_json(tmp_path / "out" / "run.json")["status"] == "preempted"
    assert not (tmp_path / "out" / "metrics.json").exists()
    assert goodfit("verify", "out").code != 0


def test_a_run_of_a_search_has_the_deeds_of_that_run_alone(goodfit, install, words, tmp_path):
    install("odd", judges("return [Finding(severity='info', code='odd.seen', message='seen')]"))
    search = ["adapter=lora", "sweep.trials=2", "adapter.rank=2,4", "sweep.engine=solo", "run.dir=search", "--json"]
    outcome = goodfit("sweep", *words, *search)
    assert outcome.code == 0, outcome.err
    run = read_json(tmp_path / "search" / "best" / "run.json")
    assert run["plugins"]["odd"]["hooks"]["goodfit_check_data"] == 1
    assert run["plugins"]["odd"]["findings"] == {"odd.seen": 1}


def test_runs_of_one_process_have_deeds_of_their_own(install):
    body = "return [Finding(severity='info', code='odd.seen', message='seen')]"
    gate = "    return [GateSpec(name='odd.g', description='d', judge=len)]\n"
    install("odd", f"{judges(body)}\n\n@hookimpl\ndef goodfit_register_gates():\n{gate}")
    host = load_plugins()
    first, second = host.for_a_run(), host.for_a_run()
    first.pick(first.gates, "odd.g", "policy.gates")
    first.check_data("classification", {})
    loaded = {"hooks": {"goodfit_register_gates": 1}, "uses": [], "records": {}, "findings": {}}
    assert first.deeds.shown(host.plugins)["odd"] == {
        "hooks": {"goodfit_check_data": 1, "goodfit_register_gates": 1},
        "uses": ["odd.g"],
        "records": {},
        "findings": {"odd.seen": 1},
    }
    for other in (second, host, first.for_a_run()):
        assert other.deeds.shown(host.plugins)["odd"] == loaded
