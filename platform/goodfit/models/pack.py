"""Several LoRA adapters over one base in one pass, each as if it were alone."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import nn

from goodfit.data.batches import Batch
from goodfit.data.progress import EVALUATION_TOKENS
from goodfit.models.call import compute
from goodfit.models.fast.attention import NotFlat
from goodfit.models.fast.dropout import Draws, swap_dropouts
from goodfit.models.fast.filling import filled, joined
from goodfit.models.fast.forwards import replace_forwards
from goodfit.models.fast.frozen import KeptStates
from goodfit.models.fast.graphs import Graphs
from goodfit.models.fast.layout import CURRENT, Layout, Owner
from goodfit.models.fast.linears import in_half
from goodfit.models.fast.lora import Lora, PackedLora, in_one_precision, plain_lora, takes_wide, wide_lora
from goodfit.models.fast.path import ComputePath
from goodfit.models.fast.read import places_of
from goodfit.models.fast.wiring import Wiring, wiring_of
from goodfit.models.parts import base_of, in_evaluation
from goodfit.models.scores import Scores

if TYPE_CHECKING:
    from torch import Tensor

Axis = Literal["rows", "inputs", "decoder", "read"]
"""What a module's input counts: rows of the batch in dimension 0, or in dimension 1 tokens, all or those read alone."""


@contextmanager
def packed(models: Sequence[Any], path: ComputePath, kept: KeptStates | None = None) -> Iterator[Pack]:
    """Models that can be called together, for as long as it lasts.

    Args:
        models: PEFT models with a LoRA adapter each, of one base, see ``share_base``. The first of them is called.
        path: How the first of them is computed; it has to be flat.
        kept: See ``ComputePath.on``.

    Raises:
        NotFlat: One of them trains something else than LoRA on linear layers and whole modules of its own, or a row of
            one would change what becomes of another's.
    """
    if path.by_batch:
        raise NotFlat("the longest row of a batch decides how this model turns the states of all, other trials' too")
    with path.on(models[0], kept):
        pack = Pack(models, path)
        try:
            yield pack
        finally:
            pack.close()


def share_base(models: Sequence[Any]) -> None:
    """Let all models use the frozen tensors of the first, so that they are in memory once.

    Raises:
        NotFlat: One has another base.
    """
    first = dict(models[0].named_modules())
    for model in models[1:]:
        for name, module in model.named_modules():
            if "original_module" in name.split("."):  # what a head was before it was trained: nobody calls it
                continue
            for key, weights in list(module._parameters.items()):
                if weights is None or weights.requires_grad:
                    continue
                shared = first[name]._parameters.get(key) if name in first else None
                if shared is weights:
                    continue
                if shared is None or not torch.equal(shared, weights):
                    raise NotFlat(f"the models of a pack differ in {name}.{key}, which is not trained")
                module._parameters[key] = shared


