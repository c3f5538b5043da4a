"""Help: every verb is in it, and neither help nor a typo imports anything heavy."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import goodfit as package
from goodfit.cli.arguments import OPTIONS, VERBS, options_of
from goodfit.kinds import KINDS
from goodfit.schema.dataset import SPLITS

MACHINE_LEARNING = ["torch", "transformers", "peft", "pytorch_lightning", "lightning", "datasets", "pandas", "sklearn"]
HEAVY = [*MACHINE_LEARNING, "hydra", "wandb", "numpy", "optuna"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        pytest.param("--help", 0, id="help"),
        pytest.param("train --help", 0, id="help of a verb"),
        pytest.param("trian", 2, id="verb"),
        pytest.param("train task=lega model=t5", 2, id="option"),
        pytest.param("train task=legal model=t5 optim.lrr=1", 2, id="setting"),
        pytest.param("train task=legal model=t5 optim.lr=7", 2, id="range"),
        pytest.param("list model", 0, id="list"),
        pytest.param("explain optim.lr", 0, id="explain"),
        pytest.param("explain trainning", 2, id="explain a typo"),
        pytest.param("completion suggest xtask=", 0, id="tab"),
    ],
)
def test_help_and_typos_import_nothing_heavy(tmp_path, line, code):
    script = (
        "import sys; from goodfit.cli.main import main; code = main(sys.argv[1:]); "
        f"print(code, sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *line.split()], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == f"{code} []"


SAID_AND_IMPORTED = f"""
import contextlib, io, json, sys
from goodfit.cli.main import main

found = []
for line in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
        main(line.split())
    found.append([said.getvalue().partition("\\n")[0], sorted(set({MACHINE_LEARNING!r}) & set(sys.modules))])
print(json.dumps(found))
"""


def test_mistakes_behind_the_words_import_no_machine_learning_library(tmp_path, rows_of, write_rows):
    for seed, split in enumerate(SPLITS):
        write_rows(tmp_path / f"{split}.jsonl", rows_of("classification", 8, seed))
    write_rows(tmp_path / "bad.jsonl", [*rows_of("classification", 8), {"text": "", "label": "good"}])
    files = "dataset=files dataset.validation=validation.jsonl dataset.test=test.jsonl dataset.train"
    of_labels = f"train task=classification model=bert {files}"
    gone = f"error: the data file {tmp_path}/gone.jsonl does not exist"
    told = {
        **{f"train task={kind} model=gpt {files}=gone.jsonl": gone for kind in KINDS},
        f"{of_labels}=bad.jsonl": "error: 1 of 25 rows are bad: bad.jsonl:9: text is empty",
        f"{of_labels}=train.jsonl policy.gates=[gone]": "error: no gate called 'gone'",
        f"{of_labels}=train.jsonl task.audits=[quality.gone]": "error: no audit called 'quality.gone'",
        f"{of_labels}=train.jsonl task.metrics=[gone]": "error: no metric called 'gone'",
        f"{of_labels}=train.jsonl task.primary=gone": "error: no metric of this task called 'gone'",
        f"sweep task=classification model=bert optim.lr=1e-4,1e-3 {files}=gone.jsonl": gone,
        f"sweep task=classification model=bert optim.lr=1e-4,1e-3 sweep.objectives=[gone] {files}=train.jsonl": (
            "error: 'gone' is no objective"
        ),
        "explain rougeL": "",
    }
    done = subprocess.run(
        [sys.executable, "-c", SAID_AND_IMPORTED, *told], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert dict(zip(told, json.loads(done.stdout), strict=True)) == {line: [error, []] for line, error in told.items()}


def test_help_names_every_verb_and_version_is_the_packages(goodfit):
    outcome = goodfit("--help")
    assert (outcome.code, outcome.err) == (0, "")
    for verb, meaning in VERBS.items():
        assert f"  {verb:<10}  {meaning}\n" in outcome.out
    everywhere = [name for name, option in OPTIONS.items() if option.verbs.keys() == VERBS.keys()]
    assert "--json" in everywhere
    assert all(f"\n  {name} " in outcome.out for name in everywhere)
    assert goodfit().out == outcome.out
    assert goodfit("--version").out == f"{package.__version__}\n"


@pytest.mark.parametrize("words", [["--help"], [], ["train", "--help"]], ids=["help", "nothing", "help-of-a-verb"])
def test_help_and_version_are_one_object_with_json(goodfit, words):
    assert goodfit(*words, "--json").json == {"help": goodfit(*words).out.removesuffix("\n")}
    assert goodfit("--version", "--json").out == f'{{"version": "{package.__version__}"}}\n'


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_a_file_and_a_help_with_its_options(goodfit, verb):
    assert (Path(package.__file__).parent / "cli" / f"{verb}.py").is_file()
    head, empty, *lines = goodfit(verb, "--help").out.splitlines()
    assert (head, empty) == (f"goodfit {verb}: {VERBS[verb]}", "")
    told = dict(re.split(r" {2,}", line.strip(), maxsplit=1) for line in lines)
    assert told == options_of(verb)
    assert ("-m" in told) == (verb in ("train", "sweep"))
    assert all(len(line) <= 120 for line in lines)
