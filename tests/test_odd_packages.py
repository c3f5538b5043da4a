"""Packages and values of plugins that are odd but not wrong, and metadata that are: none hurts a run beside it."""

import json
import py_compile

import pytest
from broken_plugins import HEAD, TASK, judges, offers

PLAIN = "HOOK_API = 1\n"


def info(tmp_path):
    return tmp_path / "site" / "goodfit_odd-1.0.dist-info"


def states(goodfit, *words):
    listed = goodfit("plugins", "list", *words, "--json")
    assert listed.code == 0, listed.err
    return {plugin["name"]: plugin["state"] for plugin in listed.json["plugins"]}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("odd = goodfit-odd.plugin", "names 'goodfit-odd.plugin', which is no module"),
        ("odd = goodfit_odd.plugin:plugin", "name the module with the hooks, and nothing in it"),
        ("odd = __main__", "no module"),
        ("odd = ", "no module"),
        ("odd.two = goodfit_odd.plugin", "it is called 'odd.two'"),
        ("project = goodfit_odd.plugin", "it is called 'project', which is the name of plugins.file"),
        ("odd = goodfit_odd.plugin\nodd = goodfit_odd.other", "its package declares that name twice"),
        ("odd", "its metadata cannot be read: "),
        ("\udcff = goodfit_odd.plugin", "its metadata cannot be read: "),
    ],
)
def test_metadata_that_are_wrong_are_their_plugins_fault(goodfit, install, words, tmp_path, line, said):
    install("odd", PLAIN)
    content = f"[goodfit]\n{line}\n".encode("utf-8", "surrogateescape")
    (info(tmp_path) / "entry_points.txt").write_bytes(content)
    outcome = goodfit("check", *words)
    assert outcome.code == 0, outcome.err
    assert said in outcome.err
    found = states(goodfit)
    assert found["legal"] == "ok"
    assert list(found.values()).count("broken") == 1
    doctor = goodfit("plugins", "doctor")
    assert (doctor.code, said in doctor.out) == (4, True)


def test_a_package_without_metadata_hurts_nobody(goodfit, install, words, tmp_path):
    install("odd", PLAIN)
    (info(tmp_path) / "METADATA").unlink()
    assert goodfit("check", *words).code == 0
    for verb in ("list", "doctor", "lock"):
        assert goodfit("plugins", verb).code in (0, 4)
    assert goodfit("plugins", "check", "odd").code in (0, 4)
    assert goodfit("doctor").code in (0, 4)


def test_a_need_that_nobody_can_read_is_a_warning(goodfit, install, tmp_path):
    install("odd", PLAIN)
    with (info(tmp_path) / "METADATA").open("a") as file:
        file.write("Requires-Dist: what is (this\n")
    outcome = goodfit("plugins", "doctor")
    assert "it needs 'what is (this', which nobody can read" in outcome.out + outcome.err


@pytest.mark.parametrize("signature", ["task='x', splits=None", "*, splits, task", "splits", ""])
def test_a_hook_is_given_what_it_names(goodfit, install, words, signature):
    seen = "len(splits['train'])" if "splits" in signature else "32"
    body = f"return [Finding(severity='info', code='odd.seen', message=str({seen}))]"
    install("odd", f"{HEAD}\n\n@hookimpl\ndef goodfit_check_data({signature}):\n    {body}\n")
    outcome = goodfit("check", *words, "--json")
    assert outcome.code == 0, outcome.err
    (finding,) = [finding for finding in outcome.json["findings"] if finding["code"] == "odd.seen"]
    assert finding["message"] == "32"


def test_a_hook_of_a_newer_goodfit_may_be_optional(goodfit, install):
    install("odd", f"{HEAD}\n\n@hookimpl(optionalhook=True)\ndef goodfit_on_some_day(run):\n    pass\n")
    assert states(goodfit)["odd"] == "ok"


