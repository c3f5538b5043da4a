"""Signals while a run goes on: never lost, and never in the middle of a training step."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from subprocess import PIPE

import pytest

from goodfit.errors import StoppedError, beneath
from goodfit.training import interrupt
from goodfit.training.interrupt import AT_ONCE, REPEATED, SIGNALS, UNHEARD, StopSignals


def send(number=signal.SIGTERM):
    os.kill(os.getpid(), number)


def stopped(code=143):
    return pytest.raises(StoppedError, check=lambda error: error.exit_code == code)


def test_while_a_model_trains_it_waits_until_the_step_is_done():
    stop, done = StopSignals("go on"), []
    with stopped(), stop.listening(), stop.at_step_ends():
        send()
        done.append("the step")
        stop.refuse("step 1 is saved")
        done.append("another step")
    assert done == ["the step"]


def test_behind_the_last_step_it_is_not_lost():
    stop = StopSignals("go on")
    with stopped(130), stop.listening(), stop.at_step_ends():
        send(signal.SIGINT)


def test_one_that_arises_while_a_library_imports_is_no_missing_module():
    stop = StopSignals("go on")
    with stopped(), stop.listening():
        try:
            send()
        except Exception as error:  # as transformers does
            raise ModuleNotFoundError("Could not import module 'BertModel'") from error
    with pytest.raises(ModuleNotFoundError), StopSignals("go on").listening():
        raise ModuleNotFoundError("no module named 'goodfit_gone'") from ValueError()


def test_a_second_one_is_raised_at_once():
    stop, done = StopSignals("go on"), []
    with stopped(), stop.listening(), stop.at_step_ends():
        send()
        done.append("the step")
        send()
        done.append("the rest of the step")
    assert done == ["the step"]


@pytest.mark.parametrize("number", SIGNALS)
def test_outside_of_training_it_is_raised_at_once(number):
    done = []
    with stopped(130 if number == signal.SIGINT else 143), StopSignals("go on").listening():
        send(number)
        done.append("the rest")
    assert done == []


@pytest.mark.parametrize("number", REPEATED)
def test_what_comes_again_by_itself_is_heard_once(number):
    stop, done = StopSignals("go on"), []
    with stopped():
        try:
            with stop.listening(), stop.at_step_ends():
                send(number)
                send(number)
                done.append("the step")
        finally:
            send(number)
            done.append("what became of it")
    assert done == ["the step", "what became of it"]


def test_a_closed_terminal_ends_nothing_that_was_started_without_one():
    before, stop = signal.signal(signal.SIGHUP, signal.SIG_IGN), StopSignals("go on")  # as nohup does
    try:
        with stop.listening():
            send(signal.SIGHUP)
        assert stop.asked is None
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_once_it_is_left_by_one_ctrl_c_ends_nothing_more():
    stop, done = StopSignals("go on"), []
    with stopped(130):
        try:
            with stop.listening(), stop.at_step_ends():
                send(signal.SIGINT)
        finally:
            send(signal.SIGINT)
            done.append("what it came to is written")
    assert done == ["what it came to is written"]


def test_one_that_comes_while_it_is_left_does_not_change_what_is_told():
    stop = StopSignals("go on")
    with pytest.raises(StoppedError, match="step 1 is saved"), stop.listening():
        try:
            with stop.at_step_ends():
                send()
                stop.refuse("step 1 is saved")
        finally:
            send()


def test_what_runs_in_this_process_gives_ctrl_c_back(goodfit):
    before = signal.getsignal(signal.SIGINT)
    assert (goodfit("--version").code, goodfit("trian").code) == (0, 2)
    assert signal.getsignal(signal.SIGINT) == before


MODULE = ["-m", "goodfit"]
COMMAND = ["-c", "import sys; from goodfit.cli.main import main; sys.exit(main())"]  # as pip writes it
STRIKING = """
import os, signal, sys

strikes = os.environ["STRIKES"].split()
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background do not hear it, nor what they start

def strike(event, arguments):
    if event == "open" and strikes and str(arguments[0]).endswith(strikes[0]):
        del strikes[0]
        exec("os.kill(os.getpid(), signal.SIGINT)")  # as in one that makes a dataclass

