"""Trials in processes and jobs of their own: one that dies or is stopped loses nothing, and errors are the same."""

import json
import signal
import threading
import time

import psutil
import pytest

SPACE = ["adapter=lora", "adapter.rank=2,4", "sweep.sampler=grid", "sweep.pruner=none", "training.epochs=1"]
SHORT = ["sweep.trials=2", "sweep.confirmations=0", "sweep.train_best=false", "sweep.engine=solo", "--json", "--quiet"]


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
    """Send a signal to the processes below this one that have this in their command lines."""
    for process in psutil.Process().children(recursive=True):
        if any(part in word for word in process.cmdline()):
            process.send_signal(number)


@pytest.mark.parametrize(
    ("more", "part", "number"),
    [
        pytest.param("sweep.executor=slurm", "submitit.core._submit", signal.SIGKILL, id="job dies"),
        pytest.param("sweep.executor=slurm", "submitit.core._submit", signal.SIGTERM, id="job is told to stop"),
        pytest.param("sweep.workers=2", "spawn_main", signal.SIGKILL, id="process dies"),
    ],
)
def test_a_trial_whose_worker_is_gone_is_begun_again(goodfit, tmp_path, words, more, part, number):
    thread = when(tmp_path / "search" / "trials" / "0000" / "run.json", lambda: strike(part, number))
    outcome = goodfit("sweep", *words, more)
    thread.join()
    assert outcome.code == 0, outcome.err
    assert [trial["state"] for trial in outcome.json["trials"]] == ["finished"] * 2
    if "slurm" in more:
        assert len(list((tmp_path / "search" / "jobs").glob("*_submitted.pkl"))) == 3


def test_a_job_at_its_time_limit_is_a_failed_trial_and_is_not_begun_again(goodfit, tmp_path, words):
    def warn():  # as submitit does ahead of the limit
        strike("submitit.core._submit", signal.SIGUSR2)

    thread = when(tmp_path / "search" / "trials" / "0000" / "run.json", warn)
    outcome = goodfit("sweep", *words, "sweep.executor=slurm", "hardware.time_limit=00:01:00")
    thread.join()
    assert outcome.code == 0, outcome.err
    assert [trial["state"] for trial in outcome.json["trials"]] == ["failed", "finished"]
    assert "timed-out" in outcome.json["trials"][0]["reason"]
    assert len(list((tmp_path / "search" / "jobs").glob("*_submitted.pkl"))) == 2


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
