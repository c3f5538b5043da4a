"""How each side of ``speed.py`` trains: goodfit under Lightning or in a bare loop, transformers' Trainer, and TRL's."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

from plain_trainer import model_folder

Row = dict[str, Any]

WARM = 6
"""Steps before those that are measured."""
LR = 2e-4
FAST, BARE = "goodfit fast", "goodfit fast, bare loop"
BF16, EAGER, AGAIN = ", bf16", ", eager", ", gradient checkpointing"
TRL, TRL_PACKED = "TRL", "TRL, packed"
PACKED_TOKENS = 512
"""Of a row of TRL's packing."""
Outcome = tuple[float, float, list[float], int | None]
"""CPU seconds, wall seconds, the loss of each step, and the tokens of these steps where the side chose its own."""


class Clock:
    """CPU and wall seconds from the end of the steps that warm up."""

    def step(self, number: int) -> None:
        """Called after each step, from 1."""
        if number == WARM:
            self.started = time.process_time(), time.monotonic()

    def stop(self) -> tuple[float, float]:
        """CPU and wall seconds."""
        return time.process_time() - self.started[0], time.monotonic() - self.started[1]


def ours(side: str, what: str, model: Any, examples: Sequence[Any], size: int, steps: int) -> Outcome:
    """goodfit's module under Lightning, or its step in a bare loop; for plain Lightning, its padded step."""
    import pytorch_lightning as lightning
    import torch

    from goodfit.data.batches import TrainingData
    from goodfit.data.epochs import Planned
    from goodfit.models.call import call
    from goodfit.models.fast.linears import onednn_pays
    from goodfit.models.fast.recompute import recomputing
    from goodfit.models.fast.wiring import wired
    from goodfit.runs.machine import fix_machine
    from goodfit.schema import RunConf
    from goodfit.schema.optim import OptimConf
    from goodfit.schema.schedule import ScheduleConf
    from goodfit.training.loader import PlannedBatches, build_loader
    from goodfit.training.module import Tuning
    from goodfit.training.trainer import trainer_settings

    conf, clock, losses = RunConf(), Clock(), []
    conf.hardware.accelerator, conf.runtime.deterministic = "cpu", False
    conf.precision.name = "bf16" if BF16 in side else "32"
    conf.training.epochs, conf.runtime.threads = 1, torch.get_num_threads()
    fix_machine(conf)
    optim, schedule = OptimConf(lr=LR, weight_decay=0.0), ScheduleConf(warmup_share=0.0)
    plan = [
        Planned(
            tuple(sorted(range(start, start + size), key=lambda row: examples[row].length)),
            sum(e.supervised for e in examples[start : start + size]),
        )
        for start in range(0, len(examples), size)
    ]
    batches = PlannedBatches(TrainingData(examples, "rows" if what == "classify" else "tokens", 0), 0)
    module = Tuning(model, optim, schedule, steps + WARM, 1, 0)
    fast, half = side.startswith(FAST), side.endswith(BF16)

    class Watch(lightning.Callback):
        def on_train_batch_end(self, trainer: Any, pl_module: Any, *_: Any) -> None:
            losses.append(pl_module.last_loss)
            clock.step(len(losses))

    short_for = {"classify": "rows", "write": "tokens"}.get(what)  # as a run would choose it
    words = {"reads_first_state": what == "classify", "short_for": short_for}
    again = recomputing(model) if AGAIN in side else nullcontext()
    with wired(model, flat=fast, onednn=fast and onednn_pays(half), gates=AGAIN not in side, **words), again:
        if side == BARE:
            trained = [weights for weights in model.parameters() if weights.requires_grad]
            made = module.configure_optimizers()
            for planned in plan:
                batch = batches[planned]
                loss = call(model, batch).losses().mean()
                made["optimizer"].zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(trained, 1.0)
                made["optimizer"].step()
                made["lr_scheduler"]["scheduler"].step()
                losses.append(loss.item())
                clock.step(len(losses))
        else:
            trainer = lightning.Trainer(**trainer_settings(conf, "cpu", steps + WARM), callbacks=[Watch()])
            trainer.fit(module, build_loader(batches, plan, 0))
    return *clock.stop(), losses[WARM:], None


