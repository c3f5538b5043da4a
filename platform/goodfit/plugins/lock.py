"""The lock of plugins: which distributions with which files a company trusts; compared before one is imported."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.errors import ConfigError, MissingPluginError
from goodfit.files import refuse_special
from goodfit.plugins.digest import plugin_digest
from goodfit.plugins.find import InstalledPlugin

PARTS = ("distribution", "version", "digest")
Identity = Mapping[str, str]
"""``PARTS`` of a plugin -> what they are."""


def identity(plugin: InstalledPlugin) -> dict[str, str]:
    """What says which plugin it is, to the byte."""
    return {"distribution": plugin.distribution, "version": plugin.version, "digest": plugin_digest(plugin)}


def write_plugin_lock(plugins: Sequence[InstalledPlugin], path: Path) -> Mapping[str, Identity]:
    """Write down what is installed; returns it by plugin."""
    content = {plugin.name: identity(plugin) for plugin in plugins}
    path.write_text(json.dumps({"schema": 1, "plugins": content}, indent=1) + "\n", "utf-8")
    return content


def since_then(name: str, then: Identity | None, now: Identity | None) -> str | None:
    """How a plugin is another one than when a run was made, for people; None where it is the same.

    Args:
        name: The plugin's.
        then: What the run's lock says of it; None where it was not there.
        now: What it is; None where it is not here.
    """
    if then == now:
        return None
    if then is None or now is None:
        return f"{name} was not there when the run was made" if then is None else f"{name} is not here any more"
    if _called(then) != _called(now):
        return f"{name} is {_called(now)}, and the run was made with {_called(then)} (lock.json)"
    return f"{name} has other files than when the run was made (lock.json)"


def back_to(then: Identity, now: Identity | None = None) -> tuple[str, str]:
    """What a run was made with that lacks something now, and how that comes back.

    Args:
        then: What the run's lock says of the plugin.
        now: What it is; None where it is not here.
    """
    if now is not None and _called(then) == _called(now):
        return f"the run was made with other files of {_called(then)}", "bring those files back"
    here = "" if now is None else f", and {now['version'] or now['distribution']} is installed"
    pinned = f"{then['distribution']}=={then['version']}"
    fix = f"pip install {pinned}" if _PINNED.fullmatch(pinned) else "bring that back"  # a lock may come from anybody
    return f"the run was made with {_called(then)}{here}", fix


_PINNED = re.compile(r"\w[\w.-]*==\d[\w.+!]*", re.ASCII)


def _called(one: Identity) -> str:
    return f"{one['distribution']} {one['version']}".strip()


def read_plugin_lock(path: str) -> Mapping[str, Identity]:
    """The plugins of a lock.

    Raises:
        ConfigError: There is no such file, or it is no lock of plugins.
    """
    fix = "goodfit plugins lock writes one"
    refuse_special(Path(path), ConfigError)
    try:
        content: Any = json.loads(Path(path).read_text("utf-8"))
        return {str(name): {key: str(value) for key, value in one.items()} for name, one in content["plugins"].items()}
    except OSError:
        raise ConfigError(f"plugins.lock is '{path}', which cannot be read", fix) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigError(f"plugins.lock is '{path}', which is no lock of plugins", fix) from None


def differences(
    locked: Mapping[str, Identity], plugins: Sequence[InstalledPlugin], left_out: Mapping[str, str]
) -> list[str]:
    """How what takes part differs from what was locked; what is not in the lock is no difference."""
    there = {plugin.name: plugin for plugin in plugins}
    found = []
    for name, wanted in locked.items():
        if name not in there:
            why = f"is left out: {left_out[name]}" if name in left_out else "is not installed"
            found.append(f"'{name}' ({wanted['distribution']} {wanted['version']}) {why}")
            continue
        has = identity(there[name])
        if has["distribution"] != wanted["distribution"]:
            found.append(f"'{name}' comes from {has['distribution']}, not from {wanted['distribution']}")
        elif has["version"] != wanted["version"]:
            found.append(f"'{name}' has the version {has['version']}, not {wanted['version']}")
        elif has["digest"] != wanted["digest"]:
            found.append(f"'{name}' {has['version']} has other files than were locked")
    return found


def refuse_differences(
    path: str, plugins: Sequence[InstalledPlugin], left_out: Mapping[str, str]
) -> Mapping[str, Identity]:
    """Stop where locked plugins are missing, left out or changed; returns the lock.

    Args:
        path: Of the lock.
        plugins: Those that take part.
        left_out: Of those that do not, why.

    Raises:
        MissingPluginError: Names all of them. None was imported.
    """
    locked = read_plugin_lock(path)
    if found := differences(locked, plugins, left_out):
        raise MissingPluginError(
            f"the plugins are not those of {path}: {'; '.join(found)}",
            "install what was locked, or lock what takes part: goodfit plugins lock WORDS",
        )
    return locked
