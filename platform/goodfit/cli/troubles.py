"""What is wrong with the installed plugins, each with what mends it."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import Any, Literal

from goodfit.config.files import check_options, stray_files
from goodfit.config.places import ConfRoot, core_root, find_options
from goodfit.config.space import named_searches
from goodfit.errors import GoodfitError
from goodfit.evaluation.gates import BUILT_IN
from goodfit.hooks.deprecated import DEPRECATED
from goodfit.hooks.specs import HOOK_API
from goodfit.plugins.find import InstalledPlugin, declared_plugins, hooks_beside
from goodfit.plugins.host import Host
from goodfit.plugins.offers import unknown_limits
from goodfit.registry import Registry
from goodfit.runs.audit import named_audits
from goodfit.yaml_values import read_yaml


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong."""

    plugin: str
    """Whose it is; ``goodfit`` where it lies in goodfit's own conf/."""
    severity: Literal["error", "warning"]
    what: str
    fix: str

    @property
    def where(self) -> str:
        """Whose it is, for people."""
        return f"the plugin '{self.plugin}'" if self.plugin != core_root().owner else "goodfit's own conf/"


def troubles_of(host: Host | None) -> list[Trouble]:
    """All that is wrong; of no host, what can be seen without importing a plugin."""
    declared = {name: plugins[0] for name, plugins in sorted(declared_plugins().items())}
    found = [*_same_name(), *_same_option(declared)]
    for plugin in declared.values():
        found += [*_missing(plugin), *_shadowed(plugin), *_wrong_conf(plugin)]
    if host is not None:
        found += [*_broken(host), *_unloaded(host), *_outdated(host), *_unknown_in_policies(host)]
    return found


def _broken(host: Host) -> Iterator[Trouble]:
    for name, broken in host.broken.items():
        fix = broken.upgrade or f"goodfit plugins check {name} tells its authors what is wrong"
        yield Trouble(name, "error", f"it is broken: {broken.reason}", fix)


def _unloaded(host: Host) -> Iterator[Trouble]:
    """Hooks in a file that no entry point names."""
    for plugin in host.plugins:
        beside = None if plugin.name in host.broken or host.hooks_of(plugin.name) else hooks_beside(plugin)
        if beside is not None:
            yield Trouble(plugin.name, "error", *beside)


def _same_name() -> Iterator[Trouble]:
    for name, plugins in declared_plugins().items():
        for other in plugins[1:]:
            what = f"{plugins[0].distribution} and {other.distribution} both call their plugin '{name}'"
            yield Trouble(name, "error", what, f"pip uninstall {other.distribution}")


def _same_option(declared: dict[str, InstalledPlugin]) -> Iterator[Trouble]:
    """Options and searches that are offered twice: nothing composes then."""
    owners: dict[str, list[str]] = defaultdict(list)
    roots = [core_root(), *(ConfRoot(name, plugin.conf) for name, plugin in declared.items() if plugin.conf)]
    for root in roots:
        for group, options in find_options([root]).items():
            for option in options:
                owners[f"{group}={option}"].append(root.owner)
        for search in named_searches([root]):
            owners[f"sweep={search}"].append(root.owner)
    for option, offering in owners.items():
        for other in offering[1:]:
            what = f"{option} is offered by {offering[0]} already"
            yield Trouble(other, "error", what, f"pip uninstall {declared[other].distribution}, or rename the option")


def _wrong_conf(plugin: InstalledPlugin) -> Iterator[Trouble]:
    if plugin.conf is None:
        return
    root = ConfRoot(plugin.name, plugin.conf)
    yield from (Trouble(plugin.name, "error", mistake.what, mistake.fix) for mistake in check_options(root))
    yield from (Trouble(plugin.name, "warning", mistake.what, mistake.fix) for mistake in stray_files(root))


