"""Taking out of the texts of records what must not be learnt or stored, and moving all that points into them."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from goodfit.data.edits import Edit, borders, edited, moved
from goodfit.data.records import Record
from goodfit.data.slots import Slot, Texts, texts_of, with_texts
from goodfit.data.stand_ins import StandIns, placeholder
from goodfit.errors import PluginError
from goodfit.hooks.types import Found, ScrubberSpec
from goodfit.schema.privacy import Mode

THIRD = 1 / 3
"""A share of a record's characters from which little of what it said is left."""

ROUNDS = 64
"""A changed text is read again, until nothing is found: so scrubbed texts scrub to themselves. Two rounds are usual;
in a long text a model may find one thing after the other, once its surroundings are taken out."""

SHORTEST_REPEAT = 3
"""Characters of a value that is looked for in a record's other texts."""
NO_WORD = 6
"""Characters from which a name in small letters is more likely the name than a word."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A found place, and who found it."""

    start: int
    end: int
    type: str
    spec: ScrubberSpec


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What was found and replaced; counts, no texts."""

    places: Mapping[str, int]
    """Type -> how many."""
    records: int
    """That were changed."""
    of: int
    """Records that were read."""
    by: Mapping[str, int]
    """Plugin -> how many records its scrubbers changed."""
    share: float
    """Of all characters, those that were replaced."""
    thinned: Sequence[str] = ()
    """Ids of the records that lost more than ``THIRD`` of their characters."""


@dataclass(frozen=True, slots=True)
class Scrub:
    """The scrubbers of a run, in order, and what they do."""

    specs: Sequence[ScrubberSpec]
    mode: Mode
    key: Callable[[Iterable[str]], bytes]
    """The texts of a data set -> its key."""
    keep: frozenset[str] = field(default_factory=frozenset)
    written: dict[str, Counter[str]] | None = None
    """What stands for what in all records so far, where a vault is asked for."""

    def records(self, records: Sequence[Record], texts: Texts) -> tuple[list[Record], Scrubbed]:
        """The records of one data set without what was found in them.

        Raises:
            PluginError: A scrubber failed: nothing goes on unscrubbed.
        """
        found = [texts_of(record.fields, texts) for record in records]
        stand_ins = StandIns(self.mode, self.key(text for slots in found for text in slots.values()))
        scrubbed, open_ones = list(records), list(range(len(records)))
        counts: Counter[str] = Counter()
        changed: dict[str, set[int]] = defaultdict(set)
        characters = [sum(map(len, slots.values())) for slots in found]
        taken = [0] * len(records)
        for _ in range(ROUNDS):
            places = self._find([texts_of(scrubbed[index].fields, texts) for index in open_ones])
            further = []
            for index, own in zip(open_ones, places, strict=True):
                fields, replaced = self._replaced(scrubbed[index].fields, texts, own, stand_ins)
                if fields != scrubbed[index].fields:
                    scrubbed[index] = dataclasses.replace(scrubbed[index], fields=fields)
                    counts.update(place.type for place in replaced)
                    for place in replaced:
                        taken[index] += place.end - place.start
                        changed[place.spec.name.split(".", 1)[0]].add(index)
                    further.append(index)
            open_ones = further
            if not open_ones:
                self._keep_written(stand_ins)
                by = {plugin: len(own) for plugin, own in sorted(changed.items())}
                touched = len(set().union(*changed.values()))
                share = sum(taken) / max(1, sum(characters))
                thinned = [
                    record.id for record, lost, of in zip(records, taken, characters, strict=True) if lost > THIRD * of
                ]
                return scrubbed, Scrubbed(dict(sorted(counts.items())), touched, len(records), by, share, thinned)
        names = ", ".join(spec.name for spec in self.specs)
        raise PluginError(
            f"{len(open_ones)} records are still changed by {names} after {ROUNDS} rounds",
            "a scrubber finds what stands in for what it found: mend its stand_in, or use privacy=mask",
        )

    def _keep_written(self, stand_ins: StandIns) -> None:
        if self.written is not None:
            for stand_in, values in stand_ins.written.items():
                self.written.setdefault(stand_in, Counter()).update(values)

    def texts(self, texts: Sequence[str]) -> list[str]:
        """Texts that are no records, such as documents to search."""
        records = [Record(str(number), {"text": text}) for number, text in enumerate(texts)]
        return [record.fields["text"] for record in self.records(records, Texts(names=("text",)))[0]]

    def _find(self, records: Sequence[Mapping[Slot, str]]) -> list[dict[Slot, list[Place]]]:
        """The places of each record's texts, with those of kept types that no other scrubber may have; every different
        text is read once."""
        different = list(dict.fromkeys(text for slots in records for text in slots.values()))
        number = {text: index for index, text in enumerate(different)}
        places: list[dict[Slot, list[Place]]] = [{slot: [] for slot in slots} for slots in records]
        for spec in self.specs:
            by_text = ask(spec, different)
            for slots, own in zip(records, places, strict=True):
                found = {slot: by_text[number[text]] for slot, text in slots.items()}
                for slot, more in with_repeats(found, slots, spec, self.keep).items():
                    sure = [p for p in more if spec.by_form or p.type not in self.keep]
                    own[slot] += [Place(p.start, p.end, p.type, spec) for p in sure]
        return places

    def _replaced(
        self, fields: Mapping[str, Any], texts: Texts, places: Mapping[Slot, Sequence[Place]], stand_ins: StandIns
    ) -> tuple[Mapping[str, Any], list[Place]]:
        """A record's fields without the places, and the places."""
        new: dict[Slot, str] = {}
        pointers: dict[str, list[Any]] = {}
        replaced: list[Place] = []
        done = placeholder({sort for spec in self.specs for sort in spec.recall})
        for slot, text in texts_of(fields, texts).items():
            pointing = [name for name, into in texts.places.items() if (into,) == slot and name in fields]
            marks = set().union(*(borders(fields[name]) for name in pointing))
            found = choose(places[slot], [match.span() for match in done.finditer(text)], text)
            chosen = cut_at([place for place in found if place.type not in self.keep], marks, text)
            if not chosen:
                continue
            edits = edits_of(text, chosen, stand_ins, marks)
            new[slot] = edited(text, edits)
            pointers |= {name: moved(fields[name], edits, new[slot]) for name in pointing}
            replaced += chosen
        return ({**with_texts(fields, new), **pointers}, replaced) if new else (fields, replaced)


