"""The command line: two lines for a mistake, one object for --json, each stream for its own."""

import errno
import gc
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys

import omegaconf
import pytest

from goodfit import collector
from goodfit.cli import setting_up
from goodfit.runs import score

LEGAL = "task=legal model=t5"


@pytest.mark.parametrize(
    ("line", "error", "fix"),
    [
        pytest.param(
            f"{LEGAL} +optim.lrr=1", "no setting called 'optim.lrr'", "did you mean 'optim.lr'?", id="added typo"
        ),
        pytest.param(f"{LEGAL} optim.lrr=1", "no setting called 'optim.lrr'", "did you mean 'optim.lr'?", id="typo"),
        pytest.param(
            f"{LEGAL} ++traning.epochs=1",
            "no setting called 'traning.epochs'",
            "did you mean 'training.epochs'?",
            id="misspelt group of a setting",
        ),
        pytest.param(f"{LEGAL} modle=t5", "no setting called 'modle'", "did you mean 'model'?", id="misspelt group"),
        pytest.param(
            f"{LEGAL} hydra.run.dir=x", "no setting called 'hydra.run.dir'", "did you mean 'run.dir'?", id="Hydra's own"
        ),
        pytest.param(f"{LEGAL} optim.lr=7", "optim.lr is 7.0", "choose a value between 0 and 1", id="range"),
        pytest.param(
            f"{LEGAL} policy.min_right=0.5",
            "policy.min_right is 0.5",
            "choose a value above 0.5 and below 1",
            id="ends",
        ),
        pytest.param(f"{LEGAL} optim.lr=-1", "optim.lr is -1.0", "choose a value between 0 and 1", id="below range"),
        pytest.param(
            f"{LEGAL} training.batch_size=0", "training.batch_size is 0", "choose a value of at least 1", id="zero"
        ),
        pytest.param(
            f"{LEGAL} training.batch_size=many",
            "training.batch_size is 'many', expected a whole number",
            "for example training.batch_size=16",
            id="text for a number",
        ),
        pytest.param(
            f"{LEGAL} training.batch_size=2.5",
            "training.batch_size is 2.5, expected a whole number",
            "for example training.batch_size=16",
            id="fraction for a whole number",
        ),
        pytest.param(
            f"{LEGAL} policy.enforce=maybe",
            "policy.enforce is 'maybe', expected true or false",
            "for example policy.enforce=false",
            id="text for a switch",
        ),
        pytest.param(
            f"{LEGAL} optim.name=adamm",
            "optim.name is 'adamm', expected one of adamw, adafactor, sgd",
            "did you mean 'adamw'?",
            id="misspelt choice",
        ),
        pytest.param(
            f"{LEGAL} task.labels=[pos,neg,neg]", "task.labels names 'neg' twice", "name each once", id="named twice"
        ),
        pytest.param(
            f"{LEGAL} dataset.fields=text",
            "dataset.fields is 'text', expected names and texts",
            "name what it is for: dataset.fields.<name>=<value>",
            id="mapping",
        ),
        pytest.param(
            f"{LEGAL} dataset.fields=text dataset.fields.label=intent",
            "dataset.fields is 'text', expected names and texts",
            "name what it is for: dataset.fields.<name>=<value>",
            id="mapping and a name in it",
        ),
        pytest.param("task=lega model=t5", "no task called 'lega'", "did you mean 'legal'?", id="misspelt task"),
        pytest.param(
            "task=clauses model=t5", "no task called 'clauses'", "did you mean 'legal/clauses'?", id="half a name"
        ),
        pytest.param(
            "task=zzz model=t5", "no task called 'zzz'", "goodfit list task shows what can be chosen", id="unknown task"
        ),
        pytest.param(
            "task=../../x model=t5",
            "no task called '../../x'",
            "goodfit list task shows what can be chosen",
            id="path for a task",
        ),
        pytest.param(
            "task=/etc/passwd model=t5",
            "no task called '/etc/passwd'",
            "goodfit list task shows what can be chosen",
            id="absolute path for a task",
        ),
        pytest.param(
            f"{LEGAL} run.dir=${{oc.env:HOME}}",
            "'run.dir' is set to an interpolation, ${oc.env:HOME}",
            "type the value itself",
            id="environment",
        ),
        pytest.param(
            f"{LEGAL} task.name=${{model.name}}",
            "'task.name' is set to an interpolation, ${model.name}",
            "type the value itself",
            id="interpolation",
        ),
        pytest.param(
            f"{LEGAL} optim.lr=1e-4,3e-4",
            "'optim.lr=1e-4,3e-4' names several values, and a run has one of each",
            "type one value for optim.lr, or search over them: goodfit sweep … optim.lr=1e-4,3e-4",
            id="several values",
        ),
        pytest.param(
            f"{LEGAL} optim.lr=0,001",
            "'optim.lr=0,001' names several values, and a run has one of each",
            "type one value for optim.lr, such as 0.001, or search over them: goodfit sweep … optim.lr=0,001",
            id="decimal comma",
        ),
        *(
            pytest.param(
                f"{LEGAL} {apart}",
                f"'{apart}' has blanks around its '=', and they part words",
                "without them: training.epochs=3",
                id=f"blanks: {apart}",
            )
            for apart in ("training.epochs = 3", "training.epochs =3", "training.epochs= 3")
        ),
        pytest.param(
            "task=legal model=t5,bert",
            "'model=t5,bert' names several values, and a run has one of each",
            "type one value for model, or search over them: goodfit sweep … model=t5,bert",
            id="several models",
        ),
        pytest.param(
            f"{LEGAL} ~optim.lr",
            "'~optim.lr' deletes, and nothing of a run can be deleted",
            "choose another option instead",
            id="deletion",
        ),
        pytest.param(
            f"{LEGAL} optim",
            "'optim' is not a word that goodfit knows; words have the form name=value",
            "did you mean 'optim=…'?",
            id="no value",
        ),
        pytest.param(
            f"{LEGAL} epochs=3", "no setting called 'epochs'", "did you mean 'training.epochs'?", id="without its group"
        ),
        pytest.param(
            f"{LEGAL} dataset=files dataset.train=my mails.csv",
            "'mails.csv' is not a word that goodfit knows; words have the form name=value",
            "where it goes on with the word before it, quote both: 'dataset.train=my mails.csv'",
            id="a blank",
        ),
        pytest.param(
            f"{LEGAL} choices.model=gpt",
            "no setting called 'choices.model'",
            "did you mean 'model'?",
            id="what goodfit writes itself",
        ),
        pytest.param(
            "task=legal",
            "no model was chosen",
            "add model=<name>; goodfit list model shows them, for example model=bert",
            id="no model",
        ),
    ],
)
def test_a_user_mistake_prints_two_lines_and_exits_2(goodfit, tmp_path, line, error, fix):
    outcome = goodfit("train", *line.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == f"error: {error}\n  fix: {fix}\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "error", "fix"),
    [
        pytest.param(f"trian {LEGAL}", "no verb called 'trian'", "did you mean 'train'?", id="misspelt verb"),
        pytest.param("xyzzy", "no verb called 'xyzzy'", "goodfit --help shows the verbs", id="unknown verb"),
        pytest.param(
            f"train {LEGAL} --jso", "no option called '--jso'", "did you mean '--json'?", id="misspelt option"
        ),
        pytest.param(
            f"check {LEGAL} -m optim.lr=1e-4,3e-4",
            "check has no option -m",
            "-m is for train, sweep",
            id="multirun",
        ),
        pytest.param(
            f"train {LEGAL} --split test", "train has no option --split", "--split is for evaluate", id="foreign option"
        ),
        pytest.param(f"train {LEGAL} --json=1", "--json takes no value", "leave it alone: --json", id="a flag's value"),
        pytest.param("predict runs/latest --input", "--input without a value", "add it: --input FILE", id="no value"),
        pytest.param("evaluate", "evaluate without a run", "goodfit evaluate runs/latest", id="evaluate nothing"),
        pytest.param("predict", "predict without a run", 'goodfit predict runs/latest "a text"', id="predict nothing"),
        pytest.param("compare one", "compare needs at least two runs", "goodfit compare RUN RUN", id="compare one"),
        pytest.param(
            "resume one training.epochs=3",
            "resume takes one run and no words, and 'training.epochs=3' is one: settings stay as they were",
            "goodfit resume one, or with other settings: goodfit train WORDS",
            id="resume with words",
        ),
        pytest.param(
            "evaluate nowhere",
            "there is no run in nowhere",
            "name a run's folder, such as runs/latest",
            id="no such run",
        ),
        pytest.param("list modle", "there is no 'modle' to list", "did you mean 'model'?", id="list a typo"),
        pytest.param(
            "explain optim.lrr", "no setting called 'optim.lrr'", "did you mean 'optim.lr'?", id="explain a typo"
        ),
        pytest.param("plugins lst", "plugins has no 'lst'", "did you mean 'list'?", id="plugins typo"),
        pytest.param(
            "completion bsh", "no completion for the shell 'bsh'", "did you mean 'bash'?", id="completion typo"
        ),
        pytest.param(
            f"show {LEGAL} --config-dir nowhere",
            "--config-dir nowhere is not a folder",
            "name a folder with a subfolder per config group",
            id="no such config folder",
        ),
    ],
)
def test_a_wrong_verb_option_or_operand_prints_two_lines_and_exits_2(goodfit, line, error, fix):
    outcome = goodfit(*line.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == f"error: {error}\n  fix: {fix}\n"


def test_all_mistakes_of_a_line_come_together(goodfit):
    outcome = goodfit("task=lega", "model=brt", "optim.lr=7", "traning.epochs=2")
    assert outcome.code == 2
    assert outcome.errors == [
        ("no task called 'lega'", "did you mean 'legal'?"),
        ("no model called 'brt'", "did you mean 'bert'?"),
        ("no setting called 'traning.epochs'", "did you mean 'training.epochs'?"),
        ("optim.lr is 7.0", "choose a value between 0 and 1"),
    ]


@pytest.mark.parametrize("line", [["check"], ["train"], ["sweep", "optim.lr=1e-4,1e-3"]], ids=lambda line: line[0])
def test_a_tracker_whose_package_is_missing_is_refused_before_anything_is_made(
    goodfit, tiny_words, tmp_path, monkeypatch, line
):
    found = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "wandb" else found(name))
    outcome = goodfit(*line, *tiny_words("classification", "encoder"), "tracker=wandb", "run.dir=made")
    assert (outcome.code, outcome.out) == (5, "")
    assert outcome.errors == [("tracker=wandb needs the package wandb", "pip install 'goodfit[wandb]'")]
    assert not (tmp_path / "made").exists()


