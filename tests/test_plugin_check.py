"""``plugins check``: a bad plugin fails the checks that are meant for what is bad, and is never imported here."""

import json
import sys
from pathlib import Path

import pytest

from goodfit.testing import subject
from goodfit.testing.checks import CHECKS
from goodfit.testing.new import UNSAID

BAD = """
import socket
import subprocess
import sys
import time

print("loading")
import torch  # noqa
subprocess.run(["true"])
open({mark!r}, "w").write("x")

from goodfit.hooks import hookimpl
from goodfit.hooks.types import DataSourceSpec, Finding, GateSpec, MetricSpec

HOOK_API = 1


def about_others(items):
    import numpy as np

    return np.array([[float(len(items)), 1.0] for item in items])


@hookimpl
def goodfit_register_metrics():
    def reduce(sums):
        return sums[..., 0] / sums[..., 1]

    about = dict(description="d", kinds=("classification",), greater_is_better=True)
    return [
        MetricSpec(name="bad.local", statistics=about_others, reduce=reduce, **about),
        MetricSpec(name="bad.list", statistics=lambda items: [[1.0]], reduce=reduce, **about),
    ]


@hookimpl
def goodfit_register_gates():
    return [GateSpec(name="bad.gate", description="d", judge=lambda evidence: True)]


@hookimpl
def goodfit_check_data(task, splits):
    texts = {{row["text"] for row in splits["train"]}}
    return [
        Finding(severity="info", code="bad.texts", message=splits["test"][0]["text"]),
        Finding(severity="info", code="worse.order", message=str(list(texts)[:3])),
    ]


@hookimpl
def goodfit_check_answers(task, items):
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    except OSError:
        pass
    return items[0].fields["no such field"]
"""
ABOUT = "description: Reviews\nkind: classification\nlicence: unclear\norigin: synthetic\n"


@pytest.fixture
def checked(goodfit):
    """``checked(name)``: check -> its problems as one text, of those that failed."""

    def check(name):
        outcome = goodfit("plugins", "check", name, "--json")
        assert outcome.json["ok"] == (outcome.code == 0), outcome.err
        assert [one["check"] for one in outcome.json["checks"]] == list(CHECKS)
        return {one["check"]: "\n".join(one["problems"]) for one in outcome.json["checks"] if one["state"] == "failed"}

    return check


def test_options_of_every_group_compose_and_name_what_is_offered(checked, install):
    conf = {
        "privacy/odd.yaml": "mode: mask\nscrubbers: [odd.names, privacy.names]\n",
        "policy/odd.yaml": "audits: [quality, odd.look]\n",
        "dataset/odd.yaml": "source: odd.rows\n",
        "optim/odd.yaml": "lr: 7\n",
        "training/odd.yaml": "epochs: many\n",
        "experiment/odd.yaml": "# @package _global_\ndefaults:\n  - override /model: bert\n",
    }
    install("odd", "HOOK_API = 1\n", conf)
    assert checked("odd")["tasks"].splitlines() == [
        "dataset=odd names 'odd.rows', which the plugin does not offer; it offers nothing",
        "optim.lr is 7.0 (goodfit_odd/conf/optim/odd.yaml); choose a value between 0 and 1",
        "training.epochs is 'many', expected a whole number (goodfit_odd/conf/training/odd.yaml); "
        "for example training.epochs=10",
        "privacy=odd names 'odd.names', which the plugin does not offer; it offers nothing",
        "policy=odd names 'odd.look', which the plugin does not offer; it offers nothing",
    ]


