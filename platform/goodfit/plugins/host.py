"""The host: loads plugins, collects what they offer, and calls what judges."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import Any

import pluggy

from goodfit.errors import GoodfitError, MissingPluginError, PluginError, StoppedError, together
from goodfit.hooks import specs
from goodfit.hooks.deprecated import OLDEST_API
from goodfit.hooks.specs import HOOK_API
from goodfit.hooks.types import (
    AuditSpec,
    DataFacts,
    DataSourceSpec,
    Finding,
    GateSpec,
    Item,
    Limit,
    MetricSpec,
    ModelFacts,
    ModelSpec,
    RunFacts,
    ScrubberSpec,
)
from goodfit.plugins.calls import FOREIGN, Calls, reason
from goodfit.plugins.chosen import LET_IN, choose
from goodfit.plugins.declared import declared_sources
from goodfit.plugins.deeds import Deeds
from goodfit.plugins.find import PROJECT, InstalledPlugin, installed_plugins
from goodfit.plugins.guard import guard
from goodfit.plugins.lock import Identity, back_to, identity, since_then
from goodfit.plugins.offers import (
    all_hooks,
    arguments_of,
    named,
    refuse_other_api,
    refuse_taken_limits,
    refuse_wrong_hooks,
    sequence_of,
    sound,
)
from goodfit.registry import Registry, nearest
from goodfit.schema.plugins import PluginsConf

LOCK_ANEW = "if you trust it, lock it with the others: goodfit plugins lock"


@dataclass(frozen=True, slots=True)
class Broken:
    """A plugin that cannot be used, and why."""

    plugin: InstalledPlugin
    reason: str
    api: int | None = None
    """The hook API that it was written for, where it says one."""

    @property
    def upgrade(self) -> str | None:
        """What its user types where it, or goodfit, is too old for the other; None where it is broken otherwise."""
        if self.api is None or OLDEST_API <= self.api <= HOOK_API:
            return None
        return "pip install --upgrade goodfit" if self.api > HOOK_API else self.plugin.mended_by

    def error(self, needed_for: str) -> MissingPluginError:
        """The error for a run that needs it."""
        return MissingPluginError(
            f"{needed_for} needs the plugin '{self.plugin.name}', which is broken: {self.reason}",
            self.upgrade or self.plugin.mended_by,
        )


@dataclass(frozen=True, slots=True)
class Host:
    """Loaded plugins, what they offer, and what they did. Made by ``load_plugins``, for each run by ``for_a_run``."""

    manager: pluggy.PluginManager
    calls: Calls
    plugins: list[InstalledPlugin]
    """Those that were imported, the broken ones among them."""
    left_out: dict[str, str]
    """Plugin -> why it was not imported."""
    broken: dict[str, Broken] = field(default_factory=dict)
    apis: dict[str, int] = field(default_factory=dict)
    """Plugin -> the hook API that it was written for, where it says one."""
    data_sources: Registry[DataSourceSpec] = field(default_factory=lambda: Registry("data source"))
    scrubbers: Registry[ScrubberSpec] = field(default_factory=lambda: Registry("scrubber"))
    metrics: Registry[MetricSpec] = field(default_factory=lambda: Registry("metric"))
    models: Registry[ModelSpec] = field(default_factory=lambda: Registry("model source"))
    gates: Registry[GateSpec] = field(default_factory=lambda: Registry("gate"))
    audits: Registry[AuditSpec] = field(default_factory=lambda: Registry("audit"))
    deeds: Deeds = field(default_factory=Deeds)
    locked: Mapping[str, Identity] | None = None
    """Plugin -> what it was when the run was made that is used; None where nobody uses one."""

    def for_a_run(self) -> Host:
        """The same plugins, for a run whose deeds are its own."""
        return dataclasses.replace(self, deeds=self.deeds.of_loading())

    def need(self, plugin: str, needed_for: str) -> None:
        """Refuse to go on without a plugin.

        Raises:
            MissingPluginError: It is broken, left out, or not installed.
        """
        if plugin in self.broken:
            raise self.broken[plugin].error(needed_for)
        if plugin in self.left_out:
            why = self.left_out[plugin]
            raise MissingPluginError(
                f"{needed_for} needs the plugin '{plugin}', which is left out: {why}", LET_IN.get(why, LOCK_ANEW)
            )
        names = [known.name for known in self.plugins]
        if plugin == PROJECT and plugin not in names:
            raise MissingPluginError(
                f"{needed_for} needs the plugin '{plugin}', and no file of hooks is named",
                "name the file that offers it: plugins.file=goodfit_plugin.py",
            )
        if plugin not in names:
            what = f"{needed_for} needs the plugin '{plugin}', which is not installed"
            if then := (self.locked or {}).get(plugin):
                made_with, fix = back_to(then)
                raise MissingPluginError(f"{what}; {made_with}", fix)
            guess = nearest(plugin, names) if self.locked is None else None  # nobody types what a run needs
            hint = f"did you mean '{guess}'? if not: " if guess else ""
            raise MissingPluginError(what, f"{hint}pip install goodfit-{plugin}, from its own folder or your index")

    def pick(self, table: Registry[Any], name: str, needed_for: str) -> Any:
        """A thing that plugins offer, by ``<plugin>.<name>``.

        Raises:
            PluginError: The plugin that would offer it is broken or missing, or another one than the run was made with.
            ConfigError: The plugin does not offer it.
        """
        if name not in table and "." in name:
            plugin = name.split(".", 1)[0]
            self.need(plugin, needed_for)
            self._refuse_other(plugin, f"no {table.noun} called '{name}'")
        thing = table.pick(name)
        if "." in name and name not in self.deeds.picked:
            self.deeds.picked.append(name)
        return thing

    def _refuse_other(self, plugin: str, what: str) -> None:
        """Say of what is missing that the run was made with another version of its plugin."""
        then, now = (self.locked or {}).get(plugin), self.identities().get(plugin)
        if then is not None and then != now:
            made_with, fix = back_to(then, now)
            raise MissingPluginError(f"{what}: {made_with}", fix)

    def others(self) -> list[str]:
        """How the plugins whose things were asked for differ from those that the run was made with."""
        used = {name.split(".", 1)[0] for name in self.deeds.picked} & (self.locked or {}).keys()
        now = {plugin.name: identity(plugin) for plugin in self.plugins if plugin.name in used}
        told = [since_then(name, (self.locked or {})[name], one) for name, one in now.items()]
        return [line for line in told if line is not None]

    def pick_all(self, table: Registry[Any], names: Sequence[str], needed_for: str) -> list[Any]:
        """Several things that plugins offer; what cannot be had is told of all of them together.

        Raises:
            GoodfitError: As ``pick``.
        """
        return together(*(partial(self.pick, table, name, needed_for) for name in names))

    def audit(self, spec: AuditSpec, on: str, facts: DataFacts | ModelFacts, needed: bool) -> list[Finding]:
        """What an audit says of data or model; one that fails stops a run that needs it.

        Raises:
            GoodfitError: It failed, and the run needs it.
        """
        look: Any = spec.look_at_data if on == "data" else spec.look_at_model
        plugin = spec.name.split(".", 1)[0]
        if spec.name not in self.deeds.picked:
            self.deeds.picked.append(spec.name)  # also where its plugin was named, or nobody: who looked is a deed
        try:
            said = [sound(finding) for finding in look(facts)]
        except StoppedError:
            raise
        except FOREIGN as raised:
            error = raised if isinstance(raised, GoodfitError) else _unsound(spec, raised)
            if needed and error is raised:
                raise
            if needed:
                raise error from raised
            said = [Finding(severity="warning", code=f"{plugin}.failed", message=error.what, mend=error.fix)]
        self.deeds.found.extend((plugin, finding) for finding in said)
        return said

    def check_data(self, task: str, splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Finding]:
        """What plugins say of the records."""
        return self._judge("goodfit_check_data", task, {"task": task, "splits": splits})

    def check_answers(self, task: str, items: Sequence[Item]) -> list[Finding]:
        """What plugins say of the model's answers."""
        return self._judge("goodfit_check_answers", task, {"task": task, "items": items})

    def watch(self, hook: str, run: RunFacts) -> list[str]:
        """Let those see a run who watch; what one of them raises is returned, and hurts nothing."""
        told = []
        for name, call in self.implementations(hook):
            try:
                call({"run": copy.deepcopy(run)})
            except StoppedError:
                raise
            except FOREIGN as error:
                told.append(f"the plugin '{name}' failed while it watched, in {hook}: {reason(error)}")
        return told

    def identities(self) -> dict[str, dict[str, str]]:
        """Plugin -> distribution, version, digest of its files; for the lock of a run."""
        return {plugin.name: identity(plugin) for plugin in self.plugins if plugin.name not in self.broken}

    def offers(self, plugin: str) -> list[str]:
        """The names of all that a plugin offers."""
        tables = [getattr(self, table) for table, _ in OFFERS.values()]
        return sorted(name for table in tables for name in table if name.startswith(f"{plugin}."))

    def limits(self) -> dict[str, Limit]:
        """Name -> limit, of all audits."""
        return {limit.name: limit for spec in self.audits.values() for limit in spec.limits}

    def hooks_of(self, plugin: str) -> list[str]:
        """The hooks that a plugin has, in the order in which a run calls them."""
        return [hook for hook in all_hooks() if any(name == plugin for name, _ in self.implementations(hook))]

    def implementations(self, hook: str) -> list[tuple[str, Callable[[Mapping[str, Any]], Any]]]:
        """(plugin, call with the hook's arguments by name) of every plugin that has the hook, by name."""
        caller = getattr(self.manager.hook, hook)

        def bind(implementation: Any) -> Callable[[Mapping[str, Any]], Any]:
            plugin, function = implementation.plugin_name, implementation.function
            names = arguments_of(function)

            def call(arguments: Mapping[str, Any]) -> Any:
                self.deeds.called[plugin, hook] += 1
                return self.calls.call(plugin, hook, function, {name: arguments[name] for name in names})

            return call

        found = [(implementation.plugin_name, bind(implementation)) for implementation in caller.get_hookimpls()]
        return sorted(found, key=lambda pair: pair[0])

    def _judge(self, hook: str, task: str, arguments: Mapping[str, Any]) -> list[Finding]:
        """Call a judging hook; an error of the task's own plugin stops the run, another's is a finding."""
        findings: list[tuple[str, Finding]] = []
        for name, call in self.implementations(hook):
            try:
                given = copy.deepcopy(arguments)  # a judge changes nothing
                said = [sound(finding) for finding in sequence_of(Finding, call(given))]
            except StoppedError:
                raise
            except FOREIGN as error:
                why = f"{hook} raised {reason(error, had_records=True)}"
                if task.split("/", 1)[0] == name:
                    raise PluginError(
                        f"the plugin '{name}' could not judge its own task: {why}",
                        f"mend the plugin, or ask its authors: goodfit plugins list shows where '{name}' comes from",
                    ) from error
                said = [Finding(severity="warning", code=f"{name}.failed", message=why)]
            findings += [(name, finding) for finding in said]
        self.deeds.found.extend(findings)
        return [finding for _, finding in findings]


