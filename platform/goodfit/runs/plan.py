"""What a run will need: memory before anything is loaded, time by a short measured probe."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import logging
import time
from dataclasses import dataclass
from typing import Any

import torch

from goodfit.data.batches import Example, collate
from goodfit.errors import HardwareError
from goodfit.kinds.decoding import answer_bytes
from goodfit.kinds.passes import pad_id
from goodfit.kinds.text import Writer
from goodfit.models.accept import REFUSALS
from goodfit.models.adapters import adapter_config, build_adapter, layers_below
from goodfit.models.call import total_loss
from goodfit.models.device import in_precision, pick_device
from goodfit.models.fast.frozen import KEPT_BYTES, KeptStates
from goodfit.models.fast.path import ComputePath
from goodfit.models.fast.vocabulary import LABELS, bare_head
from goodfit.models.load import empty_model, load_model
from goodfit.models.memory import BYTES, GIB, Load, Memory, estimate, load_of, widths_of
from goodfit.models.parts import base_of
from goodfit.runs.compute_path import pick_path
from goodfit.runs.free_memory import free_memory
from goodfit.runs.machine import fix_machine, give_back_memory
from goodfit.runs.prepare import Prepared, first_epoch, training_data
from goodfit.schema import RunConf
from goodfit.training.steps import planned_steps
from goodfit.training.trainer import FEWER_COMPARED, compute_ahead

PROBE_STEPS = 3
PROBE_SECONDS = 15
"""Of those steps together: where whole batches would take longer, some of their rows are timed."""
WARM_ROWS = 2
GAPS = 2.5
"""So many times what is kept for the backward pass can the gaps in the C library's heap be (by hand, MPNet, padded,
batches of 16: 2.2 with 128 tokens, 1.5 with 384)."""
EVALUATION_COST = 1 / 3
"""A forward pass costs about a third of a training step."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will take."""

    memory: Memory
    free: int
    """Bytes that it may use."""
    steps: int
    seconds: float
    """Of training, as a short probe measured it."""
    path: ComputePath
    """How the model would be computed."""


def check_memory(
    prepared: Prepared, path: ComputePath | None = None, free: int | None = None, needed: Memory | None = None
) -> Memory:
    """Estimate the memory of a run.

    Args:
        prepared: The run.
        path: How the model is computed, where that is known; rows that are padded take more.
        free: Bytes that it may use; asked, when not given.
        needed: What a run of the same size takes; counted, when not given.

    Raises:
        HardwareError: It cannot fit; the fix names what would.
        ConfigError: The adapter does not fit the model.
    """
    conf = prepared.conf
    flat = path.flat if path is not None else _expects_flat(conf)
    needed = needed or _memory(prepared, conf, flat)
    free = free_bytes(conf) if free is None else free
    if needed.total <= free:
        return needed
    raise HardwareError(
        f"the run needs about {needed.total / GIB:.1f} GiB (weights {needed.weights / GIB:.1f}, optimiser and "
        f"gradients {(needed.optimiser + needed.gradients) / GIB:.1f}, activations {needed.activations / GIB:.1f}, "
        f"libraries {needed.process / GIB:.1f}), and {free / GIB:.1f} are free",
        _what_would_fit(prepared, free, flat),
    )


def fit_memory(prepared: Prepared, path: ComputePath, needed: Memory | None = None) -> None:
    """Hold the path that was chosen to the memory that there is, and give back what is freed where it is scarce.

    Args:
        prepared: The run.
        path: How its model is computed.
        needed: What was counted before that was known; counted, when not given.

    Raises:
        HardwareError: It cannot fit; the fix names what would.
    """
    conf = prepared.conf
    if path.flat != _expects_flat(conf):
        needed = check_memory(prepared, path)
    spare_memory(conf, needed or _memory(prepared, conf, path.flat))


def spare_memory(conf: RunConf, needed: Memory) -> None:
    """Give back what is freed where there is no room for gaps; until the next ``fix_machine``."""
    free = free_bytes(conf)
    if pick_device(conf.hardware.accelerator) == "cpu" and needed.total + GAPS * needed.activations > free:
        logging.getLogger(__name__).info(
            "memory: scarce, so that what is freed goes back to the system, which is slower"
        )
        give_back_memory()


def _expects_flat(conf: RunConf) -> bool:
    """Whether a model of the usual sort is computed flat."""
    whole = not conf.hardware.is_sharded and conf.runtime.path != "plain"
    return whole and (conf.hardware.accelerator != "gpu" or conf.precision.name != "32")


