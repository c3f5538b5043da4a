"""Which plugins take part: ``plugins=<name>``."""

from __future__ import annotations

from dataclasses import dataclass, field

from goodfit.schema.ranges import Count


@dataclass(kw_only=True, slots=True)
class PluginsConf:
    """Which plugins take part. Selected with ``plugins=<name>``."""

    allow: list[str] | None = None
    """The only plugins that are imported; when not given, all that are installed."""

    disable: list[str] = field(default_factory=list)
    """Installed plugins that are not imported."""

    required: list[str] = field(default_factory=list)
    """Plugins without which no run starts."""

    lock: str | None = None
    """A file that ``goodfit plugins lock`` wrote. Plugins that it does not have are not imported; when one that it has
    is missing, or has other files now, no run starts."""

    file: str | None = None
    """A file of your own with hooks, ``goodfit_plugin.py``; it is the plugin ``project``. Without it no such file is
    looked for."""

    hook_seconds: Count = 600
    """The longest that a plugin's import, one of its hooks, gates or light audits may take, in seconds. Of its
    scrubbers, metrics, sources, models and heavy audits, which may take longer, it is said that they are waited for."""
