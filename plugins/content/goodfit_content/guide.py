"""The house's style guide as rules: which of them does a text break on its channel?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from goodfit_content.phrases import claimed, those_in, words

CLAIMS = ("superlatives", "promises")
"""The rules whose phrases claim something: outside the house's own voice they may be quoted from the source."""

READER = frozenset({"you", "your", "yours", "you'll", "you're", "you've"})
HASHTAG = re.compile(r"(?<!\w)#\w+")
SENTENCE_END = re.compile(r"[.!?]+(?:\s+|$)")
# Passives that name nobody ("was packed on Monday") pass: a rule cannot tell them from "was tired on Monday".
IRREGULAR = (
    "beaten|bought|broken|brought|built|caught|chosen|cut|done|drawn|driven|eaten|fed|found|given|grown|held|hidden|"
    "hung|kept|known|laid|led|left|lent|lost|made|met|paid|put|read|said|seen|sent|set|shown|sold|spent|spoken|stolen|"
    "taken|taught|told|won|worn|woven|written"
)
# What follows a "by" that names nobody: a place, a time, a means, an amount.
NO_ACTOR = (
    r"(?:(?:the|a|an) )?(?:sea|seaside|river|lake|coast|beach|harbour|water|pool|road|station|window|door|fire|"
    r"end|time|hand|post|mail|email|e-mail|phone|telephone|text|letter|car|train|bus|bike|air|ship|boat|then|now|noon|"
    r"midnight|today|tonight|tomorrow|next|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|"
    r"march|april|may|june|july|august|september|october|november|december|spring|summer|autumn|winter|far|default|"
    r"half|weight|[\d£$€]\S*)\b"
)
PASSIVE = re.compile(
    rf"\b(?:is|are|was|were|be|been|being)(?: \w+ly)? (?:\w+ed|{IRREGULAR})(?: \w+ly)? by (?!{NO_ACTOR})", re.IGNORECASE
)
# "Best wishes" closes a mail and "best before" names a day: neither praises anything.
MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
COURTESY = re.compile(
    r"\b(?:best (?:wishes|regards)|all the best(?=\s*(?:[,.!]|$))|(?<!the )best[ -]before\b"
    rf"|best[ -](?:before|by)\b(?=:|[ -](?:dates?|ends?|see)\b|\s(?:the end of\s)?(?:\d|(?:{MONTH})[a-z]*\b)))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a channel asks for beside the rules of every text."""

    opens_with: Sequence[str]
    """Greetings, one of which opens the text; where there are none, no text opens with a greeting."""
    ends_with: str
    hashtags: int
    most_characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """A house's style guide."""

    house: str
    forbidden: Mapping[str, Sequence[str]]
    """Rule -> phrases that it forbids."""
    most_words_in_a_sentence: int
    channels: Mapping[str, Channel]
    facts: Sequence[str] = ()
    """Phrases that no rule forbids, but that claim something and must stand in the source."""

    def forbidden_in(self, text: str) -> dict[str, list[str]]:
        """Rule -> its phrases that stand in a text; rules without one are left out."""
        said = COURTESY.sub("", text)
        found = {rule: those_in(phrases, said) for rule, phrases in self.forbidden.items()}
        return {rule: phrases for rule, phrases in found.items() if phrases}

    def unsupported_claims(self, text: str, source: str) -> list[str]:
        """The superlatives, promises and facts of the guide that a text claims and its source does not.

        What is denied is not claimed: ``not guaranteed`` in the source supports no ``guaranteed``.
        """
        said = COURTESY.sub("", text)
        phrases = [*(phrase for rule in CLAIMS for phrase in self.forbidden[rule]), *self.facts]
        return [phrase for phrase in phrases if not claimed(phrase, said) <= claimed(phrase, source)]

    def broken_rules(self, text: str, channel: str) -> list[str]:
        """The rules that a text breaks; a channel that the guide does not know adds none of its own."""
        broken = [*self.forbidden_in(text), *self._broken_anywhere(text)]
        return broken + (self._broken_on(text, self.channels[channel]) if channel in self.channels else [])

    def _broken_anywhere(self, text: str) -> list[str]:
        longest = max(len(words(sentence)) for sentence in SENTENCE_END.split(text))
        rules = {
            "exclamation_mark": "!" in text,
            "passive": PASSIVE.search(text) is not None,
            "no_you": READER.isdisjoint(words(text)),
            "long_sentence": longest > self.most_words_in_a_sentence,
        }
        return [rule for rule, is_broken in rules.items() if is_broken]

    def _broken_on(self, text: str, channel: Channel) -> list[str]:
        greetings = {greeting for known in self.channels.values() for greeting in known.opens_with}
        greeted = {greeting for greeting in greetings if _opens(text, greeting)}
        is_greeted_rightly = bool(greeted & set(channel.opens_with)) if channel.opens_with else not greeted
        rules = {
            "greeting": not is_greeted_rightly,
            "ending": not text.rstrip(" .").endswith(channel.ends_with),
            "hashtags": len(HASHTAG.findall(text)) != channel.hashtags,
            "too_long": len(text) > channel.most_characters,
        }
        return [rule for rule, is_broken in rules.items() if is_broken]


@cache
def read_guide(path: Path = Path(__file__).parent / "guide.yaml") -> Guide:
    """The guide in a file; the package's own, when none is given."""
    import yaml

    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    channels = {name: Channel(**channel) for name, channel in written.pop("channels").items()}
    return Guide(channels=channels, **written)


def _opens(text: str, greeting: str) -> bool:
    return words(text)[: len(words(greeting))] == words(greeting)
