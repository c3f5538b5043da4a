"""What a run leaves behind: the adapter or the model, what it needs to be used, the lock."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import goodfit
from goodfit.data.gather import SPLITS
from goodfit.files import file_digest
from goodfit.models.base import Base, folder_digest
from goodfit.plugins.host import Host
from goodfit.runs.folder import write_json
from goodfit.runs.prepare import Prepared
from goodfit.schema import RunConf

PACKAGES = ("torch", "transformers", "peft", "pytorch-lightning", "tokenizers", "datasets", "numpy", "hydra-core")
UNREAD = ("run", "tracker", "plugins", "sweep", "choices")
"""Groups of the config that do not change the model."""


def save_weights(prepared: Prepared, model: Any, folder: Path) -> Path:
    """Write ``adapter/``, or ``model/`` where base weights were tuned; returns the folder.

    What went on with pretraining is a base for others: its adapter is merged into a ``model/`` besides.
    """
    if not hasattr(model, "peft_config"):
        return _save_whole(prepared, model, folder)
    target = folder / "adapter"
    for config in model.peft_config.values():
        config.base_model_name_or_path = prepared.base.name
        config.revision = prepared.base.revision
    model.save_pretrained(target, safe_serialization=True)
    (target / "README.md").unlink(missing_ok=True)
    write_json(target / "task.json", _task(prepared, target))
    if prepared.task.kind.name == "language_modeling":
        _save_whole(prepared, copy.deepcopy(model).merge_and_unload(), folder)
    return target


def _save_whole(prepared: Prepared, model: Any, folder: Path) -> Path:
    target = folder / "model"
    model.save_pretrained(target, safe_serialization=True)
    prepared.coding.tokenizer.save_pretrained(target)
    write_json(target / "task.json", _task(prepared, target))
    return target


def _task(prepared: Prepared, target: Path) -> Mapping[str, Any]:
    conf, coding = prepared.conf, prepared.coding
    weights = target / "adapter_model.safetensors"
    digest = f"sha256:{file_digest(weights)}" if weights.exists() else folder_digest(target)
    return {
        "schema": 1,
        "task": conf.task.name,
        "kind": prepared.task.kind.name,
        "family": prepared.base.family,
        "labels": list(coding.labels),
        "prompt": coding.prompt,
        "pooling": conf.model.pooling,
        "max_tokens": coding.max_tokens,
        "max_new_tokens": coding.max_new_tokens,
        "base": base_identity(prepared.base),
        "digest": digest,
    }


def base_identity(base: Base) -> dict[str, Any]:
    """What says which base model it was."""
    return {"name": base.name, "revision": base.revision, "digest": base.digest}


def write_lock(prepared: Prepared, host: Host, folder: Path) -> None:
    """Write ``lock.json``: what has to be the same for the same model to come out."""
    import torch

    conf = prepared.conf
    write_json(
        folder / "lock.json",
        {
            "schema": 1,
            "data": {split: _records_digest(prepared, split) for split in SPLITS},
            "base": base_identity(prepared.base),
            "plugins": host.identities(),
            "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
            "goodfit": {"version": goodfit.__version__, "code": _code_digest()},
            "config": hashlib.sha256(json.dumps(_identity(conf), sort_keys=True).encode()).hexdigest(),
            "seed": conf.seed,
            "threads": conf.runtime.threads,
            "python": platform.python_version(),
            "instructions": torch.backends.cpu.get_cpu_capability(),
            "device": torch.cuda.get_device_name() if conf.hardware.accelerator == "gpu" else "cpu",
        },
    )


def _identity(conf: RunConf) -> Mapping[str, Any]:
    """The config without what does not change the model."""
    tree = dataclasses.asdict(conf)
    return {name: value for name, value in tree.items() if name not in UNREAD}


def _records_digest(prepared: Prepared, split: str) -> dict[str, Any]:
    records = prepared.splits[split]
    content = json.dumps([[record.id, record.fields, record.group] for record in records], sort_keys=True)
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
    return {"records": len(records), "digest": f"sha256:{digest}"}


def _code_digest() -> str:
    root = Path(goodfit.__file__).parent
    whole = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return f"sha256:{whole.hexdigest()}"
