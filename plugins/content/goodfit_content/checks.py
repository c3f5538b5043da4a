"""What an editor must hear before copy goes out: forbidden phrases, claims from nowhere, rules of the voice broken.

A claim is a phrase on a list of the style guide (superlatives, promises, facts). What else a text makes up is not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from goodfit.hooks.findings import about
from goodfit.hooks.types import Finding, Item
from goodfit_content.attributes import forbidden, to_state, without_taboos
from goodfit_content.guide import read_guide
from goodfit_content.metrics import broken_rules
from goodfit_content.phrases import forms_in, without

FORBIDDEN, UNSUPPORTED = "content.forbidden", "content.unsupported_claims"


def forbidden_phrases(items: Sequence[Item]) -> list[Finding]:
    """Answers with phrases that the house's style guide forbids, or the source's own ``never say``.

    A value that the copy must state breaks no rule of the guide: ``100% cotton`` is no promise. What
    the source forbids is forbidden in a value, too.
    """
    found = {item.id: [*read_guide().forbidden_in(_without_values(item)), *_never_said(item)] for item in items}
    return _finding(FORBIDDEN, "use a phrase that the style guide or their own source forbids", found)


def unsupported_claims(items: Sequence[Item]) -> list[Finding]:
    """Answers with superlatives, promises or facts on the style guide's list that do not stand in their source."""
    found = {item.id: claims_from_nowhere(item) for item in items}
    return _finding(UNSUPPORTED, "make a claim on the style guide's list that their source does not make", found)


def voice_broken(items: Sequence[Item]) -> list[Finding]:
    """Answers that break a rule of the style guide for their channel."""
    found = {item.id: broken_rules(item) for item in items}
    return _finding("content.voice_broken", "break a rule of the style guide for their channel", found)


CHECKS = {
    "content/product_copy": (forbidden_phrases, unsupported_claims),
    "content/headline": (unsupported_claims,),  # it reports what others do: the house's words are not asked for
    "content/brand_voice": (forbidden_phrases, unsupported_claims, voice_broken),
}
"""Task -> what is looked for in its answers."""


def claims_from_nowhere(item: Item) -> list[str]:
    """Claims on the style guide's list that an answer makes and its source does not."""
    return read_guide().unsupported_claims(item.answer, without_taboos(item.fields["source"]))


def _without_values(item: Item) -> str:
    return without(to_state(item.fields["source"]), item.answer)


def _never_said(item: Item) -> list[str]:
    return ["never_say"] if forms_in(forbidden(item.fields["source"]), item.answer) else []


def _finding(code: str, what: str, found: Mapping[str, Sequence[str]]) -> list[Finding]:
    """One finding if some answers have something; counts of answers by rule (or by phrase of the guide)."""
    ids = [key for key, rules in found.items() if rules]
    rules = sorted({rule for broken in found.values() for rule in broken})
    by_rule = {rule: sum(rule in broken for broken in found.values()) for rule in rules}
    listed = ", ".join(f"{count} {rule}" for rule, count in by_rule.items())
    message = f"{len(ids)} of {len(found)} answers {what}: {listed}"
    return about(code, message, ids, len(found), answers=len(ids), of=len(found), by_rule=by_rule)
