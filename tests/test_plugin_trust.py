"""Trust: which plugins take part is chosen, and a locked plugin with other files is refused before it is imported."""

import json

import pytest

HOOKS = """
from goodfit.hooks import hookimpl
from goodfit.hooks.types import Finding

HOOK_API = 1
open({mark!r}, "a").write("imported ")


@hookimpl
def goodfit_check_data(task, splits):
    return [Finding(severity="info", code="{name}.seen", message="seen")]
"""
TASK = "name: odd\nkind: classification\ndescription: A task\nprompt: 'Sort: {text}'\n"


@pytest.fixture
def mark(tmp_path):
    """The file that the plugin ``odd`` writes to when it is imported."""
    return tmp_path / "was here"


@pytest.fixture
def odd(install, mark):
    """An installed plugin that leaves a mark when it is imported; its folder."""
    return install("odd", HOOKS.format(mark=str(mark), name="odd"), {"task/odd.yaml": TASK})


def codes(outcome):
    assert outcome.code == 0, outcome.err
    return [finding["code"] for finding in outcome.json["findings"]]


def refused(outcome):
    assert (outcome.code, outcome.out) == (4, "")
    ((error, fix),) = outcome.errors
    return error, fix


def test_a_plugin_that_is_installed_takes_part(goodfit, odd, mark, words):
    assert "odd.seen" in codes(goodfit("check", *words, "--json"))
    assert mark.exists()


@pytest.mark.parametrize("word", ["plugins.disable=[odd]", "plugins.allow=[legal,starters]"])
def test_a_plugin_that_is_not_let_in_is_not_imported(goodfit, odd, mark, words, word):
    assert "odd.seen" not in codes(goodfit("check", *words, word, "--json"))
    assert not mark.exists()
    error, _ = refused(goodfit("check", "task=odd", *words[1:], word))
    assert error.startswith("task=odd needs the plugin 'odd', which is left out: plugins.")
    listed = {plugin["name"]: plugin for plugin in goodfit("plugins", "list", word, "--json").json["plugins"]}
    assert (listed["odd"]["state"], listed["odd"]["options"]) == ("left out", ["task=odd"])
    assert not mark.exists()


def test_a_misspelt_plugin_in_disable_is_answered_with_the_nearest(goodfit, odd, words):
    outcome = goodfit("check", *words, "plugins.disable=[od]")
    assert outcome.code == 2
    assert outcome.errors == [("plugins.disable names 'od', which is not installed", "did you mean 'odd'?")]


@pytest.mark.parametrize(
    ("word", "why"),
    [
        pytest.param("plugins.required=[absent]", "'absent', which is not installed", id="missing"),
        pytest.param("plugins.required=[broken]", "'broken', which is broken: ZeroDivisionError", id="broken"),
    ],
)
def test_a_required_plugin_that_is_missing_or_broken_stops_the_run(goodfit, install, words, word, why):
    install("broken", "1 / 0\n")
    error, _ = refused(goodfit("check", *words, word, "--quiet"))
    assert error.startswith(f"plugins.required needs the plugin {why}")


