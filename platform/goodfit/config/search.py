"""The words of a search -> what all its trials share, what they differ in, and how the search goes on."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goodfit.config.compose import Composed, as_tree, check_words, compose, secret_in
from goodfit.config.places import ConfRoot, find_options, option_names
from goodfit.config.space import FIXED, Dimension, named_searches, split_space, words_of
from goodfit.config.words import key_of
from goodfit.errors import ConfigError, GoodfitError, stop_on
from goodfit.registry import did_you_mean
from goodfit.schema.rate import usual_rate
from goodfit.schema.sweep import SweepConf
from goodfit.schema.unread import UNREAD, unread_settings
from goodfit.texts.secrets import has_secret, secret_variable
from goodfit.yaml_values import typed_text

MAY_CHANGE = (
    "sweep.trials", "sweep.max_minutes", "sweep.max_steps", "sweep.workers", "sweep.executor", "sweep.engine",
    "sweep.width", "sweep.constraints", "run.dir",
)  # fmt: skip
"""What may be typed anew for a search that was begun: its budget, where and how its trials run, and what they have to
keep, as far as they do not depend on it."""

OF_THE_SEARCH = ("sweep", "run")
"""Groups whose words are about the search, and not about a trial."""

ALIKE_GROUPS = tuple(group for group in FIXED if group != "run")
"""Groups in which all trials are alike, whatever file an option comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A checked search."""

    typed: tuple[str, ...]
    """The words as typed."""
    fixed: tuple[str, ...]
    """The words that every trial has."""
    space: tuple[Dimension, ...]
    first: Composed
    """A trial of the space, with the group ``sweep`` and the folder of the search."""
    meaning: tuple[str, ...]
    """The words with a named search's own among them, and each dimension: what makes the search what it is."""
    start: Mapping[str, Any] | None
    """Key -> value that a run without the search would have; None where the space does not hold all of them."""
    beyond: str
    """What to say of settings that a run without the search would have, and the space does not hold; or empty."""
    options: Mapping[str, Composed]
    """Word of an option of a group that is searched -> a trial with it: what its file says."""

    @property
    def conf(self) -> SweepConf:
        """How it goes on."""
        return self.first.conf.sweep


def compose_search(words: Sequence[str], roots: Sequence[ConfRoot]) -> Search:
    """Make a search of the words.

    Raises:
        GoodfitError: All mistakes of the words together; there is nothing to search; a trial could not be composed.
    """
    named, options = named_searches(roots), find_options(roots)
    known = option_names(options)
    variables = {word: secret_variable(word, known) for word in words}
    stop_on([secret_in(key_of(word), name) for word, name in variables.items() if name or has_secret(word)])
    _refuse_names(words, named, options["sweep"])
    expanded = _expanded(words, named)
    fixed, space = split_space(expanded)
    stop_on(_unread({key_of(word) for word in expanded}, space))
    first = compose([*fixed, *(dimension.extremes()[0] for dimension in space)], roots)
    of_family = not space or f"sweep={first.conf.model.family}" in words
    if not space:
        space = _space_of(first, named)
    if of_family and "optim.lr" not in map(key_of, words):
        space = _at_usual_rate(space, first)
    ends = [word for dimension in space for word in dimension.extremes()]
    stop_on([mistake for word in ends for mistake in check_words([word], options)])
    own = [word for word in fixed if key_of(word).split(".", 1)[0] not in OF_THE_SEARCH]
    made = _compose_options(fixed, space, options, roots)
    meaning = sorted(word.lstrip("+") for word in expanded if key_of(word) not in MAY_CHANGE)
    meaning += [f"{dimension.key}: {dimension.text()}" for dimension in space]  # a grid goes by their order
    start, beyond = _start(own, space, roots)
    return Search(
        typed=tuple(words),
        fixed=tuple(own),
        space=tuple(space),
        first=first,
        meaning=tuple(meaning),
        start=start,
        beyond=beyond,
        options=made,
    )


def _unread(keys: Collection[str], space: Sequence[Dimension]) -> list[GoodfitError]:
    """Settings that are typed, and that an option of a group that is searched does not read."""
    mistakes: list[GoodfitError] = []
    for one in space:
        of_options = UNREAD.get(one.key, {})
        unread = {
            option: [name for name in of_options.get(option, ()) if f"{one.key}.{name}" in keys]
            for option in one.options
        }
        readers = ",".join(option for option, names in unread.items() if not names)
        for option, names in unread.items():
            fix = f"type {one.key}={readers}, and search {one.key}={option} by itself" if readers else "leave it out"
            what = f"was typed, and {one.key}={option} does not read it"
            mistakes += [ConfigError(f"{one.key}.{name} {what}", fix) for name in names]
    return mistakes