def test_a_bad_plugin_fails_the_checks_that_are_meant_for_it(checked, install, rows_of, write_rows, tmp_path):
    conf = {
        "task/bad.yaml": "name: bad\nkind: classification\nsource: bad.mooods\nprompt: '{text}'\n",
        "task/other/thing.yaml": "kindd: classification\n",
        "model/bert.yaml": "source: bad.none\n",
        "notes.txt": "x",
        "tsk/x.yaml": "x: 1\n",
    }
    folder = install("bad", BAD.format(mark=str(tmp_path / "mark")), conf)
    data = rows_of("classification", 30)
    write_rows(folder / "data" / "moods" / "train.jsonl", data)
    write_rows(folder / "data" / "moods" / "validation.jsonl", rows_of("classification", 20, 2))
    write_rows(folder / "data" / "moods" / "test.jsonl", [{**data[0], "id": "leak"}, *rows_of("classification", 3, 1)])
    (folder / "data" / "moods" / "about.yaml").write_text(ABOUT, "utf-8")
    found = checked("bad")
    assert set(found) == set(CHECKS) - {
        "wheel",
        "entry_point",
        "imports",
        "hooks",
        "audits",
        "scrubbers",
        "models",
        "judges_fast",
    }
    assert "import imports torch" in found["starts_fast"]
    for problem in ("goodfit_bad/conf/notes.txt is no option", "no group called 'tsk'", "did you mean 'kind'?"):
        assert problem in found["configs"]
    assert "model=bert is offered twice" in found["names"]
    assert "task=other/thing does not begin with the plugin's name" in found["names"]
    assert "task=bad names 'bad.mooods', which the plugin does not offer; did you mean 'bad.moods'?" in found["tasks"]
    assert "bad.moods: the test record leak stands in the training records, too" in found["data"]
    assert "bad.moods: test has 4 records" in found["data"]
    assert "bad.list: the plugin 'bad' failed in bad.list.statistics: TypeError" in found["types"]
    assert "bad.gate: the plugin 'bad' failed in bad.gate.judge: TypeError: expected Verdict" in found["types"]
    assert "goodfit_check_answers of bad/moods: KeyError" in found["types"]
    assert "bad.local: a classification item's statistics depend on the other items" in found["metrics"]
    assert "goodfit_check_data of bad/moods gives another result in another process" in found["same_twice"]
    for name in ("bad.local", "bad.list", "bad.gate"):
        assert f"{name} cannot be pickled" in found["goes_to_workers"]
    assert "goodfit_check_data of bad/moods puts texts of 1 records into its findings" in found["findings"]
    assert "finds 'worse.order'" in found["findings"]
    for act in (
        "import: process: subprocess.Popen",
        "import: write: ",
        "import prints 8 characters",
        "network: socket",
    ):
        assert act in found["keeps_to_itself"]
    assert "the README does not say what it sends" in found["readme"]
    assert "goodfit_bad" not in sys.modules


@pytest.fixture
def with_data(install, rows_of, write_rows):
    """``with_data(code, conf, about)``: the plugin ``odd`` with records of a kind of its own; its folder."""

    def write(code, conf=None, about=ABOUT, held_out=20):
        folder = install("odd", code, conf)
        for seed, (split, count) in enumerate({"train": 30, "validation": held_out, "test": 20}.items()):
            rows = [{**row, "slices": {"by": "phone"}} for row in rows_of("classification", count, seed)]
            write_rows(folder / "data" / "moods" / f"{split}.jsonl", rows)
        (folder / "data" / "moods" / "about.yaml").write_text(about, "utf-8")
        return folder

    return write


FETCHING = """
import json
import tempfile
from pathlib import Path

from goodfit.hooks import hookimpl
from goodfit.hooks.types import DataSourceSpec

HOOK_API = 1
ROWS = {rows!r}


def files():
    place = Path(tempfile.mkdtemp())
    for split, rows in ROWS.items():
        (place / f"{{split}}.jsonl").write_text("".join(json.dumps(row) + "\\n" for row in rows))
    {more}
    return {{split: place / f"{{split}}.jsonl" for split in ROWS}}


@hookimpl
def goodfit_register_data_sources():
    about = dict(description="d", kind="classification", licence="Apache-2.0", origin="made")
    return [DataSourceSpec(name="odd.made", files=files, **about)]
"""


