"""Which settings of a group its options do not read."""

from __future__ import annotations

from collections.abc import Mapping

from goodfit.schema.run import RunConf

UNREAD: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "adapter": {
        "none": ("rank", "alpha", "dropout", "targets", "merge"),
        "head": ("rank", "alpha", "dropout", "targets", "top_layers", "merge"),
        "ia3": ("rank", "alpha", "dropout", "top_layers"),
        "vera": ("alpha",),
        "oft": ("alpha",),
    },
    "optim": {"sgd": ("beta2", "eps"), "adafactor": ("beta1", "beta2", "eps")},
}
"""Group -> option -> the settings that it does not read."""


def unread_settings(conf: RunConf) -> dict[str, str]:
    """The settings that a run does not read -> the option that does not, such as ``adapter=none``."""
    chosen = {group: getattr(conf, group).name for group in UNREAD}
    return {
        f"{group}.{name}": f"{group}={option}"
        for group, option in chosen.items()
        for name in UNREAD[group].get(option, ())
    }
