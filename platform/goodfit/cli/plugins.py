"""goodfit plugins: what is installed, what it offers, what is wrong with it, and a lock of what is trusted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import print_table
from goodfit.cli.new_plugin import write_plugin
from goodfit.cli.setting_up import compose_words, open_host
from goodfit.cli.troubles import troubles_of
from goodfit.commands import command
from goodfit.errors import ConfigError, PluginError
from goodfit.plugins.chosen import choose
from goodfit.plugins.find import InstalledPlugin, installed_plugins
from goodfit.plugins.host import Host
from goodfit.plugins.lock import write_plugin_lock
from goodfit.registry import did_you_mean
from goodfit.schema.plugins import PluginsConf

PLUGIN_LOCK = "goodfit-plugins.lock.json"


def run(arguments: Arguments) -> dict[str, Any]:
    """Do what the first word says."""
    what, *words = arguments.words or ["list"]
    if what not in ACTIONS:
        raise ConfigError(f"plugins has no '{what}'", did_you_mean(what, ACTIONS, f"choose of: {', '.join(ACTIONS)}"))
    return ACTIONS[what](arguments, words)


def _conf(arguments: Arguments, words: Sequence[str]) -> PluginsConf:
    """Which plugins take part by these words."""
    if not words:
        return PluginsConf()
    return compose_words(words, arguments.config_dir, needed=()).conf.plugins


def list_plugins(arguments: Arguments, words: Sequence[str]) -> dict[str, Any]:
    """All that are installed, with their state."""
    conf = _conf(arguments, words)
    host = open_host(arguments, conf, quiet=True)
    imported = {plugin.name: plugin for plugin in host.plugins}
    others = [plugin for plugin in installed_plugins() if plugin.name not in imported]
    listed = [_entry(plugin, host) for plugin in sorted([*host.plugins, *others], key=lambda plugin: plugin.name)]
    if not arguments.json:
        rows = [
            [entry["name"], entry["version"], entry["state"], entry["reason"] or ", ".join(entry["offers"])]
            for entry in listed
        ]
        print_table(["plugin", "version", "state", "offers"], rows)
    return {"plugins": listed}


def _entry(plugin: InstalledPlugin, host: Host) -> dict[str, Any]:
    state, reason = "ok", None
    if plugin.name in host.broken:
        state, reason = "broken", host.broken[plugin.name].reason
    elif plugin.name in host.left_out:
        state, reason = "left out", host.left_out[plugin.name]
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "place": str(plugin.file or plugin.folder),
        "api": host.apis.get(plugin.name),
        "state": state,
        "reason": reason,
        "hooks": host.hooks_of(plugin.name),
        "offers": host.offers(plugin.name),
        "options": chosen_by(plugin),
    }


def chosen_by(plugin: InstalledPlugin) -> list[str]:
    """What its conf folder lets a user choose, as typed."""
    if plugin.conf is None:
        return []
    paths = [path.relative_to(plugin.conf).with_suffix("") for path in plugin.conf.rglob("*.yaml")]
    return sorted(f"{path.parts[0]}={'/'.join(path.parts[1:])}" for path in paths if len(path.parts) > 1)


def diagnose_plugins(arguments: Arguments, words: Sequence[str]) -> dict[str, Any]:
    """What is broken, hidden, outdated or there twice, each with its fix."""
    try:
        host = open_host(arguments, _conf(arguments, words), quiet=True)
    except PluginError:  # two packages with one name, for example: it is among the troubles
        host = None
    troubles = troubles_of(host)
    if not arguments.json:
        for trouble in troubles:
            print(f"{trouble.severity}: {trouble.where}: {trouble.what}\n  fix: {trouble.fix}")
        print("no trouble found" if not troubles else f"{len(troubles)} troubles")
    failed = any(trouble.severity == "error" for trouble in troubles)
    found = [dataclasses.asdict(trouble) for trouble in troubles]
    return {"troubles": found, "exit_code": PluginError.exit_code if failed else 0}


def lock_plugins(arguments: Arguments, words: Sequence[str]) -> dict[str, Any]:
    """Write down which plugins are trusted, with the digest of their files; none is imported."""
    taking_part, _ = choose(_conf(arguments, words), installed_plugins())
    path = Path(arguments.options.get("--output", PLUGIN_LOCK))
    locked = write_plugin_lock([plugin for plugin in taking_part if plugin.file is None], path)
    if not arguments.json:
        rows = [[name, one["distribution"], one["version"], one["digest"][:19]] for name, one in locked.items()]
        print_table(["plugin", "distribution", "version", "digest"], rows)
        print(f"\nwrote {path}\nnext: {command('train', 'WORDS', f'plugins.lock={path}')}")
    return {"lock": str(path), "plugins": locked}


def check_plugin(arguments: Arguments, words: Sequence[str]) -> dict[str, Any]:
    """Ask of a plugin all that is asked of every plugin."""
    if len(words) != 1:
        raise ConfigError("plugins check wants one plugin", "goodfit plugins check NAME, or the folder of its project")
    from goodfit.testing.checks import CHECKS, run_check
    from goodfit.testing.subject import open_subject

    with open_subject(words[0]) as subject:
        results = [run_check(name, subject) for name in CHECKS]
    failed = [result for result in results if result.state == "failed"]
    if not arguments.json:
        for result in results:
            print(f"{result.state:<7}  {result.check:<15}  {result.meaning}")
            for problem in result.problems:
                print(f"           - {problem}")
        print(f"\n{subject.plugin.name}: {len(results)} checks, {len(failed) or 'none'} failed")
    return {
        "plugin": subject.plugin.name,
        "ok": not failed,
        "checks": [dataclasses.asdict(result) for result in results],
        "exit_code": PluginError.exit_code if failed else 0,
    }


ACTIONS: Mapping[str, Callable[[Arguments, Sequence[str]], dict[str, Any]]] = {
    "list": list_plugins,
    "new": write_plugin,
    "check": check_plugin,
    "doctor": diagnose_plugins,
    "lock": lock_plugins,
}