@pytest.mark.parametrize("outside", [False, True], ids=["below its own folder", "outside of it"])
def test_a_source_that_makes_its_files_has_a_folder_for_temporary_ones(checked, install, rows_of, tmp_path, outside):
    rows = {split: rows_of("classification", 20, seed) for seed, split in enumerate(("train", "validation", "test"))}
    more = f"Path({str(tmp_path / 'mark')!r}).write_text('x')" if outside else ""
    install("odd", FETCHING.format(rows=rows, more=more))
    found = checked("odd")
    assert set(found) - {"readme"} == ({"keeps_to_itself"} if outside else set()), found
    if outside:
        assert found["keeps_to_itself"].startswith(f"odd.made: write: {tmp_path / 'mark'}")


HEAD = """
from goodfit.hooks import hookimpl
from goodfit.hooks.types import AuditSpec, Finding, MetricSpec

HOOK_API = 1


def said(code, text):
    return [Finding(severity="info", code=code, message=text)]


"""
AUDITS = (
    HEAD
    + """
def right(facts):
    again = facts.ask(facts.splits["test"])
    assert [one.answer for one in again] == [one.answer for one in facts.items]
    assert len(facts.losses(facts.splits["train"])) == 30 and facts.base_losses is None
    wrong = 1 - facts.metric.reduce(facts.metric.statistics(facts.items).sum(0))
    return said("odd.seen", f"{[one.slices['by'] for one in facts.items]} {wrong}")


def texts(facts):
    return ["texts"]


def lost(facts):
    return said("odd.lost", facts.items[0].slices["chanel"])


def alike(facts):
    return said("odd.alike", facts.kind)


@hookimpl
def goodfit_register_audits():
    about = dict(description="d")
    return [
        AuditSpec(name="odd.alike", look_at_data=alike, kinds=("ranking",), **about),
        *(AuditSpec(name=f"odd.{look.__name__}", look_at_model=look, **about) for look in WHICH),
    ]
"""
)


def test_an_audit_of_the_model_is_asked_about_answers_to_the_plugins_own_records(checked, with_data):
    with_data(AUDITS.replace("WHICH", "(right, texts, lost)"))
    found = checked("odd")
    assert set(found) == {"audits", "types", "readme"}
    texts, lost = found["types"].splitlines()
    assert texts == (
        "odd.texts: the plugin 'odd' failed in odd.texts.look_at_model: TypeError: expected Finding, got str"
    )
    assert lost.startswith("odd.lost: the plugin 'odd' failed in odd.lost.look_at_model: KeyError (goodfit_odd/plugin.")


def test_an_audit_without_data_of_a_kind_that_it_takes_is_said_not_to_be_tried(goodfit, with_data):
    with_data(AUDITS.replace("WHICH", "(right,)"))
    checks = {one["check"]: one for one in goodfit("plugins", "check", "odd", "--json").json["checks"]}
    assert (checks["audits"]["state"], checks["types"]["state"]) == ("skipped", "ok")
    assert checks["audits"]["problems"] == ["not tried: odd.alike; there are no records of a kind that it takes"]


def test_an_audit_of_data_lists_the_codes_of_findings_with_rows_that_may_be_left_out(checked, with_data):
    audits = (
        HEAD
        + """
def look(facts):
    held_out = tuple(record.id for split in ("validation", "test") for record in facts.splits[split])
    found = [("odd.listed", ("a",)), ("odd.rowless", ()), ("odd.held_out", held_out), ("odd.other", ("a",))]
    return [Finding(severity="info", code=code, message="m", rows=rows) for code, rows in found]


@hookimpl
def goodfit_register_audits():
    return [AuditSpec(name="odd.look", look_at_data=look, codes=("odd.listed",), description="d")]
"""
    )
    with_data(audits)
    (problem,) = [line for said in checked("odd").values() for line in said.splitlines() if "odd.look" in line]
    assert problem == "odd.look: a finding odd.other has rows, and codes does not list it"


