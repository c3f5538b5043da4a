"""Steps that a GPU has recorded: CUDA graphs, https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs.

A small step waits for Python to start its thousands of operations far longer than for the GPU (benchmarks/gpu.md). Here
all of them are recorded once for each shape of batch, and started at once from then on. Batches that differ a little
are brought to one shape by a row of filling.
"""

from __future__ import annotations

import functools
import gc
import itertools
import logging
import weakref
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from goodfit.data.batches import Batch, sent
from goodfit.models.fast.attention import NotFlat
from goodfit.models.fast.filling import filled, joined
from goodfit.models.fast.layout import CURRENT, Layout
from goodfit.models.fast.wiring import Wiring, wiring_of
from goodfit.models.parts import base_of

TOKENS, ANSWERS, LONGEST = 256, 64, 256
"""Shapes have a multiple of so many tokens and answers, and a power of two from here on as the bound of a row: a GPU
does fewer no sooner."""

OF_A_MODEL = 16
"""In a pack of many, each model has a multiple of so many."""

TOKEN_PARTS, ANSWER_PARTS = 8, 2
"""Large shapes are further apart than that: filling is at most one part of so many of a batch. On a finer grid a run
has some hundred shapes (benchmarks/graph_shapes.md)."""

ROOM = 2
"""A shape is recorded where so many times what it takes is free: what it takes is not free for anything else from then
on, and an evaluation needs about as much. Else its steps are made by Python, to the same bits."""

BEHIND = 3
"""What is free has to hold besides, of each tuned weight: the gradient, and two moments of the optimiser."""

MOST = 64
"""So many shapes are recorded; steps of further ones are made by Python, too, for a step is recorded in the time of
two."""

