"""What a hospital must hear about its records and about a model's answers, in counts and ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from goodfit.hooks.findings import about
from goodfit.hooks.types import Finding, Item
from goodfit_medical.codes import code_list
from goodfit_medical.metrics import invented_doses, invented_drugs, invented_frequencies, ruled_out, unclear_doses
from goodfit_medical.negation import negated, stated
from goodfit_medical.vocabulary import known_drugs, known_endings


def unknown_codes(splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Finding]:
    """One finding for each split with codes that the code list does not have."""
    findings: list[Finding] = []
    for split, records in splits.items():
        unknown = {str(record["id"]): set(record["labels"]) - set(code_list()) for record in records}
        ids = [name for name, codes in unknown.items() if codes]
        message = f"{len(ids)} of {len(records)} {split} notes have a code that the code list does not have"
        codes = len(set().union(*unknown.values()))
        findings += about(
            "medical.unknown_codes",
            message,
            ids,
            len(records),
            mend="of other codes medical.ruled_out_coded and medical.procedure_recall say nothing: type "
            "task.metrics=[], or bring a list of your own in a plugin (docs/publish.md)",
            split=split,
            records=len(ids),
            codes=codes,
        )
    return findings


def ruled_out_coded(items: Sequence[Item]) -> list[Finding]:
    """One finding if codes were given that the note only denies, plans, or says of somebody else."""
    wrong = {item.id: ruled_out(item) & set(item.answer) for item in items}
    ids = [name for name, codes in wrong.items() if codes]
    by_code = Counter(code for codes in wrong.values() for code in codes)
    possible = sum(len(ruled_out(item)) for item in items)
    message = f"{len(ids)} of {len(items)} notes got a code that they mention and that is not theirs"
    return about(
        "medical.ruled_out_coded",
        message,
        ids,
        len(items),
        figure=by_code.total() / max(1, possible),
        answers=len(ids),
        codes=dict(sorted(by_code.items())),
        of=possible,
    )


def written_answers(items: Sequence[Item]) -> list[Finding]:
    """What is wrong with texts that a clinician or a patient would read: in doses, frequencies, drugs, negations."""
    known = f"the check knows {known_drugs()} drugs and {known_endings()} endings of drug names"
    table: list[tuple[str, str, Callable[[Item], Collection[Any]]]] = [
        ("invented_doses", "state a dose that their source does not have, or has for another drug", invented_doses),
        (
            "invented_frequencies",
            "say how often a medicine is taken and their source does not, or says it of another drug",
            invented_frequencies,
        ),
        ("unclear_doses", "state a quantity that cannot be read with certainty, so it may be invented", unclear_doses),
        ("invented_drugs", f"name a drug that their source does not have; {known}", invented_drugs),
        ("turned_negations", "state a problem that their reference denies", _turned),
    ]
    return [finding for code, what, found in table for finding in _having(items, code, what, found)]


def _turned(item: Item) -> set[str]:
    return stated(item.answer) & negated(item.fields["target"])


def _having(items: Sequence[Item], code: str, what: str, found: Callable[[Item], Collection[Any]]) -> list[Finding]:
    """One finding if some answers have what ``found`` looks for."""
    counts = {item.id: len(found(item)) for item in items}
    ids = [name for name, count in counts.items() if count]
    message, places = f"{len(ids)} of {len(items)} answers {what}", sum(counts.values())
    return about(f"medical.{code}", message, ids, len(items), answers=len(ids), places=places, of=len(items))
