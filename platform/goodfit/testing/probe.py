"""Tries one plugin in a process of its own, and writes down step by step what it did: NAME MODULE FOLDER FILE.

The process that asks never imports the plugin: it reads the steps, and of a plugin that hangs or kills its process the
step that was begun last.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import inspect
import io
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TextIO

from goodfit.errors import GoodfitError
from goodfit.plugins.restored import restored
from goodfit.plugins.threads import end_without_them, lasting_threads

if TYPE_CHECKING:
    from goodfit.hooks.types import Finding
    from goodfit.schema import RunConf
    from goodfit.testing.exercise import Material

HEAVY = ("torch", "transformers", "peft", "pytorch_lightning", "datasets", "pandas", "sklearn", "matplotlib")
"""What a plugin must not import before it is needed."""
ACTS = {
    "socket.connect": "network",
    "socket.getaddrinfo": "network",
    "socket.bind": "network",
    "subprocess.Popen": "process",
    "os.system": "process",
    "os.fork": "process",
    "os.forkpty": "process",
    "os.posix_spawn": "process",
    "os.exec": "process",
    "os.remove": "write",
    "os.rename": "write",
    "os.mkdir": "write",
    "shutil.rmtree": "write",
}
"""Audit event of Python -> what it is."""
IMPORT, HOOKS, DATA = "import", "hooks", "data/"
"""Steps that look at the plugin itself: its module, its hooks, its folder of data."""
RECORDS = "records of "
"""Before the name of a data source: the step in which goodfit itself reads it."""
RENAME = "os.rename"
"""The event that names two files."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _writes(path: Any, mode: Any, flags: Any) -> bool:
    """Whether an opened file is to be written to."""
    return isinstance(flags, int) and bool(flags & WRITING) and path != os.devnull


def _is_below(folder: Path | None, named: Sequence[Any]) -> bool:
    """Whether all files that an audit event names lie in a folder."""
    paths = [one for one in named if isinstance(one, str | bytes | os.PathLike)]
    return bool(paths) and folder is not None and all(_real(one).is_relative_to(_real(folder)) for one in paths)


def _real(path: Any) -> Path:
    return Path(os.path.realpath(os.fsdecode(path)))


class Steps:
    """The steps of a probe: each is written when it begins and when it ends."""

    def __init__(self, out: TextIO, plugin: str) -> None:
        self._out = out
        self._plugin = plugin
        self._acts: list[str] | None = None
        self._own: Path | None = None
        self._process = os.getpid()
        sys.addaudithook(self._hear)
        listening = logging.Handler()
        listening.emit = self._note  # type: ignore[method-assign]
        logging.getLogger(restored.__module__).addHandler(listening)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._acts is None:
            return
        if (event == "open" or ACTS.get(event) == "write") and _is_below(self._own, arguments[: 1 + (event == RENAME)]):
            return
        if event in ACTS:
            self._acts.append(f"{ACTS[event]}: {event} {arguments[0] if arguments else ''}".strip()[:200])
        elif event == "open" and _writes(*arguments):
            self._acts.append(f"write: {arguments[0]}"[:200])

    def _note(self, record: logging.LogRecord) -> None:
        """Something that the plugin changed of the process, and that was put back."""
        if self._acts is not None:
            self._acts.append(record.getMessage())

    @contextlib.contextmanager
    def step(self, name: str, own: Path | None = None) -> Iterator[dict[str, Any]]:
        """A step; what it is given goes into its record, and so does what it raises. In the folder ``own`` it may
        write."""
        self._write({"step": name, "begins": True})
        said, facts = io.StringIO(), {}
        loaded, started, error = set(sys.modules), time.monotonic(), None
        before = lasting_threads()
        self._acts, self._own = [], own
        try:
            with contextlib.redirect_stdout(said), restored(self._plugin, name):
                yield facts
        except (Exception, SystemExit) as raised:  # noqa: BLE001 - what foreign code raises is what is asked for
            from goodfit.plugins.calls import reason

            error = reason(raised)
        finally:
            if os.getpid() != self._process:
                os._exit(0)  # a copy that the plugin made
        left = [f"a thread that goes on: {thread.name}" for thread in lasting_threads() if thread not in before]
        acts, self._acts = [*self._acts, *left], None
        heavy = sorted(name for name in set(sys.modules) - loaded if name in HEAVY)
        seconds = round(time.monotonic() - started, 4)
        record = {"step": name, "seconds": seconds, "error": error, "acts": sorted(set(acts)), "heavy": heavy}
        self._write({**record, "printed": len(said.getvalue()), **facts})

    def _write(self, record: Mapping[str, Any]) -> None:
        self._out.write(json.dumps(record, default=str) + "\n")
        self._out.flush()


