"""The model card: what was tuned on what, how good it is, and what it must not be used for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from goodfit.evaluation.fit import Fit
from goodfit.evaluation.review import CERTAINTY, LOOKS
from goodfit.evaluation.shown import (
    figure,
    not_compared,
    of_broken_off,
    of_documents,
    of_review,
    with_direction,
    with_interval,
)
from goodfit.hooks.types import Finding, Verdict
from goodfit.models.base import Base
from goodfit.runs.prepare import Prepared
from goodfit.runs.privacy import best_recall
from goodfit.schema.dataset import SPLITS
from goodfit.schema.unread import unread_settings
from goodfit.texts.shown import in_markdown
from goodfit.training.trainer import Trained


def card_of(
    prepared: Prepared,
    metrics: Mapping[str, Any],
    fit: Fit,
    verdicts: Sequence[Verdict],
    findings: Sequence[Finding],
    trained: Trained,
    deeds: Mapping[str, Mapping[str, Any]],
    given: Mapping[str, float] | None,
) -> str:
    """The card as Markdown with the hub's YAML head. It holds figures and ids, no texts."""
    conf = prepared.conf
    before = prepared.before
    root = before[-1]["base"] if before else prepared.base.name
    head = {
        "base_model": root,
        "library_name": "transformers" if conf.adapter.name in ("none", "head") else "peft",
        "tags": list(dict.fromkeys(["goodfit", prepared.task.kind.name, conf.task.name])),
        "license": _licence(prepared).lower(),
    }
    sections = [
        f"---\n{yaml.safe_dump(head, sort_keys=False)}---\n\n# {conf.task.name} on {in_markdown(root)}\n",
        _what(prepared, trained),
        *([_made_from(prepared, root)] if before else []),
        _data(prepared),
        _figures(metrics, len(prepared.splits.test)),
        _fit(fit),
        *([_review(metrics["review"])] if "review" in metrics else []),
        "## Gates\n\n"
        + _list(
            [in_markdown(f"{'passed' if v.passed else 'NOT PASSED'}: {v.gate} ({v.reason})") for v in verdicts],
            "none were set",
        ),
        _privacy(prepared) + _differential(given) + (BEFORE if before else ""),
        "## Findings\n\n" + _list([_said(finding) for finding in findings], "none"),
        _plugins(deeds),
        _use(prepared),
    ]
    return "\n".join(sections)


def _licence(prepared: Prepared) -> str:
    said = prepared.conf.model.licence
    return prepared.base.licence if said == "unknown" else said


def _said(finding: Finding) -> str:
    mend = f" To mend it: {finding.mend}." if finding.mend else ""
    return in_markdown(f"{finding.severity}: {finding.message} ({finding.code}).{mend}")


def _list(lines: Sequence[str], nothing: str) -> str:
    return "".join(f"- {line}\n" for line in lines) or f"- {nothing}\n"


def _what(prepared: Prepared, trained: Trained) -> str:
    conf = prepared.conf
    noise = (
        "\n\n**The base model has no pretrained weights: it started from noise.** What it knows comes from these "
        "training records alone; use it to learn the tool, not to decide."
        if conf.model.weights == "random"
        else ""
    )
    soup = f" Trained {conf.training.soup} times from the same first weights: {trained.soup}." if trained.soup else ""
    labels = f" Labels: {in_markdown(', '.join(prepared.coding.labels))}." if prepared.coding.labels else ""
    return (
        f"{in_markdown(conf.task.description)}\n\n{_tuned(prepared)}, {trained.steps} optimiser steps at a peak rate "
        f"of {conf.optim.lr:g}, seed {conf.seed}.{soup} Kind: {prepared.task.kind.name}; family: "
        f"{prepared.base.family}.{_cut(prepared.base)}{labels}{noise}\n"
    )


def _tuned(prepared: Prepared) -> str:
    adapter = prepared.conf.adapter
    rank = "" if "adapter.rank" in unread_settings(prepared.conf) else f", rank {adapter.rank}"
    how = {"none": "All weights were tuned", "head": "A head was tuned over the frozen base"}.get(
        adapter.name, f"An adapter was tuned ({adapter.name}{rank})"
    )
    if adapter.top_layers is None:
        return how
    return f"{how} in the uppermost {adapter.top_layers} of {prepared.base.depth} layers"


