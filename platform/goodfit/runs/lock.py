"""lock.json: everything that has to be the same for the same model to come out, and what differs from it."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

import goodfit
from goodfit.config.written import read_config
from goodfit.errors import ConfigError, GoodfitError
from goodfit.files import text_digest
from goodfit.plugins.host import Host
from goodfit.run_files import CHECKPOINTS, CONFIG, LOCK, SCHEMA
from goodfit.runs.find import resume_command
from goodfit.runs.json_files import damaged, read_json, write_json
from goodfit.runs.locked import gone_on_with
from goodfit.runs.prepare import Prepared
from goodfit.runs.privacy import same_key
from goodfit.schema import RunConf
from goodfit.training.checkpoints import checkpoints_in

NOT_OF_THE_RUN = ("run", "tracker", "plugins", "sweep", "choices")
"""Groups of the config that do not change the model."""

CHANGES_NOTHING = {"training": ("save_every_steps", "keep_checkpoints"), "runtime": ("workers",)}
"""And settings of other groups."""

OF_THE_RUN = ("data", "base", "config", "seed")
"""What makes two runs two, wherever and with whatever code they go on."""

MEASURED_ON = ("data.validation.", "data.test.")
"""Places of the records that a run is measured on."""

MACHINE = ("python", "machine", "torch_build", "instructions", "threads", "device", "packages", "goodfit")
"""What may change the last bits of figures: runs are equal in their bytes within one class of these."""


def lock_of(prepared: Prepared, host: Host, labels_given: bool) -> dict[str, Any]:
    """What has to be the same for the same model to come out.

    Args:
        prepared: The run.
        host: The plugins.
        labels_given: Whether words or task name the labels, rather than the data.
    """
    import torch

    conf = prepared.conf
    return {
        "schema": SCHEMA,
        "data": prepared.splits.digests(),
        "base": {**prepared.base.identity, "tokenizer": _tokenizer_digest(prepared.coding.tokenizer)},
        "plugins": host.identities(),
        "goodfit": {"version": goodfit.__version__, "code": _code_digest()},
        "config": _config_digest(conf),
        "labels_given": labels_given,
        "seed": conf.seed,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "torch_build": f"{torch.version.git_version} cuda {torch.version.cuda}",
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "threads": conf.runtime.threads,
        "device": torch.cuda.get_device_name() if conf.hardware.accelerator == "gpu" else "cpu",
        "packages": dict(_packages()),
    }


def _config_digest(conf: RunConf) -> str:
    return text_digest(json.dumps(_identity(conf), sort_keys=True))


def identity_of(locked: Mapping[str, Any]) -> str:
    """A digest of what makes a run another one than others: its checkpoints have it."""
    return text_digest(json.dumps({name: locked.get(name) for name in OF_THE_RUN}, sort_keys=True))


def _identity(conf: RunConf) -> Mapping[str, Any]:
    """The config without what does not change the model."""
    tree = dataclasses.asdict(conf)
    for group, names in CHANGES_NOTHING.items():
        for name in names:
            del tree[group][name]
    return {name: value for name, value in tree.items() if name not in NOT_OF_THE_RUN}


def _tokenizer_digest(tokenizer: Any) -> str:
    whole = tokenizer.backend_tokenizer.to_str() if tokenizer.is_fast else json.dumps(sorted(tokenizer.get_vocab()))
    return text_digest(json.dumps([whole, tokenizer.chat_template, tokenizer.all_special_tokens]))


def _code_digest() -> str:
    root = Path(goodfit.__file__).parent
    whole = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return f"sha256:{whole.hexdigest()}"


@functools.cache  # a search asks for each trial
def _packages() -> Mapping[str, str]:
    """The versions of what goodfit needs, directly or not."""
    return dict(sorted(_needed_by("goodfit", {}).items()))


def _needed_by(name: str, found: dict[str, str]) -> dict[str, str]:
    """The versions of what a package needs here, and of what that needs; what only an extra needs is not among them."""
    try:
        needed = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return found
    for requirement in needed:
        try:
            needs = Requirement(requirement)
        except InvalidRequirement:
            continue  # no installer could read it
        dependency = canonicalize_name(needs.name)
        if dependency in found or (needs.marker is not None and not needs.marker.evaluate({"extra": ""})):
            continue
        try:
            found[dependency] = importlib.metadata.version(dependency)
        except importlib.metadata.PackageNotFoundError:
            continue  # it was taken away, or never installed
        _needed_by(dependency, found)
    return found


def started_with(folder: Path) -> RunConf:
    """The config that a run was started with: labels that were found in its data are to be found again."""
    conf = read_config(folder)
    if read_json(folder / LOCK, "labels_given")["labels_given"]:
        return conf
    return dataclasses.replace(conf, task=dataclasses.replace(conf.task, labels=None))


def drift(locked: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What is not as it was: place in the lock -> (then, now)."""
    then, here = dict(_leaves(locked)), dict(_leaves(now))
    places = [place for place in {**then, **here} if not place.startswith("drift.")]
    return {place: (then.get(place), here.get(place)) for place in places if then.get(place) != here.get(place)}


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def said(found: Mapping[str, tuple[Any, Any]]) -> str:
    """A drift for people."""
    return "; ".join(f"{place} was {_short(then)}, is {_short(now)}" for place, (then, now) in found.items())