def _memory(prepared: Prepared, conf: RunConf, flat: bool) -> Memory:
    model = empty_model(prepared.base, prepared.learner.head, prepared.learner.outputs)
    # some start from a decomposition of the weights, which an empty model has not: they are as large as LoRA
    name: Any = conf.adapter.name
    if name in ("pissa", "olora", "vera"):
        adapter_config(model, conf.adapter)
        name = "lora"
    below = layers_below(model, conf.adapter)
    widths = widths_of(model, below)
    quantised = widths.weights if conf.adapter.four_bits else 0
    model = build_adapter(model, dataclasses.replace(conf.adapter, name=name))
    load, device = _largest(prepared, conf, flat), pick_device(conf.hardware.accelerator)
    if flat and device == "cpu" and load.labelled > LABELS and _has_bare_head(model):
        load = dataclasses.replace(load, labelled=LABELS)
    needed = estimate(
        model,
        prepared.base.config,
        conf.optim.name,
        load,
        widths,
        half=conf.precision.name != "32",
        device=device,
        quantised=quantised,
        checkpointing=conf.runtime.gradient_checkpointing,
    )
    if flat and below and device == "cpu":
        needed = dataclasses.replace(needed, activations=needed.activations + _kept_bytes(prepared))
    needed = dataclasses.replace(needed, activations=max(needed.activations, _of_answers(prepared, conf)))
    private = conf.privacy.epsilon is not None  # the step's sum and the noise, beside a record's gradient
    return dataclasses.replace(needed, gradients=3 * needed.gradients) if private else needed


def _of_answers(prepared: Prepared, conf: RunConf) -> int:
    """What is held while a text model answers; its batches are others than those it learns from."""
    if not isinstance(prepared.learner, Writer):
        return 0
    examples = [part.examples for part in prepared.encoded.values()]
    longest = max(example.length for part in examples for example in part)
    records, batch_size = max(map(len, examples)), conf.training.evaluation_batch_size
    return answer_bytes(prepared.learner, longest, records, batch_size, prepared.base.config)


def _kept_bytes(prepared: Prepared) -> int:
    """What is kept of records where frozen layers lie below the tuned ones, see ``KeptStates``."""
    config = prepared.base.config.get_text_config()
    if config.is_encoder_decoder or prepared.varies:
        return 0
    tokens = sum(len(example.inputs) for part in prepared.encoded.values() for example in part.examples)
    return min(KEPT_BYTES, BYTES * config.hidden_size * tokens)


def _has_bare_head(model: Any) -> bool:
    """Whether logits of some labels at a time are enough; not where an empty model cannot tell."""
    try:
        return bare_head(base_of(model)) is not None
    except REFUSALS:
        return False


def _largest(prepared: Prepared, conf: RunConf, flat: bool) -> Load:
    """The batch of the first epoch that takes most; privately, the record."""
    examples = prepared.encoded["train"].examples
    batches = ([examples[index] for index in planned.indices] for planned in first_epoch(examples, conf))
    return max(
        (load_of(rows, flat) for rows in batches), key=lambda load: (load.inputs + load.outputs, load.long_pairs)
    )


def free_bytes(conf: RunConf) -> int:
    """Memory that the run may use, in bytes: that is free, and what this process has of it already."""
    if conf.hardware.memory_gb is not None:
        return int(conf.hardware.memory_gb * GIB)
    if conf.hardware.accelerator == "gpu":
        return torch.cuda.mem_get_info()[0] + torch.cuda.memory_reserved()
    return free_memory()


def _what_would_fit(prepared: Prepared, free: int, flat: bool) -> str:
    conf, compares = prepared.conf, prepared.learner.labels_at == "pairs"
    options = _smaller(conf, compares)
    if not conf.runtime.gradient_checkpointing:
        less = _with(conf, "runtime", gradient_checkpointing=True)
        again = "runtime.gradient_checkpointing=true"
        options += [(again, less), *((f"{again} {words}", smaller) for words, smaller in _smaller(less, compares))]
    if conf.adapter.name == "none":
        options += [("adapter=lora", _with(conf, "adapter", name="lora"))]
    singly = _with(conf, "training", evaluation_batch_size=1)
    if _of_answers(prepared, singly) < _of_answers(prepared, conf):
        again = "training.evaluation_batch_size=1"
        both = [(f"{words} {again}", _with(less, "training", evaluation_batch_size=1)) for words, less in options]
        options = [(again, singly), *options, *both]
    for words, candidate in options:
        if _memory(prepared, candidate, flat).total <= free:
            return words
    if compares:
        return f"{FEWER_COMPARED}, or a smaller model: goodfit list model shows sizes"
    return "choose a smaller model: goodfit list model shows sizes"


