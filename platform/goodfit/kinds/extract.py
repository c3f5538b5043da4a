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
        words: Tokens of each word.
    """

    def __init__(self, coder: TextCoder, words: Sequence[tuple[int, ...]]) -> None:
        self._words = words
        self._end = coder.eos
        self._nothing = coder.answer_ids(NOTHING)
        self._reached: dict[tuple[int, ...], list[State]] = {(): [(place, place, 0) for place in range(len(words))]}

    def ids(self, place: tuple[int, int] | None) -> tuple[int, ...]:
        """The tokens of a run from its first to its last word, or of nothing; the end included."""
        if place is None:
            return (*self._nothing, self._end)
        return (*(token for word in self._words[place[0] : place[1] + 1] for token in word), self._end)

    def allowed(self, written: Sequence[int]) -> list[int]:
        """The tokens that may follow."""
        given = tuple(written)
        states = self._states(given)
        following = {self._words[word][done] for _, word, done in states if done < len(self._words[word])}
        whole = [word for _, word, done in states if done == len(self._words[word])]
        following |= {self._words[word + 1][0] for word in whole if word + 1 < len(self._words)}
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
            whole = [(first, word) for first, word, done in self._states(given) if done == len(self._words[word])]
            if whole:
                return whole[0]
            given = given[:-1]
        return None

    def _states(self, written: tuple[int, ...]) -> list[State]:
        """All ways to read what is written."""
        if written not in self._reached:
            token, found = written[-1], []
            for first, word, done in self._states(written[:-1]):
                if done < len(self._words[word]):
                    if self._words[word][done] == token:
                        found.append((first, word, done + 1))
                elif word + 1 < len(self._words) and self._words[word + 1][0] == token:
                    found.append((first, word + 1, 1))
            self._reached[written] = found
        return self._reached[written]