def probe(name: str, module: str, folder: Path | None, out: TextIO) -> None:
    """Import the plugin, call its hooks, and try what they offer."""
    import numpy  # noqa: F401 - ours, before the plugin's imports are looked at

    from goodfit.plugins.declared import declared_sources
    from goodfit.plugins.host import OFFERS
    from goodfit.plugins.offers import all_hooks, hooks_of, refuse_other_api, refuse_wrong_hooks

    steps = Steps(out, name)
    loaded: list[ModuleType] = []
    with steps.step(IMPORT):
        loaded.append(importlib.import_module(module))
    if not loaded:
        return
    with steps.step(HOOKS) as facts:
        facts["hooks"], facts["api"] = hooks_of(loaded[0]), vars(loaded[0]).get("HOOK_API")
        refuse_other_api(loaded[0])
        refuse_wrong_hooks(loaded[0])
    things: list[Any] = []
    with steps.step(DATA):
        things += declared_sources(name, folder) if folder is not None else []
    known = [hook for hook in all_hooks() if hook in facts["hooks"]]  # others may be those of a newer goodfit
    for hook, (_, sort) in OFFERS.items():
        if hook in known:
            things += _offered(steps, name, hook, sort, vars(loaded[0])[hook])
    material = _try_all(steps, name, things, folder)
    tasks = {source: [*_tasks_of(source, folder), source.replace(".", "/")][0] for source in material.sources}
    for hook in known:
        if hook.startswith("goodfit_on_"):
            _watch(steps, name, hook, vars(loaded[0])[hook])
        elif hook not in OFFERS:
            _judge(steps, hook, vars(loaded[0])[hook], material, tasks)


def _offered(steps: Steps, plugin: str, hook: str, sort: type, function: Callable[[], Any]) -> list[Any]:
    from goodfit.plugins.offers import named, sequence_of
    from goodfit.testing.exercise import digest

    found: list[Any] = []
    with steps.step(hook) as facts:
        found += list(named(sequence_of(sort, function()), plugin).values())
        shown = [
            {
                field.name: repr(value)
                for field in dataclasses.fields(one)
                if not callable(value := getattr(one, field.name))
            }
            for one in found
        ]
        facts["digest"], facts["offers"] = digest(shown), [one.name for one in found]
    return found


def _try_all(steps: Steps, plugin: str, things: Sequence[Any], folder: Path | None) -> Material:
    """Try everything that is offered, data first; returns the data."""
    from goodfit.hooks.types import DataSourceSpec, ScrubberSpec
    from goodfit.plugins.guard import guard
    from goodfit.testing.exercise import EXERCISES, Material, goes_to_workers

    material = Material()
    if any(isinstance(thing, ScrubberSpec) for thing in things):
        importlib.import_module("peft")  # with torch and transformers, which write at import: no doing of a tagger's
    for thing in sorted(things, key=lambda one: not isinstance(one, DataSourceSpec)):
        own = guard(thing, plugin)
        # where a source may put files that it fetches or makes: this process has such a folder of its own
        place = Path(tempfile.gettempdir()) if isinstance(thing, DataSourceSpec) else None
        with steps.step(thing.name, place) as facts:
            facts.update(sort=type(thing).__name__, kept_here=goes_to_workers(thing), problems=["it raised"])
            facts.update(EXERCISES[type(thing)](own, material) if type(thing) in EXERCISES else {"problems": []})
        if isinstance(thing, DataSourceSpec) and not facts["problems"] and not facts["absent"]:
            _read(steps, own, material, plugin, folder)
    return material


def _read(steps: Steps, spec: Any, material: Material, plugin: str, folder: Path | None) -> None:
    """Read the records of a source; what is imported and written here is goodfit's own doing."""
    from goodfit.kinds import find_kind
    from goodfit.plugins.host import load_plugins
    from goodfit.runs.faults import few_records
    from goodfit.runs.privacy import pick_scrub
    from goodfit.schema.dataset import DatasetConf
    from goodfit.testing.exercise import leaks, leaks_of_scrubbed, read_source, refused

    with steps.step(f"{RECORDS}{spec.name}") as facts:
        splits = read_source(spec)
        material.sources[spec.name] = (spec.kind, splits)
        few = [one for one in few_records(find_kind(spec.kind), splits, DatasetConf()) if _leaves_open(one)]
        facts.update(few=[f"{one.message}; {one.mend}" for one in few], faults=leaks(spec, splits))
        confs = _confs(_tasks_of(spec.name, folder), plugin, folder)
        facts["faults"] += refused(confs, splits)
        scrubbing = [conf for conf in confs if conf.privacy.takes_out]
        host = load_plugins() if scrubbing else None
        for conf in scrubbing:
            with contextlib.suppress(GoodfitError):  # a scrubber that is not on this machine: a run says so
                if host is not None and (scrub := pick_scrub(conf, host)) is not None:
                    facts["faults"] += leaks_of_scrubbed(spec, splits, conf.task.name, scrub)