def theirs(side: str, what: str, model: Any, examples: Sequence[Any], size: int, steps: int) -> Outcome:
    """transformers' Trainer, or TRL's, on the same records in the same order."""
    import torch
    import transformers as hf

    clock, losses, seen = Clock(), [], []

    class Watch(hf.TrainerCallback):
        def on_step_end(self, arguments: Any, state: Any, control: Any, **_: Any) -> None:
            clock.step(state.global_step)
            seen.append(int(state.num_input_tokens_seen))

        def on_log(self, arguments: Any, state: Any, control: Any, logs: Row, **_: Any) -> None:
            losses.extend([logs["loss"]] if "loss" in logs else [])

    words: Row = {
        "output_dir": tempfile.mkdtemp(),
        "max_steps": steps + WARM, "per_device_train_batch_size": size, "learning_rate": LR,
        "weight_decay": 0.0, "logging_steps": 1, "save_strategy": "no", "report_to": "none", "disable_tqdm": True,
        "use_cpu": True, "bf16": BF16 in side, "gradient_checkpointing": AGAIN in side,
    }  # fmt: skip
    if side in (TRL, TRL_PACKED):
        return *trl(side, model, examples, words, Watch(), clock), losses[WARM:], seen[-1] - seen[WARM - 1]
    words["train_sampling_strategy"] = "group_by_length" if side.endswith("grouped") else "sequential"
    trainer = hf.Trainer(model, hf.TrainingArguments(**words), train_dataset=padded_later(what, examples),
                         data_collator=collator(what), callbacks=[Watch()])  # fmt: skip
    torch.manual_seed(0)
    trainer.train()
    return *clock.stop(), losses[WARM:], None


def trl(side: str, model: Any, examples: Sequence[Any], words: Row, watch: Any, clock: Clock) -> tuple[float, float]:
    """CPU and wall seconds of TRL's SFTTrainer on token ids, with the loss on the completion."""
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    rows = [{"input_ids": [*e.inputs, e.labels[-1]], "completion_mask": [0, *(int(label >= 0) for label in e.labels)]}
            for e in examples]  # fmt: skip
    packed = side == TRL_PACKED
    if packed:  # as many rows as hold the tokens of a batch
        mean = sum(e.length for e in examples) / len(examples) * words["per_device_train_batch_size"]
        words["per_device_train_batch_size"] = max(1, round(mean / PACKED_TOKENS))
    words |= {"packing": packed, "max_length": PACKED_TOKENS if packed else None}
    arguments = SFTConfig(**words, completion_only_loss=True, gradient_checkpointing=False,
                          include_num_input_tokens_seen="non_padding")  # fmt: skip
    trainer = SFTTrainer(model, arguments, train_dataset=Dataset.from_list(rows), processing_class=tokenizer_of(),
                         callbacks=[watch])  # fmt: skip
    trainer.train()
    return clock.stop()


def padded_later(what: str, examples: Sequence[Any]) -> list[Row]:
    """Records as transformers takes them: a decoder's labels stand at their own tokens."""
    if what == "classify":
        return [{"input_ids": list(e.inputs), "labels": e.labels[0]} for e in examples]
    if what == "write":
        return [{"input_ids": [*e.inputs, e.labels[-1]], "labels": [-100, *e.labels]} for e in examples]
    return [{"input_ids": list(e.inputs), "labels": list(e.labels)} for e in examples]


def collator(what: str) -> Callable[[list[Row]], Row]:
    """Pads a batch to its longest row."""
    import torch

    def collate(rows: list[Row]) -> Row:
        def pad(lists: list[list[int]], fill: int) -> Any:
            width = max(map(len, lists))
            return torch.tensor([[*one, *[fill] * (width - len(one))] for one in lists])

        ids = [row["input_ids"] for row in rows]
        labels = [row["labels"] for row in rows]
        return {
            "input_ids": pad(ids, 0),
            "attention_mask": pad([[1] * len(one) for one in ids], 0),
            "labels": torch.tensor(labels) if what == "classify" else pad(labels, -100),
        }

    return collate


def tokenizer_of() -> Any:
    """MiniLM's."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(model_folder())