def _unknown_in_policies(host: Host) -> Iterator[Trouble]:
    """What policies name or set, and nobody offers: a run with such a policy is refused."""
    roots = [core_root(), *(ConfRoot(plugin.name, plugin.conf) for plugin in host.plugins if plugin.conf is not None)]
    for root in roots:
        for name, option in find_options([root])["policy"].items():
            with contextlib.suppress(GoodfitError):  # a file that cannot be read is told of already
                policy = read_yaml(option.path)
                for what, fix in [*_unknown_names(name, policy, host), *_unknown_limits(name, policy, host)]:
                    yield Trouble(root.owner, "error", what, fix)


def _unknown_limits(name: str, policy: dict[str, Any], host: Host) -> list[tuple[str, str]]:
    limits = policy.get("limits")
    return unknown_limits(f"policy={name}", limits, host.limits()) if isinstance(limits, dict) else []


def _unknown_names(name: str, policy: dict[str, Any], host: Host) -> Iterator[tuple[str, str]]:
    """Gates and audits that a run would look for; not those of a broken plugin, which is told of already."""
    gates = Registry("gate", {**BUILT_IN, **host.gates})
    looking = {"gate": partial(host.pick, gates), "audit": partial(named_audits, host)}
    for sort, look_up in looking.items():
        listed = policy.get(f"{sort}s")
        for thing in listed if isinstance(listed, list) else ():
            if not isinstance(thing, str) or thing.split(".", 1)[0] in host.broken:
                continue
            try:
                look_up(thing, f"policy={name}")
            except GoodfitError as mistake:
                yield f"policy={name} names the {sort} '{thing}', which nobody offers here", mistake.fix


def _shadowed(plugin: InstalledPlugin) -> Iterator[Trouble]:
    """The same package at several places of the path, with several versions: the first is imported."""
    versions = [one.version for one in metadata.distributions(name=plugin.distribution)]
    for other in versions[1:]:
        if other != plugin.version:
            what = f"{plugin.distribution} {plugin.version} hides {other}, which is installed, too"
            yield Trouble(plugin.name, "warning", what, f"pip uninstall {plugin.distribution}, then install it again")


def _missing(plugin: InstalledPlugin) -> Iterator[Trouble]:
    """What its package says that it needs, and is not there in a version that would do."""
    from packaging.requirements import InvalidRequirement, Requirement

    if plugin.source is None:
        yield Trouble(plugin.name, "error", f"there is no module {plugin.module}", plugin.mended_by)
    try:
        lines = metadata.requires(plugin.distribution) or []
    except metadata.PackageNotFoundError:
        return  # its fault is told already
    for line in lines:
        try:
            needed = Requirement(line)
        except InvalidRequirement:
            yield Trouble(plugin.name, "warning", f"it needs '{line}', which nobody can read", "ask its authors")
            continue
        if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
            continue
        try:
            there = metadata.version(needed.name)
        except metadata.PackageNotFoundError:
            yield Trouble(plugin.name, "error", f"it needs {needed}, which is not installed", f"pip install '{needed}'")
            continue
        if not needed.specifier.contains(there, prereleases=True):
            what = f"it needs {needed}, and {needed.name} {there} is installed"
            yield Trouble(plugin.name, "warning", what, f"pip install --upgrade {plugin.distribution} '{needed}'")


def _outdated(host: Host) -> Iterator[Trouble]:
    """Plugins that were written for an older hook API, or have a hook that will go."""
    for plugin in host.plugins:
        if plugin.name in host.broken:
            continue
        fix = plugin.mended_by
        if (api := host.apis.get(plugin.name, HOOK_API)) < HOOK_API:
            yield Trouble(plugin.name, "warning", f"it was written for hook API {api}, and this is {HOOK_API}", fix)
        for hook in host.hooks_of(plugin.name):
            if (old := DEPRECATED.get(hook)) is not None:
                what = f"its hook {hook} is not called any more from hook API {old.gone} on; {old.instead}"
                yield Trouble(plugin.name, "warning", what, fix)