def _short(value: Any) -> str:
    text = "not there" if value is None else str(value)
    return text[:19] + "…" if text.startswith("sha256:") else text


def refuse_drift(folder: Path, now: Mapping[str, Any], allowed: bool) -> None:
    """Refuse to go on with a run as another one.

    What the user allows is recorded in the run's lock, and not asked for again. Nobody can allow other held-out records
    once it has trained: of the ones that it was trained on, which goodfit keeps nowhere, some may be among them.

    Raises:
        ConfigError: Names what was, and what is.
    """
    locked = read_json(folder / LOCK)
    found = drift(locked, now)
    known = locked.get("drift", {})
    new = {place: pair for place, pair in found.items() if known.get(place) != [*pair]}
    if not new:
        return
    if any(place.startswith(MEASURED_ON) for place in new) and checkpoints_in(folder / CHECKPOINTS):
        raise ConfigError(
            f"this is not what the run was started with: {said(new)}; what it was trained on so far may be among the "
            "records that it would be measured on now",
            f"{_same_key(folder, new)}bring the records back, or train again in another run.dir",
        )
    if not allowed:
        raise ConfigError(
            f"this is not what the run was started with: {said(new)}",
            f"{_same_key(folder, new)}bring that back, or go on all the same, to other bytes: {resume_command(folder)} "
            "--allow-drift",
        )
    write_json(folder / LOCK, {**locked, "drift": {**known, **new}})


def refuse_other_config(folder: Path, conf: RunConf) -> None:
    """Refuse to use a run by a config that it was not trained with.

    Args:
        folder: Of the run.
        conf: As it was read there.

    Raises:
        ConfigError: It is not the one that the run's lock names.
    """
    locked = read_json(folder / LOCK)
    if _is_of_another(folder):
        return
    drifted = gone_on_with(locked)
    # one that labels were found anew for, in other data, lies there as it was
    if _config_digest(conf) not in (locked.get("config"), drifted.get("config")):
        raise ConfigError(
            f"{folder / CONFIG} is not what the run was trained with",
            "bring back what the run wrote, or take a copy of the run that is whole",
        )


def _made_by(folder: Path) -> tuple[str, str]:
    """The version and the digest of the code of the goodfit that made a run, or that it was allowed to go on with."""
    locked = read_json(folder / LOCK, "goodfit")
    try:
        drifted, own = gone_on_with(locked), locked["goodfit"]
        version, code = (drifted.get(f"goodfit.{name}", own[name]) for name in ("version", "code"))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise damaged(folder / LOCK) from None
    return version, code


def _is_of_another(folder: Path) -> bool:
    """Whether another goodfit made a run: it has other settings, and another digest of the same file."""
    return _made_by(folder)[1] != _code_digest()


def refuse_of_another(folder: Path, why: GoodfitError) -> None:
    """Say of a run whose config cannot be read that another goodfit made it, where one did.

    Args:
        folder: Of the run.
        why: It cannot be read; its mend would be an edit of what another goodfit understands.

    Raises:
        ConfigError: Another one did.
    """
    version, code = _made_by(folder)
    if code != _code_digest():
        raise ConfigError(
            f"{folder} was made by goodfit {version}, and this one, {goodfit.__version__} with other code, "
            f"cannot read its {CONFIG}: {why.what}",
            "use the goodfit that made it, or a newer one: pip install --upgrade goodfit",
        ) from None


def refuse_other_inputs(folder: Path, now: Mapping[str, Any]) -> None:
    """Refuse to reproduce a run from other data, another base or other settings.

    Those of a run that another goodfit made are in its own config, whose digest is another one here.

    Raises:
        ConfigError: Names what was, and what is.
    """
    locked = read_json(folder / LOCK)
    inputs = ("data", "base") if _is_of_another(folder) else ("data", "base", "config")
    found = {place: pair for place, pair in drift(locked, now).items() if place.split(".")[0] in inputs}
    if found:
        raise ConfigError(
            f"what the run was made from is not here any more: {said(found)}",
            f"{_same_key(folder, found)}bring that back; nothing was trained",
        )


def _same_key(folder: Path, found: Mapping[str, Any]) -> str:
    return same_key(read_config(folder)) if any(place.startswith("data.") for place in found) else ""
