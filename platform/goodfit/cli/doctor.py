"""goodfit doctor: the machine and the installation."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import sys
from typing import Any

from goodfit import __version__
from goodfit.cli.arguments import Arguments
from goodfit.cli.console import print_table
from goodfit.cli.troubles import troubles_of
from goodfit.errors import ConfigError, PluginError
from goodfit.extras import EXTRAS, installed_by, is_installed
from goodfit.plugins.find import declared_plugins
from goodfit.plugins.host import load_plugins
from goodfit.runs.free_memory import free_memory

PACKAGES = ("torch", "transformers", "peft", "pytorch-lightning", "datasets", "hydra-core")


def run(arguments: Arguments) -> dict[str, Any]:
    """Print what is here, and what is wrong with it.

    Raises:
        ConfigError: There are words, and it reads none.
    """
    if arguments.words:
        raise ConfigError("doctor takes no words", "goodfit doctor")
    facts = {**_machine(), **{name: importlib.metadata.version(name) for name in PACKAGES}}
    for name, (_, what) in EXTRAS.items():
        missing = f"not installed; only {what} needs it: {installed_by(name)}"
        facts[name] = importlib.metadata.version(name) if is_installed(name) else missing
    troubles = troubles_of(load_plugins())
    problems = [f"{one.where}: {one.what}; {one.fix}" for one in troubles if one.severity == "error"]
    facts["plugins"] = ", ".join(sorted(declared_plugins())) or "none"
    if not arguments.json:
        print_table(["what", "found"], [[name, str(value)] for name, value in facts.items()])
        for problem in problems:
            print(f"problem: {problem}")
        print("no problem found" if not problems else f"{len(problems)} problems")
    return {"facts": facts, "problems": problems, "exit_code": PluginError.exit_code if problems else 0}


def _machine() -> dict[str, Any]:
    import psutil
    import torch

    from goodfit.models.memory import GIB

    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "none that PyTorch can use"
    return {
        "goodfit": __version__,
        "python": f"{platform.python_version()} ({sys.executable})",
        "system": platform.platform(),
        "cores": len(psutil.Process().cpu_affinity())
        if hasattr(psutil.Process, "cpu_affinity")
        else psutil.cpu_count(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "memory free, GiB": round(free_memory() / GIB, 1),
        "disk free here, GiB": round(shutil.disk_usage(".").free / GIB, 1),
        "gpu": gpu,
    }
