"""Trials in processes and jobs of their own: one that dies or is stopped loses nothing, and errors are the same."""

import contextlib
import json
import multiprocessing
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from goodfit.errors import GoodfitError
from goodfit.schema.sweep import SweepConf
from goodfit.sweeps.clusters import run_in_job
from goodfit.sweeps.outcomes import Order, read_result
from goodfit.sweeps.trial import failed
from goodfit.sweeps.workers import IMPORTED, Processes, lost

SPACE = ["adapter=lora", "adapter.rank=2,4", "sweep.sampler=grid", "sweep.pruner=none", "training.epochs=1"]
SHORT = ["sweep.trials=2", "sweep.confirmations=0", "sweep.train_best=false", "sweep.engine=solo", "--json", "--quiet"]
JOB = ["sweep.executor=slurm", "sweep.sampler=random", "sweep.trials=1"]


@pytest.fixture
def words(tiny_words):
    return [*tiny_words("classification", "encoder"), *SPACE, *SHORT, "run.dir=search"]


def when(path, act):
    """Do something in a thread as soon as there is such a file."""

    def wait():
        for _ in range(6_000):
            if path.exists():
                act()
                return
            time.sleep(0.01)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def strike(part, number):
    """Send a signal to the processes below this one that have this in their command lines, and whose own have not."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # some ended meanwhile, or are what other tests left behind
            is_struck = any(part in word for word in process.cmdline())
            if is_struck and not any(part in word for child in process.children() for word in child.cmdline()):
                process.send_signal(number)


@pytest.mark.parametrize(
    ("more", "part", "number"),
    [
        pytest.param(JOB, "submitit.core._submit", signal.SIGKILL, id="job dies"),
        pytest.param(JOB, "submitit.core._submit", signal.SIGTERM, id="job is told to stop"),
        pytest.param(["sweep.workers=2"], "forkserver", signal.SIGKILL, id="process dies"),
    ],
)
def test_a_trial_whose_worker_is_gone_is_begun_again(goodfit, tmp_path, words, more, part, number):
    thread = when(tmp_path / "search" / "trials" / "0000" / "run.json", lambda: strike(part, number))
    outcome = goodfit("sweep", *words, *more)
    thread.join()
    assert outcome.code == 0, outcome.err
    trials = outcome.json["trials"]
    assert [trial["state"] for trial in trials] == ["finished"] * (1 if more == JOB else 2)
    if more == JOB:
        assert len(list((tmp_path / "search" / "jobs").glob("*_submitted.pkl"))) == 2


def test_a_job_at_its_time_limit_is_a_failed_trial_and_is_not_begun_again(goodfit, tmp_path, words):
    def warn():  # as submitit does ahead of the limit
        strike("submitit.core._submit", signal.SIGUSR2)

    thread = when(tmp_path / "search" / "trials" / "0000" / "run.json", warn)
    outcome = goodfit("sweep", *words, "sweep.executor=slurm", "hardware.time_limit=00:05:00")
    thread.join()
    assert outcome.code == 0, outcome.err
    assert [trial["state"] for trial in outcome.json["trials"]] == ["failed", "finished"]
    assert "timed-out" in outcome.json["trials"][0]["reason"]
    assert len(list((tmp_path / "search" / "jobs").glob("*_submitted.pkl"))) == 2


def test_a_time_limit_that_comes_while_a_library_imports_is_one(monkeypatch):
    from submitit.core.utils import UncompletedJobError

    limit = UncompletedJobError("Job not requeued because: timed-out and not checkpointable.")

    def work(order):
        raise ModuleNotFoundError("Could not import module 'BertModel'") from limit

    monkeypatch.setattr("goodfit.sweeps.clusters.run_in_worker", work)
    assert run_in_job(None) is limit


def test_a_plugin_that_is_not_where_a_job_runs_ends_the_search(goodfit, tmp_path, words):
    assert goodfit("plugins", "lock", "--output", "own.lock").code == 0
    lock = tmp_path / "own.lock"

    def change():
        found = json.loads(lock.read_text("utf-8"))
        found["plugins"]["gone"] = found["plugins"]["privacy"] | {"distribution": "goodfit-gone"}
        lock.write_text(json.dumps(found), "utf-8")

    thread = when(tmp_path / "search" / "jobs", change)
    outcome = goodfit("sweep", *words, "plugins.lock=own.lock", "sweep.executor=slurm")
    thread.join()
    assert outcome.code == 4
    assert outcome.errors[0][0].startswith(f"the plugins are not those of {lock}: 'gone'")
    assert not list((tmp_path / "search" / "trials").glob("*/trial.json"))


def _done(place, number):
    """The order of a trial whose result is there already."""
    folder = place / f"{number:04d}"
    order = Order(number=number, words=(), search=place, folder=folder, roots=(), sweep=SweepConf(), seed=0, rivals=())
    failed(order, GoodfitError("its own", "end"))
    return order


def test_a_process_that_died_while_it_had_nothing_to_do_is_replaced(tmp_path):
    workers = Processes(1, "cpu")
    try:
        workers.submit(_done(tmp_path, 0))
        assert [number for number, _ in workers.wait()] == [0]
        for process in multiprocessing.active_children():
            process.kill()
            process.join()
        time.sleep(0.5)  # until its pool heard of it
        workers.submit(_done(tmp_path, 1))
        assert [(number, result.reason) for number, result in workers.wait()] == [(1, "its own (fix: end)")]
    finally:
        workers.close()


def test_a_trial_that_was_written_down_is_not_lost_with_its_worker(tmp_path):
    order = _done(tmp_path, 0)
    assert lost(order, "its worker died", "look there").reason == "its own (fix: end)"
    assert read_result(order.folder).reason == "its own (fix: end)"


def test_the_process_that_trials_are_forked_from_says_nothing():
    code = f"import importlib, sys; [importlib.import_module(name) for name in {IMPORTED}]"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
