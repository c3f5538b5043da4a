"""Write docs/reference/ from the schema and the hook specs: ``python docs/generate.py``."""

from __future__ import annotations

import inspect
from pathlib import Path

from goodfit.config.settings import group_doc, groups, settings
from goodfit.hooks import specs, types

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
            f"| `{entry.default}` | {entry.doc()} |"
            for entry in found
        ]
        parts.append(
            f"## {group}\n\n{about}| setting | type | default | meaning |\n|---|---|---|---|\n" + "\n".join(rows)
        )
    return "\n\n".join(parts) + "\n"


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


def _plain(hook: object) -> str:
    text = inspect.getdoc(hook) or ""
    return text.replace("    Process:", "  \nProcess:").replace("    Used by:", "  \nUsed by:")


PAGES = {"settings.md": settings_page, "hooks.md": hooks_page}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), "utf-8")
