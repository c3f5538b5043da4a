"""What others do to a run's folder while it trains, or put into it later: it is found."""

import functools
import json
import logging
import shutil

import pytest
from conftest import run_main
from killing import act_at, different, in_child, killed

from goodfit.runs.digests import write_digests

WORDS = ["training.save_every_steps=1"]
MIDDLE = "open", "optimizer.safetensors", 5
ENDING = "open", ".metrics.json.part", 1


@pytest.fixture
def disturbed(tiny_words, tmp_path):
    """``disturbed(act, moment)``: a run in ``run`` in which ``act(folder)`` is done; its exit code, error and fix."""

    def train(act, moment):
        folder, said = tmp_path / "run", tmp_path / "said"

        def work():
            act_at(functools.partial(act, folder), *moment)
            argv = ["train", *tiny_words("classification", "encoder"), *WORDS, f"run.dir={folder}", "--quiet"]
            outcome = run_main(argv, tmp_path)
            said.write_text(json.dumps(outcome.errors), "utf-8")
            return outcome.code

        code = in_child(work)
        ((error, fix),) = json.loads(said.read_text("utf-8"))
        return code, error, fix

    return train


def edit(folder):
    path = folder / "config.yaml"
    path.write_text(path.read_text("utf-8").replace("seed: 42", "seed: 99"), "utf-8")


def edit_lock(folder):
    path = folder / "lock.json"
    path.write_text(path.read_text("utf-8").replace('"seed": 42', '"seed": 7'), "utf-8")


def forget(folder):
    path = folder / "history.jsonl"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[1:]), "utf-8")


@pytest.mark.parametrize("moment", [MIDDLE, ENDING], ids=["training", "writing"])
@pytest.mark.parametrize(
    ("act", "name"),
    [(edit, "config.yaml"), (edit_lock, "lock.json"), (forget, "history.jsonl")],
    ids=["config", "lock", "history"],
)
def test_what_is_changed_while_a_run_trains_is_not_sealed(
    goodfit, disturbed, finished, tiny_words, tmp_path, act, name, moment
):
    folder = tmp_path / "run"
    undisturbed, _ = finished("classification", "encoder", *WORDS)
    way = "go on behind the last checkpoint" if act is forget else "bring that back, then go on with"
    assert disturbed(act, moment) == (
        2,
        f"{folder / name} was changed while the run trained, expected what the run wrote",
        f"{way}: goodfit resume {folder}",
    )
    assert json.loads((folder / "run.json").read_text("utf-8"))["status"] == "failed"
    assert not (folder / "digests.json").exists()
    if name == "config.yaml":
        written = (undisturbed / name).read_text("utf-8").replace(str(undisturbed), str(folder))
        (folder / name).write_text(written, "utf-8")
    elif name == "lock.json":
        shutil.copy(undisturbed / name, folder / name)
    assert goodfit("resume", folder, "--quiet").code == 0
    assert different(undisturbed, folder) == []


def move(folder):
    folder.rename(folder.with_name("moved"))


def replace(folder):
    move(folder)
    folder.mkdir()
    (folder / "mine.txt").write_text("mine", "utf-8")


@pytest.mark.parametrize("moment", [MIDDLE, ENDING], ids=["training", "writing"])
@pytest.mark.parametrize("act", [move, replace, shutil.rmtree], ids=["moved", "replaced", "removed"])
def test_a_run_whose_folder_is_gone_says_so_and_makes_none_anew(goodfit, disturbed, finished, tmp_path, act, moment):
    folder = tmp_path / "run"
    assert disturbed(act, moment) == (
        5,
        f"the run's folder {folder} was moved or removed while it trained",
        "go on where it lies now: goodfit resume ITS_NEW_PLACE; or train again",
    )
    assert folder.exists() == (act is replace)
    if act is replace and moment is MIDDLE:
        assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    if act is not shutil.rmtree:
        assert goodfit("resume", "moved", "--quiet").code == 0
        assert different(finished("classification", "encoder", *WORDS)[0], tmp_path / "moved") == []