def _smaller(conf: RunConf, compares: bool) -> list[tuple[str, RunConf]]:
    """The run with the same steps in smaller batches, and what is typed for that; none where that makes other steps."""
    if compares or conf.privacy.epsilon is not None:
        return []
    whole, times = conf.training.batch_size, conf.training.accumulation
    return [
        (
            f"training.batch_size={size} training.accumulation={times * whole // size}",
            _with(conf, "training", batch_size=size),
        )
        for size in (8, 4, 2, 1)
        if size < whole and not whole % size
    ]


def _with(conf: RunConf, group: str, **settings: Any) -> RunConf:
    """The run with other settings of a group."""
    return dataclasses.replace(conf, **{group: dataclasses.replace(getattr(conf, group), **settings)})


def plan_run(prepared: Prepared) -> Plan:
    """Memory, steps and the seconds of training."""
    conf = prepared.conf
    free = free_bytes(conf)
    memory = check_memory(prepared, free=free)
    steps = planned_steps(conf, len(prepared.encoded["train"].examples))
    seconds, path = _probe(prepared, steps)
    if path.flat != _expects_flat(conf):
        memory = check_memory(prepared, path, free)
    return Plan(memory, free, steps, seconds, path)


def _probe(prepared: Prepared, steps: int) -> tuple[float, ComputePath]:
    """Time a few real training steps, those that warm up aside, and extend them to the whole run."""
    conf, learner = prepared.conf, prepared.learner
    fix_machine(conf)
    examples = prepared.encoded["train"].examples
    planned = first_epoch(examples, conf)
    model = load_model(prepared.base, conf.model, learner.head, learner.outputs, conf.seed, conf.adapter.four_bits)
    model = build_adapter(model, conf.adapter).to(pick_device(conf.hardware.accelerator)).train()
    sizes = sorted(range(len(planned)), key=lambda number: sum(examples[i].length for i in planned[number].indices))
    middle = [planned[number] for number in sizes[len(sizes) // 2 :][: PROBE_STEPS + 1]] * (PROBE_STEPS + 1)
    probed = middle[: PROBE_STEPS + 1]
    path = pick_path(prepared, model)
    batches = [sorted((examples[i] for i in chosen.indices), key=lambda row: not row.supervised) for chosen in probed]
    timed = functools.partial(_time_step, prepared, model)
    spent, ahead, tokens, kept = 0.0, 0.0, 0, KeptStates()
    with path.on(model, kept):
        few = batches[0][:WARM_ROWS]
        timed(few)
        pace = sum(timed(few)) / sum(row.length for row in few)
        batches = [_within(rows, PROBE_SECONDS / PROBE_STEPS / pace) for rows in batches]
        for rows in batches if path.graphs else batches[:1]:  # recorded steps are the many of a run
            timed(rows)
        for rows in batches[1:]:
            once, step = timed(rows)
            spent, ahead, tokens = spent + step, ahead + once, tokens + sum(row.length for row in rows)
    epochs = steps * conf.training.batch_size * conf.training.accumulation / len(examples)
    per_token = spent / tokens
    held_out = prepared.encoded["validation"].examples
    trained, judged = (sum(example.length for example in part) for part in (examples, held_out))
    evaluated = judged * conf.training.evaluations_per_epoch
    seconds = per_token * epochs * (trained + EVALUATION_COST * evaluated)
    return seconds + ahead / tokens * _frozen_tokens(kept, trained + judged, epochs), path


def _time_step(prepared: Prepared, model: Any, rows: list[Example]) -> tuple[float, float]:
    """The seconds of what is computed once of these rows, and those of a training step."""
    started = time.monotonic()
    compute_ahead(model, dataclasses.replace(training_data(prepared), examples=rows), model.device)
    ahead = time.monotonic()
    batch = collate(rows, pad_id(prepared.coding.tokenizer), prepared.learner.labels_at).to(model.device)
    with in_precision(prepared.conf.precision.name, model.device.type):
        loss = total_loss(model, batch) / batch.answers
    loss.backward()
    model.zero_grad()
    if model.device.type == "cuda":
        torch.cuda.synchronize()
    return ahead - started, time.monotonic() - ahead


def _within(rows: list[Example], tokens: float) -> list[Example]:
    """As many of a batch's first rows as have so many tokens: one at least."""
    counts = itertools.accumulate(row.length for row in rows)
    return rows[: max(1, sum(count <= tokens for count in counts))]


def _frozen_tokens(kept: KeptStates, tokens: int, epochs: float) -> float:
    """Of how many tokens what is frozen is computed: of those that are kept once, of the others in each epoch."""
    if not kept.bytes:
        return 0.0
    share = min(1.0, KEPT_BYTES / kept.bytes * sum(map(len, kept.rows)) / tokens)
    return tokens * (share + (1 - share) * epochs)