@pytest.fixture
def locked(goodfit, odd, tmp_path):
    """The word of a lock of all that is installed, ``odd`` among it."""
    outcome = goodfit("plugins", "lock", "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["plugins"]["odd"]["digest"].startswith("sha256:")
    return f"plugins.lock={tmp_path / outcome.json['lock']}"


def test_to_lock_imports_nothing_and_under_the_lock_a_run_goes_as_before(goodfit, locked, mark, words):
    assert not mark.exists()
    assert "odd.seen" in codes(goodfit("check", *words, locked, "--json"))


def change(folder):
    (folder / "plugin.py").write_text((folder / "plugin.py").read_text("utf-8") + "\n", "utf-8")


def add_a_file(folder):
    (folder / "more.py").write_text("", "utf-8")


def change_a_value(folder):
    (folder / "conf" / "task" / "odd.yaml").write_text(TASK.replace("Sort", "Order"), "utf-8")


def update(folder):
    info = folder.parent / "goodfit_odd-1.0.dist-info" / "METADATA"
    info.write_text(info.read_text("utf-8").replace("Version: 1.0", "Version: 1.1"), "utf-8")


def uninstall(folder):
    (folder.parent / "goodfit_odd-1.0.dist-info" / "entry_points.txt").unlink()


@pytest.mark.parametrize(
    ("act", "difference"),
    [
        pytest.param(change, "'odd' 1.0 has other files than were locked", id="changed"),
        pytest.param(add_a_file, "'odd' 1.0 has other files than were locked", id="file added"),
        pytest.param(change_a_value, "'odd' 1.0 has other files than were locked", id="conf changed"),
        pytest.param(update, "'odd' has the version 1.1, not 1.0", id="updated"),
        pytest.param(uninstall, "'odd' (goodfit-odd 1.0) is not installed", id="uninstalled"),
    ],
)
def test_a_locked_plugin_that_changed_is_refused_before_it_is_imported(
    goodfit, odd, locked, mark, words, act, difference
):
    act(odd)
    error, fix = refused(goodfit("check", *words, locked))
    path = locked.removeprefix("plugins.lock=")
    assert error == f"the plugins are not those of {path}: {difference}"
    assert fix.startswith("install what was locked")
    assert not mark.exists()


def test_a_locked_plugin_that_is_left_out_is_said_to_be(goodfit, odd, locked, words):
    error, _ = refused(goodfit("check", *words, locked, "plugins.disable=[odd]"))
    assert error.endswith(": 'odd' (goodfit-odd 1.0) is left out: plugins.disable names it")


def test_a_plugin_that_is_not_in_the_lock_is_not_imported(goodfit, install, locked, tmp_path, words):
    other = tmp_path / "other was here"
    install("other", HOOKS.format(mark=str(other), name="other"), {"task/other.yaml": TASK})
    assert "other.seen" not in codes(goodfit("check", *words, locked, "--json"))
    error, fix = refused(goodfit("check", "task=other", *words[1:], locked))
    assert error.startswith("task=other needs the plugin 'other', which is left out: ")
    assert fix == "if you trust it, lock it with the others: goodfit plugins lock"
    assert not other.exists()


def test_a_package_that_takes_a_locked_name_is_refused_by_both_names(goodfit, install, locked, mark, words):
    install("odd", "open('x', 'w')\n", package="evil")
    error, _ = refused(goodfit("check", *words, locked))
    assert error.startswith("two packages call their plugin 'odd': ")
    assert not mark.exists()


def test_a_run_is_used_under_the_lock_that_it_was_trained_under(goodfit, odd, locked, mark, words):
    outcome = goodfit("train", *words, locked, "training.epochs=1", "run.dir=run", "--json")
    assert outcome.code == 0, outcome.err
    assert goodfit("predict", "run", "a superb lamp", "--json").code == 0
    mark.unlink()
    change(odd)
    error, _ = refused(goodfit("predict", "run", "a superb lamp"))
    assert "'odd' 1.0 has other files than were locked" in error
    assert not mark.exists()


@pytest.mark.parametrize("content", ["", "[]", '{"plugins": [1]}', None])
def test_a_file_that_is_no_lock_is_refused(goodfit, tmp_path, words, content):
    if content is not None:
        (tmp_path / "lock.json").write_text(content, "utf-8")
    outcome = goodfit("check", *words, "plugins.lock=lock.json")
    assert outcome.code == 2
    ((error, fix),) = outcome.errors
    assert error.startswith(f"plugins.lock is '{tmp_path / 'lock.json'}', which ")
    assert fix == "goodfit plugins lock writes one"


OWN = """
from goodfit.hooks import hookimpl
from goodfit.hooks.types import Finding, GateSpec, Verdict

HOOK_API = 1


@hookimpl
def goodfit_register_gates():
    def judge(evidence):
        return Verdict(passed=True, reason="fine")

    return [GateSpec(name="project.fine", description="d", judge=judge)]


@hookimpl
def goodfit_check_data(task, splits):
    return [Finding(severity="info", code="project.seen", message="seen")]
"""


def test_a_file_with_hooks_takes_part_only_where_it_is_named(goodfit, tmp_path, words):
    (tmp_path / "goodfit_plugin.py").write_text(OWN, "utf-8")
    assert "project.seen" not in codes(goodfit("check", *words, "--json"))
    named = "plugins.file=goodfit_plugin.py"
    assert "project.seen" in codes(goodfit("check", *words, named, "policy.gates=[project.fine]", "--json"))
    listed = {plugin["name"]: plugin for plugin in goodfit("plugins", "list", named, "--json").json["plugins"]}
    assert listed["project"]["offers"] == ["project.fine"]
    assert listed["project"]["place"] == str(tmp_path / "goodfit_plugin.py")


def test_a_config_of_the_users_own_names_a_file_with_hooks_and_what_is_required(goodfit, tmp_path, words):
    (tmp_path / "goodfit_plugin.py").write_text(OWN, "utf-8")
    (tmp_path / "own" / "plugins").mkdir(parents=True)
    content = "# Ours\nfile: goodfit_plugin.py\nrequired: [project, legal]\n"
    (tmp_path / "own" / "plugins" / "company.yaml").write_text(content, "utf-8")
    outcome = goodfit("check", *words, "plugins=company", "--config-dir", "own", "--json")
    assert "project.seen" in codes(outcome)


def test_a_run_of_ones_own_takes_its_file_with_hooks_along_unasked(goodfit, tmp_path, words):
    (tmp_path / "goodfit_plugin.py").write_text(OWN, "utf-8")
    named = ["plugins.file=goodfit_plugin.py", "policy.gates=[project.fine]"]
    assert goodfit("train", *words, *named, "training.epochs=1", "run.dir=run").code == 0
    assert goodfit("predict", "run", "a superb lamp").code == 0
    assert goodfit("resume", "run").code == 0


def test_it_is_said_where_a_named_file_with_hooks_cannot_be_noted(goodfit, tmp_path, words, monkeypatch):
    (tmp_path / "goodfit_plugin.py").write_text(OWN, "utf-8")
    (tmp_path / "state").write_text("", "utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    outcome = goodfit("check", *words, "plugins.file=goodfit_plugin.py", "--json")
    (told,) = [line for line in outcome.json["warnings"] if "noted" in line]
    assert told == (
        f"that {tmp_path / 'goodfit_plugin.py'} was named cannot be noted (Not a directory): its runs ask for it again"
    )


def test_a_file_with_hooks_that_is_not_there_is_refused(goodfit, words):
    outcome = goodfit("check", *words, "plugins.file=no.py")
    assert outcome.code == 2
    assert outcome.errors[0][0].endswith("no.py', and there is no such Python file")


def test_what_each_plugin_did_is_in_the_record_of_the_run(goodfit, odd, tmp_path, words):
    outcome = goodfit("train", *words, "training.epochs=1", "run.dir=run", "--json")
    assert outcome.code == 0, outcome.err
    deeds = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["plugins"]
    assert deeds["odd"] == {
        "hooks": {"goodfit_check_data": 1},
        "uses": [],
        "records": {},
        "findings": {"odd.seen": 1},
    }
    assert set(json.loads((tmp_path / "run" / "lock.json").read_text("utf-8"))["plugins"]) >= {"odd", "legal"}


def test_every_call_of_a_plugin_is_shown_where_somebody_asks(goodfit, odd, words):
    outcome = goodfit("check", *words, "--trace-plugins", "--json")
    lines = [line for line in outcome.err.splitlines() if line.startswith("odd: ")]
    assert lines[0].startswith("odd: import(plugin=InstalledPlugin) -> module, ")
    assert lines[1].startswith(
        "odd: goodfit_check_data(task='classification', splits={train: 32 dict, validation: 24 dict, test: 24 dict}) "
        "-> 1 Finding, "
    )
