"""The best weights so far: trainable tensors in safetensors, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from goodfit.errors import TrainingError


def trainable_state(model: Any) -> dict[str, Any]:
    """Name -> trainable tensor; a tensor with two names once."""
    return {name: weights.detach() for name, weights in model.named_parameters() if weights.requires_grad}


def save_best(model: Any, folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the trainable weights, and what is known of them, with their digest."""
    from safetensors.torch import save

    content = save({name: weights.contiguous().cpu() for name, weights in trainable_state(model).items()})
    folder.mkdir(exist_ok=True)
    write_whole(folder / "best.safetensors", content)
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    write_whole(folder / "best.json", json.dumps({**facts, "digest": digest}).encode())


def load_best(model: Any, folder: Path) -> dict[str, Any]:
    """Put the best weights back into the model.

    Raises:
        TrainingError: They are missing, or not what was written.
    """
    from safetensors.torch import load

    content = (folder / "best.safetensors").read_bytes()
    facts = json.loads((folder / "best.json").read_text("utf-8"))
    if facts["digest"] != f"sha256:{hashlib.sha256(content).hexdigest()}":
        raise TrainingError(f"{folder}/best.safetensors is not what was written", "check the disk and train again")
    weights = load(content)
    current = trainable_state(model)
    if set(weights) != set(current):
        raise TrainingError(f"{folder}/best.safetensors belongs to another model", "train again")
    for name, tensor in current.items():
        tensor.copy_(weights[name])
    return facts


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all: temporary file beside it, fsync, rename."""
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
