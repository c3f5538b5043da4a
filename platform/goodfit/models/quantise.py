"""Base weights in 4 bits, which QLoRA freezes below its adapter: through bitsandbytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodfit.errors import ConfigError
from goodfit.extras import need
from goodfit.schema.model import ModelConf

BYTES_PER_WEIGHT = (4 + 0.127) / 8
"""NormalFloat4 with quantised constants: Dettmers et al. 2023, https://arxiv.org/abs/2305.14314, section 3."""


def refuse_four_bits(conf: ModelConf) -> None:
    """Refuse QLoRA where it cannot be.

    Raises:
        ConfigError: There are no weights to quantise.
        HardwareError: bitsandbytes is not installed.
    """
    if conf.weights == "random":
        raise ConfigError("adapter=qlora freezes the base, and this model starts from noise", "choose adapter=none")
    need("bitsandbytes", "adapter=qlora")


def four_bit_settings(kept: Sequence[str]) -> Any:
    """transformers' settings of a base in 4 bits.

    Args:
        kept: Full names of the linear layers that stay as they are: heads.
    """
    import torch
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16 if torch.cuda.is_available() else torch.float32,
        llm_int8_skip_modules=list(kept),
    )


def keep_exact(model: Any) -> None:
    """Let layers in 4 bits compute alike in training and evaluation.

    On CPUs with bfloat16 units, bitsandbytes 0.50 would round the scales of the weights at the first evaluation, and
    leave them so.
    """
    from bitsandbytes.nn import Linear4bit

    for module in model.modules():
        if isinstance(module, Linear4bit):
            module.support_avx512bf16_for_cpu = False