BEFORE = "\nThis is of the records of this run; of those of the runs before see *Made from*.\n"


def _made_from(prepared: Prepared, root: str) -> str:
    lines = []
    for run in prepared.before:
        private = run.get("differential_privacy")
        kept = f", differential privacy with epsilon {private['epsilon']:.2f}" if private else ""
        texts = "nothing taken out of the texts" if run["privacy"] == "none" else f"texts scrubbed ({run['privacy']})"
        how = "all weights" if run["adapter"] == "none" else run["adapter"]
        told = (
            f"{run['task']} ({run['kind']}): {run['train']['records']} training records, {run['train']['digest']}; "
            f"{how} tuned, {texts}{kept}"
        )
        lines.append(in_markdown(told))  # what anybody's run says of itself
    left = "the whole model that the last of them left"
    if prepared.base.adapted:
        left = "the model that the last of them answers with, its adapter merged into its own base"
    is_adapter = prepared.conf.adapter.name not in ("none", "head")
    whose = f" The adapter belongs on {left}, and on no other." if is_adapter else ""
    return (
        f"## Made from\n\nThe base is {in_markdown(root)} as earlier runs of goodfit left it, the last of them first. "
        f"What these learnt is in the model, too.{whose}\n\n{_list(lines, '')}"
    )


def _cut(base: Base) -> str:
    if base.layers is None:
        return ""
    return (
        f" Of the base the lowest {base.layers} layers alone are used: without goodfit, load it with "
        f"`num_hidden_layers={base.layers}`."
    )


def _data(prepared: Prepared) -> str:
    counts = ", ".join(f"{split} {len(prepared.splits[split])}" for split in SPLITS)
    source = prepared.conf.task.source if prepared.conf.dataset.source == "task" else prepared.conf.dataset.source
    return f"## Data\n\nSource: {source}. Records: {counts}. Digests are in the run's lock.json.\n"


def _privacy(prepared: Prepared) -> str:
    scrub = prepared.task.scrub
    if scrub is None:
        return "## Privacy\n\nNothing was taken out of the texts: what they say of persons can be in the model.\n"
    recalls = [f"{sort} {figure(recall)}" for sort, recall in best_recall(scrub).items() if not math.isnan(recall)]
    by = "; ".join(f"{spec.name}, {spec.measured_on}" for spec in scrub.specs)
    kept = f" Left in on purpose: {', '.join(sorted(scrub.keep))}." if scrub.keep else ""
    return (
        f"## Privacy\n\nScrubbed before anything was learnt or stored ({scrub.mode}); what was found is among the "
        f"findings.{kept} Recall, measured on other texts than these: {', '.join(recalls) or 'none'} ({by}). "
        "What a scrubber misses is learnt, and in texts unlike those it was measured on it can miss more.\n"
    )


def _differential(given: Mapping[str, float] | None) -> str:
    if given is None:
        return ""
    return (
        f"\nTrained with differential privacy: epsilon {given['epsilon']:.2f} at delta {given['delta']:.2g}, for each "
        f"of {given['records']:.0f} training records (noise {given['noise']:.3f}, gradients cut to {given['clip']:g}, "
        f"{given['steps']:.0f} steps in which each record takes part with the chance {given['rate']:.3g}; Opacus's PRV "
        "accountant). It is of these weights alone: figures that were measured on training records are not covered, "
        "nor are validation records and the list of labels. A person with several records has less, and so has "
        "everybody where other models were trained on the same records.\n"
    )


