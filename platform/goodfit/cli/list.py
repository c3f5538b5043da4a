"""goodfit list GROUP: what can be chosen, and who offers it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import print_table
from goodfit.cli.setting_up import config_roots, only_word, open_host
from goodfit.config.files import check_option
from goodfit.config.places import Option, find_options
from goodfit.config.settings import group_doc, groups
from goodfit.config.space import named_searches
from goodfit.data.read import read_file
from goodfit.errors import ConfigError
from goodfit.hooks.types import DataSourceSpec
from goodfit.models.fits import adapters_that_fit, memory_at_a_glance, precisions_that_fit
from goodfit.plugins.declared import all_declared
from goodfit.registry import did_you_mean
from goodfit.yaml_values import read_yaml

OFFERED = {
    "data": "Records that plugins bring: dataset.source=<plugin>.<data>.",
    "scrubbers": "What looks for private data in texts: privacy.scrubbers.",
    "metrics": "What a task may measure besides its kind's own metrics: task.metrics.",
    "sources": "Base models that plugins bring: model.source=<plugin>.<model>.",
    "gates": "Rules that let a model pass or not: policy.gates.",
    "audits": "What looks for faults in data and models: policy.audits.",
    "limits": "What audits compare with: policy.limits.<name>.",
}
"""What else can be listed -> what a line of ``goodfit list`` says of it."""
HOST_TABLES = {"data": "data_sources", "sources": "models"}
"""The host's tables that are called otherwise."""

ABOUT = (
    "description",
    "kind",
    "family",
    "architecture",
    "licence",
    "revision",
    "parameters_millions",
    "max_length",
    "chat_template",
)
"""What an option's file says of it, for people."""

COLUMNS = {
    "name": "name",
    "kind": "kind",
    "family": "family",
    "records": "train | validation | test",
    "parameters_millions": "millions",
    "memory_gib": "GiB lora | all",
    "chat_template": "chat",
    "licence": "licence",
    "origin": "data",
    "default": "default",
    "range": "range",
    "offered_by": "offered_by",
    "description": "description",
}
"""What is printed -> its heading."""


def run(arguments: Arguments) -> dict[str, Any]:
    """Print the options of a group, or the groups."""
    name = only_word(arguments)
    if not name:
        rows = [[group, group_doc(group)] for group in groups()]
        rows += [list(row) for row in OFFERED.items()]
        if not arguments.json:
            print_table(["goodfit list", "what it is"], rows)
        return {"groups": [row[0] for row in rows]}
    if name in groups():
        sources = all_declared() if name == "task" else {}
        known = find_options(config_roots(arguments.config_dir))[name].values()
        options = [_option(option, name, sources) for option in known]
        options += _searches(arguments) if name == "sweep" else []
    elif name == "limits":
        options = _limits(arguments)
    elif name in OFFERED:
        options = _offered(name, arguments)
    else:
        known = [*groups(), *OFFERED]
        raise ConfigError(f"there is no '{name}' to list", did_you_mean(name, known, "goodfit list"))
    if not arguments.json:
        columns = [key for key in COLUMNS if any(option.get(key) for option in options)]
        rows = [[_cell(option.get(column)) for column in columns] for option in options]
        print_table([COLUMNS[column] for column in columns], rows)
    return {"options": options}


def _cell(value: Any) -> str:
    """Of several figures, all; of anything else, itself."""
    return " | ".join(map(str, value.values())) if isinstance(value, dict) else str(value or "")


def _option(option: Option, group: str, sources: Mapping[str, DataSourceSpec]) -> dict[str, Any]:
    """An option with what its file, and those it builds on, say of it."""
    _, given, _ = check_option(option, group)
    read = cache(read_yaml)
    said = {key: read(path)[key] for key in ABOUT if (path := given.get(f"{group}.{key}"))}
    found = {"name": option.name, "offered_by": option.owner, **said}
    found["description"] = said.get("description") or _comment(option.path)
    if group == "model" and "model.name" in given:
        found["base"] = read(given["model.name"])["name"]
    if "task.source" in given:
        found |= _data(sources.get(read(given["task.source"])["source"]))
    return found | _fitting(said)


def _data(source: DataSourceSpec | None) -> dict[str, Any]:
    """The data that come with a task, unless their plugin is broken."""
    if source is None:
        return {}
    records = {split: len(read_file(path).rows) for split, path in source.files().items()}
    return {"licence": source.licence, "origin": source.origin, "records": records}


def _fitting(said: dict[str, Any]) -> dict[str, Any]:
    """What fits a model, and what it takes."""
    found: dict[str, Any] = {}
    if "architecture" in said:
        found["adapters"] = adapters_that_fit(said["family"], said["architecture"])
        found["precisions"] = precisions_that_fit(said["architecture"])
    if "parameters_millions" in said:
        found["memory_gib"] = memory_at_a_glance(said["parameters_millions"])
    return found


def _searches(arguments: Arguments) -> list[dict[str, Any]]:
    """Searches with a name, which are no options of the group: files of words."""
    return [
        {"name": name, "offered_by": root.owner, "description": _comment(path)}
        for root in config_roots(arguments.config_dir)
        for name, path in named_searches([root]).items()
    ]


def _comment(path: Path) -> str:
    lines = path.read_text("utf-8").splitlines()
    return next((line[2:] for line in lines if line.startswith("# ") and "@package" not in line), "")


def _offered(name: str, arguments: Arguments) -> list[dict[str, Any]]:
    from goodfit.evaluation.gates import BUILT_IN
    from goodfit.kinds.text_metrics import OPTIONAL_METRICS

    core = {"gates": BUILT_IN, "metrics": OPTIONAL_METRICS}.get(name, {})
    table = {**core, **getattr(open_host(arguments), HOST_TABLES.get(name, name))}
    return [
        {
            "name": spec.name,
            "offered_by": spec.name.split(".", 1)[0] if "." in spec.name else "goodfit",
            "description": spec.description,
            **{key: getattr(spec, key) for key in ("kind", "licence") if hasattr(spec, key)},
        }
        for spec in table.values()
    ]


def _limits(arguments: Arguments) -> list[dict[str, Any]]:
    return [
        {
            "name": limit.name,
            "offered_by": spec.name.split(".", 1)[0],
            "default": limit.default,
            "range": f"{limit.low:g} to {limit.high:g}",
            "description": limit.meaning,
        }
        for spec in open_host(arguments).audits.values()
        for limit in spec.limits
    ]
