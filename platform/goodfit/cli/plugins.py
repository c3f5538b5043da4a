"""goodfit plugins list: what is installed, what it offers, what is broken."""

from __future__ import annotations

from typing import Any

from goodfit.cli.console import print_table
from goodfit.cli.main import Arguments
from goodfit.errors import ConfigError
from goodfit.plugins.host import OFFERS, load_plugins
from goodfit.registry import did_you_mean


def run(arguments: Arguments) -> dict[str, Any]:
    """List the plugins."""
    what = arguments.words[0] if arguments.words else "list"
    if what != "list":
        raise ConfigError(f"plugins has no '{what}'", did_you_mean(what, ["list"], "goodfit plugins list"))
    host = load_plugins()
    listed = [
        {
            "name": plugin.name,
            "distribution": plugin.distribution,
            "version": plugin.version,
            "state": "broken" if plugin.name in host.broken else "ok",
            "reason": host.broken[plugin.name].reason if plugin.name in host.broken else None,
            "offers": sorted(
                name
                for table, _ in OFFERS.values()
                for name in getattr(host, table)
                if name.startswith(f"{plugin.name}.")
            ),
        }
        for plugin in host.plugins
    ]
    if not arguments.json:
        rows = [
            [entry["name"], entry["version"], entry["state"], entry["reason"] or ", ".join(entry["offers"])]
            for entry in listed
        ]
        print_table(["plugin", "version", "state", "offers"], rows)
    return {"plugins": listed}
