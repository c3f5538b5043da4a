"""Going on: killed, stopped or failed at any moment, a run comes to the bytes of one that nobody disturbed."""

import json
import os
import shutil
import signal

import pytest
from conftest import run_main
from killing import different, in_child, killed
from torch.utils.data import get_worker_info

from goodfit.training.loader import PlannedBatches

EVERY = ["training.save_every_steps=1", "training.evaluations_per_epoch=2"]
IN_A_SAVE = "optimizer.safetensors"


@pytest.fixture(scope="session")
def wet(tmp_path_factory, model_folders):
    """Family -> the tiny model with dropout."""
    root = tmp_path_factory.mktemp("wet")
    rates = {
        "encoder": ("hidden_dropout_prob", "attention_probs_dropout_prob"),
        "decoder": ("resid_pdrop", "embd_pdrop", "attn_pdrop"),
        "seq2seq": ("dropout_rate",),
    }
    for family, names in rates.items():
        shutil.copytree(model_folders[family], root / family)
        config = root / family / "config.json"
        content = json.loads(config.read_text("utf-8")) | dict.fromkeys(names, 0.1)
        config.write_text(json.dumps(content), "utf-8")
    return {family: root / family for family in rates}


def status_of(folder):
    return json.loads((folder / "run.json").read_text("utf-8"))["status"]


@pytest.mark.parametrize(
    ("kind", "family", "words", "moment"),
    [
        pytest.param("classification", "encoder", [], ("open", IN_A_SAVE, 1), id="first-save"),
        pytest.param("classification", "encoder", [], ("os.rename", "step-00000003-", 1), id="before-the-rename"),
        pytest.param("classification", "encoder", [], ("os.rename", "/step-00000002", 1), id="in-the-pruning"),
        pytest.param("classification", "encoder", [], ("open", ".metrics.json.part", 1), id="in-the-writing"),
        pytest.param("classification", "encoder", ["adapter=head"], ("open", IN_A_SAVE, 11), id="frozen-base"),
        pytest.param("classification", "encoder", ["adapter.top_layers=1"], ("open", IN_A_SAVE, 11), id="lower-layers"),
        pytest.param(
            "token_classification", "decoder", ["adapter=none"], ("open", IN_A_SAVE, 11), id="all-weights-of-a-decoder"
        ),
        pytest.param(
            "generation",
            "seq2seq",
            ["training.accumulation=3", "runtime.workers=2"],
            ("open", IN_A_SAVE, 6),
            id="accumulation-and-workers",
        ),
    ],
)
def test_a_killed_run_goes_on_to_the_same_bytes(
    goodfit, finished, tiny_words, tmp_path, wet, kind, family, words, moment
):
    words = [f"model.name={wet[family]}", *EVERY, *words]
    undisturbed, _ = finished(kind, family, *words)
    folder = tmp_path / "run"
    assert killed(["train", *tiny_words(kind, family), *words, f"run.dir={folder}"], tmp_path, *moment) == -9
    assert status_of(folder) == "running"
    outcome = goodfit("resume", folder, "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["status"] == status_of(folder) == "finished"
    assert different(undisturbed, folder) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGUSR1, 143), (signal.SIGHUP, 143), (signal.SIGXCPU, 143)],
)
def test_a_signal_saves_the_step_and_the_run_goes_on_to_the_same_bytes(
    goodfit, finished, tiny_words, tmp_path, wet, number, code
):
    words = [f"model.name={wet['encoder']}", *EVERY]
    undisturbed, _ = finished("classification", "encoder", *words)
    folder, argv = tmp_path / "run", [*tiny_words("classification", "encoder"), *words]
    argv += ["training.save_every_steps=1000", f"run.dir={folder}"]
    assert killed(argv, tmp_path, "open", "history.jsonl", 6, number=number) == code
    assert status_of(folder) == "preempted"
    record = json.loads((folder / "run.json").read_text("utf-8"))
    name = "Ctrl-C" if number == signal.SIGINT else number.name
    assert record["reason"].startswith(f"the run was stopped by {name}: step ")
    assert goodfit("resume", folder).code == 0
    left = [name for name in different(undisturbed, folder) if not name.startswith("checkpoints/")]
    assert left == []  # how often a run is saved changes nothing


def test_a_run_that_is_stopped_twice_goes_on_twice(goodfit, finished, tiny_words, tmp_path, wet):
    words = [f"model.name={wet['encoder']}", *EVERY]
    undisturbed, _ = finished("classification", "encoder", *words)
    folder = tmp_path / "run"
    argv = [*tiny_words("classification", "encoder"), *words, f"run.dir={folder}"]
    assert killed(argv, tmp_path, "open", IN_A_SAVE, 6) == -9
    assert killed(["resume", folder], tmp_path, "open", IN_A_SAVE, 12) == -9
    assert goodfit("resume", folder).code == 0
    assert different(undisturbed, folder) == []


def test_a_finished_run_says_so(goodfit, finished):
    folder, _ = finished("classification", "encoder")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    outcome = goodfit("resume", folder)
    told = f"the run in {folder} is finished: there is nothing to go on with; to train its model further: "
    told += f"goodfit train WORDS model=run:{folder}\n"
    assert (outcome.code, outcome.out) == (0, told)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_run_whose_loading_process_is_killed_says_so_and_goes_on_to_the_same_bytes(
    goodfit, finished, tiny_words, tmp_path
):
    words = ["runtime.workers=2", "training.save_every_steps=1", "training.epochs=3", "training.patience=0"]
    folder, said = tmp_path / "run", tmp_path / "said"

    def work():
        build = PlannedBatches.__getitem__

        def deadly(data, planned):
            if planned.epoch == 1 and get_worker_info() is not None:
                os.kill(os.getpid(), signal.SIGKILL)
            return build(data, planned)

        PlannedBatches.__getitem__ = deadly  # in a forked process, and those that it forks
        argv = ["train", *tiny_words("classification", "encoder"), *words, f"run.dir={folder}", "--quiet"]
        outcome = run_main(argv, tmp_path)
        said.write_text(outcome.err, "utf-8")
        return outcome.code

    assert in_child(work) == 5
    error, fix = said.read_text("utf-8").splitlines()
    assert "the system ended a process that loads records" in error
    assert "runtime.workers=0" in fix
    assert goodfit("resume", folder, "--quiet").code == 0
    assert different(finished("classification", "encoder", *words)[0], folder) == []
