"""Differentially private training: DP-SGD of Abadi et al. 2016 (https://arxiv.org/abs/1607.00133), for any model.

In each step every record takes part with the same chance, independently of the others. The gradient of each record,
with all its windows, is computed by itself and clipped; the sum of a step gets normal noise. What that gives is
computed by Opacus: a bound on how much any one training record can change the chances of what is learnt. Noise and
choice come from the system's randomness, and not from the run's seed, which everybody may read.
"""

from __future__ import annotations

import functools
import math
import secrets
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from goodfit.data.batches import Batch, Example, by_record
from goodfit.data.epochs import Planned
from goodfit.data.stand_ins import PRIVACY_KEY, is_guessable
from goodfit.errors import ConfigError, stop_on
from goodfit.extras import load
from goodfit.models.call import call
from goodfit.schema import RunConf
from goodfit.training.module import Tuning, not_finite


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What a private training promises, and what it does for it."""

    delta: float
    noise: float
    """Standard deviation of the noise, over ``clip``."""
    clip: float
    """The norm to which the gradient of each record is cut."""
    rate: float
    """The chance of each record in each step."""
    records: int
    steps: int
    """Of the training as it was planned: one that is stopped early, because of what it learnt, promises no more."""

    @property
    def expected(self) -> float:
        """Records of a step, on average."""
        return self.rate * self.records

    def kept(self) -> dict[str, float]:
        """The guarantee with its epsilon, for run.json."""
        accountant = _opacus().accountants.PRVAccountant()
        accountant.history = [(self.noise, self.rate, self.steps)]
        return {"epsilon": round(float(accountant.get_epsilon(self.delta)), 4), **asdict(self)}


def private_guarantee(conf: RunConf, examples: Sequence[Example], steps_per_epoch: int, steps: int) -> Guarantee | None:
    """What ``privacy.epsilon`` asks for; None where it asks for nothing.

    Args:
        conf: Of the run.
        examples: All that is learnt.
        steps_per_epoch: Each record takes part in one of them on average.
        steps: Of the whole training.

    Raises:
        HardwareError: Opacus is missing.
        ConfigError: The budget cannot be kept.
    """
    privacy = conf.privacy
    if privacy.epsilon is None:
        return None
    _refuse_unprivate(conf)
    records = len(by_record(examples))
    delta = privacy.delta or 1 / (10 * records)
    if delta >= 1 / records:
        raise ConfigError(
            f"privacy.delta is {delta:g}, and with {records} records that allows one of them to be given away",
            f"choose a value well below {1 / records:.2g}, or leave it out",
        )
    rate = 1 / steps_per_epoch
    if rate == 1:
        raise ConfigError(
            "privacy.epsilon draws some records for each step, and training.batch_size takes all of them",
            "a smaller training.batch_size",
        )
    noise = _noise_of(privacy.epsilon, delta, rate, steps)
    return Guarantee(delta, noise, privacy.record_clip, rate, records, steps)


def refuse_other_promise(made: Mapping[str, float] | None, now: Guarantee | None) -> None:
    """Refuse to go on from steps that were made under another promise: the last one would be told of all.

    Args:
        made: What the steps so far were made under; None where they promised nothing.
        now: What those to come are made under.

    Raises:
        ConfigError: It is not the same.
    """
    if made != (asdict(now) if now else None):
        begun, goes_on = ("no promise of privacy" if one is None else _said(one) for one in (made, now and asdict(now)))
        raise ConfigError(
            f"the steps so far were made under {begun}, and those to come would be under {goes_on}",
            "bring back the data and the settings of privacy and training, or train again in another folder",
        )


def _said(promise: Mapping[str, float]) -> str:
    return "a noise of {noise:.4g} for {steps} steps of {rate:.4g} of {records} records each".format(**promise)


@functools.cache
def _noise_of(epsilon: float, delta: float, rate: float, steps: int) -> float:
    search = _opacus().accountants.utils.get_noise_multiplier
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Optimal order", UserWarning)  # of the bound that the search begins with
            found = search(target_epsilon=epsilon, target_delta=delta, sample_rate=rate, steps=steps, accountant="prv")
    except ValueError:
        raise ConfigError(
            f"no noise keeps {steps} steps, in each of which {rate:.1%} of the records take part, within "
            f"privacy.epsilon={epsilon:g}",
            "fewer training.epochs, or a greater privacy.epsilon",
        ) from None
    return float(found)


def _refuse_unprivate(conf: RunConf) -> None:
    """Refuse what a private training cannot be.

    Raises:
        ConfigError: With all there is to say of it.
    """
    found = (
        (conf.training.accumulation > 1, "computes records one by one anyway", "add training.accumulation=1"),
        (
            not conf.hardware.is_one_device,
            "trains a whole model on one device",
            "add hardware.devices=1 hardware.strategy=single",
        ),
        (conf.precision.name == "16", "scales no losses", "add precision=bf16"),
        (conf.training.length_grouping, "draws records whatever their length", "add training.length_grouping=false"),
        (conf.training.soup > 1, "is of one training", "add training.soup=1"),
        (conf.training.class_weights != "none", "counts no labels", "add training.class_weights=none"),
        (
            is_guessable(conf.privacy.mode),
            f"holds where a record changes no other, and without {PRIVACY_KEY} a pseudonym depends on all texts",
            f"leave privacy=pseudonymise out, add privacy.mode=mask, or set {PRIVACY_KEY}",
        ),
    )
    stop_on([ConfigError(f"privacy.epsilon {what}", fix) for is_wrong, what, fix in found if is_wrong])


def _opacus() -> Any:
    load("opacus", "privacy.epsilon")
    import opacus.accountants.utils

    return opacus


def secret_chance() -> np.random.Generator:
    """Randomness that nobody can make again: 128 bits of the system's."""
    return np.random.Generator(np.random.Philox(key=secrets.randbits(128)))


