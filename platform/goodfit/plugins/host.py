"""The host: loads plugins, collects what they offer, and calls what judges."""

from __future__ import annotations

import copy
import importlib
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pluggy

from goodfit.errors import GoodfitError, PluginError
from goodfit.hooks import HOOK_API, specs
from goodfit.hooks.types import DataSourceSpec, Finding, GateSpec, Item, MetricSpec, ModelSpec
from goodfit.plugins.find import InstalledPlugin, installed_plugins
from goodfit.registry import Registry, nearest


@dataclass(frozen=True, slots=True)
class Broken:
    """A plugin that cannot be used, and why."""

    plugin: InstalledPlugin
    reason: str

    def error(self, needed_for: str) -> PluginError:
        """The error for a run that needs it."""
        return PluginError(
            f"{needed_for} needs the plugin '{self.plugin.name}', which is broken: {self.reason}",
            f"mend or update it: pip install --upgrade {self.plugin.distribution}",
        )


@dataclass(slots=True)
class Host:
    """Loaded plugins and what they offer. Made by ``load_plugins``."""

    manager: pluggy.PluginManager
    plugins: list[InstalledPlugin] = field(default_factory=list)
    broken: dict[str, Broken] = field(default_factory=dict)
    data_sources: Registry[DataSourceSpec] = field(default_factory=lambda: Registry("data source"))
    metrics: Registry[MetricSpec] = field(default_factory=lambda: Registry("metric"))
    models: Registry[ModelSpec] = field(default_factory=lambda: Registry("model source"))
    gates: Registry[GateSpec] = field(default_factory=lambda: Registry("gate"))

    def need(self, plugin: str, needed_for: str) -> None:
        """Refuse to go on without a plugin.

        Raises:
            PluginError: It is broken, or not installed.
        """
        if plugin in self.broken:
            raise self.broken[plugin].error(needed_for)
        if all(known.name != plugin for known in self.plugins):
            names = [known.name for known in self.plugins]
            guess = nearest(plugin, names)
            raise PluginError(
                f"{needed_for} needs the plugin '{plugin}', which is not installed",
                f"did you mean '{guess}'?" if guess else f"pip install goodfit-{plugin}",
            )

    def pick(self, table: Registry[Any], name: str, needed_for: str) -> Any:
        """A thing that plugins offer, by ``<plugin>.<name>``.

        Raises:
            PluginError: The plugin that would offer it is broken or missing.
            ConfigError: The plugin does not offer it.
        """
        if name not in table and "." in name:
            self.need(name.split(".", 1)[0], needed_for)
        return table.pick(name)

    def check_data(self, task: str, splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Finding]:
        """What plugins say of the records."""
        return self._judge("goodfit_check_data", task, {"task": task, "splits": splits})

    def check_answers(self, task: str, items: Sequence[Item]) -> list[Finding]:
        """What plugins say of the model's answers."""
        return self._judge("goodfit_check_answers", task, {"task": task, "items": items})

    def _judge(self, hook: str, task: str, arguments: Mapping[str, Any]) -> list[Finding]:
        """Call a judging hook; an error of the task's own plugin stops the run, another's is a finding."""
        findings: list[Finding] = []
        for name, call in self._implementations(hook):
            try:
                findings += _checked(call(copy.deepcopy(arguments)), Finding)  # a judge changes nothing
            except (Exception, SystemExit) as error:
                reason = f"{hook} raised {_reason(error)}"
                if task.split("/", 1)[0] == name:
                    raise PluginError(
                        f"the plugin '{name}' could not judge its own task: {reason}",
                        f"mend the plugin, or ask its authors: goodfit plugins list shows where '{name}' comes from",
                    ) from error
                findings.append(Finding(severity="warning", code=f"{name}.failed", message=reason))
        return findings

    def _implementations(self, hook: str) -> list[tuple[str, Callable[[Mapping[str, Any]], Any]]]:
        caller = getattr(self.manager.hook, hook)

        def bind(implementation: Any) -> Callable[[Mapping[str, Any]], Any]:
            names = implementation.argnames
            return lambda arguments: implementation.function(*(arguments[name] for name in names))

        found = [(implementation.plugin_name, bind(implementation)) for implementation in caller.get_hookimpls()]
        return sorted(found, key=lambda pair: pair[0])


OFFERS = {
    "goodfit_register_data_sources": ("data_sources", DataSourceSpec),
    "goodfit_register_metrics": ("metrics", MetricSpec),
    "goodfit_register_models": ("models", ModelSpec),
    "goodfit_register_gates": ("gates", GateSpec),
}


def load_plugins() -> Host:
    """Load every installed plugin; one that fails is kept in ``broken`` and hurts no other."""
    manager = pluggy.PluginManager("goodfit")
    manager.add_hookspecs(specs)
    host = Host(manager, installed_plugins())
    for plugin in host.plugins:
        try:
            _load(plugin, host)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the border to foreign code
            if manager.has_plugin(plugin.name):
                manager.unregister(name=plugin.name)
            host.broken[plugin.name] = Broken(plugin, _reason(error))
    return host


def _load(plugin: InstalledPlugin, host: Host) -> None:
    module = importlib.import_module(plugin.module)
    api = getattr(module, "HOOK_API", None)
    if api != HOOK_API:
        raise PluginError(f"it was written for hook API {api}, and this is {HOOK_API}", "update the plugin")
    _refuse_misspelt_hooks(module)
    host.manager.register(module, plugin.name)
    offered: dict[str, dict[str, Any]] = {}
    for hook, (table, sort) in OFFERS.items():
        for name, call in host._implementations(hook):
            if name == plugin.name:
                offered[table] = _named(_checked(call({}), sort), plugin.name)
    for table, things in offered.items():
        registry: Registry[Any] = getattr(host, table)
        setattr(host, table, Registry(registry.noun, {**registry, **things}))


def _refuse_misspelt_hooks(module: ModuleType) -> None:
    known = [name for name in vars(specs) if name.startswith("goodfit_")]
    for name, value in vars(module).items():
        if callable(value) and name.startswith("goodfit_") and name not in known:
            guess = nearest(name, known)
            raise PluginError(f"it has a hook '{name}', which does not exist", f"did you mean '{guess}'?")


def _checked(result: Any, sort: type) -> list[Any]:
    if not isinstance(result, Sequence) or not all(isinstance(thing, sort) for thing in result):
        raise TypeError(f"expected a sequence of {sort.__name__}, got {type(result).__name__}")
    return list(result)


def _named(things: Sequence[Any], plugin: str) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for thing in things:
        if not thing.name.startswith(f"{plugin}."):
            raise ValueError(f"it offers '{thing.name}'; its names have to start with '{plugin}.'")
        if thing.name in named:
            raise ValueError(f"it offers '{thing.name}' twice")
        named[thing.name] = thing
    return named


def _reason(error: BaseException) -> str:
    """What was raised and where, in one line."""
    if isinstance(error, GoodfitError):
        return error.what
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    message = str(error).splitlines()[0] if str(error) else ""
    return f"{type(error).__name__}: {message}{where}"