def _leaves_open(few: Finding) -> bool:
    """Whether no fit can be judged on so few records: a run warns of more, with which a package may be published."""
    from goodfit.evaluation.fit import FEWEST_RECORDS

    return (few.figure or 0) < FEWEST_RECORDS


def _tasks_of(source: str, folder: Path | None) -> list[str]:
    """The tasks whose files name the source."""
    from goodfit.yaml_values import read_yaml

    if folder is None:
        return []
    base, found = folder / "conf" / "task", []
    for path in sorted(base.rglob("*.yaml")):
        with contextlib.suppress(GoodfitError):  # a wrong file has a check of its own
            if read_yaml(path).get("source") == source:
                found.append(path.relative_to(base).with_suffix("").as_posix())
    return found


def _confs(tasks: Sequence[str], plugin: str, folder: Path | None) -> list[RunConf]:
    """What a run of each task is told; one that does not compose has a check of its own."""
    from goodfit.config.compose import compose
    from goodfit.config.places import ConfRoot, core_root

    found = []
    for task in tasks if folder is not None else ():
        with contextlib.suppress(GoodfitError):
            roots = [core_root(), ConfRoot(plugin, folder / "conf")]
            found.append(compose([f"task={task}"], roots, ("task",)).conf)
    return found


def _judge(steps: Steps, hook: str, function: Callable[..., Any], material: Material, tasks: Mapping[str, str]) -> None:
    """Call a judging hook for each of the plugin's own tasks with its data, and for a stranger's."""
    from goodfit.runs.audit import rows
    from goodfit.testing.exercise import items_of

    for source, (kind, splits) in material.sources.items():
        given = {"splits": rows(splits), "items": items_of(kind, splits)}
        for task in [tasks[source], *(["stranger"] if source == min(tasks) else [])]:
            _judged(steps, hook, function, {"task": task, **given})


def _judged(steps: Steps, hook: str, function: Callable[..., Any], given: Mapping[str, Any]) -> None:
    from goodfit.hooks.types import Finding
    from goodfit.plugins.offers import sequence_of
    from goodfit.testing.exercise import about_findings

    with steps.step(f"{hook} of {given['task']}") as facts:
        wanted = inspect.signature(function).parameters
        if set(wanted) <= set(given):  # a hook that this probe does not know is not called
            found = sequence_of(Finding, function(**{key: given[key] for key in wanted}))
            facts.update(about_findings(found, given["splits"]["test"]))


def _watch(steps: Steps, plugin: str, hook: str, function: Callable[..., Any]) -> None:
    """Let a watching hook see a run that ended well, and one that did not."""
    from goodfit.hooks.types import RunFacts

    names = {"task": plugin, "model": "bert", "base": "none", "kind": "classification", "adapter": "lora", "gates": []}
    value = {"value": 0.9, "low": 0.8, "high": 0.95, "n": 100, "units": 100}
    good = {"status": "finished", "fit": {"verdict": "good", "evidence": [], "try": []}, "steps": 1, "seconds": 1.0}
    ends = [
        (good, {"primary": "test/accuracy", "tuned": {"test/accuracy": value}}),
        ({"status": "failed", "reason": "a guard stopped it"}, {}),
    ]
    for record, metrics in ends:
        with tempfile.TemporaryDirectory() as place, steps.step(f"{hook} of a {record['status']} run", Path(place)):
            run = RunFacts(folder=Path(place), record={**names, **record}, lock={"data": {}}, metrics=metrics)
            said = function(**({"run": run} if inspect.signature(function).parameters else {}))
            if said is not None:
                raise TypeError(f"expected None, got {type(said).__name__}")


if __name__ == "__main__":
    plugin_name, module_name, package_folder, facts_file = sys.argv[1:]
    with Path(facts_file).open("w", encoding="utf-8") as facts_out:
        probe(plugin_name, module_name, Path(package_folder) if package_folder else None, facts_out)
    end_without_them(0)
