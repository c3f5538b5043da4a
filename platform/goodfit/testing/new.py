"""Writes a plugin's package: complete, installable, tested, and ready to train as it is written."""

from __future__ import annotations

import dataclasses
import json
import keyword
import re
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.config.places import EXAMPLES, core_root, find_options
from goodfit.data.scrub import Scrub
from goodfit.errors import ConfigError
from goodfit.kinds import find_kind
from goodfit.plugins.find import PROJECT, declared_plugins
from goodfit.registry import did_you_mean
from goodfit.runs.faults import few_records
from goodfit.schema import RunConf
from goodfit.schema.dataset import SPLITS
from goodfit.testing.metric_of_kind import FIRST_METRICS
from goodfit.testing.propose import Proposal, propose
from goodfit.testing.starter_rows import starter_rows

PARTS = ("metric", "gate", "check")
"""What a plugin may have beside its task and data."""
TEMPLATES = Path(__file__).parent / "templates"
STARTER_TASK = "requests"
STARTER_IMPORTANT = ("complaint",)

UNSAID = "not said yet: say under which licence others may use the records"
"""Stands for the licence of a department's own rows until somebody says it."""

DERIVED = ("words",)
"""Fields that a kind works out anew whenever it reads a record."""

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def parts_of(typed: str | None) -> tuple[str, ...]:
    """The parts behind ``--include``: all, some with commas between them, or ``none``.

    Raises:
        ConfigError: There is no such part.
    """
    if typed is None:
        return PARTS
    asked = [] if typed == "none" else typed.split(",")
    for part in asked:
        if part not in PARTS:
            raise ConfigError(f"--include has no '{part}'", did_you_mean(part, PARTS, f"choose of: {', '.join(PARTS)}"))
    if asked and "metric" not in asked:
        raise ConfigError("gate and check look at the metric", "add it: --include metric,…")
    return tuple(part for part in PARTS if part in asked)


def new_plugin(
    name: str,
    conf: RunConf,
    parts: Collection[str],
    data: Path | None,
    place: Path,
    *,
    privacy: str | None = None,
    scrub: Scrub | None = None,
    scrub_of: Callable[[str], Scrub | None] = lambda privacy: None,
) -> dict[str, Any]:
    """Write the package ``goodfit-<name>``.

    Args:
        name: Of the plugin.
        conf: Kind, fields, seed and shares of the splits, where they were typed.
        parts: Some of ``PARTS``.
        data: A file with the department's own rows; placeholders are written without one.
        place: The folder to put the package in.
        privacy: What is done to texts that are learnt, where it was typed; None for what their kind needs.
        scrub: What is done to the rows before they are written; None where they stay as they are.
        scrub_of: What a task says of its privacy -> what is done to its texts.

    Returns:
        What was written, and why it looks as it does.

    Raises:
        GoodfitError: The name is taken or no name, the rows are bad, or the folder is there already.
    """
    _refuse_name(name)
    target = place / f"goodfit-{name}"
    if target.exists():
        raise ConfigError(f"{target} is there already", "remove it, or choose another place: --output FOLDER")
    if data is not None:
        proposal = propose(
            data, conf.dataset, conf.seed, conf.task.kind, scrub, lambda kind: scrub_of(privacy or _privacy_of(kind))
        )
        task, kind = _task_name(data), proposal.kind
        rows, facts = _rows(proposal, scrub is not None), _facts_of(proposal, data, scrub)
    else:
        task, kind = STARTER_TASK, "classification"
        rows = starter_rows(task, zlib.crc32(name.encode()))
        facts = STARTER_FACTS
    parts = tuple(part for part in PARTS if part in parts and kind in FIRST_METRICS)
    model = next(names[0] for family, names in EXAMPLES.items() if family in find_kind(kind).learners)
    known = {"name": name, "task": task, "kind": kind, "model": model, "parts": parts, **facts}
    known["privacy"] = privacy or _privacy_of(kind)
    files = {path: _rendered(template, known) for path, template in _layout(name, task, parts).items()}
    for split, own in rows.items():
        lines = [json.dumps(row, ensure_ascii=False) for row in own]
        files[f"goodfit_{name}/data/{task}/{split}.jsonl"] = "".join(f"{line}\n" for line in lines)
    for path, text in files.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(text, "utf-8", newline="\n")
    counts = {split: len(own) for split, own in rows.items()}
    found = {"folder": str(target), "plugin": name, "task": f"{name}/{task}", "kind": kind, "model": model}
    return {
        **found,
        "parts": list(parts),
        "records": counts,
        "few": _few(proposal, conf) if data is not None else [],
        "rejected": [str(problem) for problem in proposal.splits.rejected] if data is not None else [],
        "scrubbed": proposal.splits.scrubbed.records if data is not None and proposal.splits.scrubbed else None,
        "labels": list(facts["labels"]),
        "because": facts["because"],
        "files": sorted(files),
    }


def _privacy_of(kind: str) -> str:
    """Texts that are answered with one of their labels need no stand-ins that read like the names they stand for."""
    return "mask" if find_kind(kind).interchangeable else "pseudonymise"


