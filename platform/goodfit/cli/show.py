"""goodfit show WORDS: the resolved config with the origin of each value."""

from __future__ import annotations

from typing import Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import print_table
from goodfit.cli.setting_up import compose_words
from goodfit.config.compose import Composed, as_tree
from goodfit.config.settings import settings
from goodfit.yaml_values import typed_text


def run(arguments: Arguments) -> dict[str, Any]:
    """Print every setting, its value, and where it comes from."""
    composed = compose_words(arguments.words, arguments.config_dir, needed=())
    tree = as_tree(composed.conf)
    values = {}
    for path in settings():
        value: Any = tree
        for part in path.split("."):
            value = value[part]
        values[path] = value
    origins = {path: _origin(composed, path) for path in values}
    if not arguments.json:
        rows = [[path, typed_text(value), origins[path]] for path, value in values.items()]
        print_table(["setting", "value", "origin"], rows)
    return {"config": tree, "origins": origins, "choices": composed.conf.choices}


def _origin(composed: Composed, path: str) -> str:
    """Where a value comes from; of a mapping such as ``dataset.fields``, where its entries do."""
    entries = [origin for key, origin in composed.origins.items() if key.startswith(f"{path}.")]
    return entries[0] if entries else composed.origins[path]
