"""Keys and passwords in training records: a model may learn them by heart, and whoever reads the run has them."""

from __future__ import annotations

from goodfit.hooks.types import DataFacts, Finding
from goodfit.texts.secrets import has_secret
from goodfit_quality.report import about


def secrets(facts: DataFacts) -> list[Finding]:
    """One finding for each split that has records with keys or passwords."""
    findings = []
    for split, records in facts.splits.items():
        rows = [record.id for record in records if has_secret(record.text) or has_secret(record.answer)]
        message = f"{split} records hold a key or a password"
        mend = "take them out of the files and change them: whoever has the data has them"
        findings += about("secret", message, rows, len(records), mend, "error", split=split)
    return findings
