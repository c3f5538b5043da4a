"""Which plugins are installed: read from package metadata, without importing one."""

from __future__ import annotations

import importlib.util
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from importlib.machinery import PathFinder, all_suffixes
from pathlib import Path

from goodfit.errors import ConfigError, PluginError

GROUP = "goodfit"
"""The entry-point group."""
NAMELESS = "a package without a name"
"""How a distribution is called that has lost its METADATA, or whose metadata nobody can read; the place follows."""
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
    """The folder of its package; None where its module lies in none."""
    source: Path | None = None
    """The file of the module with the hooks; None where there is none."""
    file: Path | None = None
    """The same of a plugin that is no package but ``plugins.file``."""
    fault: str | None = None
    """Why it cannot be imported, where its package's own metadata say so."""

    @property
    def mended_by(self) -> str:
        """What its user types or does where it is broken."""
        if self.file is not None:
            return f"mend {self.file}"
        if self.distribution.startswith(NAMELESS):
            return f"remove what is left of {self.distribution}, then install it again"
        return f"mend or update it: pip install --upgrade {self.distribution}"

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
        here: dict[str, InstalledPlugin] = {}
        for plugin in _of_distribution(distribution):
            twice = "its package declares that name twice" if plugin.name in here else None
            here[plugin.name] = replace(plugin, fault=twice or plugin.fault)
        for plugin in here.values():  # of two on the path, the first is the one that is imported
            found[plugin.name].setdefault(re.sub(r"[-_.]+", "-", plugin.distribution).lower(), plugin)
    return {name: _without_leftovers(list(named.values())) for name, named in found.items()}


def _without_leftovers(plugins: Sequence[InstalledPlugin]) -> Sequence[InstalledPlugin]:
    """What is left of a package that was not wholly uninstalled does not stand in the way of a whole one."""
    return [plugin for plugin in plugins if not plugin.distribution.startswith(NAMELESS)] or plugins


def _of_distribution(distribution: metadata.Distribution) -> Iterator[InstalledPlugin]:
    """The plugins that a package declares; what is wrong with its metadata is their fault, and no one else's."""
    if f"[{GROUP}]" not in _entry_points_of(distribution):
        return  # most packages: to read the metadata of all takes ten times as long
    try:
        name, version = distribution.name, str(distribution.version or "unknown")
        entries = list(distribution.entry_points.select(group=GROUP))
    except Exception as error:  # noqa: BLE001 - anybody's metadata
        fault = f"its metadata cannot be read: {error}"
        yield InstalledPlugin("?", _nameless(distribution), "?", "?", None, fault=fault)
        return
    for entry in entries:
        plugin = plugin_of(entry, str(name or _nameless(distribution)), version)
        yield plugin if name else replace(plugin, fault="its package has no METADATA")


def plugin_of(
    entry: metadata.EntryPoint, distribution: str, version: str, path: Sequence[str] | None = None
) -> InstalledPlugin:
    """The plugin that an entry point declares; what is wrong with the entry point is its fault.

    Args:
        entry: Of the group.
        distribution: The package's name.
        version: Of the package.
        path: Where its module lies; as Python looks for it when not given.
    """
    fault = _fault_of(entry)
    try:
        module = entry.module
        folder, source = places_of(module, path)
    except (AttributeError, AssertionError, ImportError, ValueError, OSError):  # the name may be anything
        module, folder, source = entry.value, None, None
        fault = fault or f"its entry point names '{entry.value}', which is no module"
    return InstalledPlugin(entry.name, distribution, version, module, folder, source, fault=fault)


def _nameless(distribution: metadata.Distribution) -> str:
    return f"{NAMELESS} in {distribution.locate_file('')}"


def _entry_points_of(distribution: metadata.Distribution) -> str:
    try:
        return distribution.read_text("entry_points.txt") or ""
    except Exception as error:  # noqa: BLE001 - a file that is no text
        return str(getattr(error, "object", b""))


def _fault_of(entry: metadata.EntryPoint) -> str | None:
    if not re.fullmatch(r"[^\W\d][\w-]*", entry.name):
        return f"it is called '{entry.name}'; choose a lower-case word"
    if entry.name == PROJECT:
        return f"it is called '{PROJECT}', which is the name of plugins.file"
    if entry.value.split(".")[0] == "__main__":
        return "its entry point names '__main__', which is no module of a package"
    if ":" in entry.value:
        return f"its entry point names '{entry.value}'; name the module with the hooks, and nothing in it"
    return None


HOOKS_FILE = "plugin.py"
"""Where hooks stand in a package that ``plugins new`` writes."""
_HOOK = re.compile(r"^def goodfit_\w+\(", re.MULTILINE)


def hooks_beside(plugin: InstalledPlugin) -> tuple[str, str] | None:
    """Hooks that nobody loads, since the entry point names their package, and not the file beside that holds them:
    what is wrong, and what mends it. For a plugin that was seen to have none."""
    folder = plugin.folder
    if folder is None or plugin.source != folder / "__init__.py" or not (file := folder / HOOKS_FILE).is_file():
        return None
    if not _HOOK.search(file.read_text("utf-8", "replace")):
        return None
    return (
        f"{folder.name}/{HOOKS_FILE} holds hooks, and the entry point names {plugin.module}",
        f'write {plugin.name} = "{plugin.module}.{file.stem}" below [project.entry-points.{GROUP}] in pyproject.toml, '
        "and install it again",
    )


def plugin_in_file(path: str) -> InstalledPlugin:
    """The plugin in a file of the user's own.

    Raises:
        ConfigError: There is no such file.
    """
    file = Path(path)
    if not file.is_file() or file.suffix != ".py":
        raise ConfigError(f"plugins.file is '{path}', and there is no such Python file", "name a file with hooks")
    return InstalledPlugin(PROJECT, file.name, "", f"goodfit_{PROJECT}_plugin", None, file.absolute(), file.absolute())


def places_of(module: str, path: Sequence[str] | None = None) -> tuple[Path | None, Path | None]:
    """The folder of the package that a module lies in, and the module's file; runs no code of either.

    ``find_spec`` does so for a top-level name; the rest is read off the disk. A namespace is no package yet.

    Args:
        module: Its dotted name.
        path: Where to look; as Python does when not given.
    """
    first, *rest = module.split(".")
    spec = importlib.util.find_spec(first) if path is None else PathFinder.find_spec(first, path)
    if spec is None:
        return None, None
    if spec.submodule_search_locations is None:
        return None, Path(str(spec.origin)) if spec.has_location and not rest else None
    places = [Path(place) for place in spec.submodule_search_locations]
    folder = None if spec.origin is None else places[0]
    while rest and folder is None:
        part = rest.pop(0)
        folder = next((place / part for place in places if (place / part / "__init__.py").is_file()), None)
        if not rest and folder is None:  # a module right in the namespace: what lies beside it is its plugin's
            files = [place / f"{part}{suffix}" for place in places for suffix in all_suffixes()]
            file = next((file for file in files if file.is_file()), None)
            return file and file.parent, file
        places = [place / part for place in places]
    if folder is None:
        return None, None
    inside = folder.joinpath(*rest)
    files = [inside / f"__init__{suffix}" for suffix in all_suffixes()]
    files += [inside.with_name(f"{inside.name}{suffix}") for suffix in all_suffixes() if rest]
    return folder, next((file for file in files if file.is_file()), None)