def test_few_validation_records_leave_the_fit_open(checked, with_data):
    with_data("HOOK_API = 1\n", held_out=19)
    problem = checked("odd")["data"]
    assert problem.startswith("odd.moods: validation has 19 records, fewer than 30: a share of right answers has an ")
    assert "; 100 make it ±0.10: add records" in problem


def test_records_are_read_by_the_labels_of_their_own_task(checked, with_data):
    task = "kind: classification\nsource: odd.moods\nprompt: '{text}'\n"
    with_data("HOOK_API = 1\n", {"task/odd.yaml": f"{task}labels: [good]\n", "task/odd/all.yaml": task})
    (problem,) = checked("odd")["data"].splitlines()
    assert problem.startswith("odd.moods: task=odd: 35 of 70 rows are bad: train.jsonl:2, train.jsonl:4, ")


def test_records_that_are_alike_once_their_task_has_scrubbed_them_leak(checked, with_data, write_rows):
    task = "kind: classification\nsource: odd.moods\nprompt: '{text}'\nprivacy: mask\n"
    folder = with_data("HOOK_API = 1\n", {"task/odd.yaml": task})
    for split, names in (("train", ["ada"]), ("test", ["ben", "cleo"])):  # one of twenty would be told by runs alone
        file = folder / "data" / "moods" / f"{split}.jsonl"
        more = [{"id": name, "text": f"Write to {name}@example.org.", "label": "good"} for name in names]
        write_rows(file, [*map(json.loads, file.read_text("utf-8").splitlines()), *more])
    assert checked("odd")["data"].splitlines() == [
        f"odd.moods: the test record {name} stands in the training records, too, once task=odd has taken personal data "
        "out of them"
        for name in ("ben", "cleo")
    ]


def test_a_licence_that_nobody_said_is_none(checked, with_data):
    with_data("HOOK_API = 1\n", about=ABOUT.replace("unclear", f'"{UNSAID}"'))
    assert checked("odd")["data"] == "odd.moods does not say its licence"


def test_a_source_that_fails_is_not_said_to_lack_what_it_says(checked, install):
    source = """
def files():
    raise OSError("no network")


@hookimpl
def goodfit_register_data_sources():
    about = dict(description="d", kind="classification", licence="CC0-1.0", origin="synthetic")
    return [DataSourceSpec(name="odd.rows", files=files, **about)]
"""
    head = "from goodfit.hooks import hookimpl\nfrom goodfit.hooks.types import DataSourceSpec\n\nHOOK_API = 1\n"
    install("odd", head + source)
    found = checked("odd")
    assert "OSError: no network" in found["types"]
    assert "does not say" not in found["data"]


def test_the_cause_is_named_as_it_is_in_the_package_and_not_what_follows_from_it(checked, with_data):
    metrics = f"{HEAD}@hookimpl\ndef goodfit_register_metrics():\n    return [1 / 0]\n"
    task = "kind: classification\nsource: odd.moods\nprompt: '{text}'\nmetrics: [odd.speed]\n"
    with_data(metrics, {"task/odd.yaml": task})
    place = len(metrics.splitlines())
    assert checked("odd") == {
        "types": f"goodfit_register_metrics: ZeroDivisionError: division by zero (goodfit_odd/plugin.py:{place})",
        "readme": checked("odd")["readme"],
    }
    with_data("HOOK_API = 1\n", {"task/odd.yaml": task}, about=ABOUT.replace("licence", "license"))
    found = checked("odd")
    assert set(found) == {"data", "readme"}
    assert found["data"] == "data/: goodfit_odd/data/moods/about.yaml has no setting 'license'"


