"""sweep.executor=ray: the trials of one process on two nodes, of which one dies; what is refused."""

import json
import subprocess
import sys
import time

import pytest
from ray_nodes import RayNodes

SPACE = ["optim.lr=tag(log,interval(1e-3,3e-2))", "adapter=lora", "adapter.rank=2,4", "sweep.sampler=random"]
SHORT = ["sweep.trials=4", "sweep.confirmations=0", "sweep.train_best=false"]
ON_RAY = ["sweep.executor=ray", "sweep.workers=2"]


@pytest.fixture(scope="module")
def nodes():
    """A cluster of two nodes."""
    made = RayNodes()
    try:
        made.add()
        yield made
    finally:
        made.close()


@pytest.fixture
def search(tiny_words, tmp_path):
    """``search(folder, *words, environment=None)``: a search that was begun in a process of its own."""

    def begin(folder, *words, environment=None):
        argv = [*tiny_words("classification", "encoder"), *SPACE, *SHORT, "sweep.engine=solo", "runtime.threads=1"]
        command = [sys.executable, "-m", "goodfit", "sweep", *argv, *words, f"run.dir={folder}", "--json", "--quiet"]
        return subprocess.Popen(
            command, cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    return begin


def course(process):
    """What a search came to, without its times."""
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert err == ""
    *_, found = map(json.loads, out.splitlines())  # no line is Ray's, which prints of dying nodes
    for trial in found["trials"]:
        trial.pop("costs", None)
    return found["trials"], found["best"]["words"]


def test_a_search_on_two_nodes_is_the_same_also_when_one_dies(nodes, search, tmp_path):
    process = search(tmp_path / "two", *ON_RAY, environment=nodes.environment)
    trial = tmp_path / "two" / "trials" / "0001"
    while process.poll() is None and not (trial / "config.yaml").exists():
        time.sleep(0.05)
    assert not (trial / "trial.json").exists(), "it was over before the node died"
    nodes.kill()
    found = course(process)
    assert [trial["state"] for trial in found[0]] == ["finished"] * 4
    assert found == course(search(tmp_path / "one"))


@pytest.mark.parametrize(
    ("more", "address", "error"),
    [
        pytest.param([], "127.0.0.1:1", "error: no Ray cluster answers at 127.0.0.1:1", id="no cluster"),
        pytest.param(["runtime.threads=64"], None, "error: a trial has 64 threads, and no node", id="too small"),
    ],
)
def test_a_cluster_that_will_not_do_is_refused_before_a_trial_begins(nodes, search, tmp_path, more, address, error):
    environment = nodes.environment | ({"RAY_ADDRESS": address} if address else {})
    process = search(tmp_path / "no", *ON_RAY, *more, environment=environment)
    _, err = process.communicate()
    assert process.returncode == 5
    assert err.startswith(error) and len(err.splitlines()) == 2
    assert not (tmp_path / "no" / "trials").exists()
