"""Write docs/reference/ from the schema and the hook specs: ``python docs/generate.py``."""

from __future__ import annotations

import inspect
import tomllib
from pathlib import Path
from typing import Any

from goodfit.cli.arguments import VERBS, Arguments, options_of
from goodfit.cli.list import run as list_options
from goodfit.cli.plugins import chosen_by
from goodfit.config.settings import group_doc, groups, settings
from goodfit.config.start import default_text
from goodfit.evaluation.terms import terms
from goodfit.hooks import specs, types
from goodfit.models.fits import adapters_that_fit, precisions_that_fit
from goodfit.plugins.host import load_plugins
from goodfit.sweeps.terms import terms_of_a_search

FOLDER = Path(__file__).parent / "reference"
NOTE = "<!-- written by docs/generate.py -->\n"


def settings_page() -> str:
    """Every setting, by group."""
    parts = [f"# Settings\n\n{NOTE}"]
    for group in [*groups()[:-1], "run", "seed"]:
        found = [entry for path, entry in settings().items() if path == group or path.startswith(f"{group}.")]
        about = f"{group_doc(group)} `goodfit list {group}` shows the options.\n\n" if group in groups() else ""
        rows = [
            f"| `{entry.path}` | {entry.type_name()}{', ' * bool(entry.range_text())}{entry.range_text()} "
            f"| `{default_text(entry)}` | {entry.doc()} |"
            for entry in found
        ]
        parts.append(
            f"## {group}\n\n{about}| setting | type | default | meaning |\n|---|---|---|---|\n" + "\n".join(rows)
        )
    return "\n\n".join(parts) + "\n"


def commands_page() -> str:
    """Every verb, with its own options."""
    everywhere = options_of(*VERBS)
    parts = [f"# Commands\n\n{NOTE}\n{COMMANDS_NOTE}", _options(everywhere)]
    for verb, does in VERBS.items():
        own = {name: told for name, told in options_of(verb).items() if name not in everywhere}
        parts += [f"## {verb}\n\n{does[0].upper()}{does[1:]}.", *([_options(own)] if own else [])]
    return "\n\n".join(parts) + "\n"


COMMANDS_NOTE = "A verb, its words, its options; `--help` behind a verb says the same. All verbs know these:"


def _options(options: dict[str, str]) -> str:
    rows = [f"| `{name}` | {does} |" for name, does in options.items()]
    return "\n".join(["| option | what it does |", "|---|---|", *rows])


def hooks_page() -> str:
    """Every hook, in the order in which a run calls them, and every value that crosses."""
    parts = [f"# Hooks\n\n{NOTE}\nHook API {specs.HOOK_API}. A run calls them in this order."]
    for name, hook in vars(specs).items():
        if name.startswith("goodfit_"):
            parts.append(f"## {name}\n\n```python\n{name}{inspect.signature(hook)}\n```\n\n{_plain(hook)}")
    parts.append("# Values\n\nFrozen dataclasses of `goodfit.hooks.types`, made with keywords.")
    for name, value in vars(types).items():
        if inspect.isclass(value) and value.__module__ == types.__name__:
            parts.append(f"## {name}\n\n```python\n{inspect.getsource(value).strip()}\n```")
    return "\n\n".join(parts) + "\n"