METRIC = (
    HEAD
    + """
def weight(text):
    import statistics

    return statistics.mean(text)


@hookimpl
def goodfit_register_metrics():
    from goodfit.hooks.shares import share_metric

    about = dict(description="d", kinds=("classification",))
    return [share_metric(name="odd.weight", counts=lambda item: (weight(item.id[:0]), 1.0), **about)]
"""
)


def test_a_fault_is_placed_in_the_plugin_and_not_in_what_it_calls(checked, with_data):
    with_data(METRIC)
    place = METRIC.splitlines().index("    return statistics.mean(text)") + 1
    assert checked("odd")["types"] == (
        f"odd.weight: the plugin 'odd' failed in odd.weight.statistics: StatisticsError (goodfit_odd/plugin.py:{place})"
    )


SCRUBBERS = """
import itertools

from goodfit.hooks import hookimpl
from goodfit.hooks.types import Found, ScrubberSpec

HOOK_API = 1


def short(texts):
    return [[Found(start=0, end=len(text) + 1, type="NAME")] for text in texts]


def counted(texts):
    return [[Found(start=0, end=1, type="NAME")] * (len(texts) > 1 and len(text) > 9) for text in texts]


@hookimpl
def goodfit_register_scrubbers():
    about = dict(description="d", recall={"NAME": float("nan")}, measured_on="nothing")
    finding = [ScrubberSpec(name=f"bad.{find.__name__}", find=find, **about) for find in (short, counted)]
    return [
        *finding,
        ScrubberSpec(name="bad.itself", find=first, stand_in=lambda sort, value, key: value, **about),
        ScrubberSpec(name="bad.chance", find=first, stand_in=lambda *given: next(NUMBERS), **about),
        ScrubberSpec(name="bad.parts", find=first, parts=lambda sort, value: [value, None], **about),
    ]


NUMBERS = map("n{}".format, itertools.count())


def first(texts):
    return [[Found(start=0, end=2, type="NAME")] * (len(text) > 1) for text in texts]
"""


def test_a_scrubber_is_asked_about_texts_together_and_alone(checked, install):
    install("bad", SCRUBBERS, {})
    found = checked("bad")
    assert "the scrubber 'bad.short' named a place that is not in the text" in found["types"]
    assert "bad.counted: a text's places depend on the other texts" in found["scrubbers"]
    assert "bad.itself: stand_in makes what has the figures of the value that it stands for" in found["scrubbers"]
    assert "bad.chance: stand_in makes something else of the same value with the same key" in found["scrubbers"]
    assert "bad.chance: find finds what stand_in made, which would be replaced without end" in found["scrubbers"]
    assert "bad.parts" in found["types"]
    assert "bad.counted" not in found["types"]


WATCHER = """
import os

from goodfit.hooks import hookimpl

HOOK_API = 1


@hookimpl
def goodfit_on_run_start(run):
    assert run.folder.is_absolute()
    (run.folder / "mine").mkdir()
    (run.folder / "mine" / ".seen.part").write_text("x")
    os.replace(run.folder / "mine" / ".seen.part", run.folder / "mine" / "seen")
    WRITES
"""


@pytest.mark.parametrize(
    "writes", ["", "(run.folder / '../left').write_text('x')", "os.replace(run.folder / 'mine' / 'seen', '../left')"]
)
def test_a_watcher_may_write_into_a_runs_folder_and_nowhere_else(checked, install, tmp_path, writes):
    install("odd", WATCHER.replace("WRITES", writes.replace("../left", str(tmp_path / "left"))))
    found = checked("odd")
    assert set(found) == {"readme", *["keeps_to_itself"] * bool(writes)}
    assert bool(writes) == ("goodfit_on_run_start of a finished run: write: " in found.get("keeps_to_itself", ""))


