"""What a finance department must hear about records and answers before it relies on a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from goodfit.hooks.findings import MOST_IDS, about
from goodfit.hooks.types import Finding, Item
from goodfit_finance.amounts import amounts
from goodfit_finance.benford import FirstDigits, first_digits
from goodfit_finance.metrics import NO_ERROR, NO_FRAUD, wrong_directions
from goodfit_finance.statements import Statement, adds_up, read_statement, repeated


class Fault(NamedTuple):
    """A fault of a statement that arithmetic shows."""

    label: str
    code: str
    words: str
    is_in: Callable[[Statement], bool]
    is_absent: Callable[[Statement], bool]
    """Whether it is certainly not there: what adds up only in an unusual reading may have an error all the same."""


FAULTS = (
    Fault(
        "sum_error",
        "finance.sums",
        "sums do not add up",
        lambda found: not adds_up(found),
        lambda found: adds_up(found) and found.is_usual,
    ),
    Fault(
        "duplicate_entry",
        "finance.duplicates",
        "an entry stands there twice",
        lambda found: bool(repeated(found)),
        lambda found: not repeated(found),
    ),
)
Records = Sequence[Mapping[str, Any]]


def cases_of_data(splits: Mapping[str, Records]) -> list[Finding]:
    """Whether some case is legitimate, without which nothing can be told from a fraud."""
    return without_quiet_label(splits, NO_FRAUD)


def statements_of_data(splits: Mapping[str, Records]) -> list[Finding]:
    """Of each split: statements that do not add up, entries that stand twice, and the spread of first digits."""
    findings = without_quiet_label(splits, NO_ERROR)
    for split, records in splits.items():
        known = _read((str(row["id"]), str(row["label"]), row["text"]) for row in records)
        findings += _unread(split, records, {name for name, _, _ in known})
        for fault in FAULTS:
            findings += _faulty(f"{split} statements", "labelled", known, fault, {"split": split})
            findings += _unfounded(f"{split} statements", "labelled", known, fault, {"split": split})
        findings += _benford(split, (entry.amount for _, _, found in known for entry in found.entries))
    return findings


def statements_of_answers(items: Sequence[Item]) -> list[Finding]:
    """The same of the test records, with what the model called them: arithmetic that it overlooked."""
    known = _read((item.id, str(item.answer), item.fields["text"]) for item in items)
    return [
        finding
        for fault in FAULTS
        for judge in (_faulty, _unfounded)
        for finding in judge("statements", "called", known, fault, {})
    ]


def invoices_of_data(splits: Mapping[str, Records]) -> list[Finding]:
    """Of each split: invoices whose marked net, tax and total do not add up, and the first digits of the totals."""
    findings: list[Finding] = []
    for split, records in splits.items():
        marked = {str(row["id"]): _sums(row["text"], row["spans"]) for row in records}
        findings += _unbalanced(marked, f"{split} invoices", {"split": split})
        findings += _benford(split, (fields["TOTAL"] for fields in marked.values() if "TOTAL" in fields))
    return findings


def invoices_of_answers(items: Sequence[Item]) -> list[Finding]:
    """Invoices of which the model's net, tax and total do not add up: that can be seen without the right answer."""
    return _unbalanced({item.id: _sums(item.fields["text"], item.answer) for item in items}, "answered invoices", {})


def without_quiet_label(splits: Mapping[str, Records], quiet: str) -> list[Finding]:
    """One finding if no record has the label without an alarm: a department may call it otherwise."""
    if not any(splits.values()) or any(row["label"] == quiet for records in splits.values() for row in records):
        return []
    message = f"no record is labelled '{quiet}': recall and false alarms of this task are not defined"
    mend = f"label '{quiet}' what needs no alarm, or type task.metrics=[]"
    return [Finding(severity="warning", code="finance.no_quiet_label", message=message, mend=mend)]


def missed_frauds(items: Sequence[Item]) -> list[Finding]:
    """One finding if frauds were called legitimate, by type."""
    frauds = [item for item in items if item.fields["label"] != NO_FRAUD]
    missed = [item for item in frauds if item.answer == NO_FRAUD]
    by_type = Counter(str(item.fields["label"]) for item in missed)
    message = f"{len(missed)} of {len(frauds)} frauds were called legitimate: {_listed(by_type)}"
    of = Counter(str(item.fields["label"]) for item in frauds)
    evidence = {"missed": dict(sorted(by_type.items())), "frauds": dict(sorted(of.items()))}
    return _finding("finance.missed_frauds", message, [item.id for item in missed], len(frauds), **evidence)


def missed_breaches(items: Sequence[Item]) -> list[Finding]:
    """One finding if texts with a breach were passed without any."""
    faulty = [item for item in items if item.fields["labels"]]
    missed = [item for item in faulty if not item.answer]
    by_breach = Counter(label for item in missed for label in item.fields["labels"])
    message = f"{len(missed)} of {len(faulty)} texts with a breach were passed: {_listed(by_breach)}"
    evidence = {"missed": dict(sorted(by_breach.items()))}
    return _finding("finance.missed_breaches", message, [item.id for item in missed], len(faulty), **evidence)


def reports_of_data(splits: Mapping[str, Records]) -> list[Finding]:
    """Of each split: reports that say that something rose, fell or stayed, and the figures say otherwise."""
    findings: list[Finding] = []
    for split, records in splits.items():
        told = [(str(row["id"]), row["source"], row["target"]) for row in records]
        findings += _wrong_directions(told, f"{split} reports", {"split": split})
    return findings


