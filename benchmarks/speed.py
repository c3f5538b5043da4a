"""Tokens per CPU second of training: goodfit's paths beside HF Trainer and TRL, on the same batches.

    python benchmarks/speed.py --data ../shared/data [--threads 1] [--repeats 3]

Each measurement is a process of its own, all sides in turn. Every side gets the same weights, the same records in the
same order, the same batches, 32-bit floats (bf16 autocast where a side says so), AdamW, a linear decay, clipping at 1
and no dropout, so that the losses have to agree. goodfit has the memory settings of its runs and, as in them, the rows
of a batch in the order of length. TRL makes batches of its own records and is held to its tokens alone,
packed in rows of 512, as many as hold the tokens of a batch; it has to be installed, else it is left out. "goodfit
plain" is a padded step of transformers under Lightning. Writes ``speed.md`` and ``speed.png`` beside this file.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from machine import processor
from plain_trainer import model_folder
from speed_sides import AGAIN, BARE, BF16, EAGER, FAST, TRL, TRL_PACKED, WARM, Row, ours, theirs, tokenizer_of

HERE = Path(__file__).resolve()

WORKLOADS = {
    "classification, LoRA": ("classify", 32, True),
    "classification, full": ("classify", 32, False),
    "text of a decoder, LoRA": ("write", 8, True),
    "text of a seq2seq model, LoRA": ("translate", 32, True),
}
"""Name -> (records, batch size, whether LoRA is tuned)."""
STEPS = {"classify": 16, "write": 6, "translate": 4}
"""Optimiser steps that are measured."""
SIDES = (
    "HF Trainer", "HF Trainer, grouped", TRL, TRL_PACKED, "goodfit plain", FAST, BARE,
    f"HF Trainer{BF16}", f"HF Trainer{BF16}{EAGER}", f"{FAST}{BF16}", f"HF Trainer{AGAIN}", f"{FAST}{AGAIN}",
)  # fmt: skip


def examples_of(what: str, folder: Path) -> list[Any]:
    """Records of banking77 as examples: queries with their intent, or two texts of about 120 tokens."""
    from goodfit.data.batches import IGNORED, Example

    tokenizer = tokenizer_of()
    lines = (folder / "customer_support" / "banking77" / "train.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    random.Random(7).shuffle(rows)
    labels = sorted({row["label"] for row in rows})
    ids = [tuple(tokenizer(row["text"])["input_ids"]) for row in rows[:6000]]
    if what == "classify":
        pairs = enumerate(zip(ids, rows, strict=False))
        return [Example(number, one, (labels.index(row["label"]),)) for number, (one, row) in pairs]
    chance, made = random.Random(7), []
    for number in range(600):
        read = joined(chance.choice(ids)[1:-1] for _ in range(chance.randint(1, 11)))
        written = (*joined(chance.choice(ids)[1:-1] for _ in range(chance.randint(1, 3))), 102)
        if what == "write":
            labelled = (*(IGNORED for _ in read[1:]), *written)
            made.append(Example(number, (*read, *written[:-1]), labelled))
        else:
            made.append(Example(number, read[:40], written, (0, *written[:-1])))
    return made


def joined(parts: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """Parts one behind the other."""
    return tuple(itertools.chain.from_iterable(parts))


def model_of(what: str, lora: bool, labels: int = 77) -> Any:
    """MiniLM with a head for so many labels, a Llama of 33 million weights, or a T5 of the small shape; no dropout."""
    import torch
    import transformers as hf

    torch.manual_seed(0)
    if what == "classify":
        dry = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        model = hf.AutoModelForSequenceClassification.from_pretrained(model_folder(), num_labels=labels, **dry)
    elif what == "write":
        heads = {"num_attention_heads": 8, "num_key_value_heads": 4, "tie_word_embeddings": True, "use_cache": False}
        shape = {"hidden_size": 512, "intermediate_size": 1408, "num_hidden_layers": 6, "vocab_size": 30522}
        model = hf.LlamaForCausalLM(
            hf.LlamaConfig(**shape, **heads, pad_token_id=0, bos_token_id=101, eos_token_id=102)
        )
    else:
        shape = {"vocab_size": 32128, "decoder_start_token_id": 0, "dropout_rate": 0.0, "use_cache": False}
        model = hf.T5ForConditionalGeneration(hf.T5Config(**shape))
    if not lora:
        return model
    import peft

    torch.manual_seed(1)
    targets = {"classify": ["query", "value"], "translate": ["q", "v"]}.get(what, "all-linear")
    kind = {"classify": "SEQ_CLS", "translate": "SEQ_2_SEQ_LM"}.get(what, "CAUSAL_LM")
    saved = ["classifier"] if what == "classify" else None
    config = peft.LoraConfig(r=8, lora_alpha=16, task_type=kind, target_modules=targets, modules_to_save=saved)
    return peft.get_peft_model(model, config)


# ---- the sides ----------------------------------------------------------------------------------------------------


def measured(side: str, workload: str, folder: Path) -> Row:
    """One side's training: tokens, CPU seconds, losses, and the process's peak memory."""
    what, size, lora = WORKLOADS[workload]
    steps = STEPS[what]
    examples = examples_of(what, folder)[: (steps + WARM) * size]
    model = model_of(what, lora).train()
    if side.endswith(EAGER):
        model.set_attn_implementation("eager")
    run = ours if side.startswith("goodfit") else theirs
    seconds, wall, losses, own = run(side, what, model, examples, size, steps)
    tokens = own or sum(example.length for example in examples[WARM * size :])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = {"side": side, "workload": workload, "rate": tokens / seconds, "wall_rate": tokens / wall}
    return {
        **found,
        "losses": losses,
        "peak_mb": peak,
        "gflop_per_token": gflop(what, lora, examples[WARM * size :]) / tokens,
    }


def gflop(what: str, lora: bool, examples: Sequence[Any]) -> float:
    """Products of a whole step: 4 per weight and token for LoRA (forward, to the inputs), 6 for all weights.

    A vocabulary's are not among them, and goodfit leaves some of the last layer's out.
    """
    weights = {"classify": 10.6e6, "write": 17.7e6, "translate": 18.9e6 + 25.2e6}[what]
    tokens = sum(example.length for example in examples) / (2 if what == "translate" else 1)
    return (4 if lora else 6) * weights * tokens / 1e9


def peak_gflops() -> float:
    """What a core does in large 32-bit products through oneDNN: GFLOP per second of a thread."""
    import torch

    side, found = 2048, []
    left, right = torch.randn(side, side), torch.randn(side, side)
    for _ in range(7):
        started = time.process_time()
        torch.ops.mkldnn._linear_pointwise(left, right, None, "none", [], "")
        found.append(2 * side**3 / 1e9 / (time.process_time() - started))
    return max(found)


# ---- all of them --------------------------------------------------------------------------------------------------


def in_turn(options: argparse.Namespace) -> list[Row]:
    """Every side of every workload, ``--repeats`` times."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(options.threads), "MKL_NUM_THREADS": str(options.threads)}
    found = []
    for number in range(options.repeats):
        for workload in options.workloads:
            for side in options.sides:
                if side in (TRL, TRL_PACKED) and (workload != "text of a decoder, LoRA" or find_spec("trl") is None):
                    continue
                command = [sys.executable, str(HERE), "--data", str(options.data), "--one", side, workload]
                done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
                if done.returncode:
                    raise SystemExit(f"{side}, {workload}: {done.stderr[-2000:]}")
                found.append(json.loads(done.stdout.splitlines()[-1]))
                print(number, workload, side, round(found[-1]["rate"]), flush=True)
    return found