Given = Sequence[Batch | None]
Losses = Callable[[Given, Batch], Tensor]
"""(each model's batch, all of them one behind the other) -> the loss of each answer."""


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A step, and what it reads and writes: tensors that stay where they are."""

    batch: Batch
    weights: Tensor
    """(answers,): 1, and 0 of filling."""
    layout: Layout
    replay: Callable[[], None]
    totals: Tensor
    """(models,)"""
    there: tuple[bool, ...]
    """Which models have a batch."""
    reached: list[bool]
    """Which of the tensors that all models train get a gradient; said by the step."""


class Graphs:
    """The recorded steps of some models that are computed together.

    Args:
        wiring: Of the model that is called.
        models: Those whose batches are given, in this order; what they train is told from each other.
    """

    def __init__(self, wiring: Wiring, models: Sequence[Any]) -> None:
        self._wiring = wiring
        self._host = models[0]
        self._trained = [[weights for weights in model.parameters() if weights.requires_grad] for model in models]
        self._all = list(itertools.chain.from_iterable(self._trained))
        self._gradients: list[Tensor] = []
        self._made: dict[Hashable, _Recorded] = {}
        self._largest: tuple[int, ...] = (0, 0)
        """Tokens and answers, of a step that was made to be recorded."""
        self._pool: Any = None
        self._turn = 0
        self.failure: str | None = None
        """Why nothing more is recorded."""

    def totals(self, batches: Given, losses_of: Losses) -> Tensor:
        """The summed loss of each model that has a batch, in nats: (models with a batch,).

        Its gradient, which is computed with it, can be asked for until the next call.

        Args:
            batches: One for each model; None for those that sit this pass out.
            losses_of: Computes them.
        """
        if any(batch.decoder_lengths for batch in batches if batch):
            raise NotFlat("steps of encoder-decoders are not recorded: their attention is in blocks")
        there = [batch for batch in batches if batch]
        token_unit, answer_unit = (_of_each(unit, len(batches)) for unit in (TOKENS, ANSWERS))
        tokens, filling = _rounded(max(len(batch.input_ids) for batch in there), token_unit, TOKEN_PARTS)
        answers, _ = _rounded(max(batch.answers for batch in there), answer_unit, ANSWER_PARTS)
        given = [batch and _shaped(batch, tokens, answers) for batch in batches]
        whole = joined([batch for batch in given if batch])
        weights = torch.tensor(
            [
                weight
                for own, shaped in zip(batches, given, strict=True)
                if own and shaped
                for weight in (*(own.weights or (1.0,) * own.answers), *(0.0,) * (shaped.answers - own.answers))
            ]
        )
        longest = max(LONGEST, 1 << (max(*whole.lengths, filling) - 1).bit_length())
        layout = self._wiring.layout_of(whole, longest, max(length for batch in there for length in batch.lengths))
        key = (
            self._host.training,
            _half(whole.input_ids.device.type),
            longest,
            *(shaped and (len(shaped.input_ids), len(shaped.lengths), shaped.answers) for shaped in given),
            *(weights.data_ptr() for weights in (next(self._host.parameters()), self._all[0])),
        )
        made = self._made.get(key)
        if made is None:
            made = self._record(given, whole, sent(weights, whole.input_ids.device), layout, losses_of)
            if len(self._made) < MOST:
                self._made[key] = made
        else:
            _refill(made, whole, weights, layout)
        self._turn += 1
        totals: Tensor = _Replay.apply(self, made, self._turn, *self._all)
        return totals

    def _record(self, given: Given, batch: Batch, weights: Tensor, layout: Layout, losses_of: Losses) -> _Recorded:
        self._gradients = self._gradients or [torch.empty_like(weights) for weights in self._all]
        counts = [shaped.answers for shaped in given if shaped]
        reached: list[bool] = []  # of all models
        kind = weights.device.type

        def step() -> Tensor:
            half = _half(kind)
            # what one step casts to 16 bits may be gone when the next one is started
            with self._with(layout), torch.autocast(kind, half, enabled=half is not None, cache_enabled=False):
                losses = losses_of(given, batch)
            totals = torch.stack([own.sum() for own in (losses * weights).split(counts)])
            with torch.autocast(kind, enabled=False):
                found = torch.autograd.grad(totals.sum(), self._all, allow_unused=True)
            reached[:] = [gradient is not None for gradient in found]
            into = [place for place, gradient in zip(self._gradients, found, strict=True) if gradient is not None]
            torch._foreach_copy_(into, [gradient for gradient in found if gradient is not None])
            return totals.detach()

        CURRENT.in_blocks = False
        devices = [weights.device] if kind == "cuda" else []
        found = None
        if self.failure is None and len(self._made) < MOST:
            with torch.random.fork_rng(devices):
                found = self._recording(step, (len(batch.input_ids), batch.answers))
        if found is None:
            totals = weights.new_empty(len(counts))
            found = functools.partial(made_again, step, totals), totals
        return _Recorded(batch, weights, layout, *found, tuple(map(bool, given)), reached)

    def _recording(self, step: Callable[[], Tensor], size: tuple[int, ...]) -> tuple[Callable[[], None], Tensor] | None:
        """Make a step once, so that all that it needs is there, and record another one, if that can be.

        Raises:
            NotFlat: It computes attention in blocks, which differ from batch to batch.
        """
        torch.cuda.empty_cache()
        before, drawn = torch.cuda.memory_reserved(), torch.get_rng_state()
        step()
        if CURRENT.in_blocks:
            raise NotFlat("attention in blocks, which differ from batch to batch, is not recorded")
        if not drawn.equal(torch.get_rng_state()):
            self._give_up("the model draws something in Python, where each step has to draw anew")
        elif self._has_room(torch.cuda.memory_reserved() - before, size):
            try:
                return self._captured(step)
            except RuntimeError as error:
                self._give_up((str(error) or type(error).__name__).splitlines()[0])
                _end_failed_capture()
        return None

    def _give_up(self, reason: str) -> None:
        self.failure = reason
        self.forget()
        logging.getLogger(__name__).warning("no CUDA graphs from here on: %s", reason)

    def forget(self) -> None:
        """Give up all recorded steps, and their memory: those that Python makes would keep it until it is collected."""
        self._made.clear()
        self._pool = None

    def _has_room(self, taken: int, size: tuple[int, ...]) -> bool:
        """Whether a step can be recorded that takes so much; a larger one than all before may have their memory."""
        needed = ROOM * taken + BEHIND * sum(gradient.nbytes for gradient in self._gradients)
        before, self._largest = self._largest, tuple(map(max, size, self._largest))
        if _is_free(needed):
            return True
        if self._largest == before:
            return False
        self.forget()
        return _is_free(needed)

    def _captured(self, step: Callable[[], Tensor]) -> tuple[Callable[[], None], Tensor]:
        self._pool = self._pool or torch.cuda.graph_pool_handle()
        graph = torch.cuda.CUDAGraph()
        with _without_collector(), torch.cuda.graph(graph, self._pool, torch.cuda.current_stream(), "thread_local"):
            totals = step()
        return graph.replay, totals

    @contextmanager
    def _with(self, layout: Layout) -> Iterator[None]:
        self._wiring.layout = layout
        try:
            yield
        finally:
            self._wiring.layout = None

    def replayed(self, made: _Recorded) -> Tensor:
        """The totals of the batch that a recorded step has been given."""
        made.replay()
        return made.totals.clone()

    def gradients(self, made: _Recorded, turn: int, outer: Tensor) -> list[Tensor | None]:
        """Of what is trained, for a gradient of each total: (models with a batch,).

        Raises:
            RuntimeError: Another batch was computed since.
        """
        if turn != self._turn:
            raise RuntimeError("a recorded step is differentiated before the next one")
        found: list[Tensor | None] = []
        shares, places = iter(outer), iter(zip(self._gradients, made.reached, strict=True))
        for own, is_there in zip(self._trained, made.there, strict=True):
            gradients = list(itertools.islice(places, len(own)))
            if not is_there:
                found += [None] * len(own)
                continue
            scaled = iter(torch._foreach_mul([place for place, is_reached in gradients if is_reached], next(shares)))
            found += [next(scaled) if is_reached else None for _, is_reached in gradients]
        return found


class _Replay(torch.autograd.Function):
    """A recorded step: forward and backward at once, the gradients are handed out when they are asked for."""

    @staticmethod
    def forward(ctx: Any, graphs: Graphs, made: _Recorded, turn: int, *_: Tensor) -> Tensor:
        ctx.graphs, ctx.made, ctx.turn = graphs, made, turn
        return graphs.replayed(made)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        return None, None, None, *ctx.graphs.gradients(ctx.made, ctx.turn, gradients[0])


def _of_each(unit: int, models: int) -> int:
    """The unit of each of some models, so that theirs together is about the same."""
    return max(unit // models // OF_A_MODEL, 1) * OF_A_MODEL


def _rounded(count: int, unit: int, parts: int) -> tuple[int, int]:
    """The size of a shape that has room for more than so many, and how much of it is filling at most."""
    step = max(unit, (1 << count.bit_length()) // (2 * parts))
    return (count // step + 1) * step, step


def _shaped(batch: Batch, tokens: int, answers: int) -> Batch:
    """The batch, filled to these sizes."""
    more = answers - batch.answers if batch.labels_at == "tokens" else 0
    return filled(batch, tokens - len(batch.input_ids), answers=more)


def _refill(made: _Recorded, batch: Batch, weights: Tensor, layout: Layout) -> None:
    """Let a recorded step read another batch of its shape."""
    for name in ("input_ids", "labels", "token_types", "learnt"):
        tensor = getattr(made.batch, name)
        if tensor is not None:
            tensor.copy_(getattr(batch, name))
    made.weights.copy_(sent(weights, made.weights.device))
    made.layout.become(layout)


def _half(device: str) -> torch.dtype | None:
    """The precision of autocast, where it is on."""
    return torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else None


def _is_free(needed: int) -> bool:
    torch.cuda.empty_cache()
    return torch.cuda.mem_get_info()[0] >= needed


def _end_failed_capture() -> None:
    """PyTorch's generator takes itself for recorded behind a capture that failed, until one succeeds."""
    with torch.cuda.graph(torch.cuda.CUDAGraph(), stream=torch.cuda.current_stream()):
        torch.zeros(1, device="cuda")