def _unsound(spec: AuditSpec, error: BaseException) -> PluginError:
    what = reason(error, had_records=True)
    return PluginError(f"the audit {spec.name} gave what is no finding: {what}", "mend or update its plugin")


OFFERS = {
    "goodfit_register_data_sources": ("data_sources", DataSourceSpec),
    "goodfit_register_scrubbers": ("scrubbers", ScrubberSpec),
    "goodfit_register_metrics": ("metrics", MetricSpec),
    "goodfit_register_models": ("models", ModelSpec),
    "goodfit_register_gates": ("gates", GateSpec),
    "goodfit_register_audits": ("audits", AuditSpec),
}


def load_plugins(
    conf: PluginsConf | None = None,
    say: Callable[[str], None] | None = None,
    locked: Mapping[str, Identity] | None = None,
) -> Host:
    """Load the plugins that take part; one that fails is kept in ``broken`` and hurts no other.

    Args:
        conf: Which take part; all that are installed when not given.
        say: Gets a line for each call of a hook.
        locked: What the plugins were when the run was made that is used.

    Raises:
        GoodfitError: A plugin that is asked for is missing or broken, or they are not those of the lock.
    """
    conf = conf or PluginsConf()
    manager = pluggy.PluginManager("goodfit")
    manager.add_hookspecs(specs)
    taking_part, left_out = choose(conf, installed_plugins())
    host = Host(manager, Calls(conf.hook_seconds, say), taking_part, left_out, locked=locked)
    offered: dict[str, dict[str, Any]] = {table: {} for table, _ in OFFERS.values()}
    for plugin in host.plugins:
        try:
            own = _load(plugin, host)
            refuse_taken_limits(own["audits"].values(), offered["audits"].values())
            for table, things in own.items():
                offered[table] |= things
        except StoppedError:
            raise
        except FOREIGN as error:  # the border to foreign code
            if manager.has_plugin(plugin.name):
                manager.unregister(name=plugin.name)
            host.broken[plugin.name] = Broken(plugin, reason(error), host.apis.get(plugin.name))
    host = dataclasses.replace(
        host, **{table: Registry(getattr(host, table).noun, things) for table, things in offered.items()}
    )
    together(*(partial(host.need, name, "plugins.required") for name in conf.required))
    if conf.file is not None:
        host.need(PROJECT, "plugins.file")
    return host


