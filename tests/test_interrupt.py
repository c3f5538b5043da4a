"""Signals while a run goes on: never lost, and never in the middle of a training step."""

import os
import signal

import pytest

from goodfit.errors import StoppedError
from goodfit.training.interrupt import SIGNALS, StopSignals


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


def test_afterwards_handlers_are_what_they_were():
    before = [signal.getsignal(number) for number in SIGNALS]
    with StopSignals("go on").listening():
        assert all(signal.getsignal(number) != old for number, old in zip(SIGNALS, before, strict=True))
    assert [signal.getsignal(number) for number in SIGNALS] == before