def test_numbers_of_numpy_are_numbers(goodfit, install, words, tmp_path):
    gate = "return [GateSpec(name='odd.g', description='d', judge=lambda e: Verdict(passed=%s, reason='x'))]"
    finding = "Finding(severity='info', code='odd.n', message='n', figure=np.float32(1), evidence={'n': np.arange(2)})"
    code = judges(f"return [{finding}]") + "\n\n@hookimpl\ndef goodfit_register_gates():\n    "
    install("odd", code + gate % "np.float64(1) > 0")
    outcome = goodfit("train", *words, "training.epochs=1", "policy.gates=[odd.g]", "run.dir=out", "--json")
    assert outcome.code == 0, outcome.err
    assert [gate["passed"] for gate in outcome.json["gates"]] == [True]
    lines = (tmp_path / "out" / "findings.jsonl").read_text("utf-8").splitlines()
    (found,) = [one for one in map(json.loads, lines) if one["code"] == "odd.n"]
    assert (found["figure"], found["evidence"]) == (1.0, {"n": [0, 1]})


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        pytest.param("lambda e: Verdict(passed='no', reason='x')", "Verdict.passed: expected bool", id="no yes"),
        pytest.param("lambda e: Verdict(passed=True, reason=None)", "Verdict.reason: expected str", id="no reason"),
        pytest.param("lambda e: time.sleep(60)", "it took longer than 1 s (plugins.hook_seconds)", id="takes forever"),
    ],
)
def test_a_gate_whose_word_is_no_yes_says_no(goodfit, install, words, judge, said):
    install("odd", offers("gates", f"return [GateSpec(name='odd.g', description='d', judge={judge})]"))
    asked = [*words, "training.epochs=1", "plugins.hook_seconds=1", "policy.gates=[odd.g]"]
    (gate,) = goodfit("train", *asked, "run.dir=out", "--json").json["gates"]
    assert (gate["passed"], said in gate["reason"]) == (False, True)


SLOW = "time.sleep(0 if seen else 1.2) or seen.append(1)"
WAITING = "waiting for the plugin 'odd': {}, for 1 s so far"


def test_which_slow_metric_is_waited_for_is_said_on_standard_error_and_in_the_log(goodfit, install, words, tmp_path):
    count = f"lambda items: {SLOW} or np.ones((len(items), 2))"
    body = f"seen = []\n    return [metric('odd.slow', statistics={count})]"
    install("odd", offers("metrics", body))
    asked = [*words, "training.epochs=1", "plugins.hook_seconds=1", "task.metrics=[odd.slow]"]
    outcome = goodfit("train", *asked, "run.dir=out")
    assert outcome.code == 0, outcome.err
    said = WAITING.format("odd.slow.statistics")
    assert f"warning: {said}\n" in outcome.err
    assert said in (tmp_path / "out" / "log.txt").read_text("utf-8")


@pytest.mark.parametrize("flags", [pytest.param([], id="said"), pytest.param(["--quiet"], id="quiet")])
def test_which_slow_scrubber_is_waited_for_is_said_unless_nothing_shall_be(goodfit, install, words, flags):
    find = f"lambda texts: {SLOW} or [()] * len(texts)"
    about = f"name='odd.slow', description='d', measured_on='m', recall={{'ODD': 1.0}}, find={find}"
    install("odd", offers("scrubbers", f"seen = []\n    return [ScrubberSpec({about})]"))
    asked = [*words, "plugins.hook_seconds=1", "privacy=mask", "privacy.scrubbers=[odd.slow]"]
    outcome = goodfit("check", *asked, *flags)
    assert outcome.code == 0, outcome.err
    assert (f"warning: {WAITING.format('odd.slow.find')}\n" in outcome.err) == (not flags)


def test_an_empty_list_of_plugins_lets_none_in_and_a_misspelt_name_is_answered(goodfit, install):
    install("odd", PLAIN)
    assert set(states(goodfit, "plugins.allow=[]").values()) == {"left out"}
    outcome = goodfit("plugins", "list", "plugins.allow=[od]")
    assert outcome.errors == [("plugins.allow names 'od', which is not installed", "did you mean 'odd'?")]
    assert states(goodfit, "plugins.allow=[odd,od]")["odd"] == "ok"
    assert states(goodfit, "plugins.allow=[odd,of_another_machine]")["odd"] == "ok"


def test_a_file_with_hooks_that_is_asked_for_is_needed(goodfit, words, tmp_path):
    (tmp_path / "own.py").write_text("1 / 0\n", "utf-8")
    outcome = goodfit("check", *words, "plugins.file=own.py", "--quiet")
    assert outcome.code == 4
    ((error, fix),) = outcome.errors
    assert error.startswith("plugins.file needs the plugin 'project', which is broken: ZeroDivisionError")
    assert fix == f"mend {tmp_path / 'own.py'}"


