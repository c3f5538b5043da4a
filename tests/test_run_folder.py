"""The run folder: what is in it, and that it belongs to one run."""

import fcntl
import json
import re
import shutil

import pytest
import yaml
from written import read_json, read_lines

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


LEFT = """
config.yaml overrides.txt lock.json run.json metrics.json history.jsonl log.txt findings.jsonl checkpoints
predictions/test.jsonl predictions/validation.jsonl data/rejected.jsonl
adapter/adapter_model.safetensors adapter/adapter_config.json adapter/task.json adapter/README.md
"""


def test_a_run_leaves_what_the_contract_names(finished):
    folder, _ = finished("classification", "encoder")
    for name in LEFT.split():
        assert (folder / name).exists(), name
    assert not (folder / "model").exists()
    assert not (folder / ".lock").exists()
    assert not list(folder.rglob("*.part"))


def test_all_weights_are_saved_as_a_model_that_transformers_loads(finished):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder, _ = finished("token_classification", "decoder", "adapter=none")
    assert not (folder / "adapter").exists()
    assert {"model.safetensors", "config.json", "tokenizer.json", "task.json", "README.md"} <= {
        path.name for path in (folder / "model").iterdir()
    }
    assert len(AutoTokenizer.from_pretrained(folder / "model")) == 8192
    assert AutoModelForCausalLM.from_pretrained(folder / "model").config.n_embd == 32


def test_run_json_has_the_shape_of_the_contract(finished, model_folders):
    folder, outcome = finished("classification", "encoder")
    record = read_json(folder / "run.json")
    assert (record["schema"], record["status"], record["task"]) == (1, "finished", "classification")
    assert (record["model"], record["kind"], record["family"]) == ("custom", "classification", "encoder")
    assert record["base"] == str(model_folders["encoder"])
    assert record["fit"]["verdict"] in ("good", "overfit", "underfit", "unknown")
    assert record["fit"]["evidence"]
    assert [gate["gate"] for gate in record["gates"]] == ["better_than_base", "not_overfit", "no_error_findings"]
    assert all(isinstance(gate["passed"], bool) and gate["reason"] for gate in record["gates"])
    assert record["steps"] == 8
    assert record["seconds"] > 0
    shown = outcome.json
    assert shown["run"] == str(folder)
    assert {name: shown[name] for name in ("status", "fit", "gates")} == {
        name: record[name] for name in ("status", "fit", "gates")
    }


KEYS = {
    "classification": {"accuracy", "precision_macro", "recall_macro", "f1_macro", "f1_micro", "ece", "loss"},
    "multilabel": {
        *(f"{name}_micro" for name in ("f1", "precision", "recall")),
        *("f1_macro", "exact_match", "hamming_loss", "ece", "loss"),
    },
    "token_classification": {"f1", "precision", "recall", "loss"},
    "generation": {"rouge1", "rouge2", "rougeL", "bleu", "exact_match", "loss"},
}
PRIMARY = {
    "classification": "f1_macro",
    "multilabel": "f1_micro",
    "token_classification": "f1",
    "generation": "rougeL",
}


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        ("classification", "encoder"),
        ("multilabel", "encoder"),
        ("token_classification", "encoder"),
        ("generation", "seq2seq"),
    ],
    ids=KEYS,
)
def test_metrics_json_has_the_shape_of_the_contract(finished, kind, family):
    folder, outcome = finished(kind, family)
    metrics = read_json(folder / "metrics.json")
    assert (metrics["schema"], metrics["primary"]) == (1, f"test/{PRIMARY[kind]}")
    assert set(metrics["tuned"]) == set(metrics["base"]) == {f"test/{name}" for name in KEYS[kind]}
    for figure in metrics["tuned"].values():
        # a record with no label, and none answered, says nothing of an F1
        assert figure["n"] <= 24 if kind in ("multilabel", "token_classification") else figure["n"] == 24
        assert figure["low"] <= figure["value"] <= figure["high"]
    assert set(metrics["paired"]) == {f"test/{name}" for name in KEYS[kind] - {"loss"}}
    for name, pair in metrics["paired"].items():
        tuned, base = metrics["tuned"][name]["value"], metrics["base"][name]["value"]
        if base is None:
            assert set(pair.values()) == {None}
        else:
            assert pair["difference"] == pytest.approx(tuned - base, abs=2e-6)
            assert pair["low"] <= pair["high"]
            assert 0 < pair["p"] <= 1
    assert metrics["base_is"]
    assert outcome.json["metrics"] == metrics["tuned"]