def _figures(metrics: Mapping[str, Any], records: int) -> str:
    rows = ["| metric | tuned [95 % interval] | base | difference [95 % interval] | p |", "|---|---|---|---|---|"]
    for name, tuned in metrics["tuned"].items():
        pair = metrics["paired"].get(name, {})
        difference = with_interval(pair, "difference") if pair else ""
        p = f"{pair['p']:.3f}" if pair.get("p") is not None else ""
        base = figure(metrics["base"][name]["value"])
        some = "" if tuned["n"] == records else f", of {_counted(tuned['n'], 'record')}"
        rows.append(
            f"| {with_direction(name, tuned)}{some} | {with_interval(tuned, 'value')} | {base} | {difference} | {p} |"
        )
    table = "\n".join(rows)
    base_is, reference_is = (in_markdown(metrics[name]) for name in ("base_is", "reference_is"))
    broken_off = f"\n{told}.\n" if (told := of_broken_off(metrics, records)) else ""
    return (
        f"## Figures\n\nOn {_counted(records, 'test record')}{of_documents(metrics)}; intervals by bootstrap, p by "
        f"bootstrap or approximate randomisation, whichever is greater, on the same records.\n\n{table}\n\nThe base "
        f"is: {base_is}. The simplest reference ({reference_is}) {_beside_reference(metrics)}.\n"
        f"{broken_off}"
    )


def _beside_reference(metrics: Mapping[str, Any]) -> str:
    """What the simplest reference has, and how the tuned model differs from it."""
    by = metrics["paired_reference_by"]
    if by is None:
        return f"is {not_compared(metrics['primary'])}"
    difference = with_interval(metrics["paired_reference"], "difference")
    return f"has {by} {figure(metrics['reference'][by]['value'])}; the tuned model differs from it by {difference}"


def _fit(fit: Fit) -> str:
    return f"## Fit: {fit.verdict}\n\n{_list(fit.evidence, 'no evidence')}"


def _review(found: Mapping[str, Any]) -> str:
    how = (
        f"The confidence is the least of {LOOKS} from which on that share is right beyond chance on the validation "
        f"records: exact tests, which together trust too many answers in {1 - CERTAINTY:.0%} of runs at most; records "
        'of one group count once. `goodfit predict` marks answers below it with `"review": true`.'
    )
    return f"## Review\n\n- {of_review(found)}\n" + (f"\n{how}\n" if found["confidence"] is not None else "")


def _plugins(deeds: Mapping[str, Mapping[str, Any]]) -> str:
    """What plugins did in the run; those that were only there are left out."""
    lines = []
    for plugin, deed in deeds.items():
        did = [f"{_counted(count, 'record')} {what.replace('_', ' ')}" for what, count in deed["records"].items()]
        found = sum(deed["findings"].values())
        did += [_counted(found, "finding")] if found else []
        did += [f"used: {', '.join(deed['uses'])}"] if deed["uses"] else []
        lines += [f"{plugin}: {'; '.join(did)}"] if did else []
    return f"## Plugins\n\n{_list(lines, 'none did anything')}"


def _counted(count: int, one: str) -> str:
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def _use(prepared: Prepared) -> str:
    marks = (
        " It also puts a token behind each word with capitals, `[unused1]` where the first letter is one, `[unused2]` "
        "where all are, `[unused3]` where others are: its base cannot see them (`model.case_marks`)."
        if prepared.coding.case_marks
        else ""
    )
    turns = (
        " It is asked in a turn of its base's chat template, which `prompt` in `task.json` holds."
        if prepared.coding.apply_chat_template
        else ""
    )
    pooling = prepared.conf.model.pooling
    pooled = (
        " Without goodfit, transformers' classifier hands another vector to the head and answers at chance: `pooling` "
        f"in `task.json` is `{pooling}`, and docs/runs.md of goodfit has the code."
        if prepared.learner.head == "sequence_classification" and pooling != "head"
        else ""
    )
    conf = prepared.conf
    drawn = (
        " The weights of its base are drawn from the seed, and in no file: without goodfit nobody has them "
        "(`adapter.merge=true` leaves a whole model)."
        if conf.model.weights == "random" and conf.adapter.name != "none" and not conf.adapter.merge
        else ""
    )
    return (
        f"## Use\n\n`goodfit predict <run> {prepared.task.kind.asked}` loads it with its base, prompt, labels and "
        f"pooling.{marks}{turns}{pooled}{drawn} The figures hold for records like the test records; on others, measure "
        "first: `goodfit evaluate <run> dataset.test=<file>`.\n"
    )
