"""Several devices: two processes that share the work make the model that one would have made."""

import contextlib
import importlib.util
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from subprocess import PIPE

import pytest
import torch
from pytorch_lightning import strategies
from safetensors.torch import load_file
from strangers import HEAD

from goodfit.cli.setting_up import compose_words
from goodfit.runs import folder as run_folders
from goodfit.runs.folder import run_folder
from goodfit.training.trainer import trainer_settings


def two_of(hardware):
    return [f"hardware={hardware}", "hardware.accelerator=cpu", "hardware.devices=2"]


def further_of(process):
    """The number of the process that a run of two starts, once it does."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None:
        for started in children.read_text("utf-8").split():
            with contextlib.suppress(OSError):
                if b"LOCAL_RANK=1" in Path(f"/proc/{started}/environ").read_bytes():
                    return int(started)
        time.sleep(0.05)
    raise AssertionError(process.communicate())


@pytest.mark.parametrize("hardware", ["ddp", "fsdp"])
def test_two_processes_make_the_steps_of_one(goodfit, tmp_path, tiny_words, write_rows, hardware):
    targets = ["a", "one two three four five six", "b", "c d e f g h i", "x", "y z", "seven words stand here"]
    # the last step has five records, which two processes share as three and two
    rows = [{"id": str(n), "source": f"row {n}", "target": targets[n % 7]} for n in range(21)]
    words = [*tiny_words("generation", "seq2seq"), f"dataset.train={write_rows(tmp_path / 'train.jsonl', rows)}"]
    words += ["adapter=none", "optim=sgd", "optim.lr=0.1", "optim.clip_norm=0.5", "schedule.warmup_share=0"]
    assert goodfit("train", *words, "training.batch_size=8", "run.dir=one", "--quiet").code == 0
    two = ["training.batch_size=4", *two_of(hardware), "run.dir=two"]
    argv = [sys.executable, "-m", "goodfit", "train", *words, *two, "--json", "--quiet"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    (result,) = map(json.loads, done.stdout.splitlines())  # one process answers
    assert result["status"] == "finished"
    records = [json.loads((tmp_path / name / "run.json").read_text("utf-8")) for name in ("one", "two")]
    assert [record["steps"] for record in records] == [6, 6]
    told = [
        [json.loads(line) for line in (tmp_path / name / "history.jsonl").read_text("utf-8").splitlines()]
        for name in ("one", "two")
    ]
    losses = [[line["train/loss"] for line in lines if "train/loss" in line] for lines in told]
    assert len(losses[0]) == 6
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)
    assert len(told[0]) == len(told[1])
    one, other = (load_file(tmp_path / name / "model" / "model.safetensors") for name in ("one", "two"))
    for name, weights in one.items():
        torch.testing.assert_close(other[name], weights, rtol=1e-4, atol=1e-6)


def test_two_processes_that_diverge_say_it_once(tmp_path, tiny_words):
    words = [*tiny_words("classification", "encoder"), "adapter=none", "optim=sgd", "optim.lr=1", "optim.clip_norm=0"]
    words += [
        "optim.weight_decay=1",
        "training.epochs=200",
        "training.patience=0",
        "schedule.warmup_share=0",
        "run.dir=run",
    ]
    argv = [sys.executable, "-m", "goodfit", "train", *words, *two_of("ddp"), "--json", "--quiet"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 6, done.stderr
    (told,) = map(json.loads, done.stdout.splitlines())
    assert (told["exit_code"], len(done.stderr.splitlines())) == (6, 2)
    record = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    assert (record["status"], record["reason"]) == ("failed", told["errors"][0]["error"])


def test_what_a_model_has_and_does_not_read_keeps_two_processes_from_nothing(tmp_path, tiny_words):
    """A pooler gets no gradient where states are pooled otherwise."""
    words = [*tiny_words("classification", "encoder"), "model.pooling=mean", "adapter=none", "run.dir=run"]
    argv = [sys.executable, "-m", "goodfit", "train", *words, *two_of("ddp"), "--quiet"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    weights = load_file(tmp_path / "run" / "model" / "model.safetensors")
    assert any("pooler" in name for name in weights)


def test_a_sharded_run_that_is_killed_goes_on_to_the_same_weights(tmp_path, tiny_words):
    words = [*tiny_words("classification", "encoder"), *two_of("fsdp"), "training.max_steps=12"]
    words += ["training.save_every_steps=1", "training.patience=0", "training.epochs=12"]
    argv = [sys.executable, "-m", "goodfit", "train", *words, "--quiet"]
    assert subprocess.run([*argv, "run.dir=whole"], cwd=tmp_path, capture_output=True, check=False).returncode == 0
    with subprocess.Popen(
        [*argv, "run.dir=run"], cwd=tmp_path, stdout=PIPE, stderr=PIPE, start_new_session=True
    ) as run:
        while run.poll() is None and not list((tmp_path / "run" / "checkpoints").glob("step-*")):
            time.sleep(0.02)
        os.killpg(run.pid, signal.SIGKILL)
    assert json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["status"] == "running"
    argv = [sys.executable, "-m", "goodfit", "resume", "run", "--quiet"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    one, other = (tmp_path / name / "adapter" / "adapter_model.safetensors" for name in ("whole", "run"))
    assert one.read_bytes() == other.read_bytes()


def test_where_one_of_two_processes_is_killed_the_other_says_so_and_how_the_run_goes_on(tmp_path, tiny_words):
    words = [*tiny_words("classification", "encoder"), "training.epochs=10000", "training.patience=0", "run.dir=run"]
    argv = [sys.executable, "-m", "goodfit", "train", *words, *two_of("ddp"), "--quiet"]
    with subprocess.Popen(argv, cwd=tmp_path, stdout=PIPE, stderr=PIPE, text=True) as process:
        while process.poll() is None and not (tmp_path / "run" / "history.jsonl").exists():
            time.sleep(0.05)
        os.kill(further_of(process), signal.SIGKILL)
        _, err = process.communicate(timeout=60)
    error, fix = err.splitlines()
    assert process.returncode == 5
    assert re.match(r"error: at step \d+ another process of the run ended, or cannot be reached$", error)
    assert fix.endswith(f"then go on with: goodfit resume {tmp_path / 'run'}")
    assert json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["status"] == "failed"


def test_where_one_is_killed_before_the_other_could_meet_it_that_is_told_too(tmp_path, tiny_words):
    words = [*tiny_words("classification", "encoder"), *two_of("ddp"), "run.dir=run", "--quiet", "--json"]
    argv = [sys.executable, "-m", "goodfit", "train", *words]
    with subprocess.Popen(argv, cwd=tmp_path, stdout=PIPE, stderr=PIPE, text=True) as process:
        os.kill(further_of(process), signal.SIGKILL)
        out, err = process.communicate(timeout=60)
    told, (error, fix) = json.loads(out), err.splitlines()
    assert (process.returncode, told["exit_code"]) == (5, 5)
    assert error == "error: at step 0 another process of the run ended, or cannot be reached"
    assert fix.endswith(f"then go on with: goodfit resume {tmp_path / 'run'}")
    record = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    assert (record["status"], record["reason"]) == ("failed", told["errors"][0]["error"])


def test_where_one_of_two_is_stuck_the_other_hears_that_it_is_to_stop(tmp_path, tiny_words):
    words = [*tiny_words("classification", "encoder"), *two_of("ddp"), "run.dir=run", "--quiet", "--json"]
    argv = [sys.executable, "-m", "goodfit", "train", *words]
    with subprocess.Popen(argv, cwd=tmp_path, stdout=PIPE, stderr=PIPE, text=True) as process:
        os.kill(further_of(process), signal.SIGSTOP)
        time.sleep(2)
        for _ in range(2):
            process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
        out, err = process.communicate(timeout=60)  # the other one has these pipes, too, and is gone where they end
    told, (error, fix) = json.loads(out), err.splitlines()
    assert (process.returncode, told["exit_code"]) == (143, 143)
    assert error.startswith("error: the run was stopped by SIGTERM: ")
    assert fix == f"  fix: goodfit resume {tmp_path / 'run'}"
    assert json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["status"] == "preempted"


ALONE = f"""{HEAD}
import os

