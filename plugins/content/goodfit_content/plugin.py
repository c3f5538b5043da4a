"""The hooks of the content department: metrics, a gate, and a look at the answers."""

from collections.abc import Sequence

from goodfit.hooks import hookimpl
from goodfit.hooks.shares import share
from goodfit.hooks.types import Finding, GateSpec, Item, MetricSpec

HOOK_API = 1


@hookimpl
def goodfit_register_metrics() -> Sequence[MetricSpec]:
    """Offer the metrics of an editor; what each means stands in ``metrics.py``."""
    from goodfit_content import metrics

    table = [
        ("attributes_covered", "Attribute values that the copy states, of those it must", metrics.attributes_covered),
        ("required_phrases", "Phrases that the copy says, of those its source wants", metrics.required_phrases),
        ("forbidden_phrases", "Answers that use a phrase which their source forbids", metrics.forbidden_phrases),
        ("headline_fits", "Headlines of 70 characters at most, without an end mark", metrics.headline_fits),
        ("voice_kept", "Answers that break no rule of the style guide", metrics.voice_kept),
    ]
    return [
        MetricSpec(
            name=f"content.{name}",
            description=f"{description}; 0 to 1.",
            kinds=("generation",),
            greater_is_better=name != "forbidden_phrases",
            statistics=statistics,
            reduce=share,
        )
        for name, description, statistics in table
    ]


@hookimpl
def goodfit_register_gates() -> Sequence[GateSpec]:
    """Offer the gate that copy has to pass before it goes out without a second pair of eyes."""
    from goodfit_content import gates

    description = f"{gates.CLEAN[0].upper()}{gates.CLEAN[1:]}."
    return [GateSpec(name=gates.GATE, description=description, judge=gates.nothing_forbidden)]


@hookimpl
def goodfit_check_answers(task: str, items: Sequence[Item]) -> Sequence[Finding]:
    """Warn about forbidden phrases and claims from nowhere in this department's own tasks."""
    from goodfit_content import checks

    return [finding for check in checks.CHECKS.get(task, ()) for finding in check(items)]
