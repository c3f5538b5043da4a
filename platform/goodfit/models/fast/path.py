"""How a model is computed: flat or padded batches, oneDNN or PyTorch's linear layers, what is kept or recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from goodfit.data.batches import LabelsAt
from goodfit.models.fast.frozen import KeptStates, keeping
from goodfit.models.fast.graphs import recording
from goodfit.models.fast.recompute import recomputing
from goodfit.models.fast.wiring import wired


@dataclass(frozen=True, slots=True)
class ComputePath:
    """How a model is computed, and why so."""

    flat: bool
    onednn: bool
    reason: str = ""
    reads_first_state: bool = False
    """Whether the model's head reads the first state of each row."""
    keep_base: bool = False
    """Whether the states of a frozen base, or of its frozen lower layers, are kept for each row."""
    graphs: bool = False
    """Whether its steps are CUDA graphs."""
    checkpointing: bool = False
    """Whether layers compute again for the backward pass what they do not keep."""
    short_for: LabelsAt | None = None
    """Where the model answers, if its last layer is computed there alone."""
    by_batch: bool = False
    """Whether what becomes of a row depends on the others of its batch: such models are not packed."""

    @property
    def name(self) -> str:
        """As it is recorded and shown."""
        first = "fast" if self.flat else "plain"
        more = {
            ", with oneDNN": self.onednn,
            ", base kept": self.keep_base,
            ", gradient checkpointing": self.checkpointing,
            ", CUDA graphs": self.graphs,
        }
        return first + "".join(name for name, is_so in more.items() if is_so)

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
            short_for = None if self.graphs else self.short_for  # which tokens are read is not recorded
            words = {
                "reads_first_state": self.reads_first_state,
                "short_for": short_for,
                "gates": not self.checkpointing,
            }
            stack.enter_context(wired(model, flat=self.flat, onednn=self.onednn, **words))
            if self.checkpointing:
                stack.enter_context(recomputing(model))
            if self.keep_base:
                stack.enter_context(keeping(model, kept))
            if self.graphs:
                stack.enter_context(recording(model))
            yield