import numpy as np


def statistics(items):
    if os.environ.get("LOCAL_RANK") == "1":
        raise ValueError
    return np.ones((len(items), 1))


@hookimpl
def goodfit_register_metrics():
    about = dict(description="d", kinds=("classification",), greater_is_better=True)
    return [MetricSpec(name="alone.ones", statistics=statistics, reduce=lambda sums: sums[..., 0], **about)]
"""


def test_what_one_of_two_meets_alone_is_what_the_run_says(tmp_path, tiny_words, install):
    site = install("alone", ALONE).parent
    paths = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
    words = [*tiny_words("classification", "encoder"), *two_of("ddp"), "task.primary=alone.ones"]
    words += ["task.metrics=[alone.ones]", "run.dir=run"]
    argv = [sys.executable, "-m", "goodfit", "train", *words, "--quiet", "--json"]
    env = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    told, (error, _) = json.loads(done.stdout), done.stderr.splitlines()
    assert (done.returncode, told["exit_code"]) == (4, 4), done.stderr
    assert "the plugin 'alone' failed in alone.ones.statistics: ValueError (" in error
    record = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    assert (record["status"], record["reason"]) == ("failed", told["errors"][0]["error"])
    assert not list((tmp_path / "run").glob(".cause*"))


MET = """
import subprocess, sys
from datetime import timedelta
from goodfit.cli.main import main

