"""The register keeps what every plugin has to, and adds lines; runs with it are in the core's test_watching.py."""

import json

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