def _compose_options(
    fixed: Sequence[str], space: Sequence[Dimension], groups: Mapping[str, Any], roots: Sequence[ConfRoot]
) -> dict[str, Composed]:
    """Compose a trial with each option of each group that is searched, and one of the last value of everything.

    Returns:
        Word of an option -> the trial.

    Raises:
        GoodfitError: A trial could not be composed, or not be held against the others.
    """
    last = {dimension.key: dimension.extremes()[-1] for dimension in space}
    found = {"": compose([*fixed, *last.values()], roots)}
    for dimension in space:
        if dimension.key in groups:
            for word in dimension.extremes():
                others = [other for key, other in last.items() if key != dimension.key]
                found[word] = compose([*fixed, *others, word], roots)
    first, *rest = (as_tree(composed.conf) for composed in found.values())
    if unlike := next((group for group in ALIKE_GROUPS if any(tree[group] != first[group] for tree in rest)), None):
        raise ConfigError(
            f"the options of this search differ in '{unlike}', of which a search has one", "start a search for each"
        )
    return {word: composed for word, composed in found.items() if word}


def _start(
    words: Sequence[str], space: Sequence[Dimension], roots: Sequence[ConfRoot]
) -> tuple[dict[str, Any] | None, str]:
    """What is searched, as it is where nothing is searched; and what to say of what the space does not hold of it."""
    try:
        conf = compose(words, roots).conf
    except GoodfitError:
        return None, ""  # such as without the group that is searched
    found, beyond = {}, []
    for one in space:
        setting = functools.reduce(lambda part, name: getattr(part, name, None), one.key.split("."), conf)
        if setting is None and "." not in one.key:
            return None, ""  # without the experiments that are searched, no run has one
        if one.key in conf.choices:  # a group: what was chosen, or what that came to, as ``auto`` does
            chosen = conf.choices[one.key]
            found[one.key] = one.holding(chosen) or one.holding(getattr(setting, "name", None))
        else:
            chosen = f"{setting:g}" if isinstance(setting, float) else typed_text(setting)
            found[one.key] = one.holding(setting)
        if found[one.key] is None:
            beyond.append(f"{one.key}={chosen} (searched: {one.text()})")
    if not beyond:
        return found, ""
    what = f"no trial has the settings of a run without the search: {'; '.join(beyond)}"
    return None, f"{what}; search over these, too, and the winner is compared with them"


def _refuse_names(words: Sequence[str], named: Collection[str], options: Collection[str]) -> None:
    """Refuse a search that nobody offers, and two ways to go on with one."""
    names, known = [word.partition("=")[2] for word in words if key_of(word) == "sweep"], [*named, *options]
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known, "goodfit list sweep shows what can be chosen")
            raise ConfigError(f"no sweep called '{name}'", hint)
    ways = list(dict.fromkeys(name for name in names if name not in named))
    if len(ways) > 1:
        what = f"{' and '.join(f'sweep={name}' for name in ways)} are two ways to search"
        raise ConfigError(what, "choose one; -m is sweep=grid, goodfit sweep WORDS searches without it")


def _expanded(words: Sequence[str], named: dict[str, Path]) -> list[str]:
    """The words with a named search in place of its name; what is typed wins over what it says."""
    names = [word.partition("=")[2] for word in words if key_of(word) == "sweep"]
    chosen = {key_of(word): word.partition("=")[2] for word in words}
    unread = {f"{group}.{name}" for group in UNREAD for name in UNREAD[group].get(chosen.get(group, ""), ())}
    own = [word for name in names if name in named for word in words_of(named[name]) if key_of(word) not in unread]
    typed = [word for word in words if word.partition("=")[2] not in named or key_of(word) != "sweep"]
    keys = {key_of(word) for word in typed}
    return [*(word for word in own if key_of(word) not in keys), *typed]


def _space_of(first: Composed, named: dict[str, Path]) -> list[Dimension]:
    """What is searched where nothing is typed: the search that is named like the model's family."""
    family = first.conf.model.family
    if family not in named:
        raise ConfigError("nothing to search over", "name several values: optim.lr=tag(log,interval(1e-5,1e-3))")
    _, space = split_space([word for word in words_of(named[family]) if key_of(word) not in first.typed()])
    return [dimension for dimension in space if dimension.key not in unread_settings(first.conf)]


def _at_usual_rate(space: Sequence[Dimension], first: Composed) -> list[Dimension]:
    """The space of a family, whose rates are those of adapters by AdamW, for what is tuned here and by what."""
    times = usual_rate(first.conf)[0] / first.conf.model.adapter_lr
    return [one.scaled(times) if one.key == "optim.lr" else one for one in space]
