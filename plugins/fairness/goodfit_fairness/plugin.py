"""The hooks of the fairness plugin: its audits of data and model, and its gates."""

from collections.abc import Sequence

from goodfit.hooks import hookimpl
from goodfit.hooks.types import AuditSpec, GateSpec

HOOK_API = 1


@hookimpl
def goodfit_register_audits() -> Sequence[AuditSpec]:
    """Offer the audits of people's groups; what each does stands in the module of its name."""
    from goodfit_fairness import impact, representation, slices, swaps

    return [
        AuditSpec(
            name="fairness.representation",
            description="How many training records each group of the records' slices has.",
            look_at_data=representation.representation,
            codes=(),
            limits=(representation.MIN_GROUP,),
        ),
        AuditSpec(
            name="fairness.slices",
            description="How good the answers are for each group and crossing of groups, with intervals and tests.",
            look_at_model=slices.slices,
            limits=(slices.GAP,),
        ),
        AuditSpec(
            name="fairness.impact",
            description="How often each group is given a label: the impact ratio and its interval.",
            look_at_model=impact.impact,
            kinds=("classification",),
            limits=(impact.RATIO,),
        ),
        AuditSpec(
            name="fairness.swaps",
            description="How often an answer changes with the name, description or pronoun of a person in the text.",
            look_at_model=swaps.swaps,
            kinds=swaps.KINDS,
            heavy=True,
            limits=(swaps.FLIPS, swaps.RECORDS),
        ),
    ]


@hookimpl
def goodfit_register_gates() -> Sequence[GateSpec]:
    """Offer the gates."""
    from goodfit_fairness import gates

    alike = "No audit of groups is certain that one of them is treated worse."
    certain = "Every impact ratio and flip rate is certainly fair; where nobody can tell, the answer is no."
    return [
        GateSpec(name="fairness.treats_alike", description=alike, judge=gates.treats_alike),
        GateSpec(name="fairness.certain", description=certain, judge=gates.certain, needs=gates.is_compared),
    ]