STARTER_FACTS: Mapping[str, Any] = {
    "description": "What does the sender want: an answer, an act, redress, or nothing?",
    "about": "What people write to a department, and what they want by it",
    "licence": "CC0-1.0",
    "origin": "placeholders, written by goodfit plugins new",
    "origin_note": "The records are placeholders, written by goodfit: put your own in their place.",
    "prompt": "What is wanted in: {text}",
    "labels": (),
    "important": STARTER_IMPORTANT,
    "because": "placeholders; with --from-data FILE the task is made of your own rows",
}


def _facts_of(proposal: Proposal, data: Path, scrub: Scrub | None) -> dict[str, Any]:
    kind = find_kind(proposal.kind)
    how = f", by privacy={scrub.mode}" if scrub else ""
    return {
        "description": f"What is learnt from {data.name}",
        "about": f"Records of the department, from {data.name}",
        "licence": UNSAID,
        "origin": f"the department, from {data.name}",
        "origin_note": f"The records come from {data.name}{how}. Whoever installs this package can read them.",
        "prompt": " ".join(f"{{{field}}}" for field in kind.prompted),
        "labels": proposal.labels,
        "important": proposal.labels[:1],
        "because": proposal.reason,
    }


def _few(proposal: Proposal, conf: RunConf) -> list[str]:
    few = few_records(find_kind(proposal.kind), proposal.splits, conf.dataset)
    return [f"{finding.message}; {finding.mend}" for finding in few]


def _rows(proposal: Proposal, anew: bool) -> Rows:
    """The records as a package keeps them.

    Args:
        proposal: With the records.
        anew: Whether ids and groups, which may name people, become numbers.
    """
    groups: dict[str, str] = {}
    found: dict[str, list[dict[str, Any]]] = {}
    for split in SPLITS:
        found[split] = []
        for number, record in enumerate(proposal.splits[split], 1):
            row = {"id": f"{split}-{number}" if anew else record.id}
            row |= {name: value for name, value in record.fields.items() if name not in DERIVED}
            if record.group:
                row["group"] = groups.setdefault(record.group, str(len(groups) + 1)) if anew else record.group
            found[split].append(row | ({"slices": dict(record.slices)} if record.slices else {}))
    return found


def _layout(name: str, task: str, parts: Collection[str]) -> dict[str, str]:
    """Path in the package -> template."""
    package = f"goodfit_{name}"
    layout = {
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        f"tests/test_{name}.py": "test.py",
        f"{package}/__init__.py": "init.py",
        f"{package}/conf/task/{name}.yaml": "default.yaml",
        f"{package}/conf/task/{name}/{task}.yaml": "task.yaml",
        f"{package}/data/{task}/about.yaml": "about.yaml",
    }
    if parts:
        layout |= {f"{package}/plugin.py": "plugin.py", f"{package}/metrics.py": "metrics.py"}
    if "gate" in parts:
        layout |= {f"{package}/gates.py": "gates.py", f"{package}/conf/policy/{name}.yaml": "policy.yaml"}
    if "check" in parts:
        layout[f"{package}/checks.py"] = "checks.py"
    return layout


def _rendered(template: str, known: Mapping[str, Any]) -> str:
    import jinja2

    loader = jinja2.FileSystemLoader(TEMPLATES)
    room = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    room.filters["tojson"] = _as_json
    types = {"check": ("Finding", "Item"), "gate": ("GateSpec",), "metric": ("MetricSpec",)}
    imported = sorted(name for part in known["parts"] for name in types[part])
    return room.get_template(f"{template}.jinja").render(**known, imported=imported, metric=_metric(known))


def _as_json(value: Any) -> str:
    """As JSON, of which YAML reads the same: signs of other scripts as they are (Jinja's own writes & as \\u0026), and
    those that YAML takes for the end of a line, or refuses, by their number."""
    return "".join(
        sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in json.dumps(value, ensure_ascii=False)
    )


def _metric(known: Mapping[str, Any]) -> dict[str, Any]:
    """The first metric of the kind, with a label of the task in its test."""
    if known["kind"] not in FIRST_METRICS:
        return {}
    first = dataclasses.asdict(FIRST_METRICS[known["kind"]])
    label = json.dumps(next(iter(known["important"]), "x"), ensure_ascii=False)
    return first | {key: first[key].format(label=label) for key in ("fields", "right", "wrong")}


def _task_name(path: Path) -> str:
    """``Sick Leave 2026.csv`` -> ``sick_leave_2026``."""
    name = re.sub(r"\W+", "_", path.stem.lower(), flags=re.ASCII).strip("_")
    return name if re.match("[a-z]", name) else f"task_{name}".rstrip("_")


def _refuse_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) or keyword.iskeyword(name) or name == PROJECT:
        raise ConfigError(f"'{name}' cannot be a plugin's name", "choose a lower-case word, for example hr")
    if name in declared_plugins():
        raise ConfigError(f"there is a plugin called '{name}' already", "choose another name")
    if name in find_options([core_root()])["task"]:
        raise ConfigError(f"'{name}' is a task of goodfit's own", "choose another name")
