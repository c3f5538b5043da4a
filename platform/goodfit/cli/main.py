"""The command ``goodfit``: finds the verb, turns errors into two lines and an exit code."""

from __future__ import annotations

import contextlib
import errno
import importlib
import json
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from goodfit import __version__
from goodfit.cli.console import Unread, open_streams
from goodfit.collector import rarely_collecting
from goodfit.data.records import BadRows
from goodfit.errors import ConfigError, GateError, GoodfitError, HardwareError, Mistakes, StoppedError, is_out_of_memory
from goodfit.files import DISK_FAULTS, at_home
from goodfit.registry import did_you_mean
from goodfit.texts.secrets import redact

VERBS = {
    "train": "tune a model: goodfit train task=legal model=t5",
    "resume": "go on with a run that was stopped or killed, to the same bytes: goodfit resume RUN",
    "sweep": "search for settings that fit: goodfit sweep task=legal model=t5 optim.lr=1e-4,1e-3",
    "evaluate": "measure a run on a split or on other data: goodfit evaluate RUN [dataset.test=FILE]",
    "predict": 'answer: goodfit predict RUN "a text", or --input FILE --output FILE, or standard input',
    "compare": "which run is better, by paired differences: goodfit compare RUN RUN [dataset.test=FILE]",
    "reproduce": "make a run again and compare every file: goodfit reproduce RUN [--without IDS]",
    "verify": "whether every file of a run is what was written: goodfit verify RUN",
    "reveal": 'what pseudonyms stand for, with the key of the vault: goodfit reveal FILE "a text"',
    "data": "what is wrong with the data, by every audit: goodfit data task=legal",
    "check": "all that can be known without training: names, data, memory, time",
    "show": "the resolved config, with the origin of each value",
    "explain": "what a setting or a word of a result means: goodfit explain optim.lr, goodfit explain f1_macro",
    "list": "what can be chosen: goodfit list task",
    "preview": "some encoded records: tokens, what is learnt, what is cut",
    "plugins": "the plugins: goodfit plugins list|doctor|lock, or new NAME, or check NAME",
    "doctor": "the machine and the installation",
    "completion": "tab completion: goodfit completion bash|zsh|fish",
}
FLAGS = {
    "--json": "print one object at the end",
    "--quiet": "print no progress",
    "--traceback": "show where an error arose",
    "--trace-plugins": "print every call of a plugin",
    "--help": "print this",
    "--version": "print goodfit's version",
}
"""Flags of all verbs -> what they do."""
LONGEST_SHOWN = 100
"""Characters of a name that an error repeats."""
OWN_FLAGS = {"--allow-drift": {"resume": "go on to other bytes where data, settings or packages have changed"}}
"""Flags of some verbs -> these, and what they do there."""

VALUED = {
    "--config-dir FOLDER": dict.fromkeys(VERBS, "add config groups of your own"),
    "--input FILE": {"predict": "answer its rows: JSONL, CSV, Parquet", "reveal": "read its lines instead of a text"},
    "--output PLACE": {
        "predict": "write the answers to this file, as JSON lines",
        "plugins": "new: the folder of the package; lock: the file to write",
        "reproduce": "the folder of the new run, else one beside the run",
    },
    "--without FILE": {"reproduce": "leave out the records whose ids it names, one a line"},
    "--documents FOLDER": {"predict": "what a ranking model searches: a folder of texts, or a file with a row each"},
    "--from-data FILE": {"plugins": "new: make the task from these records"},
    "--include PARTS": {"plugins": "new: which parts besides the task: metric,gate,check, some of them, or none"},
    "--split SPLIT": {"evaluate": "train, validation or test, which it is where none is named"},
    "--count NUMBER": {"preview": "how many records, 3 where nothing is said"},
}
"""Options with a value, as help names it -> the verbs that know them, and what they do there."""
MULTIRUN = {"-m": "search every combination of the words with several values, as in Hydra"}
"""What the verbs that may search take besides."""
SEARCHED = ("train", "sweep")
"""These."""
VALUES = dict(shown.split() for shown in VALUED)
"""Each of them -> what it takes."""
PLACES = ("FILE", "FOLDER", "PLACE")
"""Of these, what may lie at home."""


