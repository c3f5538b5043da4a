"""Models of random weights in the shapes that people use, on a GPU, and examples for them."""

from __future__ import annotations

import copy
import random
from typing import Any

SHAPES = {
    "decoder": {"hidden_size": 1024, "intermediate_size": 3072, "num_hidden_layers": 28, "num_attention_heads": 16,
                "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 151_936, "tie_word_embeddings": True},
    "llama": {"hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16, "num_attention_heads": 32,
              "num_key_value_heads": 8, "vocab_size": 128_256, "tie_word_embeddings": True},
    "encoder": {},
    "seq2seq": {"d_model": 768, "d_kv": 64, "d_ff": 3072, "num_layers": 12, "num_heads": 12,
                "decoder_start_token_id": 0},
}  # fmt: skip
"""Qwen3-0.6B, Llama 3.2 1B, BERT base and T5 base."""


def shape_of(family: str, dropout: float = 0.0) -> Any:
    """A config, without special tokens of its own."""
    import transformers as hf

    ends = {"pad_token_id": 0, "bos_token_id": 101, "eos_token_id": 102}
    if family == "encoder":
        dry = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}
        return hf.BertConfig(**dry, architectures=["BertModel"])
    if family == "seq2seq":
        return hf.T5Config(**SHAPES[family], **ends, dropout_rate=dropout, architectures=["T5ForConditionalGeneration"])
    if family == "llama":
        return hf.LlamaConfig(**SHAPES[family], **ends, use_cache=False, architectures=["LlamaForCausalLM"])
    return hf.Qwen3Config(**SHAPES[family], **ends, use_cache=False, architectures=["Qwen3ForCausalLM"])


def examples_of(what: str, count: int) -> list[Any]:
    """Examples of random tokens; lengths as those of queries (8 to 60) or of instructions (20 to 400)."""
    from goodfit.data.batches import IGNORED, Example

    chance, made = random.Random(3), []
    for number in range(count):
        length = min(int(chance.lognormvariate(2.7, 0.6)) + 6, 64) if what == "encoder" else chance.randint(20, 400)
        ids = tuple(chance.randrange(1000, 30_000) for _ in range(length))
        if what == "encoder":
            made.append(Example(number, ids, (chance.randrange(77),)))
        elif what == "decoder":
            cut = length * 2 // 3
            made.append(Example(number, ids, (*(IGNORED,) * (cut - 1), *ids[cut:], 102)))
        else:
            written = ids[: max(4, length // 4)]
            made.append(Example(number, ids, (*written, 102), (0, *written)))
    return made


def model_of(what: str, rank: int | None, dropout: float = 0.0) -> Any:
    """On the GPU, with LoRA of a rank on every linear layer, or tuned fully."""
    import torch
    import transformers as hf

    classes = {"encoder": hf.BertForSequenceClassification, "decoder": hf.Qwen3ForCausalLM,
               "seq2seq": hf.T5ForConditionalGeneration}  # fmt: skip
    config = shape_of(what, dropout)
    config.num_labels = 77
    torch.manual_seed(0)
    with torch.device("cuda"):
        model = classes[what](config)
    return model if rank is None else tuned(model, what, rank)


def tuned(model: Any, what: str, rank: int) -> Any:
    """The model with LoRA."""
    import peft
    import torch

    kind = {"encoder": "SEQ_CLS", "seq2seq": "SEQ_2_SEQ_LM"}.get(what, "CAUSAL_LM")
    saved = ["classifier"] if what == "encoder" else None
    config = peft.LoraConfig(r=rank, lora_alpha=16, task_type=kind, target_modules="all-linear",
                             exclude_modules=saved, modules_to_save=saved)  # fmt: skip
    with torch.device("cuda"):
        return peft.get_peft_model(model, config)


def models_of(what: str, width: int) -> list[Any]:
    """LoRA over one base's tensors, each with its own rank."""
    import torch

    torch.manual_seed(0)
    base, made = model_of(what, None), []
    shared = {id(weights): weights for weights in base.parameters()}
    for number in range(width):
        torch.manual_seed(number)
        made.append(tuned(copy.deepcopy(base, dict(shared)), what, (8, 16, 16, 32)[number % 4]))
    return made
