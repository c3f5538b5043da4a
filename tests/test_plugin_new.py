"""A new plugin: what ``plugins new`` writes installs, passes its own tests, and trains as it is written."""

import json
import os
import subprocess
import sys

import pytest

from goodfit.testing.metric_of_kind import FIRST_METRICS
from goodfit.testing.new import PARTS
from goodfit.yaml_values import read_yaml

KINDS = [*FIRST_METRICS, "language_modeling"]


@pytest.fixture
def pip_install(tmp_path, monkeypatch):
    """``pip_install(project)``: install a project's wheel, without its dependencies; the folder that it went to."""

    def install(project):
        site = tmp_path / "site"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
        subprocess.run([*command, "--target", str(site), str(project)], check=True, capture_output=True)
        monkeypatch.syspath_prepend(str(site))
        return site

    before = set(sys.modules)
    yield install
    for name in set(sys.modules) - before:
        if name.startswith("goodfit_"):
            del sys.modules[name]


@pytest.fixture
def own(tiny_words):
    """The words of a tiny run without its task and data."""
    return [w for w in tiny_words("classification", "encoder") if not w.startswith(("task", "dataset"))]


def test_a_new_plugin_installs_trains_and_passes_its_own_tests(goodfit, pip_install, own, tmp_path):
    made = goodfit("plugins", "new", "hr", "--json")
    assert made.code == 0, made.err
    site = pip_install(tmp_path / "goodfit-hr")
    outcome = goodfit("train", "task=hr", "policy=hr", "policy.enforce=false", *own, "training.epochs=1", "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["metrics"]["test/hr.important_found"]["n"] == 20  # important ones of 80
    assert [gate["gate"] for gate in outcome.json["gates"]][-1] == "hr.enough"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path / "goodfit-hr" / "tests")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("21 passed, 1 skipped")


@pytest.mark.parametrize("parts", ["none", "metric", "metric,gate", "metric,check"])
def test_a_new_plugin_has_only_the_parts_that_were_asked_for(goodfit, tmp_path, parts):
    made = goodfit("plugins", "new", "hr", "--include", parts, "--json").json
    files = {path.split("/", 1)[-1] for path in made["files"]}
    asked = set(parts.split(",")) - {"none"}
    assert made["parts"] == [part for part in PARTS if part in asked]
    assert ("plugin.py" in files, "metrics.py" in files) == (bool(asked), bool(asked))
    assert ("gates.py" in files, "checks.py" in files) == ("gate" in asked, "check" in asked)
    assert ("metrics:" in (tmp_path / "goodfit-hr/goodfit_hr/conf/task/hr/requests.yaml").read_text()) == bool(asked)


