"""goodfit show WORDS: the resolved config with the origin of each value."""

from __future__ import annotations

from typing import Any

from goodfit.cli.console import print_table
from goodfit.cli.main import Arguments
from goodfit.cli.setting_up import compose_words
from goodfit.config.compose import as_tree
from goodfit.config.settings import settings
from goodfit.yaml_values import typed_text


def run(arguments: Arguments) -> dict[str, Any]:
    """Print every setting, its value, and where it comes from."""
    composed = compose_words(arguments, needed=())
    tree = as_tree(composed.conf)
    values = {}
    for path in settings():
        value: Any = tree
        for part in path.split("."):
            value = value[part]
        values[path] = value
    if not arguments.json:
        rows = [[path, typed_text(value), composed.origins[path]] for path, value in values.items()]
        print_table(["setting", "value", "origin"], rows)
    origins = {path: composed.origins[path] for path in values}
    return {"config": tree, "origins": origins, "choices": composed.conf.choices}
