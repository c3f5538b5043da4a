"""The register keeps what every plugin has to, and adds lines; runs with it are in the core's test_watching.py."""

import contextlib
import json
import resource

import pytest
from goodfit_register.lines import append, line_of

from goodfit.hooks.types import RunFacts
from goodfit.testing import PluginSuite


class TestRegister(PluginSuite):
    """What every plugin has to keep."""

    plugin = "register"


def test_a_run_that_failed_has_a_reason_and_no_figure(tmp_path):
    record = {"status": "failed", "reason": "the loss is nan", "task": "legal/clauses", "gates": []}
    line = line_of("end", RunFacts(folder=tmp_path, record=record, lock={}, metrics={}))
    assert (line["status"], line["reason"], line["data"]) == ("failed", "the loss is nan", {})
    assert not {"metric", "value", "fit"} & set(line)


def test_lines_are_added(tmp_path):
    for number in range(3):
        append(tmp_path / "deep" / "register.jsonl", {"number": number})
    lines = (tmp_path / "deep" / "register.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["number"] for line in lines] == [0, 1, 2]


@contextlib.contextmanager
def small_files(size):
    """A file of this process takes that many bytes, as a disk that fills up."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("room", [0, 1, 7])
def test_a_line_that_does_not_fit_leaves_the_register_as_it_was(tmp_path, room):
    path = tmp_path / "register.jsonl"
    append(path, {"number": 0})
    whole = path.read_bytes()
    with small_files(len(whole) + room), pytest.raises(OSError, match="File too large"):
        append(path, {"number": 1})
    assert path.read_bytes() == whole
