"""Which plugins are installed: read from package metadata, without importing one."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from goodfit.errors import PluginError

GROUP = "goodfit"
"""The entry-point group."""


@dataclass(frozen=True, slots=True)
class InstalledPlugin:
    """A plugin as its package declares it."""

    name: str
    distribution: str
    version: str
    module: str
    """The module with the hooks, ``goodfit_legal.plugin``."""
    conf: Path | None
    """Its own conf/ folder, beside the module, if it has one."""


def installed_plugins() -> list[InstalledPlugin]:
    """Every installed plugin, by name.

    Raises:
        PluginError: Two packages declare one name.
    """
    found: dict[str, InstalledPlugin] = {}
    for distribution in metadata.distributions():
        for entry in distribution.entry_points.select(group=GROUP):
            plugin = InstalledPlugin(
                entry.name, distribution.name, distribution.version, entry.module, _conf_folder(entry.module)
            )
            other = found.setdefault(entry.name, plugin)
            if other.distribution != plugin.distribution:
                raise PluginError(
                    f"two packages call their plugin '{entry.name}': {other.distribution} and {plugin.distribution}",
                    f"uninstall one of them: pip uninstall {plugin.distribution}",
                )
    return [found[name] for name in sorted(found)]


def _conf_folder(module: str) -> Path | None:
    """The conf/ folder of a package. ``find_spec`` on a top-level name runs no code of it."""
    spec = importlib.util.find_spec(module.split(".", 1)[0])
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "conf"
        if folder.is_dir():
            return folder
    return None