class Pack:
    """What was changed in the first of some models so that it computes all of them; made by ``packed``."""

    def __init__(self, models: Sequence[Any], path: ComputePath) -> None:
        wiring = wiring_of(models[0])
        if wiring is None:
            raise NotFlat("a pack is computed flat")
        self._host, self._wiring = models[0], wiring
        self._product = wiring.product
        self._counts: dict[Axis, list[int]] = {}
        self._graphs = Graphs(wiring, models) if path.graphs else None
        self._draws = [Draws() for _ in models]
        rates = _dropout_rates(models[0])
        if any(_dropout_rates(model) != rates for model in models):
            raise NotFlat("the models of a pack have other dropout rates, adapters aside")
        self._is_random = any(rates.values()) or any(map(_drops, models))
        self._undo = ExitStack()
        with ExitStack() as undo:
            self._patch(models, undo)
            self._refuse_other_draws()
            self._undo = undo.pop_all()

    def close(self) -> None:
        """Leave the models as they were."""
        self._wiring.owners = ()
        if self._graphs is not None:
            self._graphs.forget()
        self._undo.close()

    def totals(self, batches: Sequence[Batch | None], seeds: Sequence[int]) -> list[Tensor | None]:
        """The negative log-likelihood of all of each model's labels in its own batch, weighted, in nats.

        Args:
            batches: One for each model; None for those that sit this pass out.
            seeds: What each model's dropout is drawn from: the same as after ``torch.manual_seed`` alone.
        """
        if any(batch.labels_at == "pairs" for batch in batches if batch):
            raise NotFlat("queries of one trial would be held against documents of another")
        training = self._host.training and self._is_random
        if self._graphs is not None and not training:  # what each one draws is drawn in Python
            found = iter(self._graphs.totals(batches, self._losses))
            return [next(found) if batch else None for batch in batches]
        # what is drawn depends on the shape that a model alone would have, its filling included
        given = [self._as_alone(batch) if batch and training else batch for batch in batches]
        self._begin(given)
        self._draws = [Draws(torch.Generator().manual_seed(seed)) for seed in seeds]
        owners = [Owner(rows, draws) for rows, draws in zip(self._counts["rows"], self._draws, strict=True)]
        self._wiring.owners = tuple(owners) if training else ()
        # of all at once: a part of the logits for each model would be copied on its way back
        found = compute(self._host, joined([batch for batch in given if batch])).losses()
        counts = [
            (batch.answers, whole.answers) if batch and whole else (0, 0)
            for batch, whole in zip(batches, given, strict=True)
        ]
        own = found.split([size for answers, whole in counts for size in (answers, whole - answers)])[::2]
        return [batch.total(losses) if batch else None for batch, losses in zip(batches, own, strict=True)]

    def _losses(self, given: Sequence[Batch | None], whole: Batch) -> Tensor:
        """Of each answer, where nothing is drawn."""
        self._begin(given)
        self._wiring.owners = ()
        return compute(self._host, whole).losses()

    def _as_alone(self, batch: Batch) -> Batch:
        """The batch with the row behind it that it gets when it is computed alone, as a row of its own."""
        decoder = self._wiring.filling(sum(batch.decoder_lengths)) if batch.decoder_lengths else 0
        return filled(batch, self._wiring.filling(len(batch.input_ids)), decoder)

    def scores(self, batch: Batch, places: Sequence[int]) -> list[Scores]:
        """What some models, in evaluation mode, say of the same batch; as many share a pass as one has room for.

        Args:
            batch: On their device.
            places: Theirs among the models.
        """
        tokens = sum(batch.lengths) + sum(batch.decoder_lengths or ())
        passes = math.ceil(len(places) * tokens / EVALUATION_TOKENS)
        width = math.ceil(len(places) / min(passes, len(places)))
        parts = (places[first : first + width] for first in range(0, len(places), width))
        return [own for part in parts for own in self._scores(batch, part)]

    def _scores(self, batch: Batch, places: Sequence[int]) -> list[Scores]:
        self._begin([batch if place in places else None for place in range(len(self._draws))])
        self._draws = [Draws() for _ in self._draws]
        self._wiring.owners = ()
        found = compute(self._host, joined([batch] * len(places)))
        targets, rows = (part.chunk(len(places))[0] for part in (found.targets, found.rows))
        return [Scores(logits, targets, rows) for logits in found.logits.chunk(len(places))]

    def _begin(self, batches: Sequence[Batch | None]) -> None:
        self._counts = {
            "rows": [len(batch.lengths) if batch else 0 for batch in batches],
            "inputs": [sum(batch.lengths) if batch else 0 for batch in batches],
            "decoder": [sum(batch.decoder_lengths or ()) if batch else 0 for batch in batches],
            "read": [_states_read(batch) if batch and self._wiring.short_for else 0 for batch in batches],
        }

    # ---- the modules that differ between models -------------------------------------------------------------------

    def _patch(self, models: Sequence[Any], undo: ExitStack) -> None:
        from peft.tuners.lora import Linear
        from peft.utils import ModulesToSaveWrapper

        everywhere = [dict(model.named_modules()) for model in models]
        found: dict[Any, Callable[..., Any]] = {}
        inside: set[int] = set()
        trained: set[int] = set()
        for name, module in everywhere[0].items():
            same = [modules.get(name) for modules in everywhere]
            if id(module) in inside:
                continue
            if isinstance(module, Linear):
                layers = [plain_lora(layer, name) for layer in same]
                order = sorted(range(len(layers)), key=lambda place: len(layers[place].down))
                found[module] = functools.partial(self._lora, layers, order)
                inside |= {id(part) for part in module.modules()}
                trained |= {id(weights) for layer in layers for weights in (layer.down, layer.up)}
            elif isinstance(module, ModulesToSaveWrapper):
                if not all(isinstance(wrapper, ModulesToSaveWrapper) for wrapper in same):
                    raise NotFlat(f"not all models train {name}")
                own = [wrapper.modules_to_save[wrapper.active_adapters[0]] for wrapper in same]
                for number, part in enumerate(own):
                    undo.callback(swap_dropouts(part, functools.partial(self._draws_of, number)))
                found[module] = functools.partial(self._own, own)
                inside |= {id(part) for part in module.modules()}
                trained |= {id(weights) for part in own for weights in part.parameters()}
            elif isinstance(module, nn.Dropout) and module.p:
                found[module] = functools.partial(self._dropout, module.p)
        for model in models:
            for name, weights in model.named_parameters():
                if weights.requires_grad and id(weights) not in trained:
                    raise NotFlat(f"{name} is trained, and a pack holds LoRA on linear layers and whole modules")
        seen = _axes(self._host, self._wiring, list(found))
        undo.callback(replace_forwards(list(seen), lambda module: functools.partial(found[module], seen[module])))

    def _refuse_other_draws(self) -> None:
        """Of a training pass nothing may be drawn from PyTorch's own generator, for all trials at once.

        Raises:
            NotFlat: OPT's dropout is a function, not a layer; other models leave out layers, or add noise to choices.
        """
        device, batch = self._host.device, _any_batch(self._host, self._wiring)
        self._begin([batch, *[None] * (len(self._draws) - 1)])
        self._draws = [Draws(torch.Generator().manual_seed(0)) for _ in self._draws]
        self._wiring.owners = tuple(map(Owner, self._counts["rows"], self._draws))
        devices = [device] if device.type == "cuda" else []
        with in_evaluation(self._host), torch.random.fork_rng(devices), torch.no_grad():
            self._host.train()
            inputs, CURRENT.answered = self._wiring.inputs(batch), batch
            CURRENT.layout = replace(self._wiring.layout_of(batch), draws=Draws(torch.Generator()))  # of the filling
            before = _generator_states(devices)
            self._host(**inputs)
            drawn = not all(map(torch.equal, before, _generator_states(devices)))
        self._wiring.owners = ()
        if drawn:
            raise NotFlat(f"{type(self._wiring.model).__name__} draws for all trials at once in training")

    def _draws_of(self, number: int) -> Draws:
        return self._draws[number]

    def _lora(self, layers: Sequence[Lora], order: Sequence[int], axis: Axis, states: Tensor) -> Tensor:
        """The base layer on all rows, and each model's adapter on its own; ``order`` is that of their ranks."""
        dropped = self._drop(states, axis, [layer.dropout for layer in layers])
        read = None if dropped is states else dropped.flatten(0, -2)
        flat = states.flatten(0, -2)
        found: Tensor
        if takes_wide(states.device.type):
            layers = [layers[place] for place in order]
            found = wide_lora(flat, read, layers, self._shares_of(axis, layers, order, flat))
        else:
            flat, read, weight, bias, *adapters = in_one_precision(self._product, flat, read, layers)
            scalings = [layer.scaling for layer in layers]
            found = PackedLora.apply(flat, read, weight, bias, self._product, self._counts[axis], scalings, *adapters)
        return found.view(*states.shape[:-1], found.shape[-1])

    def _shares_of(self, axis: Axis, layers: Sequence[Lora], order: Sequence[int], states: Tensor) -> Tensor:
        """What the ranks of all adapters are multiplied by in each row: an adapter's scaling in its own rows, else 0.

        Args:
            axis: What is counted.
            layers: The adapters.
            order: The place of each one's model in the pack.
            states: (rows, in).

        Returns:
            (rows, ranks of all adapters), in the precision in which they are multiplied.
        """
        kind, ranks = in_half(states[:0])[0].dtype, tuple(len(layer.down) for layer in layers)  # type: ignore[union-attr]
        scalings = tuple(layer.scaling for layer in layers)
        key = (axis, tuple(order), ranks, scalings, len(states), kind)

        def made(_: Layout) -> Tensor:
            counts = torch.tensor([*self._counts[axis], self._filling(axis)])
            rows, repeats = torch.arange(len(counts)).repeat_interleave(counts), torch.tensor(ranks)
            own = rows[:, None] == torch.tensor(order).repeat_interleave(repeats)
            shares = own * torch.tensor(scalings).repeat_interleave(repeats)
            return shares.repeat_interleave(len(states) // len(shares), 0).to(kind)

        if CURRENT.layout is None:
            raise NotFlat("a pack is computed flat")
        return CURRENT.layout.there(key, made, follows=False)

    def _filling(self, axis: Axis) -> int:
        """How much stands behind the batches of all models."""
        return 1 if axis in ("rows", "read") else self._wiring.filling(sum(self._counts[axis]))

    def _own(self, modules: Sequence[Any], axis: Axis, states: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """Each model's module on its own rows; the first one's on the filling."""
        dimension = 0 if axis == "rows" else 1
        pieces = states.split([*self._counts[axis], self._filling(axis)], dimension)
        generators = [*(draws.generator for draws in self._draws), None]
        found = []
        for module, piece, generator in zip([*modules, modules[0]], pieces, generators, strict=True):
            with drawing_from(generator):
                found.append(module(piece, *args, **kwargs))
        return torch.cat(found, dimension)

    def _dropout(self, rate: float, axis: Axis, states: Tensor) -> Tensor:
        return self._drop(states, axis, [rate] * len(self._draws))

    def _drop(self, states: Tensor, axis: Axis, rates: Sequence[float]) -> Tensor:
        """Dropout of each model's own rows, from its own draws."""
        if not self._host.training or not any(rates):
            return states
        dimension = 0 if axis == "rows" else 1
        *pieces, rest = states.detach().split([*self._counts[axis], self._filling(axis)], dimension)
        kept = [
            draws.kept(piece, rate) if rate else torch.ones_like(piece)
            for piece, rate, draws in zip(pieces, rates, self._draws, strict=True)
        ]
        return states * torch.cat([*kept, torch.ones_like(rest)], dimension)


def _states_read(batch: Batch) -> int:
    """How many states are read for the answers of a batch, the filling behind it aside."""
    places = places_of(batch, batch.decoder_lengths or batch.lengths)
    return 0 if places is None else len(places)


def _dropout_rates(model: Any) -> dict[str, float]:
    """Those that the base's config names; GPT-2's ``summary_first_dropout`` is of a head that no model here has."""
    config = base_of(model).config.to_dict()
    named = {key: value for key, value in config.items() if "drop" in key and not key.startswith("summary_")}
    return {key: float(value) for key, value in named.items() if isinstance(value, float | int)}


def _drops(model: Any) -> bool:
    """Whether a layer of it drops anything, an adapter's among them."""
    return any(module.p for module in model.modules() if isinstance(module, nn.Dropout))


def _any_batch(model: Any, wiring: Wiring) -> Batch:
    """Two rows of 40 tokens, and of 20 decoder tokens."""
    token = torch.full((40,), 5, device=model.device)
    learnt = torch.arange(5, device=model.device) if wiring.short_for == "tokens" else None
    batch = Batch(token, (10, 30), token[:2], None, None, 0, wiring.short_for or "rows", learnt)
    if not base_of(model).config.is_encoder_decoder:
        return batch
    return replace(batch, decoder_input_ids=token[:20], decoder_lengths=(5, 15))


def _generator_states(devices: Sequence[Any]) -> list[Tensor]:
    """Of PyTorch's own generators: the CPU's, and those of some GPUs."""
    return [torch.get_rng_state(), *map(torch.cuda.get_rng_state, devices)]


def _axes(model: Any, wiring: Wiring, modules: Sequence[Any]) -> dict[Any, Axis]:
    """What each module's input counts: seen in a pass with as many rows, tokens and decoder tokens as nothing else.

    Raises:
        NotFlat: Something else.
    """
    batch = _any_batch(model, wiring)
    axes: dict[tuple[int, int], Axis] = {(1, 40 + wiring.filling(40)): "inputs", (1, _states_read(batch) + 1): "read"}
    if batch.decoder_lengths:
        axes[1, 20 + wiring.filling(20)] = "decoder"
    seen: dict[Any, Axis] = {}

    def look(module: Any, args: tuple[Any, ...]) -> None:
        shape = tuple(args[0].shape)
        found: Axis | None = axes.get(shape[:2], "rows" if shape[0] == 3 else None)
        if found is None or seen.setdefault(module, found) != found:
            raise NotFlat(f"{type(module).__name__} reads {shape}")

    hooks = [module.register_forward_pre_hook(look) for module in modules]
    try:
        with in_evaluation(model), torch.no_grad():
            inputs, CURRENT.answered = wiring.inputs(batch), batch
            model(**inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return seen


@contextmanager
def drawing_from(generator: torch.Generator | None) -> Iterator[None]:
    """PyTorch's own draws are this generator's, which goes on with them."""
    if generator is None:
        yield
        return
    before = torch.get_rng_state()
    torch.set_rng_state(generator.get_state())
    try:
        yield
        generator.set_state(torch.get_rng_state())
    finally:
        torch.set_rng_state(before)
