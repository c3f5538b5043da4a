"""Ctrl-C while a model trains: never lost, and never in the middle of a step."""

import os
import signal

import pytest

from goodfit.training.interrupt import Interrupt


def press():
    os.kill(os.getpid(), signal.SIGINT)


def test_it_is_raised_at_the_end_of_the_step():
    interrupt, done = Interrupt(), []
    with pytest.raises(KeyboardInterrupt), interrupt.listening():
        press()
        done.append("the step")
        interrupt.on_train_batch_end()
        done.append("another step")
    assert done == ["the step"]


def test_behind_the_last_step_it_is_not_lost():
    with pytest.raises(KeyboardInterrupt), Interrupt().listening():
        press()


def test_a_second_one_is_raised_at_once():
    done = []
    with pytest.raises(KeyboardInterrupt), Interrupt().listening():
        press()
        done.append("the step")
        press()
        done.append("the rest of the step")
    assert done == ["the step"]


def test_afterwards_it_is_what_it_was():
    before = signal.getsignal(signal.SIGINT)
    with Interrupt().listening():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before
