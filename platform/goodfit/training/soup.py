"""A soup: the average of the weights that several trainings from the same first weights came to.

Wortsman et al. 2022, https://arxiv.org/abs/2203.05482, as they call the uniform one: every member counts alike. What
LoRA adds to a layer is the product of two factors, and the average of products is not the product of averages: the
products are averaged, and the nearest one of the same rank is kept (Eckart and Young 1936).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from goodfit.training.checkpoints import checkpoint_of
from goodfit.training.held_out import Measure, Trace
from goodfit.training.state import put_state, read_weights

FACTORS = (".lora_A.", ".lora_B."), (".lora_embedding_A.", ".lora_embedding_B.")
"""Of a layer's LoRA, and of that of embeddings, as PEFT names them: (rank, in) and (out, rank)."""


@dataclass(frozen=True, slots=True)
class Soup:
    """What came of averaging."""

    members: Sequence[Mapping[str, float]]
    """Of each, the step of its best weights, and their score and mean loss on held-out records."""
    score: float
    """Of the average."""
    loss: float
    """Of the average, in nats."""
    taken: bool
    """Whether it is the model; where not, the best member is."""

    @property
    def mean_loss(self) -> float:
        """Of the members."""
        return math.fsum(member["loss"] for member in self.members) / len(self.members)

    def shown(self) -> dict[str, Any]:
        """For run.json: what is no number is nothing there."""
        figures = {name: getattr(self, name) for name in ("score", "loss")}
        known = {name: figure if math.isfinite(figure) else None for name, figure in figures.items()}
        return {"members": self.members, **known, "taken": self.taken}

    def __str__(self) -> str:
        result = "it is the model" if self.taken else "it is worth less, and the best of them is the model"
        return (
            f"the average of {len(self.members)} trainings has a loss of {self.loss:.4g} on held-out records, and they "
            f"{self.mean_loss:.4g} on average: {result}"
        )


def stir(model: Any, checkpoints: Path, traces: Sequence[Trace], measure: Measure) -> Soup:
    """Let a model have the average of its members' best weights.

    Their scores are the best of several moments each, which flatters them beside that of the average. In most kinds
    the moments were not chosen by the losses, which are less a matter of luck, too.

    Args:
        model: Whose members they are.
        checkpoints: The run's, those of each member's best weights among them.
        traces: Of the members.
        measure: Scores a model.

    Returns:
        What it is worth, and whether its loss is at most what that of a member is on average.
    """
    best = [trace.best for trace in traces]
    put_state(model, average(read_weights(model, checkpoint_of(checkpoints, one.step)) for one in best))
    score, _, losses = measure(model)
    members = [{"step": one.step, "score": one.score, "loss": _mean(one.validation_losses)} for one in best]
    found = Soup(members, score, _mean(losses), False)
    return replace(found, taken=found.loss <= found.mean_loss)


def _mean(losses: Sequence[float]) -> float:
    return math.fsum(losses) / len(losses)


def average(states: Iterable[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The average of some states of one model, in 64 bits: of LoRA's products, and of all other weights.

    Args:
        states: Read one by one: of large models no two are held at a time.
    """
    sums: dict[str, Tensor] = {}
    factors: dict[tuple[str, str], list[tuple[Tensor, Tensor]]] = defaultdict(list)
    count = 0
    for state in states:
        count += 1
        pairs = [(name, name.replace(*both)) for both in FACTORS for name in state if both[0] in name]
        pairs = [pair for pair in pairs if pair[1] in state]
        for first, second in pairs:
            factors[first, second].append((state[first], state[second]))
        for name in state.keys() - {*chain.from_iterable(pairs)}:
            sums[name] = sums[name].add_(state[name]) if name in sums else state[name].double()
    found = {name: total.div_(count) for name, total in sums.items()}
    for names, parts in factors.items():
        found.update(zip(names, _nearest(*zip(*parts, strict=True)), strict=True))
    return found


def _nearest(firsts: Sequence[Tensor], seconds: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Two factors, (rank, in) and (out, rank), whose product is nearest to the average of those of some others."""
    left_space, left = torch.linalg.qr(torch.cat([*seconds], 1).double() / len(seconds))
    right_space, right = torch.linalg.qr(torch.cat([*firsts]).double().T)
    turned, sizes, other = torch.linalg.svd(left @ right.T, full_matrices=False)
    rank = len(firsts[0])
    roots = sizes[:rank].sqrt()
    first, second = roots[:, None] * (other[:rank] @ right_space.T), left_space @ turned[:, :rank] * roots
    missing = rank - len(roots)  # where the layer has fewer dimensions than the adapter
    return nn.functional.pad(first, (0, 0, 0, missing)), nn.functional.pad(second, (0, missing))
