"""The space of a search: words that name several values, in Hydra's override grammar, and named searches."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from goodfit.config.grammar import plain_value
from goodfit.config.places import SEARCHES, ConfRoot, clash, core_root
from goodfit.config.settings import find_setting
from goodfit.config.words import key_of, names_several
from goodfit.errors import ConfigError
from goodfit.registry import did_you_mean
from goodfit.yaml_values import read_yaml, typed_text

FIXED = ("task", "dataset", "privacy", "quality", "policy", "hardware", "run", "sweep", "tracker")
"""What a search has one of: its trials are judged on the same records by the same rules, and run alike."""

MOST_OPTIONS = 10_000
"""A dimension with more values is an accident."""


_NULL = re.compile(r"(?<=[(,])null(?=[,)])")
"""Hydra's functions take no null, but its text, which a setting reads as null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One setting, or group, that trials differ in."""

    key: str
    options: tuple[str, ...] = ()
    """The values to choose from, as typed; empty for an interval."""
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    whole: bool = False
    """Whether an interval is one of whole numbers."""

    @property
    def values(self) -> Sequence[Any] | None:
        """All of them; None where an interval has no end of them."""
        if self.options or not self.whole:
            return self.options or None
        return range(int(self.low), int(self.high) + 1)

    def word(self, value: Any) -> str:
        """The word that sets a value. Four digits of an interval are enough, and can be typed again."""
        if self.options:
            return f"{self.key}={value}"
        return f"{self.key}={int(value)}" if self.whole else f"{self.key}={value:.4g}"

    def holding(self, setting: Any) -> Any:
        """The value that stands for a setting's value; None where the dimension does not hold it."""
        if self.options:
            return next((option for option in self.options if setting in (option, plain_value(option))), None)
        return setting if _is_number(setting) and self.low <= setting <= self.high else None

    def scaled(self, times: float) -> Dimension:
        """An interval of shares, from 0 to 1, at so many times its place; four digits of its ends are enough."""
        if self.options:
            return self
        low, high = (float(f"{min(1.0, times * end):.4g}") for end in (self.low, self.high))
        return replace(self, low=low, high=high)

    def extremes(self) -> list[str]:
        """The words that show whether all values are allowed."""
        return [self.word(value) for value in self.options or (self.low, self.high)]

    def text(self) -> str:
        """The dimension in a reader's words."""
        if self.options:
            return ", ".join(self.options)
        return f"{self.low:g} to {self.high:g}{', logarithmic' * self.log}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def split_space(words: Sequence[str]) -> tuple[list[str], list[Dimension]]:
    """Words of one value, and the dimensions of those that name several.

    Raises:
        ConfigError: A word of several values that cannot be read, or of which a search has one.
    """
    fixed, found = [], []
    for word in words:
        key, value = key_of(word), word.partition("=")[2]
        if names_several(key, value):
            found.append(_dimension(word, key))
        elif any(one.key == key for one in found):
            raise ConfigError(f"'{key}' is typed with one value behind several to search", "leave one of them out")
        else:
            fixed.append(word)
    twice = next((one.key for one in found if sum(other.key == one.key for other in found) > 1), None)
    if twice:
        raise ConfigError(f"'{twice}' is searched twice", "type all its values in one word")
    return fixed, found


def _dimension(word: str, key: str) -> Dimension:
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.override_parser.types import IntervalSweep, RangeSweep
    from hydra.errors import HydraException

    if key.split(".", 1)[0] in FIXED:
        raise ConfigError(f"'{word}' searches over {key}, of which a search has one", "start a search for each value")
    try:
        parsed = OverridesParser.create().parse_override(_NULL.sub("'null'", word))
        value = parsed.value()
        if unknown := sorted(set(getattr(value, "tags", ())) - {"log"}):
            hint = did_you_mean(unknown[0], ["log"], "the one tag is log: tag(log,interval(1e-5,1e-3))")
            raise ConfigError(f"'{word}' has the tag '{unknown[0]}', which says nothing", hint)
        if isinstance(value, IntervalSweep):
            return _interval(word, key, float(value.start or 0), float(value.end or 0), "log" in value.tags)
        if isinstance(value, RangeSweep) and not _is_finite(value):
            raise ConfigError(f"'{word}' has no end", "write range(from,to) or range(from,to,step)")
        if not parsed.is_sweep_override() or getattr(value, "shuffle", False):
            raise ConfigError(f"'{word}' is no space", "write the values in a row: a,b,c")
        options = tuple(dict.fromkeys(parsed.sweep_string_iterator()))
    except (HydraException, TypeError, ValueError) as error:
        raise ConfigError(
            f"'{word}' cannot be read: {str(error).splitlines()[0]}",
            "write a,b,c or choice(a,b,c), range(1,5), interval(0,1) or tag(log,interval(1e-5,1e-3))",
        ) from None
    if not 1 <= len(options) <= MOST_OPTIONS:
        raise ConfigError(f"'{word}' has {len(options)} values", f"name 1 to {MOST_OPTIONS}")
    return Dimension(key=key, options=options)


def _is_finite(value: Any) -> bool:
    if not value.step:
        raise ValueError("a range's step is not 0")
    return value.stop is not None and abs(float(value.stop) - float(value.start or 0)) / abs(value.step) <= MOST_OPTIONS


def _interval(word: str, key: str, low: float, high: float, log: bool) -> Dimension:
    setting = find_setting(key)
    kind = setting.plain_type if setting else None
    if kind not in (int, float):
        raise ConfigError(f"'{word}' is an interval, and {key} is no number", "name its values: a,b,c")
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ConfigError(f"'{word}' has no end", "write interval(low,high) with numbers")
    if kind is int:
        low, high = math.ceil(low), math.floor(high)
    if not low < high or (log and low <= 0):
        raise ConfigError(
            f"'{word}' is an empty interval" if not low < high else f"'{word}' is logarithmic and begins at {low:g}",
            "write interval(low,high) with low below high" + ", and above 0 where it is logarithmic" * log,
        )
    return Dimension(key=key, low=low, high=high, log=log, whole=kind is int)


def named_searches(roots: Sequence[ConfRoot]) -> dict[str, Path]:
    """Name -> file of each search that has one: goodfit's ``sweeps/``, and the folder of that name in a plugin's conf.

    Raises:
        ConfigError: The user's folder offers a name that is taken.
        PluginError: Two plugins offer the same name.
    """
    found: dict[str, Path] = {}
    owners: dict[str, str] = {}
    for root in roots:
        for folder in _folders(root):
            for path in sorted(folder.glob("*.yaml")):
                if path.stem in found:
                    raise clash(f"sweep={path.stem}", owners[path.stem], root.owner, path)
                found[path.stem], owners[path.stem] = path, root.owner
    return found


def _folders(root: ConfRoot) -> list[Path]:
    if root.owner != "goodfit":
        return [root.folder / SEARCHES]
    beside = core_root().folder.parent / SEARCHES
    inside = core_root().folder / SEARCHES
    return [inside if inside.is_dir() else beside]


def words_of(path: Path) -> list[str]:
    """The words that a named search stands for: each line is a setting, and what is typed behind its ``=``.

    Raises:
        ConfigError: It is no mapping of settings to single values.
    """
    words = []
    for key, value in read_yaml(path).items():
        if isinstance(value, dict | list):
            raise ConfigError(f"'{key}' is no single value ({path})", "write it as it would be typed, in quotes")
        words.append(f"{key}={typed_text(value)}")
    return words