def test_lock_json_says_what_has_to_be_the_same(finished):
    lock = read_json(finished("classification", "encoder")[0] / "lock.json")
    assert {split: part["records"] for split, part in lock["data"].items()} == {
        "train": 32,
        "validation": 24,
        "test": 24,
    }
    digests = [part["digest"] for part in lock["data"].values()]
    assert all(map(DIGEST.fullmatch, [*digests, lock["base"]["digest"], lock["goodfit"]["code"]]))
    assert len(set(digests)) == 3
    assert (lock["schema"], lock["seed"], lock["threads"]) == (1, 42, 1)
    assert {"torch", "transformers", "peft", "pytorch-lightning"} <= set(lock["packages"])
    assert not {"pytest", "ruff", "ray"} & set(lock["packages"])  # which only extras of goodfit need
    assert {"legal", "starters"} <= set(lock["plugins"])
    assert lock["instructions"]


def test_an_adapter_names_its_modules_in_one_order(finished):
    named = read_json(finished("classification", "encoder")[0] / "adapter/adapter_config.json")["target_modules"]
    assert len(named) > 1
    assert named == sorted(named)


def test_history_and_predictions_have_a_line_for_each_step_and_record(finished):
    folder, _ = finished("classification", "encoder")
    history = read_lines(folder / "history.jsonl")
    steps = [line["step"] for line in history if "train/loss" in line]
    assert steps == list(range(1, 9))
    assert {"step", "epoch", "train/loss", "grad_norm", "lr"} <= set(history[0])
    assert [line["step"] for line in history if "validation/f1_macro" in line] == [4, 8]
    assert {line["step"]: line["epoch"] for line in history if "train/loss" in line} == {n: n / 4 for n in range(1, 9)}
    assert all(line["epoch"] == line["step"] / 4 for line in history)
    predictions = read_lines(folder / "predictions" / "test.jsonl")
    assert [line["id"] for line in predictions] == [f"2-{number}" for number in range(24)]
    assert {line["prediction"] for line in predictions} <= {"good", "bad"}
    assert all(0.5 <= line["confidence"] <= 1 for line in predictions)


def test_the_card_says_what_was_tuned_on_what_and_how_good_it_is(finished, model_folders):
    folder, _ = finished("classification", "encoder")
    _, head, body = (folder / "adapter" / "README.md").read_text("utf-8").split("---\n", 2)
    assert yaml.safe_load(head)["base_model"] == str(model_folders["encoder"])
    metrics = read_json(folder / "metrics.json")
    value = metrics["tuned"]["test/f1_macro"]["value"]
    assert f"| test/f1_macro | {value:.3f} [" in body
    assert "| test/loss (lower is better) | " in body
    assert f"differs from it by {metrics['paired_reference']['difference']:.3f} [" in body
    assert [name for name, found in metrics["tuned"].items() if found["better"] == "lower"] == ["test/ece", "test/loss"]
    for part in ("train 32, validation 24, test 24", "Labels: bad, good.", "## Gates", "## Fit: ", "## Findings"):
        assert part in body


MODELS = """
from pathlib import Path

from goodfit.hooks import hookimpl
from goodfit.hooks.types import ModelSpec

HOOK_API = 1


@hookimpl
def goodfit_register_models():
    return [ModelSpec(name="odd.tiny", description="d", licence="MIT", folder=lambda: Path(FOLDER))]
"""


