"""The hook of the fairness plugin: its audits of data and model."""

from collections.abc import Sequence

from goodfit.hooks import hookimpl
from goodfit.hooks.types import AuditSpec

HOOK_API = 1


@hookimpl
def goodfit_register_audits() -> Sequence[AuditSpec]:
    """Offer the audits of people's groups."""
    from goodfit_fairness import representation

    return [
        AuditSpec(
            name="fairness.representation",
            description="How many training records each group of the records' slices has.",
            look_at_data=representation.representation,
            limits=(representation.MIN_GROUP,),
        )
    ]
