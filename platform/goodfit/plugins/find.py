"""Which plugins are installed: read from package metadata, without importing one."""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from goodfit.errors import ConfigError, PluginError

GROUP = "goodfit"
"""The entry-point group."""
PROJECT = "project"
"""What the plugin in a file of the user's own is called."""


@dataclass(frozen=True, slots=True)
class InstalledPlugin:
    """A plugin as its package declares it."""

    name: str
    distribution: str
    version: str
    module: str
    """The module with the hooks, ``goodfit_legal.plugin``."""
    folder: Path | None
    """The folder of its package; None where there is no package of that name."""
    file: Path | None = None
    """The file with its hooks, where it is no package but ``plugins.file``."""

    @property
    def conf(self) -> Path | None:
        """Its own conf/ folder, if it has one."""
        conf = self.folder / "conf" if self.folder is not None else None
        return conf if conf is not None and conf.is_dir() else None


def installed_plugins() -> list[InstalledPlugin]:
    """Every installed plugin, by name.

    Raises:
        PluginError: Two packages declare one name.
    """
    found = declared_plugins()
    for name, plugins in found.items():
        if len(plugins) > 1:
            one, other = plugins[:2]
            raise PluginError(
                f"two packages call their plugin '{name}': {one.distribution} and {other.distribution}",
                f"uninstall one of them: pip uninstall {other.distribution}",
            )
    return [found[name][0] for name in sorted(found)]


def declared_plugins() -> Mapping[str, Sequence[InstalledPlugin]]:
    """Name -> the packages that declare a plugin of that name."""
    found: dict[str, dict[str, InstalledPlugin]] = defaultdict(dict)
    for distribution in metadata.distributions():
        for entry in distribution.entry_points.select(group=GROUP):
            named = found[entry.name]
            if distribution.name not in named:  # the first on the path is the one that is imported
                version, module = distribution.version, entry.module
                folder = package_folder(module)
                named[distribution.name] = InstalledPlugin(entry.name, distribution.name, version, module, folder)
    return {name: list(named.values()) for name, named in found.items()}


def plugin_in_file(path: str) -> InstalledPlugin:
    """The plugin in a file of the user's own.

    Raises:
        ConfigError: There is no such file.
    """
    file = Path(path)
    if not file.is_file() or file.suffix != ".py":
        raise ConfigError(f"plugins.file is '{path}', and there is no such Python file", "name a file with hooks")
    return InstalledPlugin(PROJECT, file.name, "", f"goodfit_{PROJECT}_plugin", None, file.absolute())


def package_folder(module: str) -> Path | None:
    """The folder of a package. ``find_spec`` on a top-level name runs no code of it."""
    spec = importlib.util.find_spec(module.split(".", 1)[0])
    places = (spec.submodule_search_locations or []) if spec else []
    return next((Path(place) for place in places if Path(place).is_dir()), None)
