"""Gates: rules that let a model pass or not. Plugins add their own; one that raises says no."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.errors import GoodfitError, StoppedError
from goodfit.evaluation.shown import not_compared
from goodfit.hooks.certainty import CONFIDENCE
from goodfit.hooks.types import Evidence, GateSpec, Verdict

UNDEFINED = "not defined on these records"


def better_than_base(evidence: Evidence) -> Verdict:
    """The paired difference to the base, on the primary metric, has an interval on the better side of 0, and p of at
    most 0.05; so has the one to the simplest reference, which may be better than the base, where both have a figure;
    labels are better than the same answers dealt to the records at random, which F1 over labels may set above both.
    """
    pair = evidence.paired.get(evidence.primary)
    if pair is None:
        return Verdict(passed=False, reason=f"{evidence.primary} has no paired difference")
    if None in pair.values():
        return Verdict(passed=False, reason=f"{evidence.primary} is {UNDEFINED}")
    passed, reason = _is_ahead(pair, evidence), f"{evidence.primary} differs by {_said(pair)}"
    if passed and (but := _no_better_than_reference(evidence) or _no_better_than_chance(evidence)):
        return Verdict(passed=False, reason=f"{reason}; but {but}")
    if passed and _is_uncompared(evidence):
        reason += f"; {not_compared(evidence.primary)} with the simplest reference ({evidence.reference_is})"
    return Verdict(passed=passed, reason=reason)


def _is_ahead(pair: Mapping[str, Any], evidence: Evidence) -> bool:
    """Whether a paired difference shows more than chance would."""
    ahead = pair["low"] > 0 if evidence.greater_is_better else pair["high"] < 0
    return bool(ahead and pair["p"] <= 1 - CONFIDENCE)


def _said(pair: Mapping[str, Any]) -> str:
    return "{difference:+.3f} [{low:+.3f}, {high:+.3f}], p {p:.3f}".format(**pair)


def _no_better_than_reference(evidence: Evidence) -> str | None:
    """What says that the simplest reference does as well; None where the model is ahead of it."""
    pair = evidence.reference
    if pair is None or None in pair.values() or _is_ahead(pair, evidence):
        return None
    other = f", in {evidence.reference_by}," if evidence.reference_by not in ("", evidence.primary) else ""
    return f"from the simplest reference ({evidence.reference_is}){other} by {_said(pair)}"


def _is_uncompared(evidence: Evidence) -> bool:
    """Whether model and reference have no figure in common."""
    return evidence.reference is not None and None in evidence.reference.values()


def _no_better_than_chance(evidence: Evidence) -> str | None:
    """What says that the answers know nothing of their records; None where they do, or are no labels."""
    if evidence.at_random is None:
        return None
    value, (low, high) = evidence.tuned[evidence.primary]["value"], (evidence.at_random[end] for end in ("low", "high"))
    if value is None or low is None or high is None:
        return f"{evidence.primary} is {UNDEFINED}"
    if beats_dealt(value, low, high, evidence.greater_is_better):
        return None
    return f"with {value:.3f} it is no better than its own answers dealt at random [{low:.3f}, {high:.3f}]"


def beats_dealt(value: float, low: float, high: float, greater_is_better: bool) -> bool:
    """Whether answers are better than the same ones dealt to the records at random, of which 95 % lie from low to
    high."""
    return value > high if greater_is_better else value < low


def not_overfit(evidence: Evidence) -> Verdict:
    """The fit verdict is not ``overfit``."""
    why = ": nothing shows whether it overfits" if evidence.fit == "unknown" else ""
    return Verdict(passed=evidence.fit != "overfit", reason=f"the fit is {evidence.fit}{why}")


def no_error_findings(evidence: Evidence) -> Verdict:
    """No audit reports an error."""
    errors = [finding.code for finding in evidence.findings if finding.severity == "error"]
    reason = f"errors: {', '.join(errors)}" if errors else "no audit reports an error"
    return Verdict(passed=not errors, reason=reason)


def min_value(evidence: Evidence) -> Verdict:
    """The primary metric's interval lies above ``policy.min_value`` (below it where less is better)."""
    figure = evidence.tuned[evidence.primary]
    end = figure["low"] if evidence.greater_is_better else figure["high"]
    if evidence.min_value is None:
        return Verdict(passed=False, reason="policy.min_value is not set")
    if end is None:
        return Verdict(passed=False, reason=f"{evidence.primary} is {UNDEFINED}")
    passed = end >= evidence.min_value if evidence.greater_is_better else end <= evidence.min_value
    reason = f"{evidence.primary} is certain to {end:.3f}, asked for {evidence.min_value:g}"
    return Verdict(passed=passed, reason=reason)


BUILT_IN = {
    gate.__name__: GateSpec(name=gate.__name__, description=" ".join((gate.__doc__ or "").split()), judge=gate)
    for gate in (better_than_base, not_overfit, no_error_findings, min_value)
}


def refusal(folder: Path, verdicts: Sequence[Mapping[str, Any]]) -> str | None:
    """The sentence that says which gates refused the model in a folder; None where all of them let it pass.

    Args:
        folder: Of the run.
        verdicts: As ``run.json`` has them.
    """
    said = [f"{verdict['gate']}: {verdict['reason']}" for verdict in verdicts if not verdict["passed"]]
    return f"the model in {folder} did not pass: {'; '.join(said)}" if said else None


def judge(gates: Sequence[GateSpec], evidence: Evidence) -> list[Verdict]:
    """Ask every gate."""
    verdicts = []
    for gate in gates:
        try:
            verdict = gate.judge(copy.deepcopy(evidence))  # a gate changes nothing
            verdict = Verdict(gate=gate.name, passed=bool(verdict.passed), reason=verdict.reason)  # NumPy has its own
        except StoppedError:
            raise
        except GoodfitError as error:  # a gate that fails does not pass
            verdict = Verdict(gate=gate.name, passed=False, reason=error.what)
        verdicts.append(verdict)
    return verdicts
