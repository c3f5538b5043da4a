"""Checkpoints: whole or not at all, every damage is found, and a full disk costs nothing but time."""

import errno
import json
import os
import random
import resource
import shutil
import signal
import stat

import pytest
import torch
from conftest import run_main
from killing import die_at, different, in_child, killed
from safetensors import SafetensorError

from goodfit.errors import ConfigError, HardwareError
from goodfit.training.checkpoints import choose_checkpoint, damage, of_others, prune, write_checkpoint

NAMES = ("weights.safetensors", "optimizer.safetensors", "state.json", "history.jsonl", "manifest.json")


def write(folder, step, best=None, **more):
    tensors = {name: {"w": torch.full((40,), float(step))} for name in NAMES[:2]}
    state = json.dumps({"step": step, "best_steps": [best] if best else [], **more}).encode()
    return write_checkpoint(folder, step, tensors, {"state.json": state, "history.jsonl": b'{"step": 1}\n'})


@pytest.fixture
def three(tmp_path):
    """A folder with checkpoints of steps 1, 2 and 3."""
    for step in (1, 2, 3):
        write(tmp_path, step)
    return tmp_path


def test_any_flipped_bit_is_found(three):
    chance, path = random.Random(0), three / "step-00000003"
    assert damage(path) is None
    for _ in range(500):
        file = path / chance.choice(NAMES)
        content = bytearray(whole := file.read_bytes())
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        file.write_bytes(content)
        assert damage(path) is not None, file
        file.write_bytes(whole)
    assert damage(path) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_cut_missing_or_of_another_step_is_found(three, name):
    path = three / "step-00000003"
    whole = (path / name).read_bytes()
    for content in (whole[:-1], b"", (three / "step-00000002" / name).read_bytes() + b" "):
        (path / name).write_bytes(content)
        assert damage(path) == f"{'its manifest' if name == 'manifest.json' else name} is not what was written"
    (path / name).unlink()
    assert damage(path) == f"{name} is missing"


def test_swapped_files_a_renamed_folder_and_a_stranger_are_found(three):
    path = three / "step-00000003"
    (path / "weights.safetensors").rename(three / "x")
    shutil.copy(three / "step-00000002" / "weights.safetensors", path)
    assert damage(path) == "weights.safetensors is not what was written"
    assert damage((three / "step-00000002").rename(three / "step-00000009")) == "its manifest is not what was written"
    (three / "step-00000001" / "extra.pt").write_bytes(b"x")
    assert damage(three / "step-00000001") == "extra.pt does not belong to it"


def test_the_newest_valid_one_is_chosen_by_its_step_and_says_what_was_skipped(three):
    (three / "step-00000003" / "state.json").unlink()
    (three / "step-00000001" / "state.json").touch()  # the newest by time
    chosen = choose_checkpoint(three)
    assert chosen.path == three / "step-00000002"
    assert chosen.skipped == ["step-00000003: state.json is missing"]


def test_one_whose_best_weights_are_lost_is_not_chosen(three):
    write(three, 4, best=2)
    (three / "step-00000002" / "weights.safetensors").unlink()
    chosen = choose_checkpoint(three)
    assert chosen.path == three / "step-00000003"
    lost = "step-00000004: the best weights until then, of step 2: weights.safetensors is missing"
    assert chosen.skipped == [lost]


def test_whole_checkpoints_that_name_another_run_are_found_and_those_that_name_none_are_not(three):
    for step, run in ((4, "own"), (5, "other"), (6, "other")):
        write(three, step, run=run)
    (three / "step-00000006" / "weights.safetensors").unlink()  # as a damaged one it is not taken anyway
    assert of_others(three, "own") == [three / "step-00000005"]


def test_one_that_cannot_be_read_now_is_neither_passed_over_nor_taken_for_another_runs(three, monkeypatch):
    def refused(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr("goodfit.training.checkpoints.file_digest", refused)
    for look in (choose_checkpoint, lambda folder: of_others(folder, "own")):
        with pytest.raises(ConfigError, match=r"step-00000003 cannot be read: Permission denied"):
            look(three)


def test_who_may_read_what_tensors_are_in_is_what_the_umask_says(tmp_path, finished):
    before = os.umask(0o027)
    try:
        path = write(tmp_path, 1)
    finally:
        os.umask(before)
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.iterdir()} == {0o640}
    for words in ([], ["adapter=none"]):
        folder, _ = finished("classification", "encoder", *words)
        modes = {stat.S_IMODE(file.stat().st_mode) for file in folder.rglob("*") if file.is_file()}
        assert len(modes) == 1


def test_the_newest_and_the_best_are_kept(three):
    write(three, 4)
    prune(three, 2, {1})
    assert sorted(path.name for path in three.iterdir()) == ["step-00000001", "step-00000003", "step-00000004"]


def test_a_disk_without_room_is_asked_before_anything_is_written(three, monkeypatch):
    usage = shutil.disk_usage(three)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(HardwareError, match=r"the checkpoint of step 4, 0\.0 MB, could not be written.*No space left"):
        write(three, 4)
    assert len(list(three.iterdir())) == 3
    assert choose_checkpoint(three).path == three / "step-00000003"


