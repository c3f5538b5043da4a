"""Models of a pack that are asked of the same records: the first one's pass answers for all, each as it would alone."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from goodfit.data.batches import Batch
    from goodfit.models.scores import Scores


class Asked(Protocol):
    """What computes several models at once."""

    def scores(self, batch: Batch, places: Sequence[int]) -> list[Scores]:
        """What each of the models at these places says of a batch."""


@dataclass(frozen=True, slots=True)
class KeptLosses:
    """What is kept of scores over a vocabulary, which are too large to wait for their model's turn."""

    found: Tensor
    rows: Tensor

    def losses(self) -> Tensor:
        """As those of the scores."""
        return self.found


class Together:
    """The answers of some models, which are asked of the same batches in the same order.

    Args:
        pack: Computes them.
        places: Model -> its place in the pack.
        losses_only: Whether nothing but losses is asked for.
    """

    def __init__(self, pack: Asked, places: Mapping[Any, int], losses_only: bool) -> None:
        self._pack, self._places, self._losses_only = pack, places, losses_only
        self._asked = dict.fromkeys(places, 0)
        self._answers: list[tuple[Batch, dict[Any, Any]]] = []

    def scores(self, model: Any, batch: Batch) -> Any:
        """What a model says of its next batch.

        Raises:
            ValueError: The others were asked of other records.
        """
        number = self._asked[model]
        self._asked[model] += 1
        if number == len(self._answers):
            found = self._pack.scores(batch, list(self._places.values()))
            kept = [KeptLosses(own.losses(), own.rows) for own in found] if self._losses_only else found
            self._answers.append((batch, dict(zip(self._places, kept, strict=True))))
        first, answers = self._answers[number]
        if first.lengths != batch.lengths or not first.input_ids.equal(batch.input_ids):
            raise ValueError("models that share passes were asked of other records")
        return answers.pop(model)


_TOGETHER: weakref.WeakKeyDictionary[Any, Together] = weakref.WeakKeyDictionary()


def together_of(model: Any) -> Together | None:
    """What answers for a model."""
    return _TOGETHER.get(model)


@contextmanager
def asked_together(pack: Asked, places: Mapping[Any, int], losses_only: bool) -> Iterator[None]:
    """The models answer together, for as long as it lasts; see ``Together``."""
    asked = Together(pack, places, losses_only)
    _TOGETHER.update(dict.fromkeys(places, asked))
    try:
        yield
    finally:
        for model in places:
            del _TOGETHER[model]
