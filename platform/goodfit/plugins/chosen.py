"""Which of the installed plugins take part."""

from __future__ import annotations

from collections.abc import Sequence

from goodfit.errors import ConfigError
from goodfit.plugins.find import InstalledPlugin, plugin_in_file
from goodfit.plugins.lock import refuse_differences
from goodfit.registry import did_you_mean, nearest
from goodfit.schema.plugins import PluginsConf

NOT_ALLOWED, DISABLED = "plugins.allow does not name it", "plugins.disable names it"
LET_IN = {NOT_ALLOWED: "add it to plugins.allow", DISABLED: "take it out of plugins.disable"}
"""Why a plugin is left out -> the setting to change; without one a lock leaves it out."""


def choose(conf: PluginsConf, installed: Sequence[InstalledPlugin]) -> tuple[list[InstalledPlugin], dict[str, str]]:
    """The plugins that take part, and why others do not. None is imported.

    Raises:
        GoodfitError: A name in ``disable`` or ``allow`` that is misspelt, or differences to the lock.
    """
    names = [plugin.name for plugin in installed]
    for name in conf.disable:
        if name not in names:
            fix = did_you_mean(name, names, f"installed are: {', '.join(names)}")
            raise ConfigError(f"plugins.disable names '{name}', which is not installed", fix)
    allowed = names if conf.allow is None else conf.allow
    for name in allowed:
        guess = nearest(name, names) if name not in names else None
        if guess is not None and guess not in allowed:  # a list for many machines may name others, too
            raise ConfigError(f"plugins.allow names '{name}', which is not installed", f"did you mean '{guess}'?")
    left_out = {name: NOT_ALLOWED for name in names if name not in allowed}
    left_out |= dict.fromkeys(conf.disable, DISABLED)
    own = [plugin_in_file(conf.file)] if conf.file is not None else []
    taking_part = [plugin for plugin in [*installed, *own] if plugin.name not in left_out]
    if conf.lock is not None:
        locked = refuse_differences(conf.lock, taking_part, left_out)
        left_out |= {
            plugin.name: f"{conf.lock} has no such plugin" for plugin in taking_part if plugin.name not in locked
        }
    return [plugin for plugin in taking_part if plugin.name not in left_out], left_out
