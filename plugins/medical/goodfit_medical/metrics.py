"""The metrics that a hospital asks for, each a share made of two sums over records.

A statistics function gives one row per record, shape (items, 2), float64: what counts, and out of how much. ``share``
turns their sums into the metric, so that goodfit can draw intervals and paired tests from the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from goodfit_medical.codes import PROCEDURE, mentioned
from goodfit_medical.doses import Dose, doses, unread
from goodfit_medical.frequencies import figures_in, unsupported_figures
from goodfit_medical.negation import negated
from goodfit_medical.vocabulary import drugs, jargon

if TYPE_CHECKING:
    import numpy as np

    from goodfit.hooks.types import Item
    from goodfit.texts.figures import Figure

PRESCRIBED = frozenset({"DRUG", "DOSE"})
"""What must be right in a list of a patient's medicines."""


def procedure_recall(items: Sequence[Item]) -> np.ndarray:
    """Procedures that were coded, of all procedures in the reference: one that is missed is not billed.

    Returns:
        Columns (coded, in the reference), shape (items, 2).
    """

    def right(item: Item) -> set[str]:
        return {code for code in item.fields["labels"] if code.startswith(PROCEDURE)}

    return _rows(items, lambda item: right(item) & set(item.answer), right)


def ruled_out_coded(items: Sequence[Item]) -> np.ndarray:
    """Codes given wrongly, of the codes that a note mentions only to say no, not yet, or somebody else.

    Returns:
        Columns (coded, mentioned and not in the reference), shape (items, 2).
    """
    return _rows(items, lambda item: ruled_out(item) & set(item.answer), ruled_out)


def ruled_out(item: Item) -> set[str]:
    """The codes of which a note has a term, and that its reference does not give."""
    return mentioned(item.fields["text"]) - set(item.fields["labels"])


def prescriptions_exact(items: Sequence[Item]) -> np.ndarray:
    """Documents with a drug or a dose in which all of them were found exactly, and none besides.

    Returns:
        Columns (exact, with a drug or a dose), shape (items, 2).
    """

    def prescribed(spans: Sequence[Any]) -> set[tuple[int, int, str]]:
        return {(span["start"], span["end"], span["label"]) for span in spans if span["label"] in PRESCRIBED}

    def has_any(item: Item) -> bool:
        return bool(prescribed(item.fields["spans"]))

    def is_exact(item: Item) -> bool:
        return has_any(item) and prescribed(item.answer) == prescribed(item.fields["spans"])

    return _rows(items, lambda item: [1] * is_exact(item), lambda item: [1] * has_any(item))


def doses_supported(items: Sequence[Item]) -> np.ndarray:
    """Doses in the answers that stand in their sources, of all doses in the answers.

    Returns:
        Columns (supported, in the answer), shape (items, 2).
    """
    return _rows(items, lambda item: doses(item.answer) - invented_doses(item), lambda item: doses(item.answer))


def doses_stated(items: Sequence[Item]) -> np.ndarray:
    """Answers that state a dose, of all answers.

    Returns:
        Columns (states a dose, an answer), shape (items, 2).
    """
    return _rows(items, lambda item: [1] * bool(doses(item.answer)), lambda item: [1])


def doses_read(items: Sequence[Item]) -> np.ndarray:
    """Quantities in the answers of which the metrics of doses can tell what they say, of all with the unit of a dose.

    Returns:
        Columns (clear, in the answer), shape (items, 2).
    """

    def whole(item: Item) -> set[Dose | str]:
        return {*doses(item.answer), *unread(item.answer)}

    return _rows(items, lambda item: whole(item) - unclear_doses(item), whole)


def figures_supported(items: Sequence[Item]) -> np.ndarray:
    """Figures of the answers that their sources have, as figures or in a Latin frequency, of all figures.

    Returns:
        Columns (supported, in the answer), shape (items, 2).
    """

    def right(item: Item) -> set[Figure]:
        return figures_in(item.answer) - unsupported_figures(item.answer, item.fields["source"])

    return _rows(items, right, lambda item: figures_in(item.answer))


def drugs_supported(items: Sequence[Item]) -> np.ndarray:
    """Drugs that the answers name and their sources name too, of all drugs in the answers.

    Returns:
        Columns (supported, in the answer), shape (items, 2).
    """
    return _rows(items, lambda item: drugs(item.answer) - invented_drugs(item), lambda item: drugs(item.answer))


def drugs_kept(items: Sequence[Item]) -> np.ndarray:
    """Drugs of the references that the answers name, of all drugs in the references.

    Returns:
        Columns (kept, in the reference), shape (items, 2).
    """

    def right(item: Item) -> set[str]:
        return drugs(item.fields["target"])

    return _rows(items, lambda item: right(item) & drugs(item.answer), right)


def negation_kept(items: Sequence[Item]) -> np.ndarray:
    """Problems that the references deny and the answers deny too, of all problems that the references deny.

    Returns:
        Columns (kept, denied in the reference), shape (items, 2).
    """

    def right(item: Item) -> set[str]:
        return negated(item.fields["target"])

    return _rows(items, lambda item: right(item) & negated(item.answer), right)


def jargon_share(items: Sequence[Item]) -> np.ndarray:
    """Clinical terms of the sources that remain in the answers, of all clinical terms in the sources.

    Returns:
        Columns (remaining, in the source), shape (items, 2).
    """

    def in_source(item: Item) -> set[str]:
        return jargon(item.fields["source"])

    return _rows(items, lambda item: in_source(item) & jargon(item.answer), in_source)


def invented_doses(item: Item) -> set[Dose]:
    """The doses of an answer that its source does not have."""
    return doses(item.answer) - doses(item.fields["source"])


def unclear_doses(item: Item) -> set[str]:
    """The quantities of an answer that cannot be read, and that its source does not have in the same words."""
    return unread(item.answer) - unread(item.fields["source"])


def invented_drugs(item: Item) -> set[str]:
    """The drugs that an answer names and its source does not."""
    return drugs(item.answer) - drugs(item.fields["source"])


def _rows(
    items: Sequence[Item],
    part: Callable[[Item], Collection[Any]],
    whole: Callable[[Item], Collection[Any]],
) -> np.ndarray:
    """How many a record has of each, shape (items, 2)."""
    import numpy as np

    rows = [(len(part(item)), len(whole(item))) for item in items]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 2)
