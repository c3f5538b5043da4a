"""The hook of the quality plugin: its audits of the data, and one of the model."""

from collections.abc import Sequence

from goodfit.hooks import hookimpl
from goodfit.hooks.types import AuditSpec

HOOK_API = 1


@hookimpl
def goodfit_register_audits() -> Sequence[AuditSpec]:
    """Offer the audits; what each looks for stands in the module of its name."""
    from goodfit_quality import answers, copies, curve, labels, linear, secrets, texts

    return [
        AuditSpec(
            name="quality.copies",
            description="Training records that stand there twice or nearly, and near copies and groups in two splits.",
            look_at_data=copies.copies,
            codes=("quality.duplicate", "quality.near_conflict", "quality.near_leak", "quality.group_leak"),
            fixes=("quality.duplicate", "quality.near_leak"),
        ),
        AuditSpec(
            name="quality.texts",
            description="Damaged, empty, outlying and foreign texts.",
            look_at_data=texts.texts,
            codes=(
                "quality.damaged",
                "quality.markup",
                "quality.empty",
                "quality.no_value",
                "quality.length",
                "quality.language",
            ),
        ),
        AuditSpec(
            name="quality.answers",
            description="Rare labels, one answer for everything, answers that copy the input.",
            look_at_data=answers.answers,
            codes=("quality.same_answer", "quality.echo", "quality.no_value"),
        ),
        AuditSpec(
            name="quality.secrets",
            description="Keys and passwords.",
            look_at_data=secrets.secrets,
            codes=("quality.secret",),
        ),
        AuditSpec(
            name="quality.labels",
            description="Answers that are probably wrong, by what a small encoder learns from the other records.",
            look_at_data=labels.labels,
            codes=("quality.wrong_answer",),
            kinds=tuple(labels.SEARCHES),
            heavy=True,
        ),
        AuditSpec(
            name="quality.curve",
            description="How much more examples would help: a learning curve of a small classifier.",
            look_at_data=curve.curve,
            codes=(),
            kinds=("classification",),
            heavy=True,
        ),
        AuditSpec(
            name="quality.linear",
            description="Whether the tuned model is ahead of a linear model of the words.",
            look_at_model=linear.linear,
            codes=(),
            kinds=tuple(linear.ANSWERS),
        ),
    ]
