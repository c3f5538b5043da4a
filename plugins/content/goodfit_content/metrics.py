"""What an editor counts in copy, headlines and rewrites, as ratios of two counts.

Every metric gives two counts for each record, how often something is so and how often it could be; ``share`` divides
their sums. The platform resamples the counts, which gives intervals and paired tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from goodfit.hooks.shares import share_rows
from goodfit_content.attributes import attributes, forbidden, required, to_state
from goodfit_content.guide import read_guide
from goodfit_content.headlines import fits
from goodfit_content.phrases import forms_in, those_in

if TYPE_CHECKING:
    import numpy as np

    from goodfit.hooks.types import Item


def attributes_covered(items: Sequence[Item]) -> np.ndarray:
    """Attribute values which the copy must state and which stand in it, word for word.

    Returns:
        Columns (stated, to be stated), shape (items, 2).
    """
    wanted = [to_state(item.fields["source"]) for item in items]
    return share_rows(
        [(len(those_in(values, item.answer)), len(values)) for item, values in zip(items, wanted, strict=True)]
    )


def required_phrases(items: Sequence[Item]) -> np.ndarray:
    """Phrases that the sources want to be said and that the copy says; a source that names none counts as nothing.

    Returns:
        Columns (said, wanted), shape (items, 2).
    """
    wanted = [required(item.fields["source"]) for item in items]
    return share_rows(
        [(len(those_in(named, item.answer)), len(named)) for item, named in zip(items, wanted, strict=True)]
    )


def forbidden_phrases(items: Sequence[Item]) -> np.ndarray:
    """Answers that use a phrase which their own source forbids, in any form, of those whose source forbids one.

    Returns:
        Columns (answers with such a phrase, answers whose source forbids phrases), shape (items, 2).
    """
    unwanted = [forbidden(item.fields["source"]) for item in items]
    return share_rows(
        [(bool(forms_in(named, item.answer)), bool(named)) for item, named in zip(items, unwanted, strict=True)]
    )


def headline_fits(items: Sequence[Item]) -> np.ndarray:
    """Headlines of one line, ``headlines.MOST_CHARACTERS`` at most, with words and without a mark at the end.

    Returns:
        Columns (fits, headlines), shape (items, 2).
    """
    return share_rows([(fits(item.answer.strip()), 1) for item in items])


def voice_kept(items: Sequence[Item]) -> np.ndarray:
    """Answers that break no rule of the style guide for their channel.

    Returns:
        Columns (kept, answers), shape (items, 2).
    """
    return share_rows([(not broken_rules(item), 1) for item in items])


def broken_rules(item: Item) -> list[str]:
    """The rules of the style guide that an answer breaks on the channel that its source names."""
    return read_guide().broken_rules(item.answer, attributes(item.fields["source"]).get("channel", ""))