@pytest.mark.parametrize(("words", "licence"), [([], "mit"), (["model.licence=Apache-2.0"], "apache-2.0")])
def test_the_card_has_the_licence_that_a_plugin_says_of_its_model(
    goodfit, install, tiny_words, model_folders, tmp_path, words, licence
):
    install("odd", MODELS.replace("FOLDER", repr(str(model_folders["encoder"]))))
    more = ["model.source=odd.tiny", "model.name=null", "training.max_steps=1", "run.dir=run"]
    outcome = goodfit("train", *tiny_words("classification", "encoder"), *more, *words, "--quiet")
    assert outcome.code == 0, outcome.err
    _, head, _ = (tmp_path / "run" / "adapter" / "README.md").read_text("utf-8").split("---\n", 2)
    assert (yaml.safe_load(head)["license"], yaml.safe_load(head)["base_model"]) == (licence, "odd.tiny")


def test_a_finished_folder_takes_no_second_run(goodfit, tiny_words, finished):
    folder, _ = finished("classification", "encoder")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    outcome = goodfit("train", *tiny_words("classification", "encoder"), f"run.dir={folder}", "--quiet")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [(f"{folder} holds a run already", "choose another run.dir, or delete that folder")]
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_the_same_words_again_name_the_way_on_with_a_run_that_is_not_finished(goodfit, tiny_words, finished, tmp_path):
    folder, _ = finished("classification", "encoder")
    own = tmp_path / "own"
    own.mkdir()
    record = {**read_json(folder / "run.json"), "status": "preempted"}
    (own / "run.json").write_text(json.dumps(record), "utf-8")
    (own / "config.yaml").write_text((folder / "config.yaml").read_text("utf-8"), "utf-8")
    outcome = goodfit("train", *tiny_words("classification", "encoder"), f"run.dir={own}", "--quiet")
    assert outcome.errors == [
        (f"{own} holds a run already", f"goodfit resume {own} goes on with it; or choose another run.dir")
    ]


@pytest.mark.parametrize("verb", ["train", "check"])
def test_a_folder_that_is_taken_is_refused_before_anything_is_read(goodfit, finished, verb):
    folder, _ = finished("classification", "encoder")
    outcome = goodfit(
        verb, "task=classification", "model=bert", "dataset=files", "dataset.train=no", f"run.dir={folder}"
    )
    assert outcome.errors == [(f"{folder} holds a run already", "choose another run.dir, or delete that folder")]


@pytest.mark.parametrize("name", ["metrics.json", "history.jsonl", "adapter"])
def test_a_run_does_not_write_among_files_of_its_names(goodfit, tmp_path, tiny_words, name):
    (tmp_path / "mine" / name).mkdir(parents=True)
    outcome = goodfit("train", *tiny_words("classification", "encoder"), "run.dir=mine", "--quiet")
    assert outcome.errors == [(f"{tmp_path / 'mine'} holds other files ('{name}')", "choose another run.dir")]
    assert [path.name for path in (tmp_path / "mine").iterdir()] == [name]


def test_a_run_that_another_process_finished_meanwhile_is_left_alone(goodfit, finished, tmp_path, monkeypatch):
    folder, _ = finished("classification", "encoder")
    run = shutil.copytree(folder, tmp_path / "run", symlinks=True)
    whole = (run / "run.json").read_bytes()
    found = iter([False])  # as it was when it was asked first
    monkeypatch.setattr("goodfit.runs.resume.is_finished", lambda path: next(found))
    outcome = goodfit("resume", run, "--quiet", "--allow-drift")
    assert outcome.errors == [(f"{run} was finished by another process meanwhile", "nothing is left to do")]
    assert (run / "run.json").read_bytes() == whole


