"""Nothing in a word, a YAML file, a saved run, an adapter or a model folder names code, or leads out of its folder."""

import hashlib
import json
import os
import pickle
import re
import runpy
import shutil
import sys
import time
from pathlib import Path

import pytest

from goodfit.runs.digests import write_digests

HERE = "was_here"
"""The file that any of these would leave behind, were it run."""

CALLS = {
    "a shell": {"_target_": "os.system", "_args_": [f"touch {HERE}"]},
    "a process": {"_target_": "subprocess.Popen", "args": ["touch", HERE]},
    "spawn of setuptools": {"_target_": "setuptools._distutils.spawn.spawn", "cmd": ["touch", HERE]},
    "spawn of distutils": {"_target_": "distutils.spawn.spawn", "cmd": ["touch", HERE]},
    "a coroutine": {
        "_target_": "asyncio.run",
        "main": {"_target_": "asyncio.create_subprocess_shell", "cmd": f"touch {HERE}"},
    },
    "open": {"_target_": "builtins.open", "file": HERE, "mode": "w"},
    "a path": {
        "_target_": "pathlib.Path.write_text",
        "self": {"_target_": "pathlib.Path", "_args_": [HERE]},
        "data": "x",
    },
    "a copy": {"_target_": "shutil.copy", "src": "evil.pkl", "dst": HERE},
    "eval": {"_target_": "builtins.eval", "_args_": [f"open({HERE!r}, 'w')"]},
    "a module to import": {"_target_": "importlib.import_module", "name": "evilmod"},
    "a module of the folder": {"_target_": "evilmod.run"},
    "a script": {"_target_": "runpy.run_path", "path_name": "evilmod.py"},
    "torch.load": {"_target_": "torch.load", "f": "evil.pkl", "weights_only": False},
    "torch.hub": {"_target_": "torch.hub.load", "repo_or_dir": ".", "source": "local", "model": "evil"},
    "pandas": {"_target_": "pandas.read_pickle", "filepath_or_buffer": "evil.pkl"},
    "joblib": {"_target_": "joblib.load", "filename": "evil.pkl"},
    "numpy": {"_target_": "numpy.load", "file": "evil.pkl", "allow_pickle": True},
    "pickle": {"_target_": "pickle.load", "file": {"_target_": "builtins.open", "file": "evil.pkl", "mode": "rb"}},
    "remote code": {
        "_target_": "transformers.AutoConfig.from_pretrained",
        "pretrained_model_name_or_path": "folder",
        "trust_remote_code": True,
    },
    "a mock": {"_target_": "unittest.mock.patch", "target": "evilmod.run"},
    "a part": {"_target_": "functools.partial", "_partial_": True, "_args_": [{"_target_": "evilmod.run"}]},
    "a class": {"class_path": "evilmod.Evil", "init_args": {"path": HERE}},
    "a method": {"_method_": "evilmod.run"},
}
"""What a config could name to run something: routes that are open in Hydra 1.3, and in other frameworks' configs."""

EVIL = f"open({HERE!r}, 'w')\ndef run(*a, **k): pass\nclass Evil: pass\n"


class Evil:
    """Leaves its mark when it is unpickled."""

    def __reduce__(self):
        return (open, (HERE, "w"))


@pytest.fixture
def trap(tmp_path, monkeypatch):
    """Everything that the routes could run lies ready; what must not be there afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "evilmod.py").write_text(EVIL, "utf-8")
    (tmp_path / "hubconf.py").write_text(EVIL + "evil = run\n", "utf-8")
    (tmp_path / "evil.pkl").write_bytes(pickle.dumps(Evil()))
    return tmp_path / HERE


def flow(value):
    """As a word's value."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(flow, value)) + "]"
    return f"'{value}'" if isinstance(value, str) else str(value).lower()


def refused(outcome, code=2):
    assert (outcome.code, outcome.out) == (code, ""), outcome.err
    assert outcome.errors


