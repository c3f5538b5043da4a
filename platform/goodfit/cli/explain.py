"""goodfit explain KEY: what a setting means, its default, unit and range."""

from __future__ import annotations

from typing import Any

from goodfit.cli.console import print_table
from goodfit.cli.main import Arguments
from goodfit.config.settings import Setting, find_setting, group_doc, groups, settings
from goodfit.config.words import unknown_setting


def run(arguments: Arguments) -> dict[str, Any]:
    """Explain a setting, a group, or name all settings."""
    key = arguments.words[0].split("=", 1)[0] if arguments.words else ""
    setting = find_setting(key)
    if setting is not None:
        facts = _facts(setting)
        if not arguments.json:
            print(f"{setting.path}: {facts['meaning']}")
            print(f"  {facts['type']}{', ' + facts['range'] if facts['range'] else ''}; default {facts['default']}")
        return facts
    below = {path: found for path, found in settings().items() if not key or path.startswith(key + ".")}
    if not below:
        raise unknown_setting(key)
    if not arguments.json:
        if key in groups():
            print(f"{key}: {group_doc(key)} goodfit list {key} shows the options.\n")
        print_table(["setting", "default", "meaning"], [_row(found) for found in below.values()])
    return {"settings": [_facts(found) for found in below.values()]}


def _facts(setting: Setting) -> dict[str, Any]:
    return {
        "setting": setting.path,
        "meaning": setting.doc(),
        "type": setting.type_name(),
        "range": setting.range_text(),
        "default": setting.default,
    }


def _row(setting: Setting) -> list[str]:
    return [setting.path, str(setting.default), setting.doc()]
