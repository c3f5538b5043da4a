"""The hook of the quality plugin: its audits of the data."""

from collections.abc import Sequence

from goodfit.hooks import hookimpl
from goodfit.hooks.types import AuditSpec

HOOK_API = 1


@hookimpl
def goodfit_register_audits() -> Sequence[AuditSpec]:
    """Offer the audits of the data."""
    from goodfit_quality.copies import copies

    return [
        AuditSpec(
            name="quality.copies",
            description="Training records that stand there twice or nearly, and near copies of held-out records.",
            look_at_data=copies,
        )
    ]