class PrivateOrder:
    """The records of each step: every one with the same chance. Takes the place of ``EpochOrder``.

    Args:
        examples: All training examples.
        rate: The chance of a record, with all its windows.
        steps: Of an epoch.
        start: (epoch, step) at which an interrupted training goes on.
    """

    def __init__(self, examples: Sequence[Example], rate: float, steps: int, start: tuple[int, int] = (0, 0)) -> None:
        self._windows = by_record(examples)
        self._rate = rate
        self._steps = steps
        self._start = start
        self._epoch = start[0]
        self._chance = secret_chance()

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning before each epoch."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[Planned]:
        done = self._start[1] if self._epoch == self._start[0] else 0
        for _ in range(self._steps - done):
            drawn = np.flatnonzero(self._chance.random(len(self._windows)) < self._rate)
            yield Planned(tuple(index for record in drawn for index in self._windows[record]), 0, self._epoch)

    def __len__(self) -> int:
        """Of the whole epoch: Lightning tells its end by it."""
        return self._steps


class PrivateTuning(Tuning):
    """A model being tuned privately; a batch is a batch for each record that was drawn."""

    def __init__(self, *arguments: Any, guarantee: Guarantee) -> None:
        super().__init__(*arguments)
        self._guarantee = guarantee
        self.promised = asdict(guarantee)
        self._chance = secret_chance()

    def training_step(self, batch: tuple[Batch, ...], batch_idx: int) -> Any:
        """A value whose gradient is the step's: the clipped gradients' sum, with noise, over the expected records."""
        sums = [torch.zeros_like(weights) for weights in self.trained]
        losses = [self._add_record(record, sums) for record in batch]
        self.last_loss = sum(losses) / len(losses) if losses else math.nan
        return sum(
            (weights * (total + self._drawn(total)) / self._guarantee.expected).sum()
            for weights, total in zip(self.trained, sums, strict=True)
        )

    def _add_record(self, record: Batch, sums: list[torch.Tensor]) -> float:
        """Add a record's gradient, cut to ``clip``; its mean loss over labels.

        Its dropout is its own: were it drawn behind that of the records before, one record would change all gradients.
        """
        torch.manual_seed(secrets.randbits(63))
        scores = call(self.model, record)
        loss = scores.losses().mean()
        gradients = torch.autograd.grad(loss, self.trained, allow_unused=True)
        found = [gradient for gradient in gradients if gradient is not None]
        norm = float(torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(one) for one in found])))
        if not math.isfinite(norm):
            raise not_finite("gradient of a record", self.global_step)
        factor = min(1.0, self._guarantee.clip / (norm + 1e-6))
        for total, gradient in zip(sums, gradients, strict=True):
            if gradient is not None:
                total.add_(gradient, alpha=factor)
        return float(loss.detach())

    def _drawn(self, like: torch.Tensor) -> torch.Tensor:
        scale = self._guarantee.noise * self._guarantee.clip
        if like.device.type == "cuda":  # whose generator, unlike that of CPUs, takes all bits of its seed
            generator = torch.Generator(like.device).manual_seed(secrets.randbits(63))
            return torch.empty_like(like).normal_(0.0, scale, generator=generator)
        return torch.from_numpy(self._chance.standard_normal(like.shape, dtype=np.float32) * np.float32(scale))

    def transfer_batch_to_device(self, batch: tuple[Batch, ...], device: Any, dataloader_idx: int) -> Any:
        """Each record's batch."""
        return tuple(record.to(device) for record in batch)
