"""How a model is computed: flat batches or padded ones, oneDNN or PyTorch's own linear layers, frozen layers kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from goodfit.models.fast.frozen import KeptStates, keeping
from goodfit.models.fast.wiring import wired


@dataclass(frozen=True, slots=True)
class ComputePath:
    """How a model is computed, and why so."""

    flat: bool
    onednn: bool
    reason: str = ""
    first_states: bool = False
    """Whether the model's head reads the first state of each row."""
    keep_base: bool = False
    """Whether the states of a frozen base, or of its frozen lower layers, are kept for each row."""

    @property
    def name(self) -> str:
        """As it is recorded and shown."""
        first = "fast" if self.flat else "plain"
        return first + (", with oneDNN" if self.onednn else "") + (", base kept" if self.keep_base else "")

    @contextmanager
    def on(self, model: Any, kept: KeptStates | None = None) -> Iterator[None]:
        """The model on this path, for as long as the context lasts.

        Args:
            model: Any of transformers.
            kept: What models over the same base have computed, where that is kept.

        Raises:
            NotFlat: It cannot take flat batches.
        """
        with ExitStack() as stack:
            stack.enter_context(wired(model, first_states=self.first_states, flat=self.flat, onednn=self.onednn))
            if self.keep_base:
                stack.enter_context(keeping(model, kept))
            yield
