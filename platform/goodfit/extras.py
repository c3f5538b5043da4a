"""Packages that goodfit does without until somebody asks for what they do: is one here, and what installs it?"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from goodfit.errors import HardwareError

EXTRAS = {
    "wandb": ("wandb", "tracker=wandb"),
    "deepspeed": ("deepspeed", "hardware=deepspeed"),
    "bitsandbytes": ("qlora", "adapter=qlora"),
    "opacus": ("dp", "privacy=dp"),
    "cryptography": ("vault", "privacy.vault"),
    "cmaes": ("samplers", "sweep.sampler=cmaes"),
    "scipy": ("samplers", "sweep.sampler=gp (or qmc, sweep.pruner=wilcoxon)"),
    "psycopg": ("postgresql", "sweep.storage=postgresql"),
    "submitit": ("slurm", "sweep.executor=slurm"),
    "ray": ("ray", "sweep.executor=ray"),
}
"""Package -> the extra of goodfit's that installs it, and what needs it."""


def is_installed(package: str) -> bool:
    """Whether a package is here; nothing is imported."""
    spec = importlib.util.find_spec(package)
    return spec is not None and spec.origin is not None  # a mere folder of that name, as wandb leaves one, has none


def installed_by(package: str) -> str:
    """The command that installs a package of an extra."""
    return f"pip install 'goodfit[{EXTRAS[package][0]}]'"


def need(package: str, what: str) -> None:
    """Refuse what a missing package does; nothing is imported.

    Args:
        package: One of ``EXTRAS``.
        what: What was asked for: the words that somebody typed.

    Raises:
        HardwareError: The package is not installed; says what installs it.
    """
    if not is_installed(package):
        raise HardwareError(f"{what} needs the package {package}", installed_by(package))


def load(package: str, what: str) -> Any:
    """Import a package of an extra.

    Args:
        package: One of ``EXTRAS``.
        what: What was asked for: the words that somebody typed.

    Raises:
        HardwareError: The package is not installed, or cannot be imported; says what installs it.
    """
    need(package, what)
    try:
        return importlib.import_module(package)
    except ImportError as error:  # psycopg, say, without the C library that its own extra brings
        said = str(error).partition("\n")[0]
        cannot = f"{what} needs the package {package}, which cannot be imported: {said}"
        raise HardwareError(cannot, installed_by(package)) from None