sys.addaudithook(strike)
"""
"""A process sends itself Ctrl-C when it opens a file of its list that ends so, one after the other."""


@pytest.mark.parametrize(
    ("called", "strikes", "error", "fix"),
    [
        pytest.param(MODULE, ["train.jsonl"], "interrupted", "the same command starts again", id="reading"),
        pytest.param(COMMAND, ["train.jsonl"], "interrupted", "the same command starts again", id="reading-as-command"),
        pytest.param(
            COMMAND,
            ["history.jsonl", ".run.json.part"],
            "the run was stopped by Ctrl-C: step 1 is saved",
            "goodfit resume {run}",
            id="training",
        ),
        pytest.param(
            MODULE,
            ["digests.json.part", ".run.json.part"],
            "the run was stopped by Ctrl-C: it is not done",
            "goodfit resume {run}",
            id="right-after",
        ),
    ],
)
def test_ctrl_c_twice_says_two_lines_once(tmp_path, tiny_words, called, strikes, error, fix):
    (tmp_path / "sitecustomize.py").write_text(STRIKING, "utf-8")
    paths = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    run = tmp_path / "run"
    words = [*tiny_words("classification", "encoder"), "training.max_steps=3", f"run.dir={run}", "--quiet", "--json"]
    with subprocess.Popen(
        [sys.executable, *called, "train", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": paths, "STRIKES": " ".join(strikes)},
        stdout=PIPE,
        stderr=PIPE,
        text=True,
    ) as process:
        lines = []
        for line in process.stderr:
            lines.append(line)
            process.send_signal(signal.SIGINT)  # once more while the first is told, and while the process ends
        (out,) = process.stdout.read().splitlines()
    fix = fix.format(run=run)
    assert lines == [f"error: {error}\n", f"  fix: {fix}\n"]
    assert process.returncode == 130
    assert json.loads(out) == {"exit_code": 130, "errors": [{"error": error, "fix": fix}]}
    if (run / "config.yaml").exists():
        assert json.loads((run / "run.json").read_text("utf-8"))["status"] == "preempted"


class Ending:
    """Stands for what ends a process."""

    def __init__(self):
        self.told = []

    def at_last(self, error):
        self.told.append(error)


def in_a_library():
    """As one that waits for another process: for about a second no handler of Python's is called."""
    started = time.monotonic()
    hashlib.pbkdf2_hmac("sha256", b"", b"", 10_000)
    hashlib.pbkdf2_hmac("sha256", b"", b"", int(10_000 / (time.monotonic() - started)))


@pytest.mark.parametrize(
    ("patience", "numbers", "told"),
    [
        pytest.param(0.2, [signal.SIGTERM], [(143, UNHEARD)], id="the-first"),
        pytest.param(60, [signal.SIGTERM], [], id="the-first-in-time"),
        pytest.param(60, [signal.SIGTERM, signal.SIGINT], [(130, AT_ONCE)], id="the-second"),
        pytest.param(60, [signal.SIGHUP, signal.SIGHUP], [], id="a-closed-terminal"),
    ],
)
def test_one_of_several_processes_hears_while_a_library_waits(monkeypatch, patience, numbers, told):
    monkeypatch.setattr(interrupt, "UNHEARD_SECONDS", patience)
    ending = Ending()
    with stopped(), StopSignals("go on", ending).listening() as signals, signals.at_step_ends():
        for after, number in enumerate(numbers):
            threading.Timer(0.2 * (after + 1), send, [number]).start()
        in_a_library()
        signals.refuse("step 1 is saved")
    assert [(error.exit_code, error.what.partition(": ")[2]) for error in ending.told] == told


def test_afterwards_handlers_are_what_they_were():
    before = [signal.getsignal(number) for number in SIGNALS]
    with StopSignals("go on").listening():
        assert all(signal.getsignal(number) != old for number, old in zip(SIGNALS, before, strict=True))
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_an_error_that_is_its_own_cause_ends_the_search_for_the_signal():
    with pytest.raises(ValueError) as caught, StopSignals("go on").listening():
        one, other = ValueError("one"), KeyError("other")
        one.__cause__, other.__cause__ = other, one
        raise one
    assert beneath(caught.value, StoppedError) is None