def _load(plugin: InstalledPlugin, host: Host) -> dict[str, dict[str, Any]]:
    """Import a plugin and register its hooks; table -> name -> what it offers."""
    if plugin.fault is not None:
        raise PluginError(plugin.fault, "ask its authors to mend its package")
    module = host.calls.call(plugin.name, "import", _import, {"plugin": plugin})
    if plugin.source is None:
        raise PluginError(
            f"nothing says which file {plugin.module} is, so no run could tell whether it changed", "publish files"
        )
    if isinstance(api := vars(module).get("HOOK_API"), int):
        host.apis[plugin.name] = api
    refuse_other_api(module)
    refuse_wrong_hooks(module)
    host.manager.register(module, plugin.name)
    offered: dict[str, list[Any]] = {table: [] for table, _ in OFFERS.values()}
    if plugin.folder is not None:
        offered["data_sources"] += declared_sources(plugin.name, plugin.folder)
    for hook, (table, sort) in OFFERS.items():
        for name, call in host.implementations(hook):
            if name == plugin.name:
                offered[table] += sequence_of(sort, call({}))
    things = {table: named(own, plugin.name) for table, own in offered.items()}
    return {
        table: {name: guard(one, plugin.name, host.calls.seconds) for name, one in own.items()}
        for table, own in things.items()
    }


def _import(plugin: InstalledPlugin) -> ModuleType:
    """Import the module with a plugin's hooks; a file of the user's own is run anew."""
    if plugin.file is None:
        return importlib.import_module(plugin.module)
    spec = importlib.util.spec_from_file_location(plugin.module, plugin.file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{plugin.file} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[plugin.module] = module
    spec.loader.exec_module(module)
    return module
