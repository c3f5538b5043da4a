"""The words of a command line: which are group choices, which are settings, and which are mistakes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from goodfit.config.grammar import unquoted
from goodfit.config.places import ConfRoot, Options, config_folders, example_model
from goodfit.config.settings import find_setting, groups, settings
from goodfit.errors import ConfigError, GoodfitError
from goodfit.registry import did_you_mean, nearest

_WORD = re.compile(r"^(?P<sign>\+{0,2}|~)(?P<key>[^=\s]+)(?:=(?P<value>.*))?$", re.DOTALL)
_FUNCTION = re.compile(r"(choice|range|interval|glob|sort|shuffle|tag)\(.*\)", re.DOTALL)
_ESCAPED = re.compile(r"\\([\\()\[\]{}:=, \t])")  # as Hydra writes one of several values
_LISTED = re.compile(r"[^\[{'\"(]*[^\[{'\"(\s],.+|\[[^\[\]]*\]\s*,\s*\[.*", re.DOTALL)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(e[+-]?\d+)?", re.IGNORECASE)


FIELDS, ON_BAD_ROWS = "dataset.fields.", "dataset.on_bad_rows"
"""Verbs that read a file of the user's with a finished run take these settings, too."""

RUN = "run:"
"""``model=run:PATH``: the model of a finished run."""


@dataclass(frozen=True, slots=True)
class ReadingWords:
    """What words say of how a file of the user's is read."""

    renamed: Mapping[str, str | None]
    """Field -> its name there; None where it is not there."""
    on_bad_rows: str | None
    """What a bad row does, where it was typed."""
    others: Sequence[str]
    """The words that say neither."""


@dataclass(slots=True)
class Words:
    """Checked words."""

    choices: dict[str, str] = field(default_factory=dict)
    """Group -> option name."""
    values: dict[str, str] = field(default_factory=dict)
    """Setting -> what was typed behind ``=``."""
    mistakes: list[GoodfitError] = field(default_factory=list)


def read_words(words: Sequence[str], options: Options) -> Words:
    """Sort words into choices and settings; what is neither is a mistake with its fix."""
    read = Words()
    place = 0
    while place < len(words):
        before, rest = words[place - 1] if place else "", words[place:]
        count = _written_apart(rest)
        try:
            if count > 1:
                raise _blanks(rest[:count])
            _read_word(rest[0], options, read, before)
        except GoodfitError as mistake:
            read.mistakes.append(mistake)
        place += count
    return read


def _written_apart(words: Sequence[str]) -> int:
    """How many of the first words are one that was typed with blanks around its ``=``."""
    key, sets, value = words[0].partition("=")
    if value or not (key in groups() or find_setting(key)):
        return 1
    second, third = (*words[1:3], "=", "=")[:2]
    if sets:
        return 1 if "=" in second else 2
    if second == "=":
        return 1 if "=" in third else 3
    return 2 if second.startswith("=") else 1


def _blanks(words: Sequence[str]) -> ConfigError:
    return ConfigError(
        f"'{' '.join(words)}' has blanks around its '=', and they part words",
        f"without them: {shlex.quote(''.join(words))}",
    )


def reading_words(words: Sequence[str]) -> ReadingWords:
    """Sort out the words that say how a file of the user's is read.

    Raises:
        ConfigError: A bad row cannot do what was typed.
    """
    renamed: dict[str, str | None] = {}
    on_bad_rows = None
    others = []
    for word in words:
        key, _, value = word.partition("=")
        if key.startswith(FIELDS):
            renamed[key.removeprefix(FIELDS)] = None if value in ("null", "") else value
        elif key == ON_BAD_ROWS:
            on_bad_rows = known_choice(key, value)
        else:
            others.append(word)
    return ReadingWords(renamed, on_bad_rows, others)


def key_of(word: str) -> str:
    """The setting or group that a word names."""
    return word.partition("=")[0].lstrip("+")


def without(words: Sequence[str], key: str) -> list[str]:
    """The words but those that set a key."""
    return [word for word in words if key_of(word) != key]


def typed_again(words: Sequence[str], roots: Sequence[ConfRoot], folder: Path) -> list[str]:
    """What is typed behind a verb so that the same words, over the same options, are carried out in a folder."""
    return [*config_folders(roots), *without(words, "run.dir"), f"run.dir={folder}"]