def plugins_page() -> str:
    """The plugins of this repository: what each is for, and all that it offers."""
    parts = [f"# Plugins that there are\n\n{NOTE}\n{PLUGINS_NOTE}"]
    host = load_plugins()
    for plugin in host.plugins:
        project = FOLDER.parents[1] / "plugins" / plugin.name / "pyproject.toml"
        if not project.is_file():
            continue
        about = tomllib.loads(project.read_text("utf-8"))["project"]
        rows = [("chosen by", chosen_by(plugin)), ("offers", host.offers(plugin.name))]
        rows += [("hooks", host.hooks_of(plugin.name))]
        lines = [f"| {what} | {' '.join(f'`{name}`' for name in names)} |" for what, names in rows if names]
        head = f"## {plugin.name}\n\n{about['description']} Licence {about['license']}.\n\n| | |\n|---|---|\n"
        parts.append(head + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


PLUGINS_NOTE = """\
Each is a package `goodfit-<name>` in `plugins/`. A plugin of yours that passes `goodfit plugins check` belongs
here, too: ask for a line with its name, package, licence, and what it stores, sends and changes."""
FAMILIES = {"encoder": "BERT line", "seq2seq": "T5 line", "decoder": "GPT line"}


def models_page() -> str:
    """The models of the hub that have a name here, by family."""
    parts = [f"# Models\n\n{NOTE}\n{MODELS_NOTE}"]
    listed = list_options(Arguments(words=["model"], flags={"--json"}))["options"]
    for family, heading in FAMILIES.items():
        found = [option for option in listed if option.get("family") == family and option["offered_by"] == "goodfit"]
        rows = [_model_row(option) for option in sorted(found, key=lambda option: option["parameters_millions"])]
        parts.append(f"## {heading}\n\n{MODELS_HEAD}" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


MODELS_NOTE = (
    "GiB are those before the first batch, with LoRA of rank 16 and with all weights tuned. The last column has the "
    "options of `adapter` and `precision` that do not fit. [How to choose, and other models](../models.md)."
)
MODELS_HEAD = (
    "| `model=` | on the hub, at revision | millions | reads | chat | licence | GiB lora, all | does not fit |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


def _model_row(option: dict[str, Any]) -> str:
    own = {*adapters_that_fit(option["family"], ""), *precisions_that_fit("")}
    lost = sorted(own - {*option["adapters"], *option["precisions"]})
    return (
        f"| `{option['name']}` | {option['base']} `{option['revision'][:8]}` | {option['parameters_millions']:g} "
        f"| {option['max_length']} | {option.get('chat_template') or ''} | {option['licence']} "
        f"| {option['memory_gib']['lora']}, {option['memory_gib']['all']} | {', '.join(lost)} |"
    )


def results_page() -> str:
    """Metrics, with the kinds that have them, verdicts, gates, and the words of a run's result and of a search's."""
    known = [*terms(), *terms_of_a_search()]
    metrics = [
        f"| `{term.name}` | {', '.join(term.kinds) or 'all'} | {term.better} | {term.meaning} |"
        for term in known
        if term.sort == "metric"
    ]
    verdicts = [f"| `{term.name}` | {term.meaning} |" for term in known if term.sort == "verdict"]
    gates = [f"| `{term.name}` | {term.meaning} |" for term in known if term.sort == "gate"]
    of_result = [f"| `{term.name}` | {term.meaning} |" for term in known if term.sort == "word of a result"]
    of_search = [f"| `{term.name}` | {term.meaning} |" for term in known if term.sort == "word of a search"]
    return (
        f"# Results\n\n{NOTE}\n{RESULTS_NOTE}\n\n"
        "## Metrics\n\n| metric | kinds | better | what it is |\n|---|---|---|---|\n" + "\n".join(metrics) + "\n\n"
        "## Verdicts of the fit\n\n| verdict | when |\n|---|---|\n" + "\n".join(verdicts) + "\n\n"
        "## Gates\n\n| gate | passes where |\n|---|---|\n" + "\n".join(gates) + "\n\n"
        "## Words of a result\n\n| word | what it is |\n|---|---|\n" + "\n".join(of_result) + "\n\n"
        "## Words of a search\n\n| word | what it is |\n|---|---|\n" + "\n".join(of_search) + "\n"
    )


RESULTS_NOTE = (
    "`goodfit explain f1_macro` says the same of one word. Those of plugins are in `goodfit list metrics` and "
    "`goodfit list gates`."
)


def _plain(hook: object) -> str:
    text = inspect.getdoc(hook) or ""
    return text.replace("    Process:", "  \nProcess:").replace("    Used by:", "  \nUsed by:")


PAGES = {
    "commands.md": commands_page,
    "settings.md": settings_page,
    "results.md": results_page,
    "hooks.md": hooks_page,
    "models.md": models_page,
    "plugins.md": plugins_page,
}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), "utf-8")
