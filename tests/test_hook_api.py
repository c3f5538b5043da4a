"""The hook API keeps its promises: signatures and values of API 1 stand, and a plugin of API 1 works as it did."""

import dataclasses
import inspect
import json
import shutil
from pathlib import Path

import pytest

from goodfit.hooks import specs, types
from goodfit.plugins.host import OFFERS

FIRST = Path(__file__).parent / "plugins" / "first"
PROMISED = json.loads((FIRST / "api.json").read_text("utf-8"))
HOOKS = {name: hook for name, hook in vars(specs).items() if name.startswith("goodfit_")}
VALUES = {name: value for name, value in vars(types).items() if dataclasses.is_dataclass(value)}


@pytest.mark.parametrize("name", PROMISED["hooks"])
def test_a_hook_has_the_signature_that_was_promised(name):
    assert str(inspect.signature(HOOKS[name])) == PROMISED["hooks"][name], "this breaks plugins: raise HOOK_API"


@pytest.mark.parametrize("name", PROMISED["values"])
def test_a_value_has_the_fields_that_were_promised_and_new_ones_have_defaults(name):
    fields = {field.name: field for field in dataclasses.fields(VALUES[name])}
    promised = PROMISED["values"][name]
    assert {key: str(fields[key].type) for key in promised} == promised, "this breaks plugins: raise HOOK_API"
    new = [field for key, field in fields.items() if key not in promised]
    bare = [field.name for field in new if field.default is field.default_factory is dataclasses.MISSING]
    assert bare == [], "a plugin of API 1 does not give these"


def test_every_hook_and_value_is_promised():
    assert set(HOOKS) == set(PROMISED["hooks"]), "add what is new to tests/plugins/first/api.json: it is promised then"
    assert set(VALUES) == set(PROMISED["values"])


def test_every_offering_hook_has_a_table():
    assert set(OFFERS) == {name for name in HOOKS if name.startswith("goodfit_register_")}


@pytest.fixture
def first(tmp_path, monkeypatch):
    """The plugin of API 1, installed."""
    site = tmp_path / "site"
    shutil.copytree(FIRST / "goodfit_first", site / "goodfit_first")
    info = site / "goodfit_first-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: goodfit-first\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text("[goodfit]\nfirst = goodfit_first.plugin\n", "utf-8")
    monkeypatch.syspath_prepend(str(site))


def test_a_plugin_of_api_1_does_all_that_it_did(goodfit, first, tiny_words, tmp_path):
    own = [word for word in tiny_words("classification", "encoder") if not word.startswith(("task", "dataset"))]
    outcome = goodfit("train", "task=first", "policy=first", *own, "training.epochs=1", "run.dir=run", "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["primary"] == "test/first.right"
    (gate,) = outcome.json["gates"]
    assert (gate["gate"], gate["passed"]) == ("first.fine", True)
    found = map(json.loads, (tmp_path / "run" / "findings.jsonl").read_text("utf-8").splitlines())
    own_findings = {finding["code"]: finding for finding in found if finding["code"].startswith("first.")}
    counts = {"train": 24, "validation": 20, "test": 20}
    assert own_findings["first.counted"]["evidence"] == counts
    assert own_findings["first.counted"]["message"] == "bad good"
    assert (own_findings["first.seen"]["message"], own_findings["first.seen"]["figure"]) == ("first", 20.0)
    assert (tmp_path / "run" / "first.txt").read_text("utf-8") == "running"
    assert (tmp_path / "run" / "first_end.txt").read_text("utf-8") == "finished test/first.right 3"
    assert goodfit("verify", "run").code == 0
    listed = {plugin["name"]: plugin for plugin in goodfit("plugins", "list", "--json").json["plugins"]}
    assert (listed["first"]["api"], listed["first"]["state"]) == (1, "ok")
    assert len(listed["first"]["hooks"]) == 8
    assert listed["first"]["offers"] == ["first.fine", "first.moods", "first.none", "first.right"]
