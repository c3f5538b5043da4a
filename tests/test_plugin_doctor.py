"""``plugins doctor``: what is broken, hidden, outdated or there twice, each with what mends it."""

import shutil

import pytest

from goodfit.config.places import core_root
from goodfit.hooks import deprecated

TASK = "name: {name}\nkind: classification\ndescription: A task\nprompt: 'Sort: {{text}}'\n"
JUDGE = (
    "from goodfit.hooks import hookimpl\nHOOK_API = 1\n\n\n@hookimpl\ndef goodfit_check_data(task, splits):\n"
    "    return []\n"
)


@pytest.fixture
def troubles(goodfit):
    """``troubles()``: (severity, what, fix) of the plugin ``odd``, and the exit code."""

    def find():
        outcome = goodfit("plugins", "doctor", "--json")
        own = [one for one in outcome.json["troubles"] if one["plugin"] == "odd"]
        assert own == outcome.json["troubles"], "the others are well"
        return outcome.code, [(one["severity"], one["what"], one["fix"]) for one in own]

    return find


def test_a_broken_plugin_is_an_error(troubles, install):
    install("odd", "1 / 0\n")
    code, ((severity, what, fix),) = troubles()
    assert (code, severity) == (4, "error")
    assert what.startswith("it is broken: ZeroDivisionError: division by zero (")
    assert fix == "goodfit plugins check odd tells its authors what is wrong"


def test_hooks_that_no_entry_point_names_are_an_error(goodfit, troubles, install):
    folder = install("odd", JUDGE)
    entry = folder.parent / "goodfit_odd-1.0.dist-info" / "entry_points.txt"
    entry.write_text("[goodfit]\nodd = goodfit_odd\n", "utf-8")
    what = "goodfit_odd/plugin.py holds hooks, and the entry point names goodfit_odd"
    fix = (
        'write odd = "goodfit_odd.plugin" below [project.entry-points.goodfit] in pyproject.toml, and install it again'
    )
    assert troubles() == (4, [("error", what, fix)])
    checks = {one["check"]: one for one in goodfit("plugins", "check", "odd", "--json").json["checks"]}
    assert (checks["entry_point"]["state"], checks["entry_point"]["problems"]) == ("failed", [f"{what}; {fix}"])


@pytest.mark.parametrize(
    ("package", "beside"),
    [
        pytest.param("from goodfit_odd.plugin import HOOK_API, goodfit_check_data\n", JUDGE, id="taken along"),
        pytest.param("", "def found():\n    return []\n", id="no hooks"),
    ],
)
def test_a_plugin_whose_package_is_its_entry_point_is_well(goodfit, troubles, install, package, beside):
    folder = install("odd", beside)
    (folder / "__init__.py").write_text(package, "utf-8")
    (folder.parent / "goodfit_odd-1.0.dist-info" / "entry_points.txt").write_text("[goodfit]\nodd = goodfit_odd\n")
    assert troubles() == (0, [])
    checks = {one["check"]: one["state"] for one in goodfit("plugins", "check", "odd", "--json").json["checks"]}
    assert checks["entry_point"] == "ok"


def test_a_name_that_is_declared_twice_is_an_error(troubles, install):
    install("odd", JUDGE)
    install("odd", JUDGE, package="odder")
    code, ((severity, what, fix),) = troubles()
    assert (code, severity) == (4, "error")
    assert what.endswith("both call their plugin 'odd'")
    assert fix.startswith("pip uninstall goodfit-odd")


def test_an_option_that_another_offers_is_an_error(troubles, install):
    install("odd", JUDGE, {"task/legal/terms.yaml": TASK.format(name="x")})
    code, found = troubles()
    assert code == 4
    assert [what for _, what, _ in found] == ["task=legal/terms is offered by legal already"]


