"""Plugins that are others than when a run was made: who uses the run is told, and how to get back."""

import json
import shutil
import sys

import pytest
from strangers import HEAD

OFFERS = (
    HEAD
    + """

from goodfit.hooks.types import AuditSpec


@hookimpl
def goodfit_register_metrics():
    return [metric("odd.METRIC")]


@hookimpl
def goodfit_register_gates():
    return [GateSpec(name="odd.fine", description="d", judge=lambda evidence: Verdict(passed=True, reason="r"))]


@hookimpl
def goodfit_register_audits():
    return [AuditSpec(name="odd.AUDIT", description="d", look_at_data=lambda facts: [])]
"""
)
SAME_NAMES, RENAMED = {"METRIC": "right", "AUDIT": "look"}, {"METRIC": "share", "AUDIT": "search"}


def odd(names):
    """The plugin's code, with these names of its metric and audit."""
    code = OFFERS
    for place, name in names.items():
        code = code.replace(f"odd.{place}", f"odd.{name}")
    return code


@pytest.fixture
def change(install):
    """``change(version, code)``: another version of the plugin takes the place of the one before."""

    def to(version, code):
        folder = install("odd", code)
        metadata = folder.parent / "goodfit_odd-1.0.dist-info" / "METADATA"
        metadata.write_text(f"Metadata-Version: 2.1\nName: goodfit-odd\nVersion: {version}\n", "utf-8")
        for name in [name for name in sys.modules if name.startswith("goodfit_odd")]:
            del sys.modules[name]
        return folder

    return to


@pytest.fixture
def run(goodfit, change, tiny_words, tmp_path):
    """A run that a metric and a gate of a plugin judged, and an audit of it saw."""
    change("1.0", odd(SAME_NAMES))
    words = [*tiny_words("classification", "encoder"), "task.metrics=[odd.right]", "policy.gates=[odd.fine]"]
    outcome = goodfit("train", *words, "task.audits=[odd]", "training.max_steps=1", "run.dir=run", "--quiet")
    assert outcome.code == 0, outcome.err
    return tmp_path / "run"


def test_a_name_that_an_upgrade_took_away_leads_back_to_the_version_of_the_run(goodfit, change, run):
    change("2.0", odd(RENAMED))
    what = "no metric called 'odd.right': the run was made with goodfit-odd 1.0, and 2.0 is installed"
    for verb, *more in (("evaluate",), ("compare", run), ("reproduce",)):
        outcome = goodfit(verb, run, *more, "--quiet")
        assert outcome.code == 4, outcome.err
        assert outcome.errors[0] == (what, "pip install goodfit-odd==1.0")
    outcome = goodfit("predict", run, "a parcel came late", "--quiet")
    assert (outcome.code, outcome.err) == (0, ""), "what answers measures nothing"


def test_a_plugin_that_is_gone_leads_back_to_the_version_of_the_run(goodfit, run):
    shutil.rmtree(run.parent / "site" / "goodfit_odd-1.0.dist-info")
    outcome = goodfit("evaluate", run, "--quiet")
    what = "needs the plugin 'odd', which is not installed; the run was made with goodfit-odd 1.0"
    assert (outcome.code, outcome.errors) == (4, [(f"task=classification {what}", "pip install goodfit-odd==1.0")])
    assert goodfit("predict", run, "a parcel came late", "--quiet").code == 0


def test_a_name_that_is_gone_in_the_same_version_asks_for_its_files(goodfit, change, run):
    change("1.0", odd(RENAMED))
    what = "no metric called 'odd.right': the run was made with other files of goodfit-odd 1.0"
    assert goodfit("evaluate", run, "--quiet").errors[0] == (what, "bring those files back")


def test_other_files_under_the_same_names_are_told(goodfit, change, run, tmp_path):
    before = goodfit("evaluate", run, "--quiet")
    assert (before.code, before.err) == (0, "")
    change("1.0", odd(SAME_NAMES) + "\n# mended\n")
    told = "odd has other files than when the run was made (lock.json)"
    assert goodfit("evaluate", run, "--quiet").err == f"warning: {told}\n"
    assert goodfit("evaluate", run, "--json").json["warnings"] == [told]
    assert goodfit("compare", run, run, "--quiet").err == f"warning: {run}: {told}\n" * 2
    assert goodfit("compare", run, run, "--json").json["warnings"] == [f"{run}: {told}"] * 2
    assert goodfit("predict", run, "a parcel came late").err == "", "it uses nothing of the plugin"
    again = goodfit("reproduce", run, "--output", "again")
    assert again.code == 3, "lock.json differs"
    assert f"warning: {told}\n" in again.err
    assert told in again.out
    (tmp_path / "ids.txt").write_text("0-3\n", "utf-8")
    less = goodfit("reproduce", run, "--without", "ids.txt", "--output", "less")
    assert less.code == 0, less.err
    assert f"warning: {told}\n" in less.err
    assert told in less.out
    less = goodfit("reproduce", run, "--without", "ids.txt", "--output", "fewer", "--json")
    assert less.json["plugins"] == less.json["warnings"] == [told]
    change("2.0", odd(SAME_NAMES))
    other = "odd is goodfit-odd 2.0, and the run was made with goodfit-odd 1.0 (lock.json)"
    assert goodfit("evaluate", run, "--quiet").err == f"warning: {other}\n"


def test_an_audit_that_found_nothing_is_a_deed(run):
    deeds = json.loads((run / "run.json").read_text("utf-8"))["plugins"]
    assert deeds["odd"]["uses"] == ["odd.fine", "odd.look", "odd.right"]
    card = next(run.glob("*/README.md")).read_text("utf-8")
    assert "- odd: used: odd.fine, odd.look, odd.right" in card


@pytest.mark.parametrize(
    ("api", "fix"),
    [
        pytest.param(0, "mend or update it: pip install --upgrade goodfit-odd", id="older"),
        pytest.param(2, "pip install --upgrade goodfit", id="newer"),
    ],
)
def test_of_a_plugin_and_goodfit_the_older_one_is_updated(goodfit, change, tiny_words, api, fix):
    change("1.0", f"HOOK_API = {api}\n")
    (trouble,) = goodfit("plugins", "doctor", "--json").json["troubles"]
    assert (trouble["what"], trouble["fix"]) == (f"it is broken: it was written for hook API {api}, and this is 1", fix)
    outcome = goodfit("check", *tiny_words("classification", "encoder"), "task.metrics=[odd.right]", "--quiet")
    assert outcome.errors[-1][1] == fix
