"""What a text model may write of a text: a run of its words, or that nothing fits."""

from __future__ import annotations

from collections.abc import Sequence

from goodfit.kinds.text import TextCoder

NOTHING = "(no answer)"
"""What is written where no words fit."""

State = tuple[int, int, int]
"""The run's first word, its word that is being written, and how many of this word's tokens are written."""


class Extract:
    """All runs of whole words of one text, as token ids.

    Args:
        coder: Of the model's family.
        first: Tokens of each word where an answer begins with it.
        later: Tokens of each word behind another one.
    """

    def __init__(self, coder: TextCoder, first: Sequence[tuple[int, ...]], later: Sequence[tuple[int, ...]]) -> None:
        self._first = first
        self._later = later
        self._end = coder.eos
        self._nothing = coder.answer_ids(NOTHING)
        self._reached: dict[tuple[int, ...], list[State]] = {(): [(place, place, 0) for place in range(len(first))]}

    def ids(self, place: tuple[int, int] | None) -> tuple[int, ...]:
        """The tokens of a run from its first to its last word, or of nothing; the end included."""
        if place is None:
            return (*self._nothing, self._end)
        first, last = place
        later = (token for word in self._later[first + 1 : last + 1] for token in word)
        return (*self._first[first], *later, self._end)

    def allowed(self, written: Sequence[int]) -> list[int]:
        """The tokens that may follow."""
        given = tuple(written)
        states = self._states(given)
        following = {left[0] for state in states if (left := self._left(state))}
        whole = [state[1] for state in states if not self._left(state)]
        following |= {self._later[word + 1][0] for word in whole if word + 1 < len(self._later)}
        size = len(given)
        if self._nothing[:size] == given and size < len(self._nothing):
            following.add(self._nothing[size])
        if whole or given == self._nothing:
            following.add(self._end)
        return sorted(following) or [self._end]

    def place(self, written: Sequence[int]) -> tuple[int, int] | None:
        """First and last word of what was written without its end; of a run that breaks off, its whole words."""
        given = tuple(written)
        if given == self._nothing:
            return None
        while given:
            whole = [state[:2] for state in self._states(given) if not self._left(state)]
            if whole:
                return whole[0]
            given = given[:-1]
        return None

    def _left(self, state: State) -> tuple[int, ...]:
        """The tokens of a state's word that are not written yet."""
        first, word, done = state
        return (self._first if word == first else self._later)[word][done:]

    def _states(self, written: tuple[int, ...]) -> list[State]:
        """All ways to read what is written."""
        if written not in self._reached:
            token, found = written[-1], []
            for first, word, done in self._states(written[:-1]):
                left = self._left((first, word, done))
                if left and left[0] == token:
                    found.append((first, word, done + 1))
                elif not left and word + 1 < len(self._later) and self._later[word + 1][0] == token:
                    found.append((first, word + 1, 1))
            self._reached[written] = found
        return self._reached[written]