def test_json_errors_are_one_object_last_on_standard_output(goodfit):
    outcome = goodfit("train", "task=lega", "model=brt", "--json")
    assert (outcome.code, outcome.out.count("\n")) == (2, 1)
    assert outcome.json == {
        "exit_code": 2,
        "errors": [
            {"error": "no task called 'lega'", "fix": "did you mean 'legal'?"},
            {"error": "no model called 'brt'", "fix": "did you mean 'bert'?"},
        ],
    }
    assert outcome.errors == [(entry["error"], entry["fix"]) for entry in outcome.json["errors"]]


def test_traceback_shows_where_and_ends_as_without(goodfit):
    plain = goodfit("train", "task=lega", "model=t5", "--json")
    shown = goodfit("train", "task=lega", "model=t5", "--json", "--traceback")
    assert (shown.code, shown.out) == (plain.code, plain.out)
    assert shown.err.startswith("Traceback (most recent call last):")
    assert shown.err.endswith(plain.err)


def test_garbage_is_collected_rarely_until_a_model_is_there(goodfit, monkeypatch, tiny_words):
    usual, seen = gc.get_threshold(), []

    def noted(when, own):
        def noting(*given, **words):
            seen.append((when, gc.get_threshold()))
            return own(*given, **words)

        return noting

    monkeypatch.setattr(setting_up, "compose", noted("composed", setting_up.compose))
    monkeypatch.setattr(score, "figures", noted("judged", score.figures))
    assert goodfit("train", *tiny_words("classification", "encoder"), "training.epochs=1").code == 0
    assert seen[0] == ("composed", (collector.RARELY, *usual[1:]))
    assert seen[-1] == ("judged", usual)
    assert gc.get_threshold() == usual