def test_a_save_that_the_system_refuses_is_one_line_and_the_run_goes_on_later(goodfit, finished, tiny_words, tmp_path):
    words = ["adapter=none", "training.save_every_steps=1"]
    undisturbed, _ = finished("classification", "encoder", *words)
    folder = tmp_path / "run"

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
        argv = ["train", *tiny_words("classification", "encoder"), *words, f"run.dir={folder}", "--quiet"]
        outcome = run_main(argv, tmp_path)
        (tmp_path / "said").write_text(outcome.err, "utf-8")
        return outcome.code

    assert in_child(limited) == 5
    error, fix = (tmp_path / "said").read_text("utf-8").splitlines()
    assert error.startswith("error: the checkpoint of step 1, ")
    assert "File too large" in error
    assert fix == f"  fix: mend that, then go on with: goodfit resume {folder}"
    assert json.loads((folder / "run.json").read_text("utf-8"))["status"] == "failed"
    assert not list(folder.rglob("*.part"))
    assert goodfit("resume", folder, "--quiet").code == 0
    assert different(undisturbed, folder) == []


def test_what_ends_before_there_is_a_run_is_begun_by_the_same_command(tiny_words, tmp_path):
    argv = ["train", *tiny_words("classification", "encoder"), f"run.dir={tmp_path / 'run'}", "--quiet"]

    def ended(disturb):
        def work():
            disturb()
            outcome = run_main(argv, tmp_path)
            (tmp_path / "fix").write_text(outcome.errors[0][1], "utf-8")
            return outcome.code

        return in_child(work), (tmp_path / "fix").read_text("utf-8")

    limit = 100, 100  # bytes of a file
    full = ended(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    assert full == (5, "mend that, then go on with: the same command")
    stopped = ended(lambda: die_at("open", ".lock.json.part", number=signal.SIGTERM))
    assert stopped == (143, "the same command starts again")


def test_a_log_that_cannot_be_written_stops_nothing_and_prints_no_traceback(goodfit, tiny_words, tmp_path, monkeypatch):
    folder = tmp_path / "run"
    argv = ["train", *tiny_words("classification", "encoder"), f"run.dir={folder}", "--quiet"]
    assert killed(argv, tmp_path, "open", "history.jsonl", 1) == -signal.SIGKILL
    with open("/dev/full", "w") as full:
        monkeypatch.setattr("logging.FileHandler._open", lambda handler: full)
        outcome = goodfit("resume", folder, "--quiet")
    assert (outcome.code, outcome.err) == (0, "")


def test_a_damaged_checkpoint_is_not_taken_and_the_bytes_are_the_same(goodfit, finished, tiny_words, tmp_path):
    words = ["training.save_every_steps=1"]
    undisturbed, _ = finished("classification", "encoder", *words)
    folder = tmp_path / "run"
    argv = ["train", *tiny_words("classification", "encoder"), *words, f"run.dir={folder}"]
    assert killed(argv, tmp_path, "open", "optimizer.safetensors", 7) == -9
    (folder / "checkpoints" / "step-00000003" / "weights.safetensors").write_bytes(b"")
    outcome = goodfit("resume", folder)
    assert outcome.code == 0, outcome.err
    assert "not taken: step-00000003: weights.safetensors is not what was written" in outcome.err
    assert "goes on behind step 2" in outcome.err
    assert different(undisturbed, folder) == []


def test_a_kill_before_the_last_save_has_removed_older_ones_leaves_none_of_them(
    goodfit, finished, tiny_words, tmp_path
):
    words = ["training.save_every_steps=1", "training.keep_checkpoints=1"]
    undisturbed, _ = finished("classification", "encoder", *words)
    folder, fell = tmp_path / "run", 0
    removed = "checkpoints/step-"
    for count in (6, 7):  # the last ones of eight steps, of which the best is kept besides
        argv = ["train", *tiny_words("classification", "encoder"), *words, f"run.dir={folder}"]
        if killed(argv, tmp_path, "os.rename", removed, count) == -9:
            fell += 1
            assert goodfit("resume", folder).code == 0
        assert different(undisturbed, folder) == []
        shutil.rmtree(folder)
    assert fell


def test_what_a_killed_save_of_the_weights_left_is_not_sealed(goodfit, finished, tiny_words, tmp_path):
    undisturbed, _ = finished("classification", "encoder")
    folder = tmp_path / "run"
    argv = ["train", *tiny_words("classification", "encoder"), f"run.dir={folder}"]
    assert killed(argv, tmp_path, "open", "findings.jsonl", 1) == -9
    (folder / "adapter" / ".tmpXyZ123").write_bytes(b"half of it")
    (folder / "predictions").mkdir()
    (folder / "predictions" / "other.jsonl").write_bytes(b"{}")
    assert goodfit("resume", folder).code == 0
    assert different(undisturbed, folder) == []


def test_a_disk_that_is_full_when_the_weights_are_saved_says_how_to_go_on(goodfit, tiny_words, tmp_path, monkeypatch):
    folder = tmp_path / "run"

    def full(*_, **__):
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")

    with monkeypatch.context() as patched:
        patched.setattr("peft.PeftModel.save_pretrained", full)
        outcome = goodfit("train", *tiny_words("classification", "encoder"), f"run.dir={folder}", "--quiet")
    ((error, fix),) = outcome.errors
    assert outcome.code == 5
    assert error.startswith(f"the weights could not be written to {folder / 'adapter'}: ")
    assert fix == f"mend that, then go on with: goodfit resume {folder}"
    assert goodfit("resume", folder).code == 0


def test_a_kill_behind_the_end_leaves_a_whole_run_that_nobody_holds(goodfit, finished, tiny_words, tmp_path):
    undisturbed, _ = finished("classification", "encoder")
    folder = tmp_path / "run"
    argv = ["train", *tiny_words("classification", "encoder"), f"run.dir={folder}"]
    assert killed(argv, tmp_path, "os.remove", "run/.lock", 1) == -9
    assert (folder / ".lock").exists()
    assert goodfit("resume", folder).code == 0
    assert different(undisturbed, folder) == []
