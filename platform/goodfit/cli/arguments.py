"""The command line: verbs, the options beside their words, and what help says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from goodfit.errors import ConfigError
from goodfit.files import at_home
from goodfit.registry import did_you_mean

VERBS = {
    "train": "tune a model: goodfit train task=legal model=t5",
    "resume": "go on with a run that was stopped or killed, to the same bytes: goodfit resume RUN",
    "sweep": "search for settings that fit: goodfit sweep WORDS optim.lr=1e-4,1e-3",
    "evaluate": "measure a run on a split or on other data: goodfit evaluate RUN [dataset.test=FILE]",
    "predict": 'answer: goodfit predict RUN "a text", or --input FILE --output FILE, or standard input',
    "compare": "which run is better, by paired differences: goodfit compare RUN RUN [dataset.test=FILE]",
    "reproduce": "make a run again and compare every file: goodfit reproduce RUN [--without IDS]",
    "verify": "whether every file of a run is what was written: goodfit verify RUN",
    "reveal": 'what pseudonyms stand for, with the key of the vault: goodfit reveal FILE "a text"',
    "data": "what is wrong with the data, by every audit: goodfit data WORDS",
    "check": "all that can be known without training: names, data, memory, time",
    "show": "the resolved config, with the origin of each value",
    "explain": "what a setting or a word of a result means: goodfit explain optim.lr, goodfit explain f1_macro",
    "list": "what can be chosen: goodfit list task",
    "preview": "some encoded records: tokens, what is learnt, what is cut",
    "plugins": "the plugins: goodfit plugins list|doctor|lock, or new NAME, or check NAME",
    "doctor": "the machine and the installation",
    "completion": "tab completion: goodfit completion bash|zsh|fish",
}
"""Verbs -> what they do."""
SEARCHED = ("train", "sweep")
"""What may search."""
PLACES = ("FILE", "FOLDER", "PLACE")
"""Values that may lie at home."""


@dataclass(frozen=True, slots=True)
class Option:
    """What may stand beside a verb's words."""

    verbs: Mapping[str, str]
    """The verbs that know it -> what it does there."""
    takes: str = ""
    """Its value, as help names it; a flag has none."""


def _everywhere(does: str, takes: str = "") -> Option:
    return Option(dict.fromkeys(VERBS, does), takes)


OPTIONS = {
    "-m": Option(dict.fromkeys(SEARCHED, "search every combination of the words with several values, as in Hydra")),
    "--config-dir": _everywhere("add config groups of your own", "FOLDER"),
    "--input": Option(
        {
            "predict": "answer its rows: JSONL, CSV, Parquet; or each text of a folder",
            "reveal": "read its lines instead of a text",
        },
        "FILE",
    ),
    "--output": Option(
        {
            "predict": "write the answers to this file, as JSON lines",
            "plugins": "new: the folder of the package; lock: the file to write",
            "reproduce": "the folder of the new run, else one beside the run",
        },
        "PLACE",
    ),
    "--without": Option({"reproduce": "leave out the records whose ids it names, one a line"}, "FILE"),
    "--documents": Option(
        {"predict": "what a ranking model searches: a folder of texts, or a file with a row each"}, "FOLDER"
    ),
    "--from-data": Option({"plugins": "new: make the task from these records"}, "FILE"),
    "--include": Option(
        {"plugins": "new: which parts besides the task: metric,gate,check, some of them, or none"}, "PARTS"
    ),
    "--split": Option({"evaluate": "train, validation or test, which it is where none is named"}, "SPLIT"),
    "--count": Option({"preview": "how many records, 3 where nothing is said"}, "NUMBER"),
    "--allow-drift": Option({"resume": "go on to other bytes where data, settings or packages have changed"}),
    "--json": _everywhere("print one object at the end"),
    "--quiet": _everywhere("print no progress"),
    "--traceback": _everywhere("show where an error arose"),
    "--trace-plugins": _everywhere("print every call of a plugin"),
    "--help": _everywhere("print this"),
    "--version": _everywhere("print goodfit's version"),
}
"""In the order in which help shows them."""
SAME = {"-h": "--help", "--multirun": "-m"}
"""Other names."""


@dataclass(slots=True)
class Arguments:
    """A command line, sorted."""

    verb: str = ""
    words: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)
    """What people were warned of while the verb ran, for the result of ``--json``."""

    @property
    def config_dir(self) -> str | None:
        """The folder with config groups of the user's own."""
        return self.options.get("--config-dir")

    @property
    def json(self) -> bool:
        """Whether the result is one JSON object."""
        return "--json" in self.flags

    @property
    def quiet(self) -> bool:
        """Whether nothing but results and errors is printed."""
        return "--quiet" in self.flags


def parse(argv: Sequence[str]) -> Arguments:
    """Sort a command line.

    Raises:
        ConfigError: An option or a verb that does not exist; the fix names the nearest.
    """
    found = Arguments()
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        if word == "--":  # as everywhere: what stands behind it is no option
            found.words += rest
            break
        if word.startswith("-") and word != "-":
            _add_option(found, word, rest)
        else:
            found.words.append(word)
    _find_verb(found)
    for name in (*found.options, *sorted(found.flags)):
        verbs = OPTIONS[name].verbs
        if found.verb and found.verb not in verbs:
            raise ConfigError(f"{found.verb} has no option {name}", f"{name} is for {', '.join(verbs)}")
    if "-m" in found.flags:
        _search_grid(found)
    return found


def _add_option(found: Arguments, word: str, rest: list[str]) -> None:
    """An option, with the word behind it where that is its value."""
    typed, has_value, value = word.partition("=")
    name = SAME.get(typed, typed)
    option = OPTIONS.get(name)
    if option is None:
        raise ConfigError(f"no option called '{typed}'", did_you_mean(typed, OPTIONS, "goodfit --help"))
    if not option.takes:
        if has_value:
            raise ConfigError(f"{typed} takes no value", f"leave it alone: {typed}")
        found.flags.add(name)
        return
    if not has_value and rest and not rest[0].startswith("--"):
        value = rest.pop(0)
    if not value:
        raise ConfigError(f"{name} without a value", f"add it: {name} {option.takes}")
    found.options[name] = str(at_home(value)) if option.takes in PLACES else value


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
    """``train -m`` is Hydra's way to ask for every combination, also of a search with a name."""
    found.verb = "sweep"
    if "sweep=grid" not in found.words:
        found.words.insert(0, "sweep=grid")


def help_text(verb: str) -> str:
    """The help of goodfit, or of a verb."""
    if verb:
        return "\n".join([f"goodfit {verb}: {VERBS[verb]}\n", *_in_columns(options_of(verb))])
    return "\n".join(
        [
            "goodfit [verb] words...: fine-tune a language model, with the evidence\n",
            *_in_columns(VERBS),
            "\nWords are settings, name=value; without a verb they train. goodfit explain shows them all.",
            "Every verb knows these, and goodfit VERB --help what else it takes:\n",
            *_in_columns(options_of(*VERBS)),
        ]
    )


def options_of(*verbs: str) -> dict[str, str]:
    """Each option that all of some verbs know, with its value, as help names it -> what it does for the first."""
    known = {name: option for name, option in OPTIONS.items() if all(verb in option.verbs for verb in verbs)}
    return {f"{name} {option.takes}".rstrip(): option.verbs[verbs[0]] for name, option in known.items()}


def _in_columns(told: Mapping[str, str]) -> list[str]:
    width = max(map(len, told))
    return [f"  {name:<{width}}  {does}" for name, does in told.items()]
