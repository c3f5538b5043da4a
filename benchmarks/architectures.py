"""Every architecture of transformers that reads or writes text: does a tiny one of it train, and on which path?

    python benchmarks/architectures.py [--families encoder decoder seq2seq] [--only mamba …]

Each is made with random weights in the first of a few tiny shapes in which transformers itself computes it, and
trained two steps with LoRA through goodfit's command line. ``architectures.md``, beside this file, says of each which
path was accepted, by which differences of loss and gradients, or why not; and what could not be made here.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import random
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tokenizers
import torch
import transformers as hf
from transformers.models.auto import configuration_auto, modeling_auto

from goodfit.cli.main import main as goodfit

HERE = Path(__file__)
SAID = """Each is made with random weights in the first of a few tiny shapes in which transformers itself computes it,
and trained two steps with LoRA through the command line. `fast` and `padded` are the paths that were accepted, with the
differences of loss and gradients, or the reason; what was not made here needs a shape or a library of its own.
"""
LIMIT = 180
"""Seconds for each."""
WORDS = [f"{first}{last}" for first in "bdfgklmnprst" for last in ("a", "e", "i", "o", "u")]
SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "bos_token": "<s>", "eos_token": "</s>",
           "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}  # fmt: skip
AROUND = {"encoder": "[CLS] $A [SEP]", "decoder": "$A", "seq2seq": "$A </s>"}
FAMILIES = {
    "encoder": (modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES, hf.AutoModelForSequenceClassification),
    "decoder": (modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES, hf.AutoModelForCausalLM),
    "seq2seq": (modeling_auto.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES, hf.AutoModelForSeq2SeqLM),
}
LARGEST = 20_000_000
"""Weights of what counts as tiny."""
LENGTHS = dict.fromkeys(
    ("max_position_embeddings", "n_positions", "n_ctx", "max_encoder_position_embeddings", "max_seq_len",
     "max_decoder_position_embeddings"), 256,
)  # fmt: skip
WIDTHS = dict.fromkeys(("hidden_size", "d_model", "n_embd", "dim", "word_embed_proj_dim", "emb_dim", "lru_width"), 32)
INNER = dict.fromkeys(
    ("intermediate_size", "d_ff", "hidden_dim", "ffn_dim", "encoder_ffn_dim", "decoder_ffn_dim", "ffn_hidden_size",
     "intermediate_size_mlp", "moe_intermediate_size", "shared_expert_intermediate_size", "n_inner"), 48,
)  # fmt: skip
HEADS = dict.fromkeys(
    ("num_attention_heads", "num_heads", "n_head", "n_heads", "encoder_attention_heads", "decoder_attention_heads",
     "mamba_n_heads", "linear_num_value_heads"), 4,
)  # fmt: skip
EXPERTS = dict.fromkeys(("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"), 4)
FEW = {"num_experts_per_tok": 2, "num_experts_per_token": 2, "moe_k": 2, "n_group": 1, "topk_group": 1,
       "first_k_dense_replace": 1, "num_shared_experts": 1, "num_nextn_predict_layers": 0}  # fmt: skip
PARTS = {"num_key_value_heads": 2, "head_dim": 8, "d_kv": 8, "kv_channels": 8, "embedding_size": 16, "rotary_dim": 4,
         "q_lora_rank": 16, "kv_lora_rank": 16, "state_size": 8, "mamba_d_state": 8, "mamba_d_head": 16, "expand": 2,
         "linear_num_key_heads": 2, "linear_key_head_dim": 8, "linear_value_head_dim": 8, "laurel_rank": 4,
         "hidden_size_per_layer_input": 8, "num_kv_shared_layers": 0}  # fmt: skip
WINDOWS = dict.fromkeys(("sliding_window", "local_attention", "attention_window", "attention_window_size"), 16)
LATENT = {"qk_rope_head_dim": 4, "qk_nope_head_dim": 8, "v_head_dim": 8}
LAYERS = ("num_hidden_layers", "num_layers", "num_decoder_layers", "num_encoder_layers", "n_layer", "n_layers",
          "encoder_layers", "decoder_layers")  # fmt: skip
SIZES = {**LENGTHS, **WIDTHS, **INNER, **HEADS, **EXPERTS, **FEW, **PARTS, **WINDOWS}
SHAPES: tuple[tuple[int, tuple[str, ...], dict[str, int]], ...] = (
    (2, (), {}),
    (2, ("head_dim",), LATENT),
    (2, ("head_dim", "num_key_value_heads"), LATENT),
    (2, ("head_dim", "num_key_value_heads"), {}),
    (2, ("n_inner", "head_dim"), {}),
    (8, (), {}),
    (8, ("head_dim", "num_key_value_heads"), {}),
    (16, (), {}),
)
"""Layers, sizes that are left as they are, and further ones."""


def tokenizer_of(family: str) -> Any:
    """One that knows these words."""
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    letters = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=400, special_tokens=[*SPECIAL.values()], initial_alphabet=letters, show_progress=False
    )
    made.train_from_iterator(WORDS, trainer)
    ends = [(name, made.token_to_id(name)) for name in SPECIAL.values()]
    made.post_processor = tokenizers.processors.TemplateProcessing(single=AROUND[family], special_tokens=ends)
    return hf.PreTrainedTokenizerFast(tokenizer_object=made, **SPECIAL)


def tiny(kind: str, cls: Any, tokenizer: Any) -> Any:
    """A tiny model that transformers can compute, and lets write where it writes.

    Raises:
        ValueError: In none of the shapes; with the first one's reason.
    """
    faults: list[str] = []
    for layers, left, more in SHAPES:
        try:
            return _made(kind, cls, tokenizer, {key: size for key, size in SIZES.items() if key not in left}
                         | dict.fromkeys(LAYERS, layers) | more)  # fmt: skip
        except Exception as error:  # noqa: BLE001 (whatever an architecture asks for)
            faults.append(next(iter(str(error).splitlines()), type(error).__name__))
    raise ValueError(faults[0])


def _made(kind: str, cls: Any, tokenizer: Any, sizes: dict[str, int]) -> Any:
    given = configuration_auto.CONFIG_MAPPING[kind]().get_text_config()
    ends = {name: tokenizer.convert_tokens_to_ids(SPECIAL[name.replace("_id", "")])
            for name in ("pad_token_id", "bos_token_id", "eos_token_id")}  # fmt: skip
    wanted = {"vocab_size": len(tokenizer), "vocab_size_per_layer_input": len(tokenizer), **sizes, **ends}
    starts = {"decoder_start_token_id": ends["pad_token_id"]} if given.is_encoder_decoder else {}
    config = type(given)(**{key: size for key, size in wanted.items() if hasattr(given, key)}, **starts)
    with torch.device("meta"):
        count = sum(weights.numel() for weights in cls.from_config(config).parameters())
    if count > LARGEST:
        raise ValueError(f"{count / 1e6:.0f} million weights in a tiny shape")
    torch.manual_seed(0)
    model = cls.from_config(config)
    asked = tokenizer([" ".join(WORDS[:9]), " ".join(WORDS[:5])], padding=True, return_tensors="pt")
    asked = {key: asked[key] for key in ("input_ids", "attention_mask")}
    writes = model.can_generate() and "SequenceClassification" not in type(model).__name__
    if given.is_encoder_decoder:
        model(**asked, labels=asked["input_ids"])
    else:
        model(**asked)
    if writes:
        model.generate(**asked, max_new_tokens=3)
    return model


def data_words(family: str, folder: Path) -> list[str]:
    """A few records, and the words that name them."""
    task = "classification" if family == "encoder" else "generation"
    words = [f"task={task}", "dataset=files"]
    for split, count in {"train": 24, "validation": 8, "test": 8}.items():
        chance, path = random.Random(split), folder / f"{family}-{split}.jsonl"
        texts = [" ".join(chance.choices(WORDS, k=chance.randint(3, 30))) for _ in range(count)]
        first, second = ("text", "label") if family == "encoder" else ("source", "target")
        rows = [{first: text, second: ("good", "bad")[number % 2]} for number, text in enumerate(texts)]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        words.append(f"dataset.{split}={path}")
    return words


@contextlib.contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """A limit of time."""

    def late(*_: Any) -> None:
        raise TimeoutError(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def outcome_of(kind: str, family: str, words: list[str], folder: Path) -> tuple[str, str]:
    """(fast, padded, refused, failed or not made here; the differences, or why)."""
    tokenizer, told = tokenizer_of(family), io.StringIO()
    model, run = folder / "model", folder / "run"
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(io.StringIO()):
        try:
            with at_most(LIMIT):
                tiny(kind, FAMILIES[family][1], tokenizer).save_pretrained(model)
            tokenizer.save_pretrained(model)
        except Exception as error:  # noqa: BLE001 (whatever an architecture asks for)
            return "not made here", f"{error}"
        own = [
            "model=custom",
            f"model.name={model}",
            "adapter=lora",
            "adapter.rank=4",
            "optim.lr=0.01",
            f"run.dir={run}",
        ]
        own += ["training.max_steps=2", "training.batch_size=4", "policy.enforce=false"]
        own += [] if family == "encoder" else ["task.max_new_tokens=8"]
        own += ["plugins.allow=[]", "policy=default", "privacy=none", "hardware=cpu", "--quiet"]
        with at_most(LIMIT):
            code = goodfit(["train", *words, *own])
    if code:
        what = next(line for line in reversed(told.getvalue().splitlines()) if line.startswith("error: "))
        return ("refused" if code == 2 else "failed"), what.removeprefix("error: ")
    path = json.loads((run / "run.json").read_text("utf-8"))["path"]
    return ("fast" if path["name"].startswith("fast") else "padded"), path["reason"]


def main() -> None:
    """Try them, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument("--only", nargs="+")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for family in options.families:
            words = data_words(family, Path(folder))
            for kind in sorted(options.only or FAMILIES[family][0]):
                if kind in FAMILIES[family][0]:
                    place = Path(folder) / "one"
                    rows.append((family, kind, *outcome_of(kind, family, words, place)))
                    shutil.rmtree(place, ignore_errors=True)
                    print(*rows[-1], sep=" | ", flush=True)
    if options.only is None:
        HERE.with_suffix(".md").write_text(page(rows), "utf-8")


def page(rows: list[tuple[str, str, str, str]]) -> str:
    """The table, with what there is most of in front."""
    counts = Counter((family, found) for family, _, found, _ in rows)
    totals = [f"| {family} | {found} | {count} |" for (family, found), count in sorted(counts.items())]
    lines = [f"| {family} | {kind} | {found} | {' '.join(why.split())[:160].replace('|', '/')} |"
             for family, kind, found, why in rows]  # fmt: skip
    head = f"# Architectures of transformers {hf.__version__}\n\n{SAID}"
    return "\n".join([head, "", "| family | outcome | architectures |", "|---|---|---|", *totals, "",
                      "| family | architecture | outcome | differences, or why |", "|---|---|---|---|", *lines, "",
                      "Made by `python benchmarks/architectures.py`.\n"])  # fmt: skip


if __name__ == "__main__":
    main()
