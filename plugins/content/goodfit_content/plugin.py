"""The hooks of the content department: metrics, a gate, and a look at the answers."""

from collections.abc import Sequence

from goodfit.hooks import hookimpl
from goodfit.hooks.types import Finding, GateSpec, Item, MetricSpec

HOOK_API = 1


@hookimpl
def goodfit_register_metrics() -> Sequence[MetricSpec]:
    """Offer the metrics of an editor; what each means stands in ``metrics.py``."""
    from goodfit_content import metrics

    return [
        metrics.ATTRIBUTES_COVERED,
        metrics.REQUIRED_PHRASES,
        metrics.FORBIDDEN_PHRASES,
        metrics.HEADLINE_FITS,
        metrics.VOICE_KEPT,
    ]


@hookimpl
def goodfit_register_gates() -> Sequence[GateSpec]:
    """Offer the gate that copy has to pass before it goes out without a second pair of eyes."""
    from goodfit_content import gates

    description = f"{gates.CLEAN[0].upper()}{gates.CLEAN[1:]}."
    judge, needs = gates.nothing_forbidden, gates.is_looked_at
    return [GateSpec(name=gates.GATE, description=description, judge=judge, needs=needs)]


@hookimpl
def goodfit_check_answers(task: str, items: Sequence[Item]) -> Sequence[Finding]:
    """Warn about forbidden phrases and claims from nowhere in this department's own tasks."""
    from goodfit_content import checks

    return [finding for check in checks.CHECKS.get(task, ()) for finding in check(items)]
