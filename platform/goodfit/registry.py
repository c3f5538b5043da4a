"""Name -> builder tables that answer a wrong name with the nearest right one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import TypeVar

from goodfit.errors import ConfigError

T = TypeVar("T")


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that the user probably meant, or None.

    The last part of a dotted or slashed name counts as well: ``clauses`` finds ``legal/clauses``, and ``epochs`` of all
    names that end so the last, ``training.epochs``.
    """
    known = sorted(names)
    tails = {known_name.replace("/", ".").rsplit(".", 1)[-1]: known_name for known_name in known}
    if name in tails:
        return tails[name]
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return close[0]
    close = get_close_matches(name.replace("/", ".").rsplit(".", 1)[-1], list(tails), n=1, cutoff=0.75)
    return tails[close[0]] if close else None


def did_you_mean(name: str, names: Iterable[str], otherwise: str) -> str:
    """The fix line for a wrong name."""
    guess = nearest(name, names)
    return f"did you mean '{guess}'?" if guess else otherwise


class Registry(Mapping[str, T]):
    """A table of named things of one sort.

    Args:
        noun: What the things are called in an error ("metric").
    """

    def __init__(self, noun: str, entries: Mapping[str, T] | None = None) -> None:
        self.noun = noun
        self._entries: dict[str, T] = dict(entries or {})

    def __getitem__(self, name: str) -> T:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def pick(self, name: str) -> T:
        """The thing called ``name``.

        Raises:
            ConfigError: There is none; the fix names the nearest.
        """
        if name not in self._entries:
            fix = did_you_mean(name, self._entries, f"choose one of: {', '.join(sorted(self._entries)) or 'none'}")
            raise ConfigError(f"no {self.noun} called '{name}'", fix)
        return self._entries[name]