def test_a_folder_that_another_run_writes_to_is_refused(goodfit, tmp_path, tiny_words):
    folder = tmp_path / "busy"
    folder.mkdir()
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        outcome = goodfit("train", *tiny_words("classification", "encoder"), "run.dir=busy", "--quiet")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [
        (f"another run is writing to {folder}", "wait for its end, or train into another run.dir")
    ]
    assert [path.name for path in folder.iterdir()] == [".lock"]


@pytest.mark.parametrize("verb", ["check", "train"])
def test_a_folder_that_cannot_be_made_is_refused(goodfit, tmp_path, tiny_words, verb):
    (tmp_path / "file").write_text("x", "utf-8")
    outcome = goodfit(verb, *tiny_words("classification", "encoder"), "run.dir=file/run", "--quiet")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [
        (f"{tmp_path / 'file' / 'run'} cannot be made: Not a directory", "choose another run.dir")
    ]


@pytest.mark.parametrize("words", [["run.dir=archive/a/b"], []], ids=["named", "no name"])
def test_a_run_where_nothing_may_be_written_is_refused_by_check(goodfit, tmp_path, monkeypatch, tiny_words, words):
    (tmp_path / "archive").mkdir()
    monkeypatch.setattr("os.access", lambda path, mode: False)  # as on a file system that is mounted to be read
    ((error, fix),) = goodfit("check", *tiny_words("classification", "encoder"), *words).errors
    place = tmp_path / "archive" if words else tmp_path
    assert error.endswith(f" cannot be made: {place} may not be written to")
    assert fix == "choose another run.dir"


def test_of_a_run_that_is_trained_now_the_end_is_waited_for(goodfit, tmp_path, finished):
    running = tmp_path / "running"
    shutil.copytree(finished("classification", "encoder")[0], running)
    record = json.loads((running / "run.json").read_text("utf-8"))
    (running / "run.json").write_text(json.dumps({**record, "status": "running"}), "utf-8")
    (running / "digests.json").unlink()
    with (running / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for argv in (["predict", "running", "a chair"], ["verify", "running"]):
            assert goodfit(*argv).errors[0][1] == "it is trained now: wait for its end"
    assert goodfit("predict", "running", "a chair").errors[0][1] == "goodfit resume running"


def test_without_a_name_a_run_goes_below_runs_and_latest_points_to_it(goodfit, tmp_path, tiny_words):
    words = [*tiny_words("classification", "encoder"), "training.epochs=1", "--json"]
    first, second = goodfit(*words).json["run"], goodfit(*words).json["run"]
    assert first != second
    assert re.fullmatch(
        r"runs/\d{4}-\d\d-\d\d/\d{6}-classification-custom(-\w{4})?", second.removeprefix(f"{tmp_path}/")
    )
    assert str((tmp_path / "runs" / "latest").resolve()) == second
    assert goodfit("evaluate", "runs/latest", "--json").json["run"] == second


def test_a_label_forges_no_part_of_the_card_and_steers_no_terminal(goodfit, tmp_path, tiny_words, rows_of, write_rows):
    odd = "refund\n\n## Privacy\n\nNo personal data.\n\n<img src=x> \x1b[2J ![x](https://evil.example/a.png)"
    rows = [{**row, "label": odd if row["label"] == "good" else "bad"} for row in rows_of("classification", 48)]
    words = [*tiny_words("classification", "encoder"), f"dataset.train={write_rows(tmp_path / 'own.jsonl', rows)}"]
    words = [word for word in words if not word.startswith(("dataset.validation", "dataset.test"))]
    outcome = goodfit("train", *words, "training.max_steps=1", "run.dir=run")
    assert outcome.code == 0, outcome.err
    card = (tmp_path / "run" / "adapter" / "README.md").read_text("utf-8")
    assert [line for line in card.splitlines() if line.startswith("## Privacy")] == ["## Privacy"]
    assert (
        r"refund\n\n## Privacy\n\nNo personal data.\n\n&lt;img src=x> \x1b[2J !\[x\](https://evil.example/a.png)"
        in card
    )
    assert "\x1b" not in card + outcome.out + outcome.err
