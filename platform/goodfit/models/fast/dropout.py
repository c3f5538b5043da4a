"""Dropout from cheap random bits: PyTorch's own takes a fifth of a small encoder's step on a CPU."""

from __future__ import annotations

import copy
import functools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from goodfit.models.fast.forwards import replace_forwards

if TYPE_CHECKING:
    import torch
    from torch import Tensor

LEVELS = 2**16
"""Rates are rounded to this many levels; kept values are divided by the rounded share."""


class Draws:
    """Random bits, a function of the generator that seeds them when they are first used.

    On a CPU they come from SFC64 (Doty-Humphrey, in PractRand, https://pracrand.sourceforge.net), as NumPy has it; on a
    GPU from a generator of PyTorch's there.

    Args:
        generator: PyTorch's own, when not given.
    """

    def __init__(self, generator: torch.Generator | None = None) -> None:
        self.generator = generator
        self._bits: Any = None

    def kept(self, like: Tensor, rate: float) -> Tensor:
        """What values are multiplied by: 0 for a share of ``rate``, and for all others what makes up for it.

        Args:
            like: Of the shape, type and device that are wanted.
            rate: From 0 up to, not including, 1.
        """
        import torch
        from numpy.random import SFC64

        seed = int(torch.randint(2**62, (), generator=self.generator)) if self._bits is None else 0
        if like.device.type != "cpu":
            self._bits = self._bits or torch.Generator(like.device).manual_seed(seed)
            found = torch.empty_like(like, requires_grad=False)
            return found.bernoulli_(1 - rate, generator=self._bits).div_(1 - rate)
        self._bits = self._bits or SFC64(seed)
        count, share = like.numel(), _share(rate)
        bits = self._bits.random_raw(math.ceil(count / 4)).view("int16")[:count].reshape(like.shape)
        found = torch.empty(like.shape, dtype=torch.float32)
        torch.lt(torch.from_numpy(bits), share - LEVELS // 2, out=found)
        return found.mul_(gain_of(rate)).to(like.dtype)

    @contextmanager
    def again(self, bits: Any) -> Iterator[None]:
        """Draw once more what was drawn from somewhere on, see ``bits``; behind it, go on as if nothing was."""
        now, self._bits = self._bits, _copied(bits)
        try:
            yield
        finally:
            self._bits = now

    @property
    def bits(self) -> Any:
        """What the next ones come from; none before the first ones are drawn."""
        return _copied(self._bits)


def _copied(bits: Any) -> Any:
    """Of PyTorch or NumPy, at the same place, and independent of it from there on."""
    return bits.clone_state() if hasattr(bits, "clone_state") else copy.deepcopy(bits)


def _share(rate: float) -> int:
    """How many of the levels are kept."""
    return round((1 - rate) * LEVELS)


def gain_of(rate: float) -> float:
    """What a kept value is multiplied by."""
    return LEVELS / _share(rate)


def swap_dropouts(model: Any, draws: Callable[[], Draws]) -> Callable[[], None]:
    """Let a model's dropout layers draw their bits here.

    Args:
        model: Any module.
        draws: What is drawn from, asked at each call.

    Returns:
        What undoes it.
    """
    from torch import nn

    modules = [module for module in model.modules() if type(module) is nn.Dropout and 0 < module.p < 1]
    return replace_forwards(modules, lambda module: functools.partial(_dropout, module, draws))


def _dropout(module: Any, draws: Callable[[], Draws], states: Tensor) -> Tensor:
    from torch.nn import functional

    if not module.training:
        return states
    drawn = draws()
    if drawn.generator is None and states.device.type != "cpu":  # PyTorch's own is one kernel there
        return functional.dropout(states, module.p)
    return states * drawn.kept(states, module.p)
