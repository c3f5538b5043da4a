"""Runs that were interrupted or tampered with: nothing in a folder is trusted unseen."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from subprocess import PIPE

import pytest
import yaml
from written import read_json

import goodfit as installed
from goodfit.runs.digests import write_digests


@pytest.fixture
def run(finished, tmp_path):
    """A finished run that a test may spoil."""
    folder, _ = finished("classification", "encoder")
    return shutil.copytree(folder, tmp_path / "run", symlinks=True)


def spoil_adapter(run):
    path = run / "adapter" / "adapter_model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def spoil_status(run):
    record = read_json(run / "run.json")
    (run / "run.json").write_text(json.dumps({**record, "status": "failed"}), "utf-8")


def spoil_record(run):
    (run / "run.json").write_text('{"status": ', "utf-8")


def spoil_config(run):
    config = yaml.safe_load((run / "config.yaml").read_text("utf-8"))
    config["optim"]["lr"] = 7
    (run / "config.yaml").write_text(yaml.safe_dump(config), "utf-8")


def spoil_scale(run):
    config = read_json(run / "adapter/adapter_config.json")
    (run / "adapter" / "adapter_config.json").write_text(json.dumps({**config, "lora_alpha": 3}), "utf-8")


def spoil_seed(run):
    config = yaml.safe_load((run / "config.yaml").read_text("utf-8"))
    config["seed"] = 7
    (run / "config.yaml").write_text(yaml.safe_dump(config), "utf-8")


def spoil_labels(run):
    task = read_json(run / "adapter/task.json")
    (run / "adapter" / "task.json").write_text(json.dumps({**task, "labels": task["labels"][::-1]}), "utf-8")


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        pytest.param(
            spoil_adapter, "{run}/adapter/adapter_model.safetensors is not what was written", id="flipped bit"
        ),
        pytest.param(spoil_status, "the run in {run} is failed, not finished", id="failed run"),
        pytest.param(spoil_record, "{run}/run.json is damaged", id="damaged record"),
        pytest.param(spoil_config, "{run}/config.yaml is not what was written", id="edited config"),
        pytest.param(spoil_labels, "{run}/adapter/task.json is not what was written", id="labels in another order"),
        pytest.param(spoil_scale, "{run}/adapter/adapter_config.json is not what was written", id="another scale"),
        pytest.param(spoil_seed, "{run}/config.yaml is not what was written", id="another seed"),
        pytest.param(
            lambda run: (run / "run.json").write_text("[]", "utf-8"), "{run}/run.json is damaged", id="no object"
        ),
        pytest.param(
            lambda run: (run / "run.json").write_text("{}", "utf-8"), "{run}/run.json is damaged", id="no status"
        ),
        pytest.param(
            lambda run: (run / "adapter" / "adapter_config.json").unlink(),
            "{run}/adapter/adapter_config.json is missing",
            id="missing file",
        ),
    ],
)
def test_a_run_that_was_tampered_with_is_refused(goodfit, run, spoil, error):
    spoil(run)
    outcome = goodfit("predict", run, "a text")
    assert (outcome.code, outcome.out) == (2, "")
    ((what, fix),) = outcome.errors
    assert error.replace("{run}", str(run)) in what
    assert fix


def rewrite(path, **changes):
    """Change a JSON file of a run, as if the run had been left so."""
    path.write_text(json.dumps({**read_json(path), **changes}), "utf-8")
    write_digests(next(above for above in path.parents if (above / "digests.json").is_file()), {})


@pytest.mark.parametrize(
    ("name", "argv"),
    [
        pytest.param("run.json", ["predict", "{run}", "a text"], id="record"),
        pytest.param("run.json", ["resume", "{run}"], id="record, to go on"),
        pytest.param("lock.json", ["predict", "{run}", "a text"], id="lock"),
        pytest.param("lock.json", ["evaluate", "{run}"], id="lock, to measure"),
        pytest.param("lock.json", ["compare", "{run}", "{run}"], id="lock, to compare"),
        pytest.param("adapter/task.json", ["predict", "{run}", "a text"], id="task"),
        pytest.param("metrics.json", ["reproduce", "{run}"], id="figures"),
    ],
)
def test_what_a_newer_goodfit_wrote_is_not_read_as_this_ones(goodfit, run, name, argv):
    lock = read_json(run / "lock.json")
    rewrite(run / "lock.json", goodfit={**lock["goodfit"], "version": "9.8"})
    rewrite(run / name, schema=9)
    left = {path: path.read_bytes() for path in run.rglob("*.json")}
    outcome = goodfit(*(word.replace("{run}", str(run)) for word in argv), "--quiet")
    assert (outcome.code, outcome.out) == (2, "")
    was = f"was written by goodfit 9.8 (schema 9); this one, {installed.__version__}, reads schema 1"
    assert outcome.errors == [(f"{run / name} {was}", "pip install --upgrade goodfit")]
    assert {path: path.read_bytes() for path in run.rglob("*.json")} == left
    assert not run.with_name("run-again").exists()


def test_digests_that_a_newer_goodfit_wrote_are_not_called_changed(goodfit, run):
    (run / "digests.json").write_text(json.dumps({**read_json(run / "digests.json"), "schema": 2}), "utf-8")
    ((error, fix),) = goodfit("verify", run).errors
    assert error.startswith(
        f"{run / 'digests.json'} was written by goodfit {installed.__version__} (schema 2); this one"
    )
    assert fix == "pip install --upgrade goodfit"


@pytest.mark.parametrize("argv", [["predict", "{run}", "a text"], ["resume", "{run}"]], ids=["predict", "resume"])
def test_a_run_whose_status_is_not_known_is_not_gone_on_with(goodfit, run, argv):
    rewrite(run / "run.json", status="released")
    left = (run / "run.json").read_bytes()
    outcome = goodfit(*(word.replace("{run}", str(run)) for word in argv))
    assert outcome.code == 2
    assert outcome.errors == [
        (
            f"{run / 'run.json'} says that the run is 'released', expected running, finished, failed or preempted",
            "take a copy that is whole; if a newer goodfit wrote it: pip install --upgrade goodfit",
        )
    ]
    assert (run / "run.json").read_bytes() == left


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        pytest.param("training:\n", "training:\n  newkey: 1\n", "no setting called 'training.newkey'", id="setting"),
        pytest.param("name: adamw\n", "name: lion9\n", "optim.name is 'lion9'", id="value"),
    ],
)
def test_a_config_that_another_goodfit_wrote_is_not_to_be_edited(goodfit, run, tiny_words, before, after, why):
    config, lock = (run / "config.yaml").read_text("utf-8"), read_json(run / "lock.json")
    assert before in config
    (run / "config.yaml").write_text(config.replace(before, after), "utf-8")
    rewrite(run / "lock.json", goodfit={"version": "9.8", "code": "sha256:another"})
    made = f"{run} was made by goodfit 9.8, and this one, {installed.__version__} with other code, cannot read its "
    words = [word for word in tiny_words("classification", "encoder") if not word.startswith("model")]
    further = ["check", *words, f"model=run:{run}"]
    for argv in (["predict", run, "a text"], ["evaluate", run], ["reproduce", run], further):
        ((error, fix),) = goodfit(*argv, "--quiet").errors
        assert error.startswith(f"{made}config.yaml: {why}")
        assert fix == "use the goodfit that made it, or a newer one: pip install --upgrade goodfit"
    rewrite(run / "lock.json", goodfit=lock["goodfit"])  # where this one made it, somebody edited it
    ((error, _),) = goodfit("predict", run, "a text", "--quiet").errors
    assert error.startswith(why)


@pytest.mark.parametrize(
    ("verb", "changes"),
    [
        pytest.param("compare", {"data": "x"}, id="data"),
        pytest.param("compare", {"data": {"test": "x"}}, id="split"),
        pytest.param("compare", {"data": {}}, id="no split"),
        pytest.param("evaluate", {"data": "x"}, id="data, to measure"),
        pytest.param("evaluate", {"drift": "x"}, id="drift"),
        pytest.param("evaluate", {"goodfit": "x"}, id="goodfit"),
    ],
)
def test_a_lock_of_another_shape_is_damaged(goodfit, run, verb, changes):
    rewrite(run / "lock.json", **changes)
    outcome = goodfit(verb, run, *([run] if verb == "compare" else []), "--quiet")
    assert outcome.code == 2
    assert outcome.errors[0][0] == f"{run / 'lock.json'} is damaged"


def test_a_card_may_be_edited(goodfit, run):
    (run / "adapter" / "README.md").write_text("mine", "utf-8")
    assert goodfit("predict", run, "a text").code == 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("lock.json", "{}", "{run}/lock.json is not what was written", id="lock"),
        pytest.param(
            "predictions/test.jsonl", '{"id": ', "{run}/predictions/test.jsonl is not what was written", id="answers"
        ),
    ],
)
def test_a_spoilt_run_is_not_compared(goodfit, run, name, content, said):
    (run / name).write_text(content, "utf-8")
    outcome = goodfit("compare", run, run)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors[0][0] == said.replace("{run}", str(run))


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        pytest.param(spoil_adapter, "adapter/adapter_model.safetensors", id="weights"),
        pytest.param(spoil_labels, "adapter/task.json", id="labels"),
        pytest.param(spoil_seed, "config.yaml", id="config"),
        pytest.param(lambda run: (run / "lock.json").open("a").write("\n"), "lock.json", id="lock"),
    ],
)
def test_a_run_that_is_not_what_it_wrote_is_not_compared(goodfit, run, spoil, name, tmp_path):
    shutil.copytree(run, other := tmp_path / "other")
    spoil(other)
    outcome = goodfit("compare", run, other)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors[0][0] == f"{other}/{name} is not what was written"


def test_a_flipped_bit_in_a_whole_model_is_refused(goodfit, finished, tmp_path):
    folder, _ = finished("token_classification", "decoder", "adapter=none")
    run = shutil.copytree(folder, tmp_path / "run")
    content = bytearray((run / "model" / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (run / "model" / "model.safetensors").write_bytes(bytes(content))
    outcome = goodfit("predict", run, "a text")
    assert (outcome.code, outcome.out) == (2, "")
    ((what, _),) = outcome.errors
    assert what == f"{run}/model/model.safetensors is not what was written"


def test_an_adapter_is_not_put_on_another_base(goodfit, tmp_path, tiny_words, model_folders):
    base = shutil.copytree(model_folders["encoder"], tmp_path / "base")
    words = [*tiny_words("classification", "encoder"), f"model.name={base}", "training.epochs=1", "run.dir=run"]
    assert goodfit(*words, "--quiet").code == 0
    content = bytearray((base / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (base / "model.safetensors").write_bytes(bytes(content))
    outcome = goodfit("predict", "run", "a text")
    assert (outcome.code, outcome.out) == (2, "")
    ((error, fix),) = outcome.errors
    assert error.startswith(f"the run was tuned on {base} with the digest sha256:")
    assert fix == "install the base model that the run was tuned on"


@pytest.mark.parametrize(
    ("number", "code", "name"),
    [
        pytest.param(signal.SIGINT, 130, "Ctrl-C", id="Ctrl-C"),
        pytest.param(signal.SIGTERM, 143, "SIGTERM", id="scheduler", marks=pytest.mark.spare),
    ],
)
def test_a_stopped_run_says_so_and_how_it_goes_on(tmp_path, tiny_words, number, code, name):
    words = [*tiny_words("classification", "encoder"), "training.epochs=10000", "training.patience=0", "run.dir=run"]
    argv = [sys.executable, "-m", "goodfit", "train", *words]
    with subprocess.Popen(argv, cwd=tmp_path, stdout=PIPE, stderr=PIPE, text=True) as process:
        while process.poll() is None and not (tmp_path / "run" / "history.jsonl").exists():
            time.sleep(0.05)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, "")
    error, fix = err.splitlines()[-2:]
    assert re.fullmatch(rf"error: the run was stopped by {name}: step \d+ is saved", error)
    assert fix == f"  fix: goodfit resume {tmp_path / 'run'}"
    assert "Traceback" not in err
    assert "Loading weights" not in err  # progress bars are for terminals
    assert read_json(tmp_path / "run" / "run.json")["status"] == "preempted"
    assert not (tmp_path / "run" / ".lock").exists()