def names_several(key: str, value: str) -> bool:
    """Whether what is typed behind ``=`` names several values, as words of a search do. A path may have commas."""
    is_path = key.split(".", 1)[0] in ("dataset", "run") and key not in groups() and find_setting(key) is not None
    return _FUNCTION.fullmatch(value) is not None or (not is_path and _LISTED.fullmatch(value) is not None)


def _read_word(word: str, options: Options, read: Words, before: str) -> None:
    if any("\ud800" <= sign <= "\udfff" for sign in word):
        shown = word.encode("utf-8", "replace").decode()
        raise ConfigError(f"'{shown}' holds bytes that are not UTF-8", "name it in UTF-8")
    match = _WORD.match(word)
    if match is None or match["value"] is None or match["sign"] == "~":
        raise _not_a_word(word, before, options)
    key, value = match["key"], match["value"]
    if "${" in value:
        raise ConfigError(f"'{key}' is set to an interpolation, {value}", "type the value itself")
    if names_several(key, value):
        point = value.replace(",", ".")
        is_decimal = _DECIMAL_COMMA.fullmatch(value) and (setting := find_setting(key)) and setting.plain_type is float
        raise ConfigError(
            f"'{word}' names several values, and a run has one of each",
            f"type one value for {key}{f', such as {point},' if is_decimal else ','} or search over them: "
            f"goodfit sweep … {word}",
        )
    if key == "model" and (run := _ESCAPED.sub(r"\1", unquoted(value))).startswith(RUN):
        read.values["model.name"] = run.removeprefix(RUN)
        value = RUN.rstrip(":")
    if key in groups():
        read.choices[key] = known_option(key, unquoted(value), options)
        return
    if find_setting(key) is None:
        raise unknown_setting(key)
    read.values[key] = value


def known_option(group: str, name: str, options: Options) -> str:
    """The name, if the group has such an option.

    Raises:
        ConfigError: It has not; the fix names the nearest, or the verb that lists them.
    """
    if name not in options[group]:
        raise ConfigError(
            f"no {group} called '{name}'",
            did_you_mean(name, options[group], f"goodfit list {group} shows what can be chosen"),
        )
    return name


def known_choice(key: str, value: str) -> str:
    """The value, if a setting takes it, where a verb reads a word without composing a run.

    Raises:
        ConfigError: It does not; the fix names the nearest, or all that it takes.
    """
    setting = find_setting(key)
    known = setting.choices if setting else ()
    if value not in known:
        raise ConfigError(f"{key} is '{value}'", did_you_mean(value, known, f"one of {', '.join(known)}"))
    return value


def unknown_setting(key: str, where: str = "", scope: str = "") -> ConfigError:
    """The error for a name that the schema does not have.

    Args:
        key: The full path that was written.
        where: The file in which it was written; empty for the command line.
        scope: The group of that file; then the fix names the key within the group.
    """
    known: Mapping[str, object] = {**settings(), **dict.fromkeys(groups())}
    guess = nearest(key, known)
    what = f"no setting called '{key}'" + (f" ({where})" if where else "")
    if guess is None:
        group = key.split(".", 1)[0]
        return ConfigError(
            what, f"goodfit explain {group if group in groups() else ''}".rstrip() + " shows the settings"
        )
    return ConfigError(what, f"did you mean '{guess.removeprefix(scope)}'?")


def _not_a_word(word: str, before: str, options: Options) -> ConfigError:
    if word.startswith("~"):
        return ConfigError(f"'{word}' deletes, and nothing of a run can be deleted", "choose another option instead")
    guess = None if "/" in word else nearest(word.lstrip("-+").split("=", 1)[0], [*groups(), *settings()])
    example = f"for example: goodfit train task=classification model={example_model(options)}"
    fix = f"did you mean '{guess}=…'?" if guess else example
    key, sets, _ = before.partition("=")
    if not guess and sets and find_setting(key) is not None:  # a shell took it for the next word
        fix = f"where it goes on with the word before it, quote both: {shlex.quote(f'{before} {word}')}"
    return ConfigError(f"'{word}' is not a word that goodfit knows; words have the form name=value", fix)
