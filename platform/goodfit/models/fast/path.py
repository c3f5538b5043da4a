"""Which path a run takes: flat batches or padded ones, oneDNN or PyTorch's own linear layers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from goodfit.data.batches import Example
from goodfit.errors import ConfigError
from goodfit.models.fast.accept import Verdict, compare_steps
from goodfit.models.fast.wiring import wired
from goodfit.schema.runtime import RuntimeConf


@dataclass(frozen=True, slots=True)
class ComputePath:
    """How a model is computed."""

    flat: bool
    onednn: bool
    reason: str
    first_states: bool = False
    """Whether the model's head reads the first state of each row."""

    @property
    def name(self) -> str:
        """As it is recorded and shown."""
        return "fast" if self.flat else "plain, with oneDNN" if self.onednn else "plain"

    def on(self, model: Any) -> AbstractContextManager[None]:
        """The model on this path, for as long as the context lasts."""
        return wired(model, first_states=self.first_states, flat=self.flat, onednn=self.onednn)


def choose_path(
    model: Any, conf: RuntimeConf, examples: Sequence[Example], pad_id: int, *, pooled: bool, own_head: bool
) -> ComputePath:
    """The fastest path on which a step of this model is the same as on the plain one.

    Args:
        model: On its device, with its trainable weights chosen.
        conf: The runtime group, with ``linears`` settled.
        examples: Of the run.
        pad_id: The token that fills up.
        pooled: Whether the model makes one vector of each example.
        own_head: Whether that vector is the one that the model's own head reads.

    Raises:
        ConfigError: ``runtime=fast`` was asked for, and the model is not the same there.
    """
    if conf.path == "plain":
        return ComputePath(False, False, "runtime.path is plain")
    first_states, onednn = pooled and own_head, conf.linears == "onednn"

    def compare(flat: bool) -> Verdict:
        return compare_steps(
            model, examples, pad_id, pooled=pooled, first_states=first_states, flat=flat, onednn=onednn
        )

    verdict = compare(True) if model.device.type == "cpu" else Verdict(False, "the fast path is for CPUs")
    if verdict.same:
        return ComputePath(True, onednn, verdict.reason, first_states)
    if conf.path == "fast":
        raise ConfigError(f"runtime=fast, and this model cannot be computed flat: {verdict.reason}", "runtime=auto")
    return ComputePath(False, onednn and compare(False).same, f"not flat: {verdict.reason}", first_states)
