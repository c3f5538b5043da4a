"""The one door: words -> compose -> refuse mistakes -> RunConf, with the origin of every value."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goodfit.config.derive import derive
from goodfit.config.files import check_option
from goodfit.config.grammar import is_text, override, plain_value, quoted, unquoted
from goodfit.config.places import MAIN, USER, ConfRoot, Options, core_root, example_model, find_options, option_names
from goodfit.config.settings import settings
from goodfit.config.start import default_choices
from goodfit.config.types import mistakes_of, validated
from goodfit.config.words import Words, key_of, read_words
from goodfit.errors import ConfigError, GoodfitError, stop_on
from goodfit.schema import RunConf
from goodfit.texts.secrets import has_secret, secret_variable

NEEDED = {
    "task": "goodfit list task shows them; task=classification and the like take your own files",
    "model": "goodfit list model shows them, for example model={example}",
}


@dataclass(frozen=True, slots=True)
class Composed:
    """A checked run, and where its values come from."""

    conf: RunConf
    origins: Mapping[str, str]
    """Setting -> ``default``, a file, ``typed``, or the reason why it was derived."""
    owners: Mapping[str, str]
    """Group -> who offers the chosen option: ``goodfit``, a plugin, ``user``."""
    words: tuple[str, ...]
    roots: tuple[ConfRoot, ...] = ()
    """Where options were found; nothing for a run that was read from its folder."""

    def typed(self) -> set[str]:
        """The settings that were typed."""
        return {key for key, origin in self.origins.items() if origin == "typed"}


def compose(words: Sequence[str], roots: Sequence[ConfRoot], needed: Sequence[str] = tuple(NEEDED)) -> Composed:
    """Make a RunConf of the words.

    Args:
        words: Hydra overrides as typed: ``task=legal optim.lr=1e-3``.
        roots: The folders that offer options, goodfit's own first.
        needed: The groups without which nothing can be said.

    Raises:
        GoodfitError: All mistakes together.
    """
    options = find_options(roots)
    read = read_words(words, options)
    mistakes = list(read.mistakes)
    mistakes += _missing_choices(words, read, needed, options)
    chosen = {group: name for group, name in (default_choices() | read.choices).items() if name is not None}
    given: dict[str, Path] = {}
    broken_files: list[GoodfitError] = []
    files = [core_root().folder / MAIN]
    for group, name in chosen.items():
        wrong, values, below = check_option(options[group][name], group)
        broken_files += wrong
        given |= values
        files += below
    mistakes += broken_files
    # what the words alone can tell comes first: Hydra takes longer to import than a typo may take to be answered
    mistakes += mistakes_of(_typed_values(read))
    stop_on(mistakes)
    tree = _merge(chosen, read, roots, files)
    stop_on(mistakes_of(tree, {key: path for key, path in given.items() if key not in read.values}))
    tree["choices"] = chosen
    if tree["dataset"]["source"] in ("files", "hub") and "task.labels" not in read.values:
        tree["task"]["labels"] = None  # other data, other labels
    users = [root.folder for root in roots if root.owner == USER]
    theirs = {key for key, path in given.items() if any(map(path.is_relative_to, users))} | set(read.values)
    stop_on(_secrets(tree, theirs, option_names(options)))
    conf, reasons = derive(validated(tree), read.values)
    origins = dict.fromkeys(settings(), "default")
    origins |= {key: str(path) for key, path in given.items()}
    origins |= reasons | dict.fromkeys(read.values, "typed")
    owners = {group: options[group][name].owner for group, name in chosen.items()}
    return Composed(conf, origins, owners, tuple(words), tuple(roots))


def check_words(words: Sequence[str], options: Options) -> list[GoodfitError]:
    """The mistakes of some words by themselves: names, types and ranges."""
    read = read_words(words, options)
    return read.mistakes + mistakes_of(_typed_values(read))


def _secrets(tree: Mapping[str, Any], theirs: Container[str], known: Container[str]) -> list[GoodfitError]:
    """Values that look like secrets: a config is written down, shown and tracked.

    Args:
        tree: The settings.
        theirs: Those that a user's words or files set: what goodfit's own say is no variable's secret.
        known: What is none, whatever variable holds it.
    """
    found: dict[str, GoodfitError] = {}
    for key, text in _texts(tree):
        parts = key.split(".")
        is_theirs = any(".".join(parts[: count + 1]) in theirs for count in range(len(parts)))
        variable = secret_variable(text, known) if is_theirs else None
        if variable is not None or has_secret(text):
            found.setdefault(key, secret_in(key, variable))
    return list(found.values())


def _texts(tree: Mapping[str, Any], parents: str = "") -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _texts(value, f"{parents}{name}.")
        else:
            yield from ((f"{parents}{name}", text) for text in _each(value) if isinstance(text, str))


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def secret_in(key: str, variable: str | None = None) -> ConfigError:
    """The error for a secret in a setting's value.

    Args:
        key: The setting.
        variable: Of the environment, whose value it is.
    """
    what = f"{key} holds what looks like a secret, and a config is written down"
    if variable is None:
        return ConfigError(what, "take it out: keys are read from the environment by what uses them")
    return ConfigError(f"{what}: it is the value of {variable}", f"take it out; where it is none, unset {variable}")


def _missing_choices(words: Sequence[str], read: Words, needed: Sequence[str], options: Options) -> list[GoodfitError]:
    typed_keys, example = set(map(key_of, words)), example_model(options)
    return [
        ConfigError(f"no {group} was chosen", f"add {group}=<name>; {hint.format(example=example)}")
        for group, hint in NEEDED.items()
        if group in needed and group not in read.choices and group not in typed_keys
    ]


def _typed_values(read: Words) -> dict[str, Any]:
    """The schema's defaults with the typed values put in, for a check of their types and ranges."""
    tree = as_tree(RunConf())
    for key, text in read.values.items():
        node = tree
        *parents, name = key.split(".")
        for parent in parents:
            node = node[parent]
        if isinstance(node, dict):  # else the mapping itself was typed as something else, which is the mistake
            node[name] = unquoted(text) if is_text(key) and text not in ("null", "") else plain_value(text)
    return tree