@pytest.mark.parametrize("layout", ["one module", "a namespace", "a namespace in two folders", "no package"])
def test_changed_code_is_found_under_a_lock_in_every_layout(goodfit, install, words, tmp_path, layout, monkeypatch):
    site = tmp_path / "site"
    install("odd", PLAIN)
    modules = {"one module": "odd_hooks", "no package": "odd_folder.plugin"}
    module = modules.get(layout, "acme.goodfit_odd.plugin")
    place = site / f"{module.replace('.', '/')}.py"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(PLAIN, "utf-8")
    if layout.startswith("a namespace"):
        (place.parent / "__init__.py").write_text("", "utf-8")
    if layout != "one module":
        (place.parent / "conf" / "task").mkdir(parents=True)
        (place.parent / "conf" / "task" / "odd.yaml").write_text(TASK.format(name="odd"), "utf-8")
    if layout.endswith("folders"):
        (tmp_path / "other" / "acme" / "goodfit_even").mkdir(parents=True)
        monkeypatch.syspath_prepend(str(tmp_path / "other"))
    (info(tmp_path) / "entry_points.txt").write_text(f"[goodfit]\nodd = {module}\n", "utf-8")
    assert states(goodfit)["odd"] == "ok"
    if layout != "one module":
        assert goodfit("show", "task=odd", "model=bert").code == 0
    locked = f"plugins.lock={goodfit('plugins', 'lock', '--json').json['lock']}"
    assert goodfit("check", *words, locked).code == 0
    changed = place if layout == "one module" else place.parent / "conf" / "task" / "odd.yaml"
    changed.write_text(changed.read_text("utf-8") + "# changed\n", "utf-8")
    outcome = goodfit("check", *words, locked)
    assert outcome.code == 4
    assert "'odd' 1.0 has other files than were locked" in outcome.err


@pytest.mark.parametrize("suffix", [".pyc", ".so"])
def test_a_module_without_source_is_locked_by_its_file(goodfit, install, words, tmp_path, suffix):
    folder = install("odd", PLAIN)
    module = folder / f"plugin{suffix}"
    if suffix == ".so":
        module.write_bytes(b"no library")
        (folder / "plugin.py").unlink()
        assert states(goodfit)["odd"] == "broken"
        return
    py_compile.compile(str(folder / "plugin.py"), str(module))
    (folder / "plugin.py").unlink()
    assert states(goodfit)["odd"] == "ok"
    outcome = goodfit("train", *words, "training.epochs=1", "run.dir=out")
    assert outcome.code == 0, outcome.err
    assert "odd" in json.loads((tmp_path / "out" / "lock.json").read_text("utf-8"))["plugins"]


def test_a_module_that_no_file_shows_is_a_broken_plugin_and_hurts_no_run(goodfit, install, words, tmp_path):
    install("odd", PLAIN)
    (info(tmp_path) / "entry_points.txt").write_text("[goodfit]\nodd = email.mime.text.nowhere\n", "utf-8")
    assert goodfit("train", *words, "training.epochs=1", "run.dir=out").code == 0
    (info(tmp_path) / "entry_points.txt").write_text("[goodfit]\nodd = sys\n", "utf-8")
    outcome = goodfit("train", *words, "training.epochs=1", "run.dir=again")
    assert outcome.code == 0, outcome.err
    assert states(goodfit)["odd"] == "broken"


def test_what_is_left_of_an_older_installation_does_not_stand_in_the_way(goodfit, install, words, tmp_path):
    install("odd", PLAIN)
    left = tmp_path / "site" / "goodfit_odd-0.9.dist-info"
    left.mkdir()
    (left / "entry_points.txt").write_text("[goodfit]\nodd = goodfit_odd.plugin\n", "utf-8")
    assert goodfit("check", *words).code == 0
    assert states(goodfit)["odd"] == "ok"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("figure='high'", "holds what is no finite number"),
        ("figure=10**400", "holds what is no finite number"),
        ("rows='abc'", "has rows that are no sequence of ids"),
        ("evidence=[1]", "has evidence that is a list"),
        ("message=1", "whose message is no text"),
    ],
)
@pytest.mark.parametrize("hook", ["judge", "audit"])
def test_a_finding_that_is_none_is_told_and_stops_only_an_audit_that_was_asked_for(
    goodfit, install, words, what, said, hook
):
    told = f"Finding(**{{**dict(severity='info', code='odd.n', message='n'), **dict({what})}})"
    audit = f"AuditSpec(name='odd.a', description='d', kinds=('classification',), look_at_data=lambda f: [{told}])"
    install("odd", judges(f"return [{told}]") if hook == "judge" else offers("audits", f"return [{audit}]"))
    asked = ["policy.audits=[odd.a]"] if hook == "audit" else []
    outcome = goodfit("check", *words, *asked, "--json")
    if hook == "audit":
        assert outcome.code == 4, outcome.err
        assert said in outcome.err
    else:
        assert outcome.code == 0, outcome.err
        (found,) = [one for one in outcome.json["findings"] if one["code"] == "odd.failed"]
        assert said in found["message"]
