"""The one door: words -> compose -> refuse mistakes -> RunConf, with the origin of every value."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goodfit.config.derive import derive
from goodfit.config.files import check_option, read_yaml
from goodfit.config.places import ConfRoot, core_root, find_options
from goodfit.config.settings import settings
from goodfit.config.types import mistakes_of, typed
from goodfit.config.words import Words, read_words
from goodfit.errors import ConfigError, GoodfitError, stop_on
from goodfit.schema import RunConf

NEEDED = {
    "task": "goodfit list task shows them; task=classification and the like take your own files",
    "model": "goodfit list model shows them, for example model=bert",
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
    mistakes += _missing_choices(words, read, needed)
    chosen = {group: name for group, name in (_default_choices() | read.choices).items() if name is not None}
    given: dict[str, Path] = {}
    broken_files: list[GoodfitError] = []
    for group, name in chosen.items():
        wrong, values = check_option(options[group][name], group)
        broken_files += wrong
        given |= values
    mistakes += broken_files
    if not broken_files:
        tree, wrong_words = _merge(chosen, read, roots)
        mistakes += wrong_words or mistakes_of(tree)
    stop_on(mistakes)
    tree["choices"] = chosen
    if tree["dataset"]["source"] in ("files", "hub") and "task.labels" not in read.values:
        tree["task"]["labels"] = None  # other data, other labels
    conf, reasons = derive(typed(tree))
    origins = dict.fromkeys(settings(), "default")
    origins |= {key: str(path) for key, path in given.items()}
    origins |= reasons | dict.fromkeys(read.values, "typed")
    return Composed(conf, origins, {group: options[group][name].owner for group, name in chosen.items()}, tuple(words))


def _missing_choices(words: Sequence[str], read: Words, needed: Sequence[str]) -> list[GoodfitError]:
    typed_keys = {word.split("=", 1)[0].lstrip("+") for word in words}
    return [
        ConfigError(f"no {group} was chosen", f"add {group}=<name>; {hint}")
        for group, hint in NEEDED.items()
        if group in needed and group not in read.choices and group not in typed_keys
    ]


def _default_choices() -> dict[str, str | None]:
    entries = read_yaml(core_root().folder / "config.yaml")["defaults"]
    return {group: name for entry in entries if isinstance(entry, dict) for group, name in entry.items()}


def _merge(chosen: Mapping[str, str], read: Words, roots: Sequence[ConfRoot]) -> tuple[dict[str, Any], list[Any]]:
    """Let Hydra merge schema, options and typed values, in the order of ``conf/config.yaml``."""
    from hydra import compose as hydra_compose
    from hydra import initialize_config_dir
    from hydra.core.config_store import ConfigStore
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    mistakes: list[GoodfitError] = []
    values = []
    for key, text in read.values.items():
        try:
            values.append(_override(key, text))
        except HydraException:
            mistakes.append(ConfigError(f"{key}={text} cannot be read", f"quote it, for example {key}='{text}'"))
    places = ",".join(_quoted(f"file://{root.folder}") for root in roots if root.owner != "goodfit")
    ConfigStore.instance().store("schema", node={**dataclasses.asdict(RunConf()), "choices": {}})
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(core_root().folder), version_base="1.3"):
        try:
            tree = hydra_compose(
                "config",
                [f"hydra.searchpath=[{places}]", *(f"{g}={_quoted(n)}" for g, n in chosen.items()), *values],
            )
        except (HydraException, OmegaConfBaseException) as error:
            reason = str(error).splitlines()[0]
            return {}, [*mistakes, ConfigError(f"the words do not fit together: {reason}", "goodfit show WORDS")]
    return OmegaConf.to_container(tree, resolve=True), mistakes  # type: ignore[return-value]


def _override(key: str, text: str) -> str:
    """A typed value in Hydra's grammar; text settings are taken as typed, so that any path works."""
    from hydra.core.override_parser.overrides_parser import OverridesParser

    from goodfit.config.settings import find_setting

    setting = find_setting(key)
    is_text = setting is not None and (setting.plain_type is str or setting.choices or setting.is_mapping)
    if is_text and text not in ("null", "") and text[0] not in "'\"":
        text = _quoted(text)
    override = f"++{key}={text or 'null'}"
    OverridesParser.create().parse_override(override)
    return override


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\") if text.endswith("\\") else text
    return "'" + escaped.replace("'", "\\'") + "'"


def as_tree(conf: RunConf) -> dict[str, Any]:
    """A RunConf as plain values, for files."""
    return json.loads(json.dumps(dataclasses.asdict(conf)))