def test_no_verb_means_train(goodfit):
    assert goodfit("task=lega", "model=t5").err == goodfit("train", "task=lega", "model=t5").err


def test_results_go_to_standard_output_and_all_else_to_standard_error(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "goodfit", "show", "task=legal", "model=t5", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["choices"]["model"] == "t5"
    assert done.stderr == ""


def test_what_a_library_prints_is_no_part_of_the_object(goodfit, monkeypatch):
    merge = omegaconf.OmegaConf.to_container

    def loud(*args, **how):
        print("a library is loud")  # noqa: T201
        return merge(*args, **how)

    monkeypatch.setattr(omegaconf.OmegaConf, "to_container", loud)
    outcome = goodfit("show", "task=legal", "model=t5", "seed=4321", "--json")
    assert json.loads(outcome.out)["choices"]["model"] == "t5"
    assert "a library is loud" in outcome.err


def test_python_without_docstrings_is_refused(tmp_path):
    argv = [sys.executable, "-OO", "-m", "goodfit", "list", "task", "--json"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    what = "Python was started without docstrings (PYTHONOPTIMIZE=2 or -OO), and transformers reads its own"
    fix = "unset PYTHONOPTIMIZE, and leave -OO out"
    assert (done.returncode, done.stderr) == (5, f"error: {what}\n  fix: {fix}\n")
    assert json.loads(done.stdout)["errors"] == [{"error": what, "fix": fix}]


@pytest.mark.skipif(importlib.util.find_spec("matplotlib") is None, reason="it is an extra of others")
def test_a_home_that_cannot_be_written_to_is_nothing_to_tell(tmp_path):
    code = "from goodfit.calm import calm_libraries; calm_libraries(); import matplotlib; matplotlib.get_cachedir()"
    there = {name: value for name, value in os.environ.items() if name not in ("MPLCONFIGDIR", "XDG_CONFIG_HOME")}
    argv = [sys.executable, "-c", code]
    environment = {**there, "HOME": "/dev/null"}
    done = subprocess.run(argv, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def shell(line, folder):
    command = ["bash", "-c", f"set -o pipefail; {line}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_nobody_has_to_read_what_is_said_on_standard_error(tmp_path, tiny_words):
    words = shlex.join([*tiny_words("classification", "encoder"), "training.epochs=2", "run.dir=run"])
    done = shell(f"{sys.executable} -m goodfit train {words} 2>&1 >out.txt | head -n 1", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["status"] == "finished"


def test_an_output_that_takes_nothing_is_an_error_of_two_lines(tmp_path):
    done = shell(f"{sys.executable} -m goodfit explain --json >/dev/full", tmp_path)
    assert done.returncode == 5
    assert done.stderr == (
        "error: the output cannot be written: No space left on device\n  fix: make room, or write it elsewhere\n"
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("list task >&-", 0),
        ("list task --json >&- 2>&-", 0),
        ("trian 2>&-", 2),
    ],
)
def test_a_stream_that_is_closed_goes_nowhere_and_changes_no_exit_code(tmp_path, line, code):
    done = shell(f"{sys.executable} -m goodfit {line}", tmp_path)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8:surrogateescape"])
def test_streams_are_utf8_whatever_the_locale(tmp_path, encoding):
    first = "from goodfit.cli.console import open_streams; from goodfit.cli.console import standard_input"
    echo = f"PYTHONIOENCODING={encoding} {sys.executable} -c '{first}; open_streams(); print(standard_input())'"
    assert shell(f"{echo} <&-", tmp_path).stdout == "\n"
    assert shell(f"echo zażółć | {echo}", tmp_path).stdout == "zażółć\n\n"
    assert "standard input is not UTF-8 (first at byte 4)" in shell(f"printf 'caf\\xe9' | {echo}", tmp_path).stderr


def test_a_folder_whose_name_is_not_utf8_can_be_named(finished, tmp_path):
    shutil.copytree(finished("classification", "encoder")[0], tmp_path / os.fsdecode(b"r\xff"))
    goodfit = f"PYTHONIOENCODING=utf-8:strict {sys.executable} -m goodfit"
    done = shell(f"{goodfit} resume $'r\\xff'", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    done = shell(f"sed -i s/finished/failed/ */run.json; {goodfit} predict $'r\\xff' hello", tmp_path)
    assert done.stderr == "error: the run in r\\udcff is failed, not finished\n  fix: goodfit resume $'r\\xff'\n"


def test_a_word_that_is_not_utf8_is_named_alone(tmp_path):
    done = shell(f"{sys.executable} -m goodfit check task=legal model=bert run.dir=$'a\\xff'", tmp_path)
    assert done.returncode == 2
    assert done.stderr == "error: 'run.dir=a?' holds bytes that are not UTF-8\n  fix: name it in UTF-8\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.EMFILE, "Too many open files"), 1),
        (OSError(errno.EIO, "Input/output error", "a.txt"), 1),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), 1),
        (PermissionError(errno.EACCES, "Permission denied", "a.txt"), 2),
        (MemoryError(), 5),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes"), 5),
    ],
)
def test_what_the_system_refuses_is_the_words_fault_where_they_name_it(goodfit, monkeypatch, error, code):
    def refuse(arguments):
        raise error

    monkeypatch.setattr("goodfit.cli.list.run", refuse)
    outcome = goodfit("list", "task")
    assert outcome.code == code
    assert ("by a bug of its own" in outcome.err) == (code == 1)