@dataclass(slots=True)
class Arguments:
    """A command line, sorted."""

    verb: str = ""
    words: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)

    @property
    def json(self) -> bool:
        """Whether the result is one JSON object."""
        return "--json" in self.flags

    @property
    def quiet(self) -> bool:
        """Whether nothing but results and errors is printed."""
        return "--quiet" in self.flags


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; returns the exit code."""
    argv = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in argv
    open_streams()
    with contextlib.redirect_stderr(Unread(sys.stderr)), rarely_collecting():  # type: ignore[type-var]
        try:
            code = _run(parse(argv))
            sys.stdout.flush()
            return code
        except KeyboardInterrupt:
            print("error: interrupted\n  fix: the same command starts again", file=sys.stderr)
            return 130
        except BrokenPipeError:
            _drop_output()
            return 0
        except Exception as raised:  # noqa: BLE001 (told, and the end)
            if "--traceback" in argv:
                traceback.print_exception(raised)
            error = _told(raised)
            if isinstance(error, StoppedError) and _is_one_of_several():
                return error.exit_code  # the run's first process says it
            try:
                _print_error(error, as_json)
                sys.stdout.flush()
            except OSError:  # standard output itself is what failed
                _drop_output()
            return error.exit_code


def _is_one_of_several() -> bool:
    from goodfit.runs.folder import is_first_process

    return not is_first_process()


def _drop_output() -> None:
    """Let what is still to be written to standard output go nowhere: nobody takes it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


OF_NAMES = (
    errno.ENOENT,
    errno.EACCES,
    errno.EPERM,
    errno.ENAMETOOLONG,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EROFS,
    errno.ELOOP,
)
"""What a system says of a name that a user may have given."""


def _told(error: Exception) -> GoodfitError:
    """An error for users."""
    if isinstance(error, GoodfitError):
        return error
    if isinstance(error, OSError) and error.filename and error.errno in OF_NAMES:
        named = str(error.filename)
        shown = named if len(named) <= LONGEST_SHOWN else f"{named[:LONGEST_SHOWN]}…"
        if error.errno == errno.ENOENT:
            return ConfigError(f"{shown} does not exist", "check the path, and that its folder is there")
        return ConfigError(f"the system refuses {shown}: {error.strerror or error}", "name another, or mend its rights")
    if isinstance(error, OSError) and error.errno in DISK_FAULTS and not error.filename:
        return HardwareError(f"the output cannot be written: {error.strerror}", "make room, or write it elsewhere")
    said = next(iter(str(error).splitlines()), "no message")
    if is_out_of_memory(error):
        fix = "free some, or take less: training.batch_size=1, a smaller model; goodfit check WORDS says how much"
        return HardwareError(f"memory ran out: {said}", fix)
    what = f"goodfit failed by a bug of its own: {type(error).__name__}: {said}"
    return GoodfitError(what, "add --traceback, and report what it prints")


def parse(argv: Sequence[str]) -> Arguments:
    """Sort a command line.

    Raises:
        ConfigError: An option or a verb that does not exist; the fix names the nearest.
    """
    found = Arguments()
    rest, multirun = list(argv), False
    while rest:
        word = rest.pop(0)
        name, _, value = word.partition("=")
        if word == "--":  # as everywhere: what stands behind it is no option
            found.words += rest
            break
        if word in ("-h", "--help"):
            found.flags.add("--help")
        elif word in FLAGS or word in OWN_FLAGS:
            found.flags.add(word)
        elif name in VALUES:
            if "=" not in word and rest and not rest[0].startswith("--"):
                value = rest.pop(0)
            if not value:
                raise ConfigError(f"{name} without a value", f"add it: {name} {VALUES[name]}")
            found.options[name] = str(at_home(value)) if VALUES[name] in PLACES else value
        elif word in ("-m", "--multirun"):
            multirun = True
        elif word.startswith("-") and word != "-":
            raise ConfigError(
                f"no option called '{name}'", did_you_mean(name, [*FLAGS, *OWN_FLAGS, *VALUES], "goodfit --help")
            )
        else:
            found.words.append(word)
    _find_verb(found)
    if multirun:
        _search_grid(found)
    own = {shown.split()[0]: verbs for shown, verbs in {**VALUED, **OWN_FLAGS}.items()}
    typed = [*found.options, *(flag for flag in found.flags if flag in OWN_FLAGS)]
    wrong = [name for name in typed if found.verb and found.verb not in own[name]]
    if wrong:
        raise ConfigError(f"{found.verb} has no option {wrong[0]}", f"{wrong[0]} is for {', '.join(own[wrong[0]])}")
    return found