def test_a_search_that_another_offers_is_an_error(goodfit, troubles, install):
    install("odd", JUDGE, {"sweeps/encoder.yaml": "optim.lr: 1e-4,1e-3\n"})
    what = "sweep=encoder is offered by goodfit already"
    assert troubles() == (4, [("error", what, "pip uninstall goodfit-odd, or rename the option")])
    twice = "sweep=encoder is offered twice, by goodfit and by odd"
    fix = "uninstall one of them: pip uninstall goodfit-odd"
    assert goodfit("sweep", "task=support", "model=bert").errors == [(twice, fix)]
    checks = {one["check"]: one["problems"] for one in goodfit("plugins", "check", "odd", "--json").json["checks"]}
    named = "sweep=encoder does not begin with the plugin's name; sweep=odd_encoder does"
    assert checks["names"] == [f"{twice}; {fix}", named]


def limited(high):
    return f"""
from goodfit.hooks import hookimpl
from goodfit.hooks.types import AuditSpec, Limit

HOOK_API = 1


def look(facts):
    return []


@hookimpl
def goodfit_register_audits():
    limit = Limit(name="oddness", default=0.1, low=0, high={high}, meaning="m")
    about = dict(description="d", look_at_data=look, limits=(limit,))
    plugin = __name__.split(".")[0].removeprefix("goodfit_")
    return [AuditSpec(name=f"{{plugin}}.one", **about), AuditSpec(name=f"{{plugin}}.two", **about)]
"""


def test_a_limit_that_another_plugin_offers_is_an_error(goodfit, troubles, install):
    install("even", limited(high=1))
    assert troubles() == (0, [])
    install("odd", limited(high=5))
    reason = "ValueError: its audit 'odd.one' has the limit 'oddness', which 'even.two' has already"
    code, ((severity, what, _),) = troubles()
    assert (code, severity) == (4, "error")
    assert what == f"it is broken: {reason}"
    words = ["task=support", "model=bert", "policy.limits.oddness=3", "--quiet"]
    errors = goodfit("check", *words).errors
    assert ("policy.limits.oddness is 3", "choose a value between 0 and 1") in errors


def test_a_limit_that_no_audit_has_is_an_error(goodfit, troubles, install):
    policy = "limits: {odness: 0.2, oddness: 0.2, canary_bit: 0.1}\n"
    install("odd", limited(high=1), {"policy/odd.yaml": policy})
    told = [
        ("policy=odd sets the limit 'canary_bit', which is one of no installed audit", "did you mean 'canary_bits'?"),
        ("policy=odd sets the limit 'odness', which is one of no installed audit", "did you mean 'oddness'?"),
    ]
    assert troubles() == (4, [("error", *one) for one in told])
    checks = {one["check"]: one["problems"] for one in goodfit("plugins", "check", "odd", "--json").json["checks"]}
    assert checks["tasks"] == [f"{what}; {fix}" for what, fix in told]


def test_a_gate_or_audit_of_a_policy_that_nobody_offers_is_an_error(goodfit, troubles, install):
    policy = (
        "gates: [better_than_bas, odd.fine, quality.fine, gone.fine]\naudits: [quality, quality.label, odd, gone]\n"
    )
    install("odd", JUDGE, {"policy/odd.yaml": policy})
    pip = "pip install goodfit-gone, from its own folder or your index"
    told = [
        ("the gate 'better_than_bas'", "did you mean 'better_than_base'?"),
        ("the gate 'odd.fine'", None),
        ("the gate 'quality.fine'", None),
        ("the gate 'gone.fine'", pip),
        ("the audit 'quality.label'", "did you mean 'quality.labels'?"),
        ("the audit 'odd'", "goodfit list audits"),
        ("the audit 'gone'", pip),
    ]
    code, found = troubles()
    assert code == 4
    assert [what for _, what, _ in found] == [f"policy=odd names {what}, which nobody offers here" for what, _ in told]
    for (severity, _, fix), (_, expected) in zip(found, told, strict=True):
        assert severity == "error" and (fix == expected if expected else fix)
    assert goodfit("doctor", "--json").json["problems"][0].startswith("the plugin 'odd': policy=odd names the gate ")