def table(found: Sequence[Row], peak: float, options: argparse.Namespace) -> str:
    """Medians as Markdown."""
    chosen = {"workloads": options.workloads, "sides": options.sides}
    words = " ".join(f"--{name} " + " ".join(f'"{one}"' for one in given) for name, given in chosen.items())
    lines = [
        "# Speed of training",
        "",
        f"Tokens without padding per CPU second of the training loop, {options.threads} thread(s), medians of "
        f"{options.repeats} [lowest, highest], every side in turn.",
        "The same weights, records, batches and settings on every side, 32-bit floats where a side says no other.",
        f"Ratios are to {options.sides[0]}.",
        f"MFU: products of all layers against the {peak:.0f} GFLOP/s that a core reaches here ({processor()}).",
        "",
        f"Made by `python benchmarks/speed.py {words}`.",
    ]
    for workload in options.workloads:
        lines += [
            "",
            f"## {workload}",
            "",
            "| side | tokens / CPU s | ratio | MFU | peak MB | ratio | losses |",
            "|---|---|---|---|---|---|---|",
        ]
        first = medians(found, options.sides[0], workload)
        for side in SIDES:
            one = medians(found, side, workload)
            if one is None or first is None:
                continue
            shown = " ".join(f"{loss:.4f}" for loss in one["losses"][:4])
            share = one["rate"] * one["per_token"] / peak
            rate = f"{one['rate']:.0f} [{one['low']:.0f}, {one['high']:.0f}]"
            ratios = [f"{one[figure] / first[figure]:.2f}" for figure in ("rate", "peak_mb")]
            cells = [side, rate, ratios[0], f"{share:.0%}", f"{one['peak_mb']:.0f}", ratios[1], shown]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def medians(found: Sequence[Row], side: str, workload: str) -> Row | None:
    """What the repeats of a side have in the middle."""
    rows = [row for row in found if row["side"] == side and row["workload"] == workload]
    if not rows:
        return None
    rates = [row["rate"] for row in rows]
    return {
        "rate": statistics.median(rates),
        "low": min(rates),
        "high": max(rates),
        "peak_mb": statistics.median(row["peak_mb"] for row in rows),
        "losses": rows[0]["losses"],
        "per_token": rows[0]["gflop_per_token"],
    }


def plot(found: Sequence[Row], options: argparse.Namespace) -> None:
    """Bars of all medians."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(options.workloads), figsize=(4 * len(options.workloads), 3.2), squeeze=False)
    for place, workload in enumerate(options.workloads):
        rows = [(side, one) for side in SIDES if (one := medians(found, side, workload))]
        axes[0, place].barh([side for side, _ in rows], [one["rate"] for _, one in rows])
        axes[0, place].set_title(workload, fontsize=9)
        axes[0, place].set_xlabel("tokens / CPU second", fontsize=8)
        axes[0, place].invert_yaxis()
        axes[0, place].tick_params(labelsize=7)
    figure.tight_layout()
    figure.savefig(HERE.with_suffix(".png"), dpi=110)


def main() -> None:
    """Measure all, or one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder with the data sets")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=list(SIDES))
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        import torch

        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
        print(json.dumps(measured(*options.one, options.data)))
        return
    if find_spec("matplotlib") is None:
        parser.error("the plot needs matplotlib: pip install '.[benchmark]'")
    found = in_turn(options)
    HERE.with_suffix(".md").write_text(table(found, peak_gflops(), options), "utf-8")
    plot(found, options)


if __name__ == "__main__":
    main()