PLACES = ("optim", "task", "run", "tracker", "hydra", "experiment")


@pytest.mark.parametrize("route", CALLS)
def test_no_word_names_code(goodfit, trap, tiny_words, route):
    words = tiny_words("classification", "encoder")
    for place in PLACES:
        for way in (f"{place}.x=", f"+{place}.x=", f"++{place}.x=", f"{place}="):
            refused(goodfit("show", *words, way + flow(CALLS[route])))
    for key, value in CALLS[route].items():
        refused(goodfit("show", *words, f"+optim.{key}={flow(value)}"))
    assert not trap.exists()


@pytest.mark.parametrize("route", CALLS)
def test_no_file_of_a_user_or_a_plugin_names_code(goodfit, trap, install, tmp_path, tiny_words, route):
    nested = json.dumps({"lr": 1e-3, "hook": CALLS[route]})
    words = tiny_words("classification", "encoder")
    for number, content in enumerate([json.dumps(CALLS[route]), nested, json.dumps({"name": CALLS[route]})]):
        (tmp_path / "own" / "optim").mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / "optim" / f"mine{number}.yaml").write_text(content, "utf-8")
        refused(goodfit("show", *words, f"optim=mine{number}", "--config-dir", "own"))
    install("odd", "HOOK_API = 1\n", {"task/odd.yaml": json.dumps(CALLS[route])})
    refused(goodfit("show", "task=odd", "model=bert"))
    assert not trap.exists()


@pytest.mark.parametrize(
    "words",
    [
        ["+hydra.callbacks.x._target_=evilmod.run"],
        ["hydra.searchpath=[file:///tmp]"],
        [f"+hydra.job_logging.handlers.x={{class:logging.FileHandler,filename:{HERE}}}"],
        [f"hydra.run.dir={HERE}"],
        [f"hydra.sweep.dir={HERE}"],
        ["hydra/launcher=evil"],
        ["hydra/job_logging=evil"],
        ["--config-name=evil"],
        ["--config-path=/tmp"],
        ["hydra.output_subdir=x"],
        ["model.trust_remote_code=true"],
        ["+model.trust_remote_code=true"],
        ["+model.auto_map={AutoModel:evilmod.Evil}"],
        ["+runtime.weights_only=false"],
        ["+dataset.allow_pickle=true"],
    ],
    ids=" ".join,
)
def test_no_word_reaches_hydra_or_a_loader(goodfit, trap, tmp_path, tiny_words, words):
    before = {path.name for path in tmp_path.iterdir()}
    refused(goodfit("train", *tiny_words("classification", "encoder"), *words))
    assert {path.name for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    "content",
    [
        f"lr: !!python/object/apply:os.system ['touch {HERE}']\n",
        "lr: !!python/name:evilmod.run\n",
        "lr: !!python/module:evilmod\n",
        "lr: !include /etc/passwd\n",
        "lr: ${oc.env:HOME}\n",
        "lr: ${oc.create:{a:1}}\n",
        "lr: ${hydra:runtime.cwd}\n",
        "lr: ${..seed}\n",
        "defaults: [/optim/../../../etc/passwd]\n",
        "lr: 1\nlr: 2\n",
    ],
)
def test_no_yaml_has_tags_or_interpolations(goodfit, trap, tmp_path, tiny_words, content):
    (tmp_path / "own" / "optim").mkdir(parents=True)
    (tmp_path / "own" / "optim" / "mine.yaml").write_text(content, "utf-8")
    refused(goodfit("show", *tiny_words("classification", "encoder"), "optim=mine", "--config-dir", "own"))
    assert not trap.exists()


