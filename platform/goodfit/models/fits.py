"""What fits a model, told from its architecture and its size alone: adapters, precisions, memory at a glance."""

from __future__ import annotations

from typing import get_args

from goodfit.models.memory import GIB, at_rest
from goodfit.schema.adapter import AdapterName

TURNED = frozenset({"gpt2"})
"""Architectures with weights as (in, out), and what PEFT cannot put on those."""
NOT_ON_TURNED = frozenset({"olora", "loha", "lokr", "oft"})

WITHOUT_IA3 = frozenset(
    {
        *("deepseek_v3", "distilbert", "electra", "falcon_mamba", "llama4_text", "marian", "mbart", "modernbert"),
        *("mpnet", "pegasus", "phi3", "qwen3_next", "smollm3", "xlm-roberta"),
    }
)
"""Architectures of which PEFT does not know what (IA)3 should rescale."""

IN_ONE_TENSOR = frozenset({"deepseek_v3", "qwen3_next"})
"""Architectures whose experts hold their weights in one tensor, which PEFT's OLoRA cannot decompose."""

OVERFLOWING = frozenset({"gemma2", "gemma3_text", "mt5", "t5", "umt5"})
"""Architectures with activations beyond 65504, the largest float16: https://github.com/huggingface/transformers/issues/23918
(T5), https://github.com/huggingface/transformers/issues/36822 (Gemma 3). bfloat16 has the range of 32 bits."""

LORA_SHARE = 0.15
"""The share of weights that LoRA of rank 16 on every linear layer adds, times the cube root of the size in millions:
0.08 to 0.19 for 27 models from 23 million to 15 billion, counted on their configs."""


def adapters_that_fit(family: str, architecture: str) -> list[str]:
    """Options of ``adapter`` for an architecture, ``auto`` aside."""
    refused = {"auto"}
    if family != "encoder":
        refused.add("head")
    if architecture in TURNED:
        refused |= NOT_ON_TURNED
    if architecture in IN_ONE_TENSOR:
        refused.add("olora")
    if architecture in WITHOUT_IA3:
        refused.add("ia3")
    return [name for name in get_args(AdapterName) if name not in refused]


def precisions_that_fit(architecture: str) -> list[str]:
    """Options of ``precision`` for an architecture, ``auto`` aside; ``16`` is for GPUs in any case."""
    return ["32", "bf16"] if architecture in OVERFLOWING else ["32", "bf16", "16"]


def memory_at_a_glance(parameters_millions: float) -> dict[str, float]:
    """GiB before the first batch with AdamW, with a LoRA adapter of rank 16 and with all weights tuned.

    Batches come on top: ``goodfit check`` counts them, and the real weights, for a certain run.
    """
    parameters = int(parameters_millions * 1e6)
    added = int(parameters * LORA_SHARE / parameters_millions ** (1 / 3))
    lora = at_rest(parameters + added, added, "adamw")
    whole = at_rest(parameters, parameters, "adamw")
    return {"lora": round(lora.total / GIB, 1), "all": round(whole.total / GIB, 1)}
