"""The metrics that a hospital asks for, each a share: what counts, out of how much, summed over records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodfit.hooks.shares import share_metric
from goodfit.hooks.spans import span_set
from goodfit.hooks.types import Item
from goodfit_medical.codes import PROCEDURE, code_list, mentioned
from goodfit_medical.doses import Dose, doses, unread
from goodfit_medical.frequencies import figures_in, taken, unsupported_figures, untold
from goodfit_medical.negation import negated
from goodfit_medical.prescribed import moved_doses, moved_frequencies
from goodfit_medical.vocabulary import drugs, jargon

CODING, ENTITIES, WRITING = ("multilabel",), ("token_classification",), ("generation",)

PRESCRIBED = frozenset({"DRUG", "DOSE"})
"""What must be right in a list of a patient's medicines."""


def procedure_recall(item: Item) -> tuple[float, float]:
    """Procedures that were coded, of all procedures in the reference: one that is missed is not billed."""
    right = {code for code in item.fields["labels"] if code.startswith(PROCEDURE)}
    return len(right & set(item.answer)), len(right)


PROCEDURE_RECALL = share_metric(
    "medical.procedure_recall", "Procedures coded, of all in the reference; 0 to 1.", CODING, procedure_recall
)


def ruled_out(item: Item) -> set[str]:
    """The codes of which a note has a term, and that its reference does not give."""
    return mentioned(item.fields["text"]) - set(item.fields["labels"])


def ruled_out_coded(item: Item) -> tuple[float, float]:
    """Codes given wrongly, of the codes that a note mentions only to say no, not yet, or somebody else."""
    wrong = ruled_out(item)
    return len(wrong & set(item.answer)), len(wrong)


RULED_OUT_CODED = share_metric(
    "medical.ruled_out_coded",
    "Codes given for mentions that are denied, planned or of somebody else; 0 to 1.",
    CODING,
    ruled_out_coded,
    greater_is_better=False,
    label=code_list(),  # with codes of another list nothing could be wrong
)


def prescriptions_exact(item: Item) -> tuple[float, float]:
    """Documents with a drug or a dose in which all of them were found exactly, and none besides."""
    right = _prescribed(item.fields["spans"])
    return (_prescribed(item.answer) == right, 1) if right else (0, 0)


PRESCRIPTIONS_EXACT = share_metric(
    "medical.prescriptions_exact",
    "Documents with every drug and dose found exactly; 0 to 1.",
    ENTITIES,
    prescriptions_exact,
)


def invented_doses(item: Item) -> set[Dose]:
    """The doses of an answer that its source does not have, or has for another drug."""
    source = item.fields["source"]
    return (doses(item.answer) - doses(source)) | (doses(item.answer) & moved_doses(item.answer, source))


def invented_frequencies(item: Item) -> set[float]:
    """How often an answer says a medicine is taken, and its source does not, or says of another drug; in hours."""
    source = item.fields["source"]
    return untold(item.answer, source) | moved_frequencies(item.answer, source)


def doses_supported(item: Item) -> tuple[float, float]:
    """Doses in the answers, and how often these are taken, that stand in their sources, of all in the answers."""
    often, wrong = taken(item.answer), invented_frequencies(item)
    stated = len(doses(item.answer)) + len(often | wrong)
    return stated - len(invented_doses(item)) - len(wrong), stated


DOSES_SUPPORTED = share_metric(
    "medical.doses_supported",
    "Doses and frequencies of medicines in the answers that stand in their sources; 0 to 1.",
    WRITING,
    doses_supported,
)


def unclear_doses(item: Item) -> set[str]:
    """The quantities of an answer that cannot be read, and that its source does not have in the same words."""
    return unread(item.answer) - unread(item.fields["source"])


def doses_stated(item: Item) -> tuple[float, float]:
    """Answers that state a dose, of all answers."""
    return bool(doses(item.answer)), 1


DOSES_STATED = share_metric("medical.doses_stated", "Answers that state a dose; 0 to 1.", WRITING, doses_stated)


def doses_read(item: Item) -> tuple[float, float]:
    """Quantities in the answers of which the metrics of doses can tell what they say, of all with a dose's unit."""
    whole = {*doses(item.answer), *unread(item.answer)}
    return len(whole - unclear_doses(item)), len(whole)


DOSES_READ = share_metric(
    "medical.doses_read",
    "Quantities in the answers that can be read with certainty, or stand in sources; 0 to 1.",
    WRITING,
    doses_read,
)


def figures_supported(item: Item) -> tuple[float, float]:
    """Figures of the answers that their sources have, as figures or in a Latin frequency, of all figures."""
    stated = figures_in(item.answer)
    return len(stated - unsupported_figures(item.answer, item.fields["source"])), len(stated)


FIGURES_SUPPORTED = share_metric(
    "medical.figures_supported",
    "Figures in the answers that their sources have, tds read as three; 0 to 1.",
    WRITING,
    figures_supported,
)


def invented_drugs(item: Item) -> set[str]:
    """The drugs that an answer names and its source does not."""
    return drugs(item.answer) - drugs(item.fields["source"])


def drugs_supported(item: Item) -> tuple[float, float]:
    """Drugs that the answers name and their sources name too, of all drugs in the answers."""
    named = len(drugs(item.answer))
    return named - len(invented_drugs(item)), named


DRUGS_SUPPORTED = share_metric(
    "medical.drugs_supported", "Drugs in the answers that their sources name; 0 to 1.", WRITING, drugs_supported
)


def drugs_kept(item: Item) -> tuple[float, float]:
    """Drugs of the references that the answers name, of all drugs in the references."""
    right = drugs(item.fields["target"])
    return len(right & drugs(item.answer)), len(right)


DRUGS_KEPT = share_metric(
    "medical.drugs_kept", "Drugs of the references that the answers name; 0 to 1.", WRITING, drugs_kept
)


def negation_kept(item: Item) -> tuple[float, float]:
    """Problems that the references deny and the answers deny too, of all problems that the references deny."""
    right = negated(item.fields["target"])
    return len(right & negated(item.answer)), len(right)


NEGATION_KEPT = share_metric(
    "medical.negation_kept",
    "Problems denied in the references that the answers deny; 0 to 1.",
    WRITING,
    negation_kept,
)


def jargon_share(item: Item) -> tuple[float, float]:
    """Clinical terms of the sources that remain in the answers, of all clinical terms in the sources."""
    terms = jargon(item.fields["source"])
    return len(terms & jargon(item.answer)), len(terms)


JARGON_SHARE = share_metric(
    "medical.jargon_share",
    "Clinical terms of the sources that remain in the answers; 0 to 1.",
    WRITING,
    jargon_share,
    greater_is_better=False,
)


def _prescribed(spans: Sequence[dict[str, Any]]) -> set[tuple[int, int, str]]:
    return span_set(span for span in spans if span["label"] in PRESCRIBED)