@pytest.mark.parametrize(
    "words", [["hr"], ["hr", "--include", "none"], ["hr", "--include", "metric,check"]], ids=" ".join
)
def test_what_is_written_is_as_a_linter_wants_it(goodfit, tmp_path, words):
    assert goodfit("plugins", "new", *words).code == 0
    for command in (["check", "--select", "E,F,I,B,UP"], ["format", "--check"]):
        line = [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length", "120", "--no-cache", "."]
        done = subprocess.run(line, cwd=tmp_path / "goodfit-hr", capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.fixture
def linked(tmp_path, monkeypatch):
    """``linked(project)``: the project's package on the path with an entry point, as a quick stand-in for pip."""

    def link(name):
        project = tmp_path / f"goodfit-{name}"
        info = project / f"goodfit_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: goodfit-{name}\nVersion: 1.0\n", "utf-8")
        text = (project / "pyproject.toml").read_text("utf-8")
        (line,) = [line for line in text.splitlines() if line.startswith(f'{name} = "')]
        (info / "entry_points.txt").write_text("[goodfit]\n" + line.replace('"', "") + "\n", "utf-8")
        monkeypatch.syspath_prepend(str(project))

    before = set(sys.modules)
    yield link
    for name in set(sys.modules) - before:
        if name.startswith("goodfit_"):
            del sys.modules[name]


FAMILY = {"generation": "seq2seq", "chat": "decoder"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_task_is_made_of_rows_of_every_kind(goodfit, linked, rows_of, write_rows, tiny_words, tmp_path, kind):
    file = write_rows(tmp_path / "Sick Leave 2026.jsonl", rows_of(kind, 90))
    known = ["task.kind=language_modeling"] if kind == "language_modeling" else []
    made = goodfit("plugins", "new", "hr", *known, "--from-data", file, "--json")
    assert made.code == 0, made.err
    assert (made.json["kind"], made.json["task"]) == (kind, "hr/sick_leave_2026")
    assert sum(made.json["records"].values()) == 90
    linked("hr")
    own = [w for w in tiny_words(kind, FAMILY.get(kind, "encoder")) if not w.startswith(("task=", "dataset"))]
    outcome = goodfit("check", "task=hr", *own, "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["records"] == made.json["records"]
    assert outcome.json["labels"] == made.json["labels"] or kind == "token_classification"
    said = (tmp_path / "goodfit-hr/README.md").read_text("utf-8")
    (first,) = [line.removeprefix("goodfit ") for line in said.splitlines() if line.startswith("goodfit train ")]
    learns = goodfit("check", *first.split()[1:], "model.weights=random", "--json")
    assert learns.code == 0, learns.err


def rows(**columns):
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def sentences(count, words=9):
    return [" ".join(f"word{number}x{place}" for place in range(words)) for number in range(count)]


@pytest.mark.parametrize(
    ("columns", "kind", "fields"),
    [
        pytest.param(
            {"number": [str(n) for n in range(40)], "utterance": sentences(40), "intent": ["pay", "leave"] * 20},
            "classification",
            ["text", "label"],
            id="few short values",
        ),
        pytest.param(
            {"said": sentences(40), "stars": [1, 2, 3, 4] * 10}, "classification", ["text", "label"], id="few numbers"
        ),
        pytest.param(
            {"body": sentences(40), "topics": [["a"], ["a", "b"]] * 20}, "multilabel", ["text", "labels"], id="lists"
        ),
        pytest.param(
            {"short": sentences(40, 7), "long": sentences(40, 30)}, "generation", ["source", "target"], id="two texts"
        ),
        pytest.param({"page": sentences(40, 40)}, "language_modeling", ["text"], id="one text"),
    ],
)
def test_a_kind_is_proposed_from_what_columns_hold(goodfit, write_rows, tmp_path, columns, kind, fields):
    made = goodfit("plugins", "new", "hr", "--from-data", write_rows(tmp_path / "a.jsonl", rows(**columns)), "--json")
    assert made.code == 0, made.err
    assert made.json["kind"] == kind
    line = (tmp_path / "goodfit-hr/goodfit_hr/data/a/train.jsonl").read_text("utf-8").splitlines()[0]
    assert list(json.loads(line)) == ["id", *fields]


def test_labels_stand_in_its_files_as_they_stand_in_the_data(goodfit, write_rows, tmp_path):
    labels = ["Lohn & Gehalt", "l'été", '"dringend"', "a<b"]
    file = write_rows(tmp_path / "a.jsonl", rows(text=sentences(40), label=labels * 10))
    assert goodfit("plugins", "new", "hr", "--from-data", file).code == 0
    written = (tmp_path / "goodfit-hr/goodfit_hr/conf/task/hr/a.yaml").read_text("utf-8")
    assert r"""labels: ["\"dringend\"", "Lohn & Gehalt", "a<b", "l'été"]""" in written


def test_labels_of_signs_that_yaml_does_not_take_read_back_as_they_are(goodfit, write_rows, tmp_path):
    labels = ["a\u0085b", "c\x7fd", "e\u2028f", "émoji 🎉"]
    file = write_rows(tmp_path / "a.jsonl", rows(text=sentences(40), label=labels * 10))
    assert goodfit("plugins", "new", "hr", "--from-data", file).code == 0
    assert read_yaml(tmp_path / "goodfit-hr/goodfit_hr/conf/task/hr/a.yaml")["labels"] == sorted(labels)


def test_a_column_that_is_called_label_is_the_label_though_another_one_has_fewer_values(goodfit, write_rows, tmp_path):
    columns = {"said": sentences(40), "label": ["pay", "visa", "leave", "room"] * 10, "site": ["a", "b"] * 20}
    file = write_rows(tmp_path / "a.jsonl", rows(**columns))
    outcome = goodfit("plugins", "new", "hr", "--from-data", file)
    assert outcome.code == 0, outcome.err
    assert "labels: leave, pay, room, visa" in outcome.out


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        pytest.param(
            [],
            "'site' has 2 values in 40 rows; where another column is the label: 'dataset.fields.label=what for'",
            id="guessed",
        ),
        pytest.param(["dataset.fields.label=what for"], "'what for' has 4 values in 40 rows", id="label typed"),
        pytest.param(
            ["dataset.fields.label=what for", "dataset.fields.text=said"],
            "there are columns called said and what for",
            id="both typed",
        ),
    ],
)
def test_why_a_task_looks_as_it_does_names_the_columns_that_it_is_made_of(goodfit, write_rows, tmp_path, typed, why):
    columns = {"said": sentences(40), "site": ["north", "south"] * 20, "what for": ["pay", "leave", "ill", "job"] * 10}
    file = write_rows(tmp_path / "a.jsonl", rows(**columns))
    made = goodfit("plugins", "new", "hr", "--from-data", file, *typed, "--json")
    assert made.code == 0, made.err
    assert made.json["because"] == why
    assert made.json["labels"] == (["ill", "job", "leave", "pay"] if typed else ["north", "south"])


def test_a_column_that_is_mostly_empty_is_not_taken_for_the_label(goodfit, tmp_path):
    cells = [
        f'"{text}",{"pay" if n % 2 else "leave"},{"done" if n % 3 else ""}' for n, text in enumerate(sentences(40))
    ]
    (tmp_path / "a.csv").write_text("\n".join(["text,subject,note", *cells]) + "\n", "utf-8")
    made = goodfit("plugins", "new", "hr", "--from-data", "a.csv", "--json")
    assert made.code == 0, made.err
    assert made.json["labels"] == ["leave", "pay"]
    typed = ["dataset.fields.label=note", "dataset.on_bad_rows=quarantine"]
    ((error, fix),) = goodfit("plugins", "new", "it", "--from-data", "a.csv", *typed).errors
    assert error == "all rows of a.csv have the label 'done', from the column 'note'"
    assert fix == "name the column with the labels: dataset.fields.label=<column>"
    with (tmp_path / "a.csv").open("a", encoding="utf-8") as file:
        file.write(",pay,\n")
    made = goodfit("plugins", "new", "it", "--from-data", "a.csv", "dataset.on_bad_rows=quarantine")
    assert "warning: bad rows were set aside: 1, the first a.csv:42: text is empty\n" in made.out


def test_a_departments_texts_are_scrubbed_in_training_and_where_it_is_typed_in_the_package(
    goodfit, write_rows, tmp_path
):
    texts = [f"Please write to clerk{number}@example.org about {text}" for number, text in enumerate(sentences(40))]
    ids, groups = (
        [f"{who}{number // of}@example.com" for number in range(40)] for who, of in (("jane", 1), ("doe", 2))
    )
    file = write_rows(tmp_path / "a.jsonl", rows(id=ids, group=groups, text=texts, label=["pay", "leave"] * 20))
    for place, typed, mails, said in (
        ("as they are", [], 40, "mask"),
        ("masked", ["privacy=mask"], 0, "mask"),
        ("never", ["privacy=none"], 40, "none"),
    ):
        made = goodfit("plugins", "new", "hr", "--from-data", file, "--output", place, *typed)
        assert made.code == 0, made.err
        assert ("personal data that stands in them is in the package, too" in made.out) is (mails > 0)
        package = tmp_path / place / "goodfit-hr" / "goodfit_hr"
        written = "".join(path.read_text("utf-8") for path in package.glob("data/a/*.jsonl"))
        assert written.count("@example.org") == mails
        assert written.count("[EMAIL_ADDRESS]") == 40 - mails
        kept = [json.loads(line) for line in written.splitlines()]
        assert len({row["id"] for row in kept}) == 40 and len({row["group"] for row in kept}) == 20
        assert written.count("@example.com") == (80 if mails else 0)
        assert f"privacy: {said} " in (package / "conf" / "task" / "hr" / "a.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("argv", "error"),
    [
        pytest.param([], "plugins new wants a name", id="no name"),
        pytest.param(["HR"], "'HR' cannot be a plugin's name", id="capitals"),
        pytest.param(["../hr"], "'../hr' cannot be a plugin's name", id="path"),
        pytest.param(["class"], "'class' cannot be a plugin's name", id="keyword"),
        pytest.param(["project"], "'project' cannot be a plugin's name", id="kept name"),
        pytest.param(["legal"], "there is a plugin called 'legal' already", id="taken"),
        pytest.param(["chat"], "'chat' is a task of goodfit's own", id="task"),
        pytest.param(["hr", "--include", "metrics"], "--include has no 'metrics'", id="part"),
        pytest.param(["hr", "--include", "gate"], "gate and check look at the metric", id="gate alone"),
        pytest.param(["hr", "--from-data", "no.csv"], "the data file no.csv does not exist", id="no file"),
        pytest.param(["hr", "task.kindd=chat"], "no setting called 'task.kindd'", id="setting"),
        pytest.param(
            ["hr", "task.kind=chat"],
            "task.kind was typed, and a task of placeholders does not read it",
            id="a kind without records",
        ),
        pytest.param(
            ["hr", "dataset.test_share=0.2"],
            "dataset.test_share was typed, and a task of placeholders does not read it",
            id="a share without records",
        ),
    ],
)
def test_a_wrong_word_is_answered_and_nothing_is_written(goodfit, tmp_path, argv, error):
    outcome = goodfit("plugins", "new", *argv)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors[0][0] == error
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(goodfit, tmp_path):
    (tmp_path / "goodfit-hr").mkdir()
    outcome = goodfit("plugins", "new", "hr")
    assert (outcome.code, outcome.errors[0][0]) == (2, "goodfit-hr is there already")


def test_bad_rows_are_all_named_and_nothing_is_written(goodfit, write_rows, tmp_path):
    given = [{"text": "one two", "label": "a"}, {"text": "", "label": "a"}, {"text": "three", "label": "b"}] * 2
    outcome = goodfit("plugins", "new", "hr", "--from-data", write_rows(tmp_path / "a.jsonl", given))
    assert outcome.code == 2
    assert outcome.errors[0][0].startswith("2 of 6 rows are bad: a.jsonl:2, a.jsonl:5: text is empty")
    assert not (tmp_path / "goodfit-hr").exists()


def test_rows_that_look_like_no_kind_are_refused_with_the_words_to_add(goodfit, write_rows, tmp_path):
    file = write_rows(tmp_path / "a.jsonl", rows(one=[1, 2, 3], two=["x", "y", "z"]))
    outcome = goodfit("plugins", "new", "hr", "--from-data", file)
    assert outcome.code == 2
    ((error, fix),) = outcome.errors
    assert error == f"the rows of {file} look like no kind of task (columns: one, two)"
    assert fix.startswith("say the kind, and which column is which field: task.kind=")


def test_a_typed_kind_and_renamed_fields_win(goodfit, write_rows, tmp_path):
    columns = {"said": sentences(40), "intent": ["pay", "leave"] * 20, "mood": ["up", "down", "so"] * 13 + ["up"]}
    file = write_rows(tmp_path / "a.jsonl", rows(**columns))
    words = ["task.kind=classification", "dataset.fields.text=said", "dataset.fields.label=mood"]
    made = goodfit("plugins", "new", "hr", *words, "--from-data", file, "--json")
    assert made.code == 0, made.err
    assert made.json["labels"] == ["down", "so", "up"]


WISHES = (
    "refund",
    "call",
    "invoice",
    "unlock",
    "answer",
    "delete",
    "remind",
    "thank",
    "pay",
    "visit",
    "warn",
    "invite",
)


def test_texts_that_are_alike_without_their_personal_data_are_in_one_split(goodfit, linked, own, write_rows, tmp_path):
    given = [
        {"text": f"{wish} {name}{place}@example.org", "label": "ab"[number % 2]}
        for number, wish in enumerate(WISHES)
        for place, name in enumerate(("ada", "ben", "cleo", "dan", "eve", "finn"))
    ]
    made = goodfit("plugins", "new", "hr", "--from-data", write_rows(tmp_path / "a.jsonl", given), "--json")
    assert (made.code, made.json["scrubbed"]) == (0, None), made.err
    linked("hr")
    written = (tmp_path / "goodfit-hr/goodfit_hr/data/a/train.jsonl").read_text("utf-8")
    assert "@example.org" in written
    outcome = goodfit("check", "task=hr", *own, "--json")
    assert outcome.code == 0, outcome.err
    assert "data.leak" not in [finding["code"] for finding in outcome.json["findings"]]
    checks = {one["check"]: one["problems"] for one in goodfit("plugins", "check", "hr", "--json").json["checks"]}
    assert "hr.a does not say its licence" in checks["data"]
    assert not [problem for problem in checks["data"] if "training records" in problem]


@pytest.mark.parametrize("groups", [None, 10], ids=["records", "groups"])
def test_few_records_are_warned_of_in_the_words_of_a_run_of_them(goodfit, write_rows, rows_of, tmp_path, groups):
    rows = rows_of("classification", 150)
    given = [row if groups is None else row | {"group": str(n // groups)} for n, row in enumerate(rows)]
    words = [write_rows(tmp_path / "a.jsonl", given), "dataset.test_share=0.3", "dataset.validation_share=0.1"]
    outcome = goodfit("plugins", "new", "hr", "--from-data", *words)
    warnings = [line for line in outcome.out.splitlines() if line.startswith("warning: ")]
    words[0] = f"dataset.train={words[0]}"
    seen = goodfit("data", "task=classification", "dataset=files", *words, "quality.deep=false", "--json").json
    few = [finding for finding in seen["findings"] if finding["code"] == "data.few_records"]
    assert warnings == [f"warning: {finding['message']}; {finding['mend']}" for finding in few]
    assert [finding["evidence"]["split"] for finding in few] == ["validation", "test"][: 1 if groups is None else 2]
