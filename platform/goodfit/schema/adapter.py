"""Which weights are tuned: ``adapter=<name>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from goodfit.schema.ranges import Count

AdapterName = Literal[
    "auto", "none", "head", "lora", "qlora", "dora", "rslora", "pissa", "olora", "vera", "loha", "lokr", "oft", "ia3"
]


@dataclass(kw_only=True, slots=True)
class AdapterConf:
    """Which weights are tuned. Selected with ``adapter=<name>``."""

    name: AdapterName = "auto"
    """``none`` tunes all weights, ``head`` the head over a frozen base, the others are PEFT methods
    (``qlora``: LoRA over a base in 4 bits); ``auto`` is ``lora`` on pretrained weights and ``none`` on random ones."""

    rank: Annotated[int, Field(ge=1, le=1024)] = 16
    """The rank of the low-rank update (LoRA, https://arxiv.org/abs/2106.09685, section 4.1); with ``oft`` the
    size of the blocks that turn a layer's input."""

    alpha: Annotated[float, Field(gt=0)] = 32.0
    """The update is scaled by alpha / rank (rsLoRA: alpha / sqrt(rank))."""

    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Dropout on the input of the update; with ``loha`` and ``lokr`` the chance that a layer's whole update is left out
    of a pass, with ``oft`` the share of its blocks that are (PEFT's ``module_dropout``)."""

    targets: list[str] | None = None
    """Names of the modules that get an adapter; when not given, every linear layer but the head."""

    top_layers: Count | None = None
    """Tune only so many of the base's layers, the uppermost ones, with an adapter or whole, and the head; when not
    given, all. On the fast path of a CPU what the layers below make of a record is computed once."""

    merge: bool = False
    """Leave the whole model besides, with the adapter in its weights, in ``model/``: what serves without PEFT, and what
    ``model=run:PATH`` then begins from, which else merges the adapter itself."""

    @property
    def four_bits(self) -> bool:
        """Whether the base is held in 4 bits."""
        return self.name == "qlora"