def reports_of_answers(items: Sequence[Item]) -> list[Finding]:
    """The same of the model's reports."""
    return _wrong_directions([(item.id, item.fields["source"], item.answer) for item in items], "answers", {})


def invented_answers(items: Sequence[Item]) -> list[Finding]:
    """One finding if questions that the report does not answer got an answer."""
    unanswerable = [item for item in items if not item.fields["answers"]]
    ids = [item.id for item in unanswerable if item.answer.strip()]
    message = f"{len(ids)} of {len(unanswerable)} questions without an answer in the report were answered"
    return _finding("finance.invented_answers", message, ids, len(unanswerable))


def _read(records: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, Statement]]:
    """(id, label, text) -> (id, label, statement) of those texts that can be read as statements."""
    return [(name, label, statement) for name, label, text in records if (statement := read_statement(text))]


MOST_UNREAD = 0.5
"""Share of statements from which what is found in the others says little."""


def _unread(split: str, records: Records, known: Collection[str]) -> list[Finding]:
    """One finding if statements cannot be read with certainty: their sums are not judged."""
    ids = [name for row in records if (name := str(row["id"])) not in known]
    message = f"{len(ids)} of {len(records)} {split} statements cannot be read with certainty, and are not added up"
    mend = "a line for each entry and one that begins with Total (or Summe), with amounts of one currency"
    severity = "warning" if len(ids) > MOST_UNREAD * len(records) else "info"
    return _finding("finance.unread", message, ids, len(records), severity=severity, mend=mend, split=split)


def _faulty(
    what: str, verb: str, known: Sequence[tuple[str, str, Statement]], fault: Fault, evidence: Mapping[str, Any]
) -> list[Finding]:
    """Statements with a fault that arithmetic shows, and how many of them were taken for consistent.

    Args:
        what: What the statements are called.
        verb: ``labelled`` or ``called``.
        known: (id, label or answer, statement).
        fault: What is looked for.
        evidence: What else the finding is to hold.
    """
    found = [(name, label) for name, label, statement in known if fault.is_in(statement)]
    passed = [name for name, label in found if label == NO_ERROR]
    message = f"in {len(found)} of {len(known)} {what} {fault.words}; {len(passed)} of them are {verb} consistent"
    more = {**evidence, f"{verb}_consistent": len(passed), f"ids_{verb}_consistent": passed[:MOST_IDS]}
    severity = "warning" if passed else "info"
    return _finding(fault.code, message, [name for name, _ in found], len(known), severity=severity, **more)


def _unfounded(
    what: str, verb: str, known: Sequence[tuple[str, str, Statement]], fault: Fault, evidence: Mapping[str, Any]
) -> list[Finding]:
    """Statements that are labelled, or called, by the name of a fault that arithmetic does not find in them."""
    named = [(name, statement) for name, label, statement in known if label == fault.label]
    ids = [name for name, statement in named if fault.is_absent(statement)]
    message = f"{len(ids)} of {len(named)} {what} that are {verb} {fault.label} do not have that fault"
    return _finding("finance.unfounded", message, ids, len(named), **evidence, label=fault.label)


def _wrong_directions(told: Sequence[tuple[str, str, str]], what: str, evidence: Mapping[str, Any]) -> list[Finding]:
    ids = [name for name, source, report in told if wrong_directions(source, report)]
    message = f"{len(ids)} of {len(told)} {what} have a rise or fall that their figures do not show"
    return _finding("finance.wrong_direction", message, ids, len(told), **evidence)


def _sums(text: str, spans: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """NET, TAX and TOTAL of an invoice, as far as they are there once each and hold one amount."""
    chosen = [span for span in spans if span["label"] in ("NET", "TAX", "TOTAL")]
    values = {span["label"]: amounts(text[span["start"] : span["end"]]) for span in chosen}
    counts = Counter(span["label"] for span in chosen)
    return {label: found[0] for label, found in values.items() if len(found) == 1 == counts[label]}


def _unbalanced(sums: Mapping[str, Mapping[str, Decimal]], what: str, evidence: Mapping[str, Any]) -> list[Finding]:
    """One finding if net and tax do not make the total in some of the invoices that have all three."""
    whole = {name: fields for name, fields in sums.items() if len(fields) == 3}
    ids = [name for name, fields in whole.items() if fields["NET"] + fields["TAX"] != fields["TOTAL"]]
    message = f"in {len(ids)} of {len(whole)} {what} with net, tax and total the three do not add up"
    return _finding("finance.invoice_sums", message, ids, len(whole), **evidence)


def _benford(split: str, found: Iterable[Decimal]) -> list[Finding]:
    """One finding about the first digits of all amounts of a split, where there are enough of them."""
    test = first_digits(found)
    return [_benford_finding(split, test)] if test else []


def _benford_finding(split: str, test: FirstDigits) -> Finding:
    return Finding(
        severity="warning" if test.conformity == "no" else "info",
        code="finance.benford",
        message=f"first digits of {test.count} {split} amounts: {test.conformity} conformity with Benford's law "
        f"(mean absolute deviation {test.deviation:.4f}, chi-square {test.chi_square:.1f}, p {test.p:.2g})",
        figure=test.deviation,
        evidence={"split": split, "amounts": test.count, "shares": [round(share, 4) for share in test.shares]},
    )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def _finding(code: str, message: str, ids: Sequence[str], of: int, **more: Any) -> list[Finding]:
    """A finding about these records, if there are any, with both counts."""
    return about(code, message, ids, of, **more, count=len(ids), of=of)
