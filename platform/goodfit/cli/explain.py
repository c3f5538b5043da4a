"""goodfit explain KEY: what a setting means, its default, unit and range; what a word of a result means."""

from __future__ import annotations

import dataclasses
from difflib import get_close_matches
from typing import Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import print_table
from goodfit.cli.setting_up import only_word, open_host
from goodfit.config.settings import Setting, find_setting, group_doc, groups, settings
from goodfit.config.start import chosen, default_text
from goodfit.config.words import unknown_setting
from goodfit.errors import ConfigError
from goodfit.plugins.find import declared_plugins
from goodfit.registry import did_you_mean

TYPO = 0.8
"""How alike a setting a word is, from 0 to 1, that is a typo of it; ``precision_macro`` is less like ``precision``."""
HINT_ELSEWHERE = (
    "goodfit explain shows the settings, goodfit list the rest; docs/reference/results.md has metrics and verdicts"
)

HINT_FINDING = (
    "if it is the code of a finding: what it means, and what mends it, stands beside it in the run's findings.jsonl"
)


def run(arguments: Arguments) -> dict[str, Any]:
    """Explain a setting, a group or a word of a result, or name all settings."""
    key = only_word(arguments).split("=", 1)[0]
    setting = find_setting(key)
    if setting is not None:
        facts = _facts(setting)
        if not arguments.json:
            print(f"{setting.path}: {facts['meaning']}")
            print(f"  {facts['type']}{', ' + facts['range'] if facts['range'] else ''}; default {_default(setting)}")
        return facts
    below = {path: found for path, found in settings().items() if not key or path.startswith(key + ".")}
    if not below:
        return _explain_term(key, arguments)
    if not arguments.json:
        if key in groups():
            print(f"{key}: {group_doc(key)} goodfit list {key} shows the options.\n")
        print_table(["setting", "default", "meaning"], [_row(found) for found in below.values()])
    return {"settings": [_facts(found) for found in below.values()]}


def _explain_term(key: str, arguments: Arguments) -> dict[str, Any]:
    """What a word of a result means.

    Raises:
        ConfigError: There is no such word.
    """
    split, _, name = key.rpartition("/")
    like_a_setting = get_close_matches(key, [*settings(), *groups()], n=1, cutoff=TYPO)
    first, *below = key.split(".", 1)
    may_be_offered = below and first in declared_plugins()
    if not split and not may_be_offered and (like_a_setting or first in groups()):
        raise unknown_setting(key)  # before anything heavy is imported
    from goodfit.evaluation.terms import judging, terms
    from goodfit.sweeps.terms import terms_of_a_search

    known = [*terms(), *terms_of_a_search()]
    if below or not any(term.name == name for term in known):
        host = open_host(arguments)
        offered = judging(host.gates.values(), host.audits.values())
        known = [*terms(host.metrics.values()), *terms_of_a_search(), *offered]
    found = [term for term in known if term.name == name]
    if not found:
        names = [*settings(), *groups(), *(term.name for term in known)]
        is_typo = bool(get_close_matches(name, names, n=1, cutoff=TYPO))
        guess = did_you_mean(name, names, HINT_ELSEWHERE) if is_typo or not below else HINT_FINDING
        raise ConfigError(f"no setting, metric, verdict, gate, audit or limit called '{key}'", guess)
    if not arguments.json:
        for term in found:
            of = f" of {', '.join(term.kinds)}" if term.kinds else ""
            best = f" ({term.better} is better)" if term.better else ""
            print(f"{term.name}, {'an' if term.sort == 'audit' else 'a'} {term.sort}{of}: {term.meaning}{best}")
    return {"terms": [dataclasses.asdict(term) for term in found]}


def _default(setting: Setting) -> str:
    """The default; of a setting that is derived, from what, with the defaults of the settings that it names."""
    rule, start = setting.derived(), chosen().get(setting.path)
    if start is not None:
        return f"{default_text(setting)}, of {start.option}"
    if not rule:
        return default_text(setting)
    sources = [f"{name} is {default_text(settings()[name])}" for name in setting.derived_from() if name in settings()]
    more = f" ({', '.join(sources)}, where the chosen model says nothing else)" if sources else ""
    return f"derived: {rule}{more}; goodfit show WORDS has the value of a run"


def _facts(setting: Setting) -> dict[str, Any]:
    return {
        "setting": setting.path,
        "meaning": setting.doc(),
        "type": setting.type_name(),
        "range": setting.range_text(),
        "default": start.value if (start := chosen().get(setting.path)) else setting.default,
        "derived": setting.derived(),
    }


def _row(setting: Setting) -> list[str]:
    return [setting.path, default_text(setting), setting.doc()]