@pytest.mark.parametrize(
    ("code", "check", "problem"),
    [
        pytest.param("import time\ntime.sleep(60)\n", "imports", "import: it did not come back within", id="hangs"),
        pytest.param(
            "import os\nos._exit(7)\n", "imports", "import: it ended the process with 7", id="ends the process"
        ),
        pytest.param("def f(:\n", "imports", "import: SyntaxError", id="syntax"),
        pytest.param(
            "HOOK_API = 1\ndef goodfit_chek_data(): ...\n", "hooks", "did you mean 'goodfit_check", id="misspelt"
        ),
    ],
)
def test_a_plugin_that_cannot_be_used_fails_and_the_rest_is_skipped(
    checked, install, monkeypatch, code, check, problem
):
    monkeypatch.setattr(subject, "PROBE_SECONDS", 4 if "sleep" in code else 60)
    install("bad", code)
    found = checked("bad")
    assert problem in found[check]
    assert set(found) <= {check, "readme"}


@pytest.mark.parametrize(
    ("argv", "error"),
    [
        pytest.param(["lega"], "there is no plugin 'lega', and no folder with a pyproject.toml", id="misspelt"),
        pytest.param([], "plugins check wants one plugin", id="none"),
        pytest.param(["legal", "medical"], "plugins check wants one plugin", id="two"),
    ],
)
def test_what_cannot_be_checked_is_said(goodfit, argv, error):
    outcome = goodfit("plugins", "check", *argv)
    assert (outcome.code, outcome.errors[0][0]) == (2, error)


def test_an_optional_hook_of_a_newer_goodfit_is_not_called(checked, install):
    code = "from goodfit.hooks import hookimpl\nHOOK_API = 1\n"
    install("odd", f"{code}@hookimpl(optionalhook=True)\ndef goodfit_on_some_day(weather):\n    pass\n")
    assert set(checked("odd")) == {"readme"}


PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "goodfit-small"
version = "1"
readme = "README.md"
[project.entry-points.goodfit]
%s
[tool.hatch.build.targets.wheel]
packages = ["%s"]
exclude = ["*.yaml"]
"""


@pytest.fixture
def project(tmp_path):
    """``project(package, entry_point, source="")``: a plugin's folder, ``small``; its wheel lacks its one option."""

    def write(package, entry_point, source=""):
        folder = tmp_path / "small" / source / package
        (folder / "conf" / "task").mkdir(parents=True)
        (folder / "__init__.py").write_text('"""Small."""\n', "utf-8")
        (folder / "conf" / "task" / "small.yaml").write_text("kind: chat\n", "utf-8")
        (tmp_path / "small" / "README.md").write_text("It stores, sends and changes nothing.\n", "utf-8")
        top = Path(source, package.split("/")[0]).as_posix()
        (tmp_path / "small" / "pyproject.toml").write_text(PYPROJECT % (entry_point, top), "utf-8")

    return write


@pytest.mark.parametrize("source", ["", "src"])
@pytest.mark.parametrize("package", ["goodfit_small", "acme/small"])
def test_the_wheel_of_a_folder_is_built_and_what_it_lacks_is_named(checked, project, package, source):
    project(package, f'small = "{package.replace("/", ".")}"', source)
    assert checked("small") == {
        "wheel": f"the wheel lacks {package}/conf/task/small.yaml; see [tool.hatch.build] in pyproject.toml"
    }


@pytest.mark.parametrize(
    ("entry_point", "problem"),
    [
        pytest.param('project = "goodfit_small"', "it is called 'project', which is the name of plugins", id="project"),
        pytest.param('small = "goodfit_small:hooks"', "name the module with the hooks, and nothing in it", id="object"),
        pytest.param('small = "goodfit-small"', "names 'goodfit-small', which is no module", id="no module"),
        pytest.param('small = "__main__"', "names '__main__', which is no module of a package", id="main"),
    ],
)
def test_an_entry_point_that_would_not_be_loaded_fails_in_the_wheel(checked, project, entry_point, problem):
    project("goodfit_small", entry_point)
    assert problem in checked("small")["entry_point"]
