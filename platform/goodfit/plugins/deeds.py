"""What plugins did in one run: for its record and its card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from goodfit.hooks.types import Finding
from goodfit.plugins.find import InstalledPlugin


@dataclass(frozen=True, slots=True)
class Deeds:
    """What plugins did in one run; filled as it goes on."""

    called: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(plugin, hook) -> how often it was called."""
    picked: list[str] = field(default_factory=list)
    """The names of plugins' things that were asked for, and of the audits that looked."""
    found: list[tuple[str, Finding]] = field(default_factory=list)
    """(plugin, finding) of every judge."""
    changed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(plugin, what was done) -> how many records were changed because of it."""

    def of_loading(self) -> Deeds:
        """What was done to load them, which every run of this process has."""
        return Deeds(Counter({one: count for one, count in self.called.items() if one[1].startswith(REGISTERING)}))

    def shown(self, plugins: Sequence[InstalledPlugin]) -> dict[str, dict[str, Any]]:
        """Plugin -> hooks called, things that the run uses, records changed, findings."""
        found = Counter((plugin, finding.code) for plugin, finding in self.found)
        return {
            plugin.name: {
                "hooks": _of(self.called, plugin.name),
                "uses": sorted(name for name in self.picked if name.split(".", 1)[0] == plugin.name),
                "records": _of(self.changed, plugin.name),
                "findings": _of(found, plugin.name),
            }
            for plugin in plugins
        }


REGISTERING = "goodfit_register_"
"""How the hooks begin that are called when a plugin is loaded."""


def took_part(deed: Mapping[str, Any]) -> bool:
    """Whether a plugin did more in a run than to be loaded; of what ``Deeds.shown`` says of it."""
    hooks = [hook for hook in deed.get("hooks", ()) if not hook.startswith(REGISTERING)]
    return bool(hooks or deed.get("uses") or deed.get("records") or deed.get("findings"))


def _of(counts: Counter[tuple[str, str]], plugin: str) -> dict[str, int]:
    return {what: count for (name, what), count in sorted(counts.items()) if name == plugin}
