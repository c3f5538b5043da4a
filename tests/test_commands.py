"""Commands that goodfit tells people to type: pasted into a shell in the same folder, each does what it says."""

import resource
import signal
import subprocess

import pytest
from conftest import run_main
from killing import die_at, in_child

from goodfit.commands import command

FOLDER = "it's a $HOME, run"
OWN = ["--config-dir", "own conf", "optim=mine"]
SHORT = "sweep.engine: solo\nsweep.trials: 2\nsweep.confirmations: 0\nsweep.train_best: 'false'\n"
SEARCH = ["adapter=lora", "adapter.rank=2,4", "sweep=short"]


def stopped_at(part):
    """A signal that comes when a file with such a path is opened."""
    return lambda: die_at("open", part, number=signal.SIGTERM)


@pytest.fixture
def words(tiny_words, tmp_path):
    """The words of a run with an option of the user's own."""
    (tmp_path / "own conf" / "optim").mkdir(parents=True)
    (tmp_path / "own conf" / "optim" / "mine.yaml").write_text("name: adamw\nlr: 0.003\n", "utf-8")
    (tmp_path / "own conf" / "sweeps").mkdir()
    (tmp_path / "own conf" / "sweeps" / "short.yaml").write_text(SHORT, "utf-8")
    return [*tiny_words("classification", "encoder"), *OWN, "training.epochs=1"]


@pytest.fixture
def typed(goodfit, tmp_path):
    """``typed(command)``: what goodfit does when a shell reads that command."""

    def run(line):
        shown = "goodfit() { printf '%s\\0' \"$@\"; }; " + line
        done = subprocess.run(["bash", "-c", shown], cwd=tmp_path, capture_output=True, check=True)
        return goodfit(*done.stdout.decode().split("\0")[:-1])

    return run


@pytest.fixture
def told(tmp_path):
    """``told(code, disturb, *argv)``: the fix that a command tells, disturbed in a process of its own."""

    def run(code, disturb, *argv):
        def work():
            disturb()
            outcome = run_main([*argv, "--quiet"], tmp_path)
            (tmp_path / "fix").write_text(outcome.errors[0][1], "utf-8")
            return outcome.code

        assert in_child(work) == code
        return (tmp_path / "fix").read_text("utf-8")

    return run


def test_a_search_goes_on_by_the_command_that_it_told(words, told, typed, goodfit, tmp_path):
    more = ["task.description=it's\ntwo \\ lines", f"run.dir={FOLDER}"]
    fix = told(143, stopped_at("trials/0001/config.yaml"), "sweep", *words, *SEARCH, *more)
    assert len(fix.splitlines()) == 1
    outcome = typed(f"{fix} --json --quiet")
    assert outcome.code == 0, outcome.err
    assert len(outcome.json["trials"]) == 2
    assert [path.name for path in (tmp_path / FOLDER / "trials").iterdir()] == ["0000", "0001"]
    best = outcome.json["best"]["command"]
    shown = typed(best.replace("goodfit train", "goodfit show") + " --json").json
    assert shown["config"]["optim"]["lr"] == 0.003
    assert best.split(" --config-dir")[0] in (tmp_path / FOLDER / "report.html").read_text("utf-8")


def test_a_search_whose_disk_was_full_goes_on_by_the_command_that_it_told(words, told, typed):
    limit = 3000  # bytes of a file: the journal grows beyond it

    def full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    fix = told(5, full, "sweep", *words, *SEARCH, f"run.dir={FOLDER}")
    again = fix.removeprefix("mend that, then go on with: ")
    assert typed(f"{again} --quiet").code == 0


def test_a_run_goes_on_by_the_command_that_it_told(words, told, typed, goodfit):
    fix = told(143, stopped_at("history.jsonl"), "train", *words, f"run.dir={FOLDER}")
    outcome = goodfit("predict", FOLDER, "a text")
    assert outcome.errors == [(f"the run in {FOLDER} is preempted, not finished", command("resume", FOLDER))]
    again = goodfit("train", *words, f"run.dir={FOLDER}")
    assert again.errors[0][1] == f"{fix} goes on with it; or choose another run.dir"
    assert typed(f"{fix} --quiet").code == 0


def test_other_machines_are_told_of_the_users_own_options(words, goodfit, tmp_path):
    own = [word for word in words if not word.startswith("hardware")]
    for hardware in (["hardware=slurm"], ["hardware=ddp", "hardware.nodes=2"]):
        outcome = goodfit("check", *own, *hardware)
        assert outcome.code == 0, outcome.err
        assert f"--config-dir '{tmp_path / 'own conf'}'" in outcome.out.replace("'\"'\"'", "'")


@pytest.mark.parametrize("kind", ["classification", "generation"])
def test_data_name_a_check_that_knows_the_users_options_and_a_model_that_learns_the_kind(
    typed, goodfit, tiny_words, words, kind
):
    data = [word for word in tiny_words(kind, "seq2seq") if word.startswith(("task=", "dataset"))]
    outcome = goodfit("data", *data, *OWN, "quality.deep=false")
    assert outcome.code == 0, outcome.err
    shown = typed(outcome.out.splitlines()[-1].replace("goodfit check", "goodfit show") + " --json")
    assert shown.code == 0, shown.err
    assert shown.json["choices"]["model"] == {"classification": "bert", "generation": "t5"}[kind]
    assert shown.json["config"]["optim"]["lr"] == 0.003


def test_check_names_a_training_that_knows_the_users_options(typed, goodfit, words):
    told = goodfit("check", *words).out.splitlines()[-1].removeprefix("next     ")
    shown = typed(told.replace("goodfit train", "goodfit show") + " --json")
    assert (shown.code, shown.json["config"]["optim"]["lr"]) == (0, 0.003)
