"""The page of a search: one HTML file with its plots inside, which needs no network and no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from goodfit.evaluation.report import LOSS
from goodfit.evaluation.shown import with_interval
from goodfit.run_files import REPORT
from goodfit.sweeps.mattered import what_mattered
from goodfit.sweeps.outcomes import Entry
from goodfit.sweeps.summary import asked_costs, beside_defaults, of_front, on_test, told_cost

WIDE, HIGH, EDGE = 460, 260, 44
"""Of a plot, in pixels; the edge holds the axes' figures."""

COLOURS = {"finished": "#2a6f97", "stopped": "#c9762b", "pruned": "#9aa0a6", "failed": "#b3261e", "running": "#cccccc"}

STATES = {
    "finished": "trained to its end",
    "stopped": "overfitted or diverged, its best evaluation counts",
    "pruned": "ended early, others promised more",
    "failed": "came to no value",
    "running": "not over",
}
"""What the legend says of each colour."""

MATTERED = (
    "How far the better half of the trials lies from all in each setting, as a multiple of what chance makes "
    "(PED-ANOVA, Watanabe et al. 2023); a setting that is not here is not shown to have mattered"
)
"""What the bars are."""

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2em auto;padding:0 1em;color:#222;background:#fff}
h1{font-size:1.5em}h2{font-size:1.1em;margin-top:2em}table{border-collapse:collapse;width:100%;font-size:13px}
td,th{text-align:left;padding:3px 8px;border-bottom:1px solid #e3e3e3;vertical-align:top}
code{font-size:13px;overflow-wrap:anywhere}
.plots{display:flex;flex-wrap:wrap;gap:1em}figure{margin:0}figcaption{font-size:13px;color:#555;max-width:460px}
.best{background:#eef6ee;font-weight:600}svg text{font:11px system-ui,sans-serif;fill:#555}
"""


def write_page(folder: Path, record: Mapping[str, Any], entries: Sequence[Entry], why_none: str = "") -> None:
    """Write the page; ``why_none`` says why no trial won, where that is so."""
    title = f"Search: {record['task']} on {record['model']}"
    shown = _shown(record, entries)
    body = [
        f"<h1>{escape(title)}</h1>",
        *(f"<p>Warning: {escape(line)}</p>" for line in record["warnings"]),
        f"<p>{escape(record['fewer'])}.</p>" if record["fewer"] else "",
        *(_of_winner(record) if record["best"] else [f"<p>No trial won: {escape(why_none)}.</p>"]),
        _plots(record, entries, shown) if shown else "",
        f"<h2>Trials</h2>{_table(entries, record)}",
        f"<h2>Space</h2>{_space(record['space'])}",
    ]
    page = f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title><style>{STYLE}</style>"
    (folder / REPORT).write_text(page + "".join(body) + "</html>\n", "utf-8")


def _shown(record: Mapping[str, Any], entries: Sequence[Entry]) -> Entry | None:
    """The trial whose metrics the plots are of: the winner, else the one worth most; None where none has a value."""
    if record["best"]:
        return entries[record["best"]["number"]]
    return max((entry for entry in entries if entry.outcome.value is not None), key=_value, default=None)


def _value(entry: Entry) -> float:
    return entry.outcome.value or 0.0


def _plots(record: Mapping[str, Any], entries: Sequence[Entry], shown: Entry) -> str:
    metric, watched, wins = shown.outcome.held_out["metric"], _watched(shown), record["best"]
    course = f"Held-out {watched} at each evaluation of each trial"
    if watched != metric:
        course += f": it decides which step is kept, and {metric} is measured behind the training alone"
    fit_map = f"Fit map: {metric} of the training probe and of held-out records"
    if wins:
        side, better = ("below", "higher") if wins["better"] == "higher" else ("above", "lower")
        fit_map += f", {better} is better; far {side} the diagonal is overfitted"
    number = wins["number"] if wins else None
    plots = [
        _figure(
            f"Worth of each trial, greater is better, made of {metric}; the line is the best so far", _worth(entries)
        ),
        _figure(fit_map, _map(entries, metric, number)),
        _figure(course, _courses(entries, watched, number)),
    ]
    if record["importances"]:
        plots.append(_figure(MATTERED, _bars(record["importances"])))
    return f"<h2>Plots</h2>{_legend(entries, bool(wins))}<div class=plots>{''.join(plots)}</div>"


def _of_winner(record: Mapping[str, Any]) -> list[str]:
    return [
        _summary(record["best"]),
        f"<p>Front: {escape(of_front(record))}.</p>" if record["front"] else "",
        f"<p>What mattered: {escape(what_mattered(record))}.</p>",
        f"<h2>To type</h2><p><code>{escape(record['best']['command'])}</code></p>",
    ]


def _summary(best: Mapping[str, Any]) -> str:
    lines = [
        f"Trial {best['number']} won: {escape(best['held_out']['metric'])} {with_interval(best['held_out'])} on the "
        "validation records that chose it."
    ]
    if best["beside_defaults"]:
        lines.append(f"{escape(beside_defaults(best))}.")
    if best["corrected"]:
        lines.append(
            f"Corrected for the choice among {best['corrected']['trials']} trials: {with_interval(best['corrected'])}."
        )
    if best["confirmed"]:
        splits = best["confirmed"]["splits"]
        lines.append(f"Trained anew on {splits} fresh split(s): {with_interval(best['confirmed'])}.")
    run = best["run"]
    if run:
        lines.append(
            f"As a run of its own, on the test records: {escape(on_test(best))}; fit: {escape(run['fit']['verdict'])}."
        )
    return "".join(f"<p>{line}</p>" for line in lines)


def _legend(entries: Sequence[Entry], has_winner: bool) -> str:
    """What the colours of dots and lines mean, of those states that trials have."""
    there = {_state(entry) for entry in entries}
    told = [
        f'<span style="color:{colour}">&#9679;</span> {state}: {STATES[state]}'
        for state, colour in COLOURS.items()
        if state in there
    ]
    marked = " The winner's dot is larger in the fit map, its line thicker." if has_winner else ""
    return f"<p>Trials: {'; '.join(told)}.{marked}</p>"


def _figure(caption: str, drawing: str) -> str:
    return f"<figure>{drawing}<figcaption>{escape(caption)}</figcaption></figure>"


class _Axes:
    """Where figures stand in a plot."""

    def __init__(self, across: Sequence[float], up: Sequence[float]) -> None:
        self._across, self._up = _range(across), _range(up)

    def x(self, value: float) -> float:
        """From the left, in pixels."""
        low, high = self._across
        return EDGE + (value - low) / (high - low) * (WIDE - EDGE - 10)

    def y(self, value: float) -> float:
        """From the top, in pixels."""
        low, high = self._up
        return HIGH - EDGE / 2 - (value - low) / (high - low) * (HIGH - EDGE / 2 - 10)

    def drawn(self, inside: Sequence[str], across: str, up: str) -> str:
        """The plot, with the names of its axes."""
        (left, right), (low, high) = self._across, self._up
        frame = [
            f'<path d="M{EDGE},10V{HIGH - EDGE / 2}H{WIDE - 10}" fill="none" stroke="#bbb"/>',
            f'<text x="{EDGE - 4}" y="18" text-anchor="end">{high:.3g}</text>',
            f'<text x="{EDGE - 4}" y="{HIGH - EDGE / 2}" text-anchor="end">{low:.3g}</text>',
            f'<text x="{EDGE}" y="{HIGH - 6}">{left:.3g}</text>',
            f'<text x="{WIDE - 10}" y="{HIGH - 6}" text-anchor="end">{right:.3g}</text>',
            f'<text x="{(EDGE + WIDE) / 2}" y="{HIGH - 6}" text-anchor="middle">{escape(across)}</text>',
            f'<text transform="translate(12,{HIGH / 2}) rotate(-90)" text-anchor="middle">{escape(up)}</text>',
        ]
        return f'<svg width="{WIDE}" height="{HIGH}" role="img">{"".join([*frame, *inside])}</svg>'


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def _worth(entries: Sequence[Entry]) -> str:
    found = [(entry.number, entry.result.value) for entry in entries if entry.result and entry.result.value is not None]
    axes = _Axes([number for number, _ in found], [value for _, value in found])
    best, line = float("-inf"), []
    for number, value in found:
        best = max(best, value)
        line.append(f"{axes.x(number):.1f},{axes.y(best):.1f}")
    dots = [_dot(axes, number, value, _state(entries[number])) for number, value in found]
    return axes.drawn([f'<polyline points="{" ".join(line)}" fill="none" stroke="#2e7d32"/>', *dots], "trial", "worth")


def _map(entries: Sequence[Entry], metric: str, winner: int | None) -> str:
    found = [
        (entry, float(entry.result.probe), float(entry.result.held_out["value"]))
        for entry in entries
        if entry.result and entry.result.probe is not None
    ]
    both = [value for _, probe, held_out in found for value in (probe, held_out)]
    axes = _Axes(both, both)
    low, high = _range(both)
    diagonal = (
        f'<path d="M{axes.x(low)},{axes.y(low)}L{axes.x(high)},{axes.y(high)}" stroke="#bbb" stroke-dasharray="4"/>'
    )
    dots = [
        _dot(axes, probe, held_out, _state(entry), 7 if entry.number == winner else 4)
        for entry, probe, held_out in found
    ]
    return axes.drawn([diagonal, *dots], f"training {metric}", f"held-out {metric}")


def _watched(shown: Entry) -> str:
    """The metric that is drawn over the evaluations: the one that is searched for where each measured it, else the one
    by which a trial's kept step was chosen."""
    metric, course = shown.outcome.held_out["metric"], shown.outcome.course
    measured = [name.removeprefix("validation/") for name in (course[0] if course else {}) if "validation/" in name]
    return metric if metric in measured else next((name for name in measured if name != LOSS), LOSS)


def _courses(entries: Sequence[Entry], metric: str, winner: int | None) -> str:
    found = []
    for entry in entries:
        course = entry.outcome.course
        measured = [(place, at.get(f"validation/{metric}")) for place, at in enumerate(course, 1)]
        found.append((entry, [(float(place), value) for place, value in measured if value is not None]))
    places = [place for _, points in found for place, _ in points]
    axes = _Axes([1.0, *places], [value for _, points in found for _, value in points])
    lines = []
    for entry, measured in found:
        if len(measured) == 1:  # a line of one point draws nothing
            lines.append(_dot(axes, *measured[0], _state(entry)))
        if len(measured) < 2:
            continue
        points = " ".join(f"{axes.x(place):.1f},{axes.y(value):.1f}" for place, value in measured)
        width = 3 if entry.number == winner else 1
        colour = COLOURS[_state(entry)]
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
    return axes.drawn(lines, "evaluation", f"held-out {metric}")


def _bars(importances: Mapping[str, float]) -> str:
    rows, longest = [], max(importances.values())
    for place, (name, times) in enumerate(importances.items()):
        top = 14 + 30 * place
        rows.append(f'<text x="0" y="{top}">{escape(name)} {times:.1f}</text>')
        rows.append(
            f'<rect x="0" y="{top + 4}" width="{times / longest * (WIDE - 10):.1f}" height="10" fill="#2a6f97"/>'
        )
    return f'<svg width="{WIDE}" height="{30 * len(importances)}" role="img">{"".join(rows)}</svg>'


def _state(entry: Entry) -> str:
    return entry.result.state if entry.result else "running"


def _dot(axes: _Axes, across: float, up: float, state: str, size: int = 4) -> str:
    return f'<circle cx="{axes.x(across):.1f}" cy="{axes.y(up):.1f}" r="{size}" fill="{COLOURS[state]}"/>'


def _table(entries: Sequence[Entry], record: Mapping[str, Any]) -> str:
    best, costs = record["best"] and record["best"]["number"], asked_costs(record)
    named = ["trial", "state", "worth", "held-out", "training", "fit", *costs, "words and reason"]
    rows = ["<tr>" + "".join(f"<th>{name}" for name in named)]
    for entry, trial in zip(entries, record["trials"], strict=True):
        result = entry.result
        mark = " class=best" if entry.number == best else ""
        value = "" if result is None or result.value is None else f"{result.value:.3f}"
        held_out = with_interval(result.held_out) if result and result.held_out else ""
        probe = "" if result is None or result.probe is None else f"{result.probe:.3f}"
        fit = str(result.fit.get("verdict", "")) if result else ""
        reason = f"<br>{escape(result.reason)}" if result and result.reason else ""
        words = f"<code>{escape(' '.join(entry.words))}</code>{reason}"
        cells = [str(entry.number), _state(entry), value, held_out, probe, escape(fit)]
        cells += [*(escape(told_cost(trial, name)) for name in costs), words]
        rows.append(f"<tr{mark}>" + "".join(f"<td>{cell}" for cell in cells))
    return f"<table>{''.join(rows)}</table>"


def _space(space: Mapping[str, str]) -> str:
    rows = "".join(f"<tr><td><code>{escape(key)}</code><td>{escape(text)}" for key, text in space.items())
    return f"<table>{rows}</table>"