def ask(spec: ScrubberSpec, texts: Sequence[str]) -> list[Sequence[Found]]:
    """What a scrubber finds in texts.

    Raises:
        PluginError: It returned something that is not a place in a text.
    """
    found = list(spec.find(list(texts)))
    if len(found) != len(texts):
        raise _failed(spec, f"read {len(texts)} texts and answered {len(found)}")
    for text, places in zip(texts, found, strict=True):
        for place in places:
            if not isinstance(place, Found) or not 0 <= place.start < place.end <= len(text):
                raise _failed(spec, "named a place that is not in the text")
            if place.type not in spec.recall:
                raise _failed(spec, f"found the type '{place.type}', which it does not declare")
    return [
        [_without_blanks(place, text) for place in places if not text[place.start : place.end].isspace()]
        for text, places in zip(texts, found, strict=True)
    ]


def _without_blanks(place: Found, text: str) -> Found:
    """A place without the blanks at its ends, which some taggers count to a word."""
    inside = text[place.start : place.end]
    start = place.start + len(inside) - len(inside.lstrip())
    return dataclasses.replace(place, start=start, end=start + len(inside.strip()))


def _failed(spec: ScrubberSpec, reason: str) -> PluginError:
    return PluginError(
        f"the scrubber '{spec.name}' {reason}; nothing goes on unscrubbed",
        "mend or update its plugin; --traceback shows where",
    )