def test_a_run_without_its_config_says_so_before_it_goes_on_for_nothing(goodfit, disturbed, finished, tmp_path):
    folder = tmp_path / "run"
    assert disturbed(lambda run: (run / "config.yaml").rename(tmp_path / "kept.yaml"), MIDDLE) == (
        5,
        f"{folder / 'config.yaml'} was moved or removed while the run trained",
        f"put it back, then go on with: goodfit resume {folder}",
    )
    (tmp_path / "kept.yaml").rename(folder / "config.yaml")
    assert goodfit("resume", folder, "--quiet").code == 0
    assert different(finished("classification", "encoder", *WORDS)[0], folder) == []


def test_a_lock_that_another_process_took_is_left_to_it(disturbed, tmp_path):
    def take(run):
        (run / ".lock").unlink()
        (run / ".lock").write_text("another's", "utf-8")

    folder = tmp_path / "run"
    code, error, fix = disturbed(take, MIDDLE)
    assert (code, fix) == (5, f"when nobody else writes there: goodfit resume {folder}")
    assert error == f"{folder}/.lock is not this run's any more: it was removed, or another process has the folder"
    assert (folder / ".lock").read_text("utf-8") == "another's"
    assert json.loads((folder / "run.json").read_text("utf-8"))["status"] == "running"


def test_a_run_is_not_used_by_a_config_that_it_was_not_trained_with(goodfit, finished, tmp_path):
    run = shutil.copytree(finished("classification", "encoder")[0], tmp_path / "run")
    edit(run)
    write_digests(run, {"run.json": (run / "run.json").read_bytes()})  # as if it had been so at the run's end
    for argv in (["predict", run, "a text"], ["evaluate", run]):
        assert goodfit(*argv, "--quiet").errors == [
            (
                f"{run / 'config.yaml'} is not what the run was trained with",
                "bring back what the run wrote, or take a copy of the run that is whole",
            )
        ]


def test_a_run_does_not_go_on_from_the_checkpoints_of_another_one(goodfit, finished, tiny_words, tmp_path):
    undisturbed, _ = finished("classification", "encoder", *WORDS)
    other, _ = finished("classification", "encoder", *WORDS, "seed=7")
    folder = tmp_path / "run"
    argv = ["train", *tiny_words("classification", "encoder"), *WORDS, f"run.dir={folder}"]
    assert killed(argv, tmp_path, *MIDDLE) == -9
    shutil.rmtree(folder / "checkpoints")
    shutil.copytree(other / "checkpoints", folder / "checkpoints")
    outcome = goodfit("resume", folder)
    assert outcome.code == 2
    again = f"goodfit resume {folder}"
    strange = folder / "checkpoints" / "step-00000008"
    assert outcome.errors == [(f"{strange} is of another run", f"move it back to that run, then: {again}")]
    shutil.rmtree(folder / "checkpoints")
    assert goodfit("resume", folder).code == 0
    assert different(undisturbed, folder) == []


def test_a_checkpoint_that_was_swapped_is_found(goodfit, finished, tmp_path):
    run = shutil.copytree(finished("classification", "encoder", *WORDS)[0], tmp_path / "run")
    other, _ = finished("classification", "encoder", *WORDS, "seed=7")
    last = run / "checkpoints" / "step-00000008"
    shutil.rmtree(last)
    shutil.copytree(other / "checkpoints" / last.name, last)
    shutil.copytree(last, last.with_name("step-00000009"))
    outcome = goodfit("verify", run, "--json")
    found = {"checkpoints/step-00000008": "not what was written", "checkpoints/step-00000009": "not of this run"}
    assert (outcome.code, outcome.json["faults"]) == (3, found)


def test_a_card_that_a_broken_try_left_is_not_read(goodfit, tiny_words, tmp_path, caplog, monkeypatch):
    folder = tmp_path / "run"
    argv = ["train", *tiny_words("classification", "encoder"), f"run.dir={folder}"]
    assert killed(argv, tmp_path, *ENDING) == -9
    (folder / "adapter" / "README.md").write_bytes(b"")
    monkeypatch.setattr(logging.getLogger("huggingface_hub.repocard"), "handlers", [caplog.handler])
    assert goodfit("resume", folder, "--quiet").code == 0
    assert [said.getMessage() for said in caplog.records if said.name.startswith("huggingface_hub")] == []
