"""Tags of a text as one sequence: which tag follows which, beside what the model says of each word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

Array = np.ndarray[Any, Any]

SMOOTHING = 0.5
"""Added to each count of a tag after a tag (Jeffreys' prior)."""

FORBIDDEN = -1e9


@dataclass(frozen=True, slots=True)
class Chain:
    """A linear chain, p(tags) ~ exp(sum of scores / temperature + weight * log p(tag | tag before)).

    A conditional random field (Lafferty et al. 2001, https://repository.upenn.edu/handle/20.500.14332/6188) whose two
    numbers are fitted on validation records; an inside tag that continues nothing is impossible whatever they are.
    """

    tags: tuple[str, ...]
    transitions: Array
    """(tags + 1, tags): log p(tag | tag before); the last row is the beginning."""
    temperature: float = 1.0
    weight: float = 0.0

    @classmethod
    def of(cls, tags: Sequence[str], sequences: Iterable[Sequence[str]] = ()) -> Chain:
        """A chain with the transitions of some right sequences, and no weight on them."""
        place = {tag: index for index, tag in enumerate(tags)}
        counts = np.full((len(tags) + 1, len(tags)), SMOOTHING)
        for sequence in sequences:
            before = len(tags)
            for tag in sequence:
                counts[before, place[tag]] += 1
                before = place[tag]
        return cls(tuple(tags), np.log(counts / counts.sum(1, keepdims=True)))

    def fitted(self, scores: Sequence[Array], right: Sequence[Sequence[str]]) -> Chain:
        """The chain with temperature and weight of the highest likelihood.

        Args:
            scores: Of each text, (words, tags) log-probabilities.
            right: Of each text, its tags.
        """
        place = {tag: index for index, tag in enumerate(self.tags)}
        targets = [np.array([place[tag] for tag in sequence]) for sequence in right]

        def cost(numbers: Array) -> float:
            trial = Chain(self.tags, self.transitions, float(np.exp(numbers[0])), float(numbers[1] ** 2))
            return -trial.log_likelihood(scores, targets)

        found = minimize(cost, np.array([0.0, 0.3]), method="Nelder-Mead", options={"xatol": 1e-2, "fatol": 1e-2})
        temperature, weight = float(np.exp(found.x[0])), float(found.x[1] ** 2)
        return Chain(self.tags, self.transitions, temperature, weight)

    def log_likelihood(self, scores: Sequence[Array], targets: Sequence[Array]) -> float:
        """Sum of the log-probabilities of right sequences, in nats; all texts go forward together."""
        order = sorted(range(len(scores)), key=lambda text: -len(scores[text]))
        lengths = np.array([len(scores[text]) for text in order])
        moves, count = self._moves(), len(self.tags)
        alive = np.zeros((len(order), count))
        total, before = 0.0, np.full(len(order), count)
        for step in range(int(lengths[0])):
            here = int((lengths > step).sum())
            words = np.stack([scores[text][step] for text in order[:here]]) / self.temperature
            goals = np.array([targets[text][step] for text in order[:here]])
            total += float((words[np.arange(here), goals] + moves[before[:here], goals]).sum())
            reached = moves[count] if step == 0 else _log_sum(alive[:here, :, None] + moves[None, :count], 1)
            alive[:here] = reached + words
            before[:here] = goals
        return total - float(_log_sum(alive, 1).sum())

    def best(self, scores: Array) -> list[str]:
        """The most probable sequence (Viterbi 1967, https://doi.org/10.1109/TIT.1967.1054010).

        Args:
            scores: (words, tags) log-probabilities.
        """
        moves, count = self._moves(), len(self.tags)
        reached = moves[count] + scores[0] / self.temperature
        came: list[Array] = []
        for word in scores[1:]:
            ways = reached[:, None] + moves[:count]
            came.append(ways.argmax(0))
            reached = ways.max(0) + word / self.temperature
        path = [int(reached.argmax())]
        for step in reversed(came):
            path.append(int(step[path[-1]]))
        return [self.tags[index] for index in reversed(path)]

    def _moves(self) -> Array:
        """(tags + 1, tags): what each step from a tag to a tag adds."""
        before = [*self.tags, "O"]
        legal = np.array([[tag[0] != "I" or last[1:] == tag[1:] for tag in self.tags] for last in before])
        return np.where(legal, self.weight * self.transitions, FORBIDDEN)

    def to_json(self) -> dict[str, Any]:
        """As it is written beside the weights."""
        return {
            "temperature": self.temperature,
            "weight": self.weight,
            "transitions": [[round(value, 6) for value in row] for row in self.transitions.tolist()],
        }

    @classmethod
    def from_json(cls, tags: Sequence[str], written: Mapping[str, Any]) -> Chain:
        """As it was written."""
        return cls(tuple(tags), np.array(written["transitions"]), written["temperature"], written["weight"])


def _log_sum(values: Array, axis: int) -> Array:
    top = values.max(axis, keepdims=True)
    return (np.log(np.exp(values - top).sum(axis, keepdims=True)) + top).squeeze(axis)  # type: ignore[no-any-return]