def with_repeats(
    found: Mapping[Slot, Sequence[Found]], texts: Mapping[Slot, str], spec: ScrubberSpec, keep: Collection[str]
) -> dict[Slot, list[Found]]:
    """The places, with those where a value that repeats, or a part of it, stands again in a text of the record.

    A value that is of several types in one record, of which some stay in the texts (``keep``), stays nowhere in it:
    else an answer could hold a stand-in of which its text has the name.
    """
    if not spec.repeats:
        return {slot: list(places) for slot, places in found.items()}
    values: dict[str, str] = {}
    for slot, places in found.items():
        for place in places:
            value = texts[slot][place.start : place.end]
            if place.type in spec.repeats:
                for part in (value, *(spec.parts(place.type, value) if spec.parts is not None else ())):
                    if len(part) >= SHORTEST_REPEAT:
                        for way in _ways_to_write(part):
                            if way not in values or (values[way] in keep and place.type not in keep):
                                values[way] = place.type
    if not values:
        return {slot: list(places) for slot, places in found.items()}
    longest_first = sorted(values, key=lambda value: (-len(value), value))
    pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, longest_first))})(?![^\W_])")
    return {
        slot: [
            *places,
            *(Found(start=m.start(), end=m.end(), type=values[m[0]]) for m in pattern.finditer(texts[slot])),
        ]
        for slot, places in found.items()
    }


def _ways_to_write(value: str) -> list[str]:
    """A value as it is, in capitals and with a capital for each word; a long one, or one of several words, in small
    letters: a short one may be a word."""
    ways = [value, value.upper(), value.title()]
    if len(value) >= NO_WORD or len(value.split()) > 1:
        ways.append(value.lower())
    return ways


def choose(places: Sequence[Place], taken: Sequence[tuple[int, int]], text: str) -> list[Place]:
    """Places without overlaps, in order: of two, the earlier scrubber has what both found, the other keeps the rest.

    Args:
        places: In the order of the scrubbers.
        taken: What must not be touched.
        text: In which they lie.
    """
    owner: dict[int, Place | None] = {sign: None for start, end in taken for sign in range(start, end)}
    for place in places:
        for sign in range(place.start, place.end):
            owner.setdefault(sign, place)
    kept: dict[Place, list[int]] = defaultdict(list)
    for sign, place in owner.items():
        if place is not None:
            kept[place].append(sign)
    found = [
        dataclasses.replace(place, start=start, end=end)
        for place, signs in kept.items()
        for start, end in _runs(sorted(signs))
        if any(sign.isalnum() for sign in text[start:end])
    ]
    return sorted(found, key=lambda place: place.start)


def _runs(signs: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for sign in signs:
        if runs and runs[-1][1] == sign:
            runs[-1] = (runs[-1][0], sign + 1)
        else:
            runs.append((sign, sign + 1))
    return runs


def cut_at(places: Sequence[Place], marks: Iterable[int], text: str) -> list[Place]:
    """The places cut where an answer begins or ends, so that the answer can move with its part."""
    found = []
    for place in places:
        cuts = sorted({place.start, place.end, *(mark for mark in marks if place.start < mark < place.end)})
        for start, end in pairwise(cuts):
            if text[start:end].strip():
                found.append(dataclasses.replace(place, start=start, end=end))
    return found


def edits_of(text: str, places: Sequence[Place], stand_ins: StandIns, marks: Iterable[int]) -> list[Edit]:
    """What stands in each place; a dropped one leaves its type where an answer stands or nothing would be left."""
    edits = [Edit(p.start, p.end, stand_ins.of(p.spec, p.type, text[p.start : p.end])) for p in places]
    answers = set(marks)
    blank = not edited(text, edits).strip()
    for index, edit in enumerate(edits):
        if not edit.text and (blank or answers & {edit.start, edit.end}):
            edits[index] = Edit(edit.start, edit.end, f"[{places[index].type}]")
    return edits