def _merge(chosen: Mapping[str, str], read: Words, roots: Sequence[ConfRoot], files: Sequence[Path]) -> dict[str, Any]:
    """Let Hydra merge schema, options and typed values, in the order of ``conf/config.yaml``.

    Args:
        chosen: Group -> option.
        read: The words.
        roots: Where the options are.
        files: Theirs.
    """
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    contents = tuple(path.read_bytes() for path in files)
    try:
        tree = OmegaConf.create(_of_options(tuple(chosen.items()), tuple(roots), contents))
        for key, text in read.values.items():
            OmegaConf.update(tree, key, _value(override(key, text)), merge=True, force_add=True)
    except (HydraException, OmegaConfBaseException) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f"the words do not fit together: {reason}", "goodfit explain shows each setting") from None
    return OmegaConf.to_container(tree, resolve=True)  # type: ignore[return-value]


@functools.lru_cache(maxsize=8)
def _of_options(choices: tuple[tuple[str, str], ...], roots: tuple[ConfRoot, ...], _: tuple[bytes, ...]) -> Any:
    """Schema and options, merged once for all trials of a search, which differ in their values.

    Args:
        choices: Group, option.
        roots: Where the options are.
        _: What their files hold: after an edit they are merged anew.
    """
    from hydra import compose as hydra_compose
    from hydra import initialize_config_dir
    from hydra.core.config_store import ConfigStore
    from hydra.core.global_hydra import GlobalHydra
    from omegaconf import OmegaConf

    places = ",".join(quoted(f"file://{root.folder}") for root in roots if root.owner != "goodfit")
    ConfigStore.instance().store("schema", node={**as_tree(RunConf()), "choices": {}})
    GlobalHydra.instance().clear()
    words = [f"{group}={quoted(name)}" for group, name in choices]
    with initialize_config_dir(str(core_root().folder), version_base="1.3"):
        tree = hydra_compose(Path(MAIN).stem, [f"hydra.searchpath=[{places}]", *words])
    return OmegaConf.to_container(tree, resolve=False)


@functools.lru_cache(maxsize=256)
def _value(word: str) -> Any:
    """What a word sets, read in Hydra's grammar."""
    from hydra.core.override_parser.overrides_parser import OverridesParser

    return OverridesParser.create().parse_override(word).value()


def as_tree(conf: RunConf) -> dict[str, Any]:
    """A RunConf as plain values, for files."""
    return json.loads(json.dumps(dataclasses.asdict(conf)))
