"""What an editor counts in copy, headlines and rewrites, each a share: what is so, out of how often it could be."""

from __future__ import annotations

from goodfit.hooks.shares import share_metric
from goodfit.hooks.types import Item
from goodfit_content.attributes import attributes, forbidden, required, to_state
from goodfit_content.guide import read_guide
from goodfit_content.headlines import fits
from goodfit_content.phrases import forms_in, those_in

KINDS = ("generation",)


def attributes_covered(item: Item) -> tuple[float, float]:
    """Attribute values which the copy must state and which stand in it, word for word."""
    values = to_state(item.fields["source"])
    return len(those_in(values, item.answer)), len(values)


ATTRIBUTES_COVERED = share_metric(
    "content.attributes_covered",
    "Attribute values that the copy states, of those it must; 0 to 1.",
    KINDS,
    attributes_covered,
)


def required_phrases(item: Item) -> tuple[float, float]:
    """Phrases that the sources want to be said and that the copy says; a source that names none counts as nothing."""
    named = required(item.fields["source"])
    return len(those_in(named, item.answer)), len(named)


REQUIRED_PHRASES = share_metric(
    "content.required_phrases",
    "Phrases that the copy says, of those its source wants; 0 to 1.",
    KINDS,
    required_phrases,
)


def forbidden_phrases(item: Item) -> tuple[float, float]:
    """Answers that use a phrase which their own source forbids, in any form, of those whose source forbids one."""
    named = forbidden(item.fields["source"])
    return bool(forms_in(named, item.answer)), bool(named)


FORBIDDEN_PHRASES = share_metric(
    "content.forbidden_phrases",
    "Answers that use a phrase which their source forbids; 0 to 1.",
    KINDS,
    forbidden_phrases,
    greater_is_better=False,
)


def headline_fits(item: Item) -> tuple[float, float]:
    """Headlines of one line, ``headlines.MOST_CHARACTERS`` at most, with words and without a mark at the end."""
    return fits(item.answer.strip()), 1


HEADLINE_FITS = share_metric(
    "content.headline_fits",
    "Headlines of 70 characters at most, without an end mark; 0 to 1.",
    KINDS,
    headline_fits,
)


def broken_rules(item: Item) -> list[str]:
    """The rules of the style guide that an answer breaks on the channel that its source names."""
    return read_guide().broken_rules(item.answer, attributes(item.fields["source"]).get("channel", ""))


def voice_kept(item: Item) -> tuple[float, float]:
    """Answers that break no rule of the style guide for their channel."""
    return not broken_rules(item), 1


VOICE_KEPT = share_metric(
    "content.voice_kept", "Answers that break no rule of the style guide; 0 to 1.", KINDS, voice_kept
)