def _find_verb(found: Arguments) -> None:
    if not found.words:
        return
    first = found.words[0]
    if first in VERBS:
        found.verb = found.words.pop(0)
    elif "=" in first or first.startswith("~"):
        found.verb = "train"
    else:
        raise ConfigError(f"no verb called '{first}'", did_you_mean(first, VERBS, "goodfit --help shows the verbs"))


def _search_grid(found: Arguments) -> None:
    """``train -m`` is Hydra's way to ask for every combination."""
    if found.verb not in SEARCHED:
        raise ConfigError(f"-m is for searches, and {found.verb or 'nothing'} is none", "goodfit sweep WORDS")
    found.verb = "sweep"
    if not any(word.startswith("sweep=") for word in found.words):
        found.words.insert(0, "sweep=grid")


def _run(arguments: Arguments) -> int:
    if "--version" in arguments.flags:
        print(__version__)
        return 0
    if "--help" in arguments.flags or not arguments.verb:
        print(help_text(arguments.verb))
        return 0
    _calm_libraries()
    verb = importlib.import_module(f"goodfit.cli.{arguments.verb}")
    result: dict[str, Any] | None = verb.run(arguments)
    if arguments.json and result is not None:
        print(json.dumps(result))
    return int((result or {}).get("exit_code", 0))


def help_text(verb: str) -> str:
    """The help of goodfit, or of a verb."""
    if verb:
        own = {name: verbs[verb] for name, verbs in {**VALUED, **OWN_FLAGS}.items() if verb in verbs}
        told = {**(MULTIRUN if verb in SEARCHED else {}), **own, **FLAGS}
        width = max(map(len, told))
        return "\n".join([f"goodfit {verb}: {VERBS[verb]}\n", *(f"  {name:<{width}}  {told[name]}" for name in told)])
    width = max(map(len, VERBS))
    verbs = "\n".join(f"  {name:<{width}}  {text}" for name, text in VERBS.items())
    return (
        "goodfit [verb] words...: fine-tune a language model, with the evidence\n\n"
        f"{verbs}\n\nWords are settings, name=value; without a verb they train. goodfit explain shows them all.\n"
        "--json prints one object at the end, --quiet prints no progress, --traceback shows where an error arose,\n"
        "--config-dir FOLDER adds config groups of your own, --trace-plugins prints every call of a plugin."
    )


def _calm_libraries() -> None:
    """Libraries print to our streams only what went wrong; none of them phones home."""
    import logging
    import warnings

    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it warns of kernels that are not there at its import
    warnings.filterwarnings("ignore")


def _print_error(error: GoodfitError, as_json: bool) -> None:
    print(redact("\n".join(error.lines())), file=sys.stderr)
    if as_json:
        mistakes = error.mistakes if isinstance(error, Mistakes) else (error,)
        listed = [
            {
                "error": mistake.what,
                "fix": mistake.fix,
                **({"problems": list(map(str, mistake.problems))} if isinstance(mistake, BadRows) else {}),
            }
            for mistake in mistakes
        ]
        result = error.result if isinstance(error, GateError) else {}
        print(redact(json.dumps({**result, "exit_code": error.exit_code, "errors": listed})))