def test_a_bomb_of_aliases_is_refused_at_once(goodfit, tmp_path, tiny_words):
    levels = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    (tmp_path / "own" / "optim").mkdir(parents=True)
    (tmp_path / "own" / "optim" / "mine.yaml").write_text("\n".join(levels) + "\n", "utf-8")
    started = time.process_time()
    refused(goodfit("show", *tiny_words("classification", "encoder"), "optim=mine", "--config-dir", "own"))
    assert time.process_time() - started < 5  # it would take minutes, and all memory


@pytest.mark.parametrize("group", ["task", "model", "dataset", "experiment", "policy"])
@pytest.mark.parametrize(
    "name",
    [
        "../../outside",
        "/etc/passwd",
        "legal/../../../outside",
        "..",
        "legal\\..\\outside",
        "//host/share",
        "~/outside",
        "legal%2f..%2foutside",
        "legаl",  # a Cyrillic а
        "LEGAL",
        "x" * 300,
        "legal\n",
        "legal\x1b[2J",
        "legal.yaml",
    ],
)
def test_no_name_of_an_option_leads_out_of_its_folder(goodfit, tmp_path, group, name):
    (tmp_path / "own" / group).mkdir(parents=True)
    (tmp_path / "outside.yaml").write_text("name: outside\n", "utf-8")
    words = {"task": "task=legal", "model": "model=bert"} | {group: f"{group}={name}"}
    refused(goodfit("show", *words.values(), "--config-dir", "own"))