def test_a_policy_in_goodfits_own_folder_is_looked_at_too(goodfit, tmp_path, monkeypatch):
    shutil.copytree(core_root().folder, tmp_path / "checkout" / "conf")
    (tmp_path / "checkout" / "conf" / "policy" / "own.yaml").write_text("gates: [not_overfitt]\n", "utf-8")
    monkeypatch.setattr("goodfit.__file__", str(tmp_path / "checkout" / "platform" / "goodfit" / "__init__.py"))
    core_root.cache_clear()
    try:
        outcome = goodfit("plugins", "doctor")
    finally:
        core_root.cache_clear()
    what = "policy=own names the gate 'not_overfitt', which nobody offers here"
    told = f"error: goodfit's own conf/: {what}\n  fix: did you mean 'not_overfit'?\n1 troubles\n"
    assert (outcome.code, outcome.out) == (4, told)


def test_a_policy_that_names_what_a_broken_plugin_offers_is_told_with_the_plugin(goodfit, install):
    install("even", JUDGE, {"policy/even.yaml": "gates: [odd.fine]\naudits: [odd]\n"})
    install("odd", "1 / 0\n")
    (trouble,) = goodfit("plugins", "doctor", "--json").json["troubles"]
    assert (trouble["plugin"], trouble["what"].split(":")[0]) == ("odd", "it is broken")


def test_a_mistake_inside_a_conf_file_is_an_error(troubles, install):
    named = "optim.lr: 1e-4,1e-3\n"  # a search with a name is no option of a group
    task = TASK.format(name="odd") + "sorce: odd.x\n"
    folder = install("odd", JUDGE, {"task/odd.yaml": task, "policies/x.yaml": "", "sweeps/odd.yaml": named})
    assert troubles() == (
        4,
        [
            ("error", f"no setting called 'task.sorce' ({folder}/conf/task/odd.yaml)", "did you mean 'source'?"),
            ("warning", f"{folder}/conf/policies: no group called 'policies'", "did you mean 'policy'?"),
        ],
    )


def test_what_a_plugin_needs_and_has_not_is_said(troubles, install):
    folder = install("odd", JUDGE)
    metadata = folder.parent / "goodfit_odd-1.0.dist-info" / "METADATA"
    needs = "Requires-Dist: no-such-thing>=2\nRequires-Dist: numpy<1\nRequires-Dist: other; extra == 'x'\n"
    metadata.write_text(metadata.read_text("utf-8") + needs, "utf-8")
    code, found = troubles()
    assert code == 4
    assert [severity for severity, _, _ in found] == ["error", "warning"]
    assert found[0][1:] == ("it needs no-such-thing>=2, which is not installed", "pip install 'no-such-thing>=2'")
    assert found[1][1].startswith("it needs numpy<1, and numpy 2")


def test_a_plugin_without_its_package_is_an_error(troubles, install):
    folder = install("odd", JUDGE)
    folder.rename(folder.with_name("moved"))
    code, found = troubles()
    assert code == 4
    assert found[0][1] == "there is no module goodfit_odd.plugin"


def test_a_hook_that_will_go_is_a_warning(troubles, install, monkeypatch):
    install("odd", JUDGE)
    assert troubles() == (0, [])
    old = deprecated.Deprecation(gone=3, instead="offer an audit")
    monkeypatch.setitem(deprecated.DEPRECATED, "goodfit_check_data", old)
    for name in ("finance", "legal", "medical", "support"):  # ours have that hook, too
        monkeypatch.setattr(f"goodfit_{name}.plugin.goodfit_check_data", None)
    code, found = troubles()
    assert (code, found[0][0]) == (0, "warning")
    assert found[0][1] == "its hook goodfit_check_data is not called any more from hook API 3 on; offer an audit"


def test_where_all_is_well_nothing_is_found(goodfit):
    outcome = goodfit("plugins", "doctor")
    assert (outcome.code, outcome.out) == (0, "no trouble found\n")
