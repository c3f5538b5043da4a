"""goodfit list GROUP: what can be chosen, and who offers it."""

from __future__ import annotations

from typing import Any

from goodfit.cli.console import print_table
from goodfit.cli.main import Arguments
from goodfit.cli.setting_up import config_roots, open_host
from goodfit.config.files import check_option, read_yaml
from goodfit.config.places import Option, find_options
from goodfit.config.settings import group_doc, groups
from goodfit.errors import ConfigError
from goodfit.registry import did_you_mean

TABLES = {"data": "data_sources", "metrics": "metrics", "sources": "models", "gates": "gates"}
"""What else can be listed -> the host's table."""


def run(arguments: Arguments) -> dict[str, Any]:
    """Print the options of a group, or the groups."""
    if not arguments.words:
        rows = [[group, group_doc(group)] for group in groups()]
        rows += [[name, "What plugins offer by name."] for name in TABLES]
        if not arguments.json:
            print_table(["goodfit list", "what it is"], rows)
        return {"groups": [row[0] for row in rows]}
    name = arguments.words[0]
    if name in groups():
        options = [_option(option, name) for option in find_options(config_roots(arguments))[name].values()]
    elif name in TABLES:
        options = _offered(name, arguments)
    else:
        raise ConfigError(f"there is no '{name}' to list", did_you_mean(name, [*groups(), *TABLES], "goodfit list"))
    if not arguments.json:
        columns = [key for key in ("name", "kind", "licence", "offered_by", "description") if _has(options, key)]
        print_table(columns, [[str(option.get(column) or "") for column in columns] for option in options])
    return {"options": options}


def _has(options: list[dict[str, Any]], key: str) -> bool:
    return any(option.get(key) for option in options)


def _option(option: Option, group: str) -> dict[str, Any]:
    """An option with what its file, and those it builds on, say of it."""
    content: dict[str, Any] = {}
    _, given = check_option(option, group)
    for path in dict.fromkeys(given.values()):
        content |= read_yaml(path)
    found = {"name": option.name, "offered_by": option.owner, "description": content.get("description")}
    if not found["description"]:
        found["description"] = _comment(option)
    for key in ("kind", "family", "licence", "parameters_millions"):
        if key in content:
            found[key] = content[key]
    return found


def _comment(option: Option) -> str:
    lines = option.path.read_text("utf-8").splitlines()
    return next((line[2:] for line in lines if line.startswith("# ") and "@package" not in line), "")


def _offered(name: str, arguments: Arguments) -> list[dict[str, Any]]:
    from goodfit.evaluation.gates import BUILT_IN
    from goodfit.evaluation.text_metrics import TEXT_METRICS

    core = {"gates": BUILT_IN, "metrics": TEXT_METRICS}.get(name, {})
    table = {**core, **getattr(open_host(arguments), TABLES[name])}
    return [
        {
            "name": spec.name,
            "offered_by": spec.name.split(".", 1)[0] if "." in spec.name else "goodfit",
            "description": spec.description,
            **{key: getattr(spec, key) for key in ("kind", "licence") if hasattr(spec, key)},
        }
        for spec in table.values()
    ]