main(["list", "task", "--json"])
from torch.distributed import DistNetworkError, TCPStore

server = "import time; from torch.distributed import TCPStore; store = TCPStore('127.0.0.1', 0, is_master=True, "
server += "wait_for_workers=False); print(store.port, flush=True); time.sleep(99)"
first = subprocess.Popen([sys.executable, "-c", server], stdout=subprocess.PIPE)
store = TCPStore("127.0.0.1", int(first.stdout.readline()), timeout=timedelta(seconds=60))
first.kill()
try:
    store.get("what nobody sets")
except DistNetworkError:
    print("met")
"""


def test_a_library_that_meets_a_lost_process_prints_nothing_of_its_own(tmp_path):
    env = {name: value for name, value in os.environ.items() if name != "TORCH_CPP_LOG_LEVEL"}
    done = subprocess.run(
        [sys.executable, "-c", MET], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert (done.stdout.splitlines()[-1], done.stderr) == ("met", "")


TWO_MACHINES = ["hardware=ddp", "hardware.accelerator=cpu", "hardware.nodes=2", "hardware.devices=1", "run.dir=shared"]


def test_check_shows_what_to_type_on_each_machine(goodfit, tiny_words, tmp_path):
    words = [*tiny_words("classification", "encoder"), *TWO_MACHINES]
    outcome = goodfit("check", *words)
    assert (outcome.code, outcome.err) == (0, "")
    for node, line in enumerate(outcome.out.splitlines()):
        assert line.startswith(f"torchrun --nnodes=2 --nproc-per-node=1 --node-rank={node} --master-addr=$FIRST ")
        typed = shlex.split(line)
        assert typed[typed.index("train") + 1 :] == [*words[:-1], f"run.dir={tmp_path / 'shared'}"]
    assert goodfit("check", *words, "--json").json["commands"] == outcome.out.splitlines()
    assert list(tmp_path.iterdir()) == []


def test_two_machines_share_a_run_as_check_shows_it(goodfit, tiny_words, tmp_path):
    words = [*tiny_words("classification", "encoder"), *TWO_MACHINES, "training.max_steps=2"]
    port = 20_000 + os.getpid() % 10_000
    commands = goodfit("check", *words, "--json").json["commands"]
    started = []
    for line in reversed(commands):  # the second machine is there first, and waits for the run
        typed = shlex.split(line.replace("$FIRST", "127.0.0.1").replace("--master-port=29500", f"--master-port={port}"))
        argv = [sys.executable, "-m", "torch.distributed.run", *typed[1:], "--quiet"]
        environment = {**os.environ, "GLOO_SOCKET_IFNAME": "lo"}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(argv, cwd=tmp_path, env=environment, **pipes))
    said = [process.communicate(timeout=240)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0], "\n".join(said)
    record = json.loads((tmp_path / "shared" / "run.json").read_text("utf-8"))
    assert (record["status"], record["steps"]) == ("finished", 2)
    assert len((tmp_path / "shared" / "predictions" / "test.jsonl").read_text("utf-8").splitlines()) == 24


@pytest.mark.parametrize(
    ("words", "there", "fix"),
    [
        pytest.param([], {"LOCAL_WORLD_SIZE": "2"}, "add hardware=ddp hardware.devices=2, or start 1", id="forgotten"),
        pytest.param(two_of("ddp"), {"WORLD_SIZE": "3"}, "add hardware.devices=3, or start 2", id="others"),
        pytest.param(
            [],
            {"LOCAL_WORLD_SIZE": "1"},
            "add hardware=ddp hardware.devices=1 hardware.nodes=2, or start 1",
            id="two-machines",
        ),
        pytest.param(two_of("ddp"), {"WORLD_SIZE": "1"}, "add hardware.devices=1, or start 2", id="too-few"),
    ],
)
def test_as_many_processes_are_started_as_a_run_has(goodfit, tiny_words, tmp_path, monkeypatch, words, there, fix):
    for name, value in {"WORLD_SIZE": "2", "RANK": "0", "LOCAL_RANK": "0", **there}.items():
        monkeypatch.setenv(name, value)
    outcome = goodfit("train", *tiny_words("classification", "encoder"), *words, "run.dir=run")
    assert (outcome.code, outcome.errors[0][1]) == (2, fix)
    assert list(tmp_path.iterdir()) == []


def test_a_lone_machine_of_a_cluster_trains(goodfit, tiny_words, monkeypatch):
    for name, value in {"WORLD_SIZE": "1", "RANK": "0"}.items():
        monkeypatch.setenv(name, value)
    words = [*tiny_words("classification", "encoder"), "training.max_steps=1"]
    assert goodfit("train", *words, "run.dir=run", "--quiet").code == 0


FURTHER = "=1 in the environment says that this is a further process, and the run has one"


@pytest.mark.parametrize("verb", ["train", "sweep"])
@pytest.mark.parametrize("name", ["NODE_RANK", "RANK", "LOCAL_RANK"])
def test_a_run_of_one_process_is_refused_to_a_further_one(goodfit, tiny_words, tmp_path, monkeypatch, verb, name):
    monkeypatch.setenv(name, "1")
    space = ["optim.lr=1e-3,3e-3"] if verb == "sweep" else []
    outcome = goodfit(verb, *tiny_words("classification", "encoder"), *space, "run.dir=run", "--json")
    assert (outcome.code, outcome.errors) == (2, [(name + FURTHER, f"unset {name}")])
    assert outcome.json["errors"] == [{"error": name + FURTHER, "fix": f"unset {name}"}]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", ["abc", ""])
def test_a_process_whose_number_is_none_is_refused(goodfit, monkeypatch, value):
    monkeypatch.setenv("RANK", value)
    outcome = goodfit("list", "task", "--json")
    error = f"RANK is '{value}' in the environment, expected the number of a process"
    assert (outcome.code, outcome.errors) == (2, [(error, "unset RANK")])
    assert outcome.json["errors"] == [{"error": error, "fix": "unset RANK"}]


def test_a_further_process_that_waits_long_says_so(tiny_words, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(run_folders, "PATIENCE", 0.1)
    shared = tmp_path / "shared"
    shared.mkdir()
    conf = compose_words([*tiny_words("classification", "encoder"), *TWO_MACHINES[:-1], f"run.dir={shared}"]).conf
    monkeypatch.setenv("RANK", "1")
    threading.Timer(0.5, (shared / "config.yaml").touch).start()
    with run_folder(conf, None):
        (said,) = [record.getMessage() for record in caplog.records]
    assert said == f"waiting for the first process, which is to begin the run in {shared}"


def test_a_further_process_waits_until_the_first_has_begun_the_run(tiny_words, tmp_path, monkeypatch):
    folder = tmp_path / "shared"  # what is written into it before would be another's files to the first process
    folder.mkdir()
    words = [*tiny_words("classification", "encoder"), *TWO_MACHINES[:-1], f"run.dir={folder}"]
    conf = compose_words(words).conf
    monkeypatch.setenv("RANK", "1")
    threading.Timer(0.5, (folder / "config.yaml").touch).start()
    with run_folder(conf, None) as joined:
        assert [path.name for path in joined.iterdir()] == ["config.yaml"]


def test_deepspeed_is_asked_of_lightning_and_told_where_to_clip(tiny_words):
    words = [*tiny_words("classification", "encoder"), "hardware=deepspeed", "hardware.devices=4", "precision=bf16"]
    conf = compose_words([word for word in words if word != "hardware=cpu"]).conf
    asked = trainer_settings(conf, "cuda", 7)
    assert (asked["accelerator"], asked["devices"], asked["max_steps"]) == ("gpu", 4, 7)
    assert asked["precision"] == "bf16-mixed"
    assert strategies.StrategyRegistry[asked["strategy"]]["strategy"] is strategies.DeepSpeedStrategy
    assert asked["gradient_clip_val"] == conf.optim.clip_norm == 1


@pytest.mark.parametrize(
    ("installed", "error", "fix"),
    [
        (False, "hardware=deepspeed needs the package deepspeed", "pip install 'goodfit[deepspeed]'"),
        (True, "hardware=deepspeed shards over GPUs, and this run is on the CPU", "hardware=cpu"),
    ],
    ids=["without its package", "on the CPU"],
)
def test_deepspeed_is_refused_where_it_cannot_be(goodfit, tiny_words, monkeypatch, installed, error, fix):
    found = importlib.util.find_spec
    spec = found("json") if installed else None
    monkeypatch.setattr("importlib.util.find_spec", lambda name: spec if name == "deepspeed" else found(name))
    words = [*tiny_words("classification", "encoder"), "hardware=deepspeed", "hardware.accelerator=cpu", "run.dir=run"]
    outcome = goodfit("train", *[word for word in words if word != "hardware=cpu"])
    assert (outcome.code, outcome.out, outcome.errors) == (5, "", [(error, fix)])


def test_what_lightning_refuses_is_no_bug(goodfit, tiny_words, monkeypatch):
    known = "pytorch_lightning.trainer.connectors.accelerator_connector._IS_INTERACTIVE"
    monkeypatch.setattr(known, True)  # as where Python is typed at, and no script can be begun again on two devices
    words = [*tiny_words("classification", "encoder"), *two_of("ddp"), "run.dir=run"]
    outcome = goodfit("train", *words)
    ((error, fix),) = outcome.errors
    assert (outcome.code, fix) == (5, "choose another hardware= or precision=")
    assert error.startswith("Lightning refuses this hardware: `Trainer(strategy='ddp')` is not compatible")


def test_what_cannot_be_sharded_is_refused_before_training(goodfit, tiny_words):
    outcome = goodfit("check", *tiny_words("classification", "encoder"), *two_of("fsdp"), "optim=adafactor")
    assert outcome.code == 2
    assert outcome.errors == [("PyTorch's Adafactor does not know sharded weights", "optim=adamw, or hardware=ddp")]


@pytest.mark.parametrize("name", ["fsdp", "deepspeed", "gpu"])
def test_a_machine_without_a_gpu_says_so_and_exits_5(goodfit, tiny_words, name):
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    words = [word for word in tiny_words("classification", "encoder") if word != "hardware=cpu"]
    outcome = goodfit("check", *words, f"hardware={name}")
    assert (outcome.code, outcome.out) == (5, "")
    assert outcome.errors[0][1] == "hardware=cpu"
