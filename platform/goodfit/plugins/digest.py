"""Which files a plugin consists of, and their digest: read from the disk, without importing one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from goodfit.errors import PluginError
from goodfit.plugins.find import InstalledPlugin

LEFT_OUT = ("__pycache__", "RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json")
"""What an installer adds, and what differs from machine to machine."""


def plugin_digest(plugin: InstalledPlugin) -> str:
    """The SHA-256 of a plugin's files and their names."""
    whole = hashlib.sha256()
    for name, path in sorted(plugin_files(plugin).items()):
        whole.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return f"sha256:{whole.hexdigest()}"


def plugin_files(plugin: InstalledPlugin) -> Mapping[str, Path]:
    """Name -> file: all that its distribution installed, and all that lies in the package with its hooks.

    An editable installation lists no files of the package, so the package's folder is read besides.

    Raises:
        PluginError: Its package is not whole, so that nothing says which code would be run.
    """
    if plugin.source is None or plugin.fault is not None:
        raise PluginError(
            f"the plugin '{plugin.name}' cannot be locked: {plugin.fault or f'it has no module {plugin.module}'}",
            plugin.mended_by,
        )
    if plugin.file is not None:
        return {plugin.file.name: plugin.file}
    found: dict[str, Path] = {}
    if plugin.folder is not None:
        own = plugin.folder
        found |= {_inside(own, path): path for path in own.rglob("*")}
    found[plugin.source.name if plugin.folder is None else _inside(plugin.folder, plugin.source)] = plugin.source
    distribution = metadata.distribution(plugin.distribution)
    for listed in distribution.files or []:
        if not listed.parts[0].endswith(".pth") and ".." not in listed.parts:
            found[_without_version(listed.as_posix())] = Path(str(listed.locate()))
    kept = {name: path for name, path in found.items() if not set(name.split("/")) & set(LEFT_OUT)}
    return {name: path for name, path in kept.items() if path.is_file()}


def _inside(package: Path, path: Path) -> str:
    return f"{package.name}/{path.relative_to(package).as_posix()}"


def _without_version(name: str) -> str:
    """``goodfit_hr-1.0.dist-info/METADATA`` -> ``dist-info/METADATA``; the version stands in it anyway."""
    first, _, rest = name.partition("/")
    return f"dist-info/{rest}" if first.endswith(".dist-info") else name