def made_again(step: Callable[[], Tensor], totals: Tensor) -> None:
    """What a recorded step does, by Python."""
    with torch.enable_grad():
        totals.copy_(step())


@contextmanager
def _without_collector() -> Iterator[None]:
    """Nothing is freed that no recording may free, such as other graphs."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_GRAPHS: weakref.WeakKeyDictionary[Any, Graphs] = weakref.WeakKeyDictionary()


def graphs_of(model: Any) -> Graphs | None:
    """The recorded steps of a model."""
    return _GRAPHS.get(model)


@contextmanager
def recording(model: Any) -> Iterator[None]:
    """Record the steps of a wired model, for as long as it lasts."""
    wiring = wiring_of(model)
    if wiring is None:
        raise NotFlat("steps of flat models only are recorded")
    _GRAPHS[model] = Graphs(wiring, [model])
    try:
        with _on_own_stream(base_of(model).device):
            yield
    finally:
        _GRAPHS.pop(model).forget()


@contextmanager
def _on_own_stream(device: torch.device) -> Iterator[None]:
    """Where a GPU records: its default stream cannot, and what another stream has begun to differentiate cannot be."""
    if device.type != "cuda":
        yield
        return
    outer, own = torch.cuda.current_stream(device), _stream(device)
    own.wait_stream(outer)
    try:
        with torch.cuda.stream(own):
            yield
    finally:
        outer.wait_stream(own)


@functools.cache
def _stream(device: torch.device) -> Any:
    return torch.cuda.Stream(device)
