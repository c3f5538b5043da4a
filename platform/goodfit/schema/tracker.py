"""Where figures are tracked besides the run folder: ``tracker=<name>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field


@dataclass(kw_only=True, slots=True)
class TrackerConf:
    """Where figures are tracked besides the run folder. Selected with ``tracker=<name>``."""

    name: Literal["auto", "none", "wandb"] = "auto"
    """``auto`` is ``wandb`` when it is installed and a key is in the environment, else ``none``."""

    project: str = "goodfit"
    """The project on the tracker."""

    mode: Literal["auto", "online", "offline"] = "auto"
    """wandb's mode; ``auto`` is online when a key is in the environment."""

    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    """How long a run waits at its end for the tracker to take the last lines; then it is left to finish by itself."""