@pytest.fixture
def victim(tmp_path):
    """A file of the user's that no run may touch."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "notes.txt").write_text("mine", "utf-8")
    return tmp_path / "home" / "notes.txt"


def untouched(victim):
    return [path.name for path in victim.parent.iterdir()] == [victim.name] and victim.read_text("utf-8") == "mine"


def make_link(lock, victim):
    lock.symlink_to(victim)


def make_pipe(lock, victim):
    os.mkfifo(lock)


def make_folder(lock, victim):
    lock.mkdir()


@pytest.mark.parametrize("make", [make_link, make_pipe, make_folder])
def test_no_lock_of_a_run_leads_to_another_file(goodfit, run, victim, tiny_words, tmp_path, make):
    (tmp_path / "out").mkdir()
    make(tmp_path / "out" / ".lock", victim)
    make(run / ".lock", victim)
    error = "{}/.lock is no plain file, and goodfit writes no other"
    for folder in (tmp_path / "out", run):
        argv = ["resume", run] if folder == run else ["train", *tiny_words("classification", "encoder"), "run.dir=out"]
        outcome = goodfit(*argv, "--quiet")
        assert (outcome.code, outcome.errors) == (2, [(error.format(folder), "remove it")])
    put(run / "run.json", status="preempted")
    assert "goodfit resume" in goodfit("predict", run, "a text").err  # nobody holds such a lock, nor waits for it
    assert untouched(victim)


@pytest.mark.parametrize(
    "place", ["log.txt", "history.jsonl", "wandb.log", "wandb", "adapter", "adapter/README.md", "data"]
)
def test_a_run_does_not_go_on_where_a_link_leads_out_of_it(goodfit, run, victim, place):
    put(run / "run.json", status="preempted")
    (run / "digests.json").unlink()
    if (run / place).is_dir():
        shutil.rmtree(run / place)
    (run / place).unlink(missing_ok=True)
    (run / place).symlink_to(victim.parent if place in ("adapter", "data", "wandb") else victim)
    outcome = goodfit("resume", run, "--quiet")
    refused(outcome)
    assert outcome.errors[0][0].startswith(f"{run / place} is a link, and goodfit writes none: ")
    assert untouched(victim)


def test_no_run_begins_where_a_link_stands_for_one_of_its_files(goodfit, tiny_words, victim, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "history.jsonl").symlink_to(victim.parent / "new")
    refused(goodfit("train", *tiny_words("classification", "encoder"), "run.dir=out", "--quiet"))
    assert untouched(victim)


@pytest.fixture
def run(finished, tmp_path):
    """A finished run that may be spoilt."""
    folder, _ = finished("classification", "encoder")
    return shutil.copytree(folder, tmp_path / "run", symlinks=True)


@pytest.mark.parametrize("route", CALLS)
def test_no_saved_config_names_code(goodfit, trap, run, route):
    kept = (run / "config.yaml").read_text("utf-8")
    for content in (f"{kept}\nx: {json.dumps(CALLS[route])}\n", json.dumps(CALLS[route])):
        (run / "config.yaml").write_text(content, "utf-8")
        for verb in ("evaluate", "resume", "reproduce"):
            refused(goodfit(verb, run))
        refused(goodfit("predict", run, "a text"))
    assert not trap.exists()


def test_no_file_with_hooks_is_imported_from_a_run_that_names_it(goodfit, run):
    trace, config = run / "ran", run / "config.yaml"
    (run / "hooks.py").write_text(f"open({str(trace)!r}, 'w')\n", "utf-8")
    named = config.read_text("utf-8").replace("file: null", f"file: {run / 'hooks.py'}")
    assert named != config.read_text("utf-8")
    config.write_text(named, "utf-8")
    for said in ("config.yaml is not what was written", "names code that may have come with the run"):
        for argv in (["evaluate", run], ["predict", run, "a text"], ["resume", run], ["compare", run, run]):
            outcome = goodfit(*argv)
            refused(outcome)
            assert said in outcome.err
        write_digests(run, {"run.json": (run / "run.json").read_bytes()})  # as who hands on a run can
    assert not trace.exists()


@pytest.mark.parametrize(
    "place",
    [
        "hooks.py",
        "../hooks.py",
        "/proc/self/cwd/hooks.py",
        "//proc/self/cwd/hooks.py",
        "//tmp/..//proc/self/cwd/hooks.py",
        "/tmp/../proc/self/cwd/hooks.py",
        "/dev/fd/../cwd/hooks.py",
    ],
)
def test_no_file_with_hooks_is_imported_that_lies_beside_a_run(goodfit, run, tmp_path, place):
    trace, config = tmp_path / "ran", run / "config.yaml"
    (tmp_path / "hooks.py").write_text(f"open({str(trace)!r}, 'w')\n", "utf-8")
    config.write_text(config.read_text("utf-8").replace("file: null", f"file: {place}"), "utf-8")
    write_digests(run, {"run.json": (run / "run.json").read_bytes()})
    for argv in (["evaluate", run], ["predict", run, "a text"], ["resume", run], ["compare", run, run]):
        outcome = goodfit(*argv)
        refused(outcome)
        assert "names code that may have come with the run" in outcome.err
    assert not trace.exists()


def sealed(run):
    """As who hands a run on can seal it."""
    write_digests(run, {"run.json": (run / "run.json").read_bytes()})


def names_hooks(run, file):
    """Let a run name a file with hooks, as who hands it on can: with its digest in the lock, and all sealed anew."""
    config, lock = run / "config.yaml", json.loads((run / "lock.json").read_text("utf-8"))
    config.write_text(re.sub(r"(?m)^  file: .*$", f"  file: {file}", config.read_text("utf-8")), "utf-8")
    digest = f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
    put(run / "lock.json", plugins=lock["plugins"] | {"project": {"distribution": file.name, "digest": digest}})
    sealed(run)


def test_a_run_brings_no_file_with_hooks_that_nobody_has_named_here(goodfit, run, tmp_path):
    trace, hooks = tmp_path / "ran", tmp_path / "downloads" / "hooks.py"
    hooks.parent.mkdir()
    hooks.write_text(f"HOOK_API = 1\nopen({str(trace)!r}, 'w')\n", "utf-8")
    names_hooks(run, hooks)
    named = f"plugins.file={hooks}"
    for argv in (["evaluate", run], ["predict", run, "a text"], ["resume", run], ["compare", run, run]):
        outcome = goodfit(*argv)
        refused(outcome)
        error = f"{run}/config.yaml names code, plugins.file: {hooks}, which nobody has named here as it is now"
        assert outcome.errors == [(error, f"where it is your own, name it once: goodfit plugins list {named}")]
    assert not trace.exists()
    assert goodfit("plugins", "list", named).code == 0
    trace.unlink()
    assert goodfit("predict", run, "a text").code == 0
    assert trace.exists()
    trace.unlink()
    hooks.write_text(hooks.read_text("utf-8") + "\n", "utf-8")  # another file may have come to that place
    refused(goodfit("predict", run, "a text"))
    assert not trace.exists()


def lose_digests(run):
    (run / "digests.json").unlink()


def edit_lock(run):
    put(run / "lock.json", seed=3)


def edit_config(run):
    config = run / "config.yaml"
    config.write_text(config.read_text("utf-8").replace("\nseed: 42\n", "\nseed: 3\n"), "utf-8")
    sealed(run)  # the lock is of another config all the same


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lose_digests, "has no digests.json"),
        (edit_lock, "lock.json is not what was written"),
        (edit_config, "config.yaml is not what the run was trained with"),
    ],
    ids=["no digests", "another lock", "another config"],
)
def test_nothing_that_a_run_names_is_imported_before_its_files_are_held_together(goodfit, run, tmp_path, spoil, said):
    trace, hooks = tmp_path / "ran", tmp_path / "hooks.py"
    hooks.write_text(f"HOOK_API = 1\nopen({str(trace)!r}, 'w')\n", "utf-8")
    assert goodfit("plugins", "list", f"plugins.file={hooks}").code == 0
    trace.unlink()
    names_hooks(run, hooks)
    spoil(run)
    outcome = goodfit("predict", run, "a text")
    refused(outcome)
    assert said in outcome.err
    assert not trace.exists()


def put(path, **values):
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **values}), "utf-8")


REMOTE = {"AutoConfig": "evilmod.Evil", "AutoModel": "evilmod.Evil", "AutoTokenizer": ["evilmod.Evil", None]}


def test_no_adapter_names_code(goodfit, trap, run, tmp_path):
    plain = goodfit("predict", run, "a text", "--json").out
    put(run / "adapter" / "adapter_config.json", auto_mapping={"base_model_class": "Evil", "parent_library": "evilmod"})
    (run / "adapter" / "adapter_model.bin").write_bytes((tmp_path / "evil.pkl").read_bytes())
    outcome = goodfit("predict", run, "a text", "--json")
    assert outcome.code == 2 or outcome.out == plain, outcome.err
    assert not trap.exists()
    (run / "adapter" / "adapter_model.safetensors").unlink()
    refused(goodfit("predict", run, "a text"))
    assert not trap.exists()


@pytest.mark.parametrize("content", ["pickle", "tensors"])
def test_no_adapter_is_unpickled(goodfit, trap, run, tmp_path, content):
    import torch
    from safetensors.torch import load_file

    weights, pickled = run / "adapter" / "adapter_model.safetensors", run / "adapter" / "adapter_model.bin"
    if content == "tensors":  # the adapter's own: nothing tells but the file's name
        torch.save(load_file(weights), pickled)
    else:
        pickled.write_bytes((tmp_path / "evil.pkl").read_bytes())
    weights.unlink()
    sealed(run)
    for argv in (["predict", run, "a text"], ["evaluate", run]):
        outcome = goodfit(*argv)
        refused(outcome)
        told = f"{run / 'adapter'} has no adapter_model.safetensors (pickled weights are refused)"
        assert outcome.errors == [(told, "take a copy of the run that is whole, or train it again")]
    assert not trap.exists()


@pytest.mark.parametrize("place", ["pytorch_model.bin", "../part.safetensors"])
def test_no_part_of_a_tuned_model_is_unpickled_or_lies_elsewhere(goodfit, trap, finished, tmp_path, place):
    run = shutil.copytree(finished("classification", "encoder", "adapter=none")[0], tmp_path / "run", symlinks=True)
    (run / "model" / place).resolve().write_bytes((tmp_path / "evil.pkl").read_bytes())
    (run / "model" / "model.safetensors").unlink()
    sealed(run)
    refused(goodfit("predict", run, "a text"))
    index = {"metadata": {}, "weight_map": {"classifier.bias": place}}
    (run / "model" / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
    sealed(run)
    outcome = goodfit("predict", run, "a text")
    refused(outcome)
    assert f"model.safetensors.index.json names '{place}', expected safetensors files beside it" in outcome.err
    assert not trap.exists()


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_no_model_folder_names_code(goodfit, trap, tiny_words, model_folders, tmp_path, name):
    base = shutil.copytree(model_folders["encoder"], tmp_path / "base")
    (base / "evilmod.py").write_text(EVIL, "utf-8")
    put(base / name, auto_map=REMOTE)
    outcome = goodfit("train", *tiny_words("classification", "encoder"), f"model.name={base}", "run.dir=out")
    assert outcome.code in (0, 2), outcome.err
    if name == "config.json":
        refused(outcome)
    assert not trap.exists()


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.safetensors"])
def test_no_weights_are_unpickled(goodfit, trap, tiny_words, model_folders, tmp_path, name):
    base = shutil.copytree(model_folders["encoder"], tmp_path / "base")
    (base / "model.safetensors").unlink()
    (base / name).write_bytes((tmp_path / "evil.pkl").read_bytes())
    refused(goodfit("train", *tiny_words("classification", "encoder"), f"model.name={base}", "run.dir=out"))
    assert not trap.exists()
    assert not (tmp_path / "out" / "adapter").exists()


@pytest.mark.parametrize("name", ["weights.safetensors", "optimizer.safetensors"])
def test_no_state_of_a_checkpoint_is_unpickled(goodfit, trap, tiny_words, tmp_path, name):
    words = [*tiny_words("classification", "encoder"), "training.save_every_steps=1", "training.max_steps=3"]
    assert goodfit("train", *words, "run.dir=out").code == 0
    put(tmp_path / "out" / "run.json", status="preempted")
    checkpoints = tmp_path / "out" / "checkpoints"
    shutil.rmtree(checkpoints / "step-00000003")  # the optimiser is read where steps are left
    evil, path = (tmp_path / "evil.pkl").read_bytes(), checkpoints / "step-00000002" / "manifest.json"
    (path.parent / name).write_bytes(evil)
    manifest = json.loads(path.read_bytes())
    manifest["files"][name] = {"bytes": len(evil), "sha256": hashlib.sha256(evil).hexdigest()}
    path.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", "utf-8")
    outcome = goodfit("resume", "out", "--quiet")
    assert outcome.code == 6
    ((error, _),) = outcome.errors
    assert error.startswith(f"{path.parent.resolve() / name} holds no tensors: ")
    assert not trap.exists()


@pytest.mark.parametrize("make", ["a_line", "a_file"])
def test_random_lines_and_rows_break_no_promise(tmp_path, monkeypatch, make):
    monkeypatch.chdir(tmp_path)
    stdin = sys.stdin
    fuzz = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "fuzz.py"))
    codes, broken = fuzz["look"](60 if make == "a_line" else 10, 2026, fuzz[make])
    assert broken == []
    assert set(codes) == {0, 2}
    assert sys.stdin is stdin


@pytest.mark.parametrize("verb", ["evaluate", "predict", "resume", "verify"])
@pytest.mark.parametrize("name", ["a" * 300, "a\0b", "run.txt/run"])
def test_a_name_that_the_system_refuses_is_an_error_of_the_words(goodfit, tmp_path, verb, name):
    (tmp_path / "run.txt").write_text("", "utf-8")
    words = [name, "text"] if verb == "predict" else [name]
    refused(goodfit(verb, *words))
