"""What a text model may write of a label set: a list of some of its labels, or that none fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from goodfit.errors import ConfigError
from goodfit.kinds.text import TextCoder, label_words, sign_in_none

NONE = "none"
"""What is written where no label fits."""

State = tuple[tuple[int, ...], tuple[int, ...]]
"""Labels so far, the one that is being written among them, and what is left to write of it."""


class LabelLists:
    """All lists of labels in the order of the label set, as token ids.

    Args:
        coder: Of the model's family.
        names: The label set.

    Raises:
        ConfigError: Two lists would read alike.
    """

    def __init__(self, coder: TextCoder, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._end = coder.eos
        words = [label_words(name) for name in names]
        between = coder.ids(sign_in_none(words))
        self._first = [coder.answer_ids(one) for one in words]
        self._later = [(*between, *coder.ids(f" {one}")) for one in words]
        self._none = coder.answer_ids(NONE)
        if len({*self._first, self._none}) <= len(names) or len(set(self._later)) < len(names):
            raise ConfigError(
                f"two labels read alike to the model's tokenizer, or one is called '{NONE}'", "rename one of the labels"
            )
        starts: list[State] = [((place,), ids) for place, ids in enumerate(self._first)]
        self._reached: dict[tuple[int, ...], list[State]] = {(): [*starts, ((), self._none)]}

    @property
    def longest(self) -> int:
        """Tokens of the list of all labels, its end included."""
        return max(len(self._none), sum(map(len, self._later))) + 1

    def ids(self, labels: Iterable[str]) -> tuple[int, ...]:
        """The tokens of a list, its end included."""
        places = sorted(self._names.index(label) for label in labels)
        later = [token for place in places[1:] for token in self._later[place]]
        return (*(self._first[places[0]] if places else self._none), *later, self._end)

    def allowed(self, written: Sequence[int]) -> list[int]:
        """The tokens that may follow."""
        states = self._states(tuple(written))
        following = {left[0] for _, left in states if left}
        return sorted(following | {self._end} if any(not left for _, left in states) else following) or [self._end]

    def labels(self, written: Sequence[int]) -> list[str]:
        """The labels of a list without its end; of one that breaks off, those that are whole."""
        states = self._states(tuple(written))
        whole = [chosen for chosen, left in states if not left] or [chosen[:-1] for chosen, _ in states] or [()]
        return [self._names[place] for place in whole[0]]

    def _states(self, written: tuple[int, ...]) -> list[State]:
        """All ways to read what is written."""
        if written not in self._reached:
            before = self._states(written[:-1])
            states = [(chosen, left[1:]) for chosen, left in before if left and left[0] == written[-1]]
            for chosen, left in list(states):
                if chosen and not left:
                    further = range(chosen[-1] + 1, len(self._names))
                    states += [((*chosen, place), self._later[place]) for place in further]
            self._reached[written] = states
        return self._reached[written]
