"""Splitting: stratified, with groups and near-duplicates kept together, a function of seed and ids alone."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from goodfit.data.records import Record
from goodfit.hooks.certainty import unit_of
from goodfit.schema.dataset import DatasetConf
from goodfit.texts.alike import near_in_all

Stratum = Callable[[Record], tuple[str, ...]]
"""A record -> its labels: records of the same labels are one stratum."""

Compared = Callable[[Record], tuple[str, ...]]
"""A record -> its input, and other texts without which no two inputs are near-duplicates."""


def held_out_shares(conf: DatasetConf) -> dict[str, float]:
    """Split -> its share of the records where it is split off, in the order in which that is done."""
    return {"test": conf.test_share, "validation": conf.validation_share}


def rank(salt: str, key: str) -> bytes:
    """A key's place in a seeded shuffle: the same whatever else is in the data."""
    return hashlib.sha256(f"{salt}\0{key}".encode("utf-8", "surrogatepass")).digest()


def split_off(
    records: Sequence[Record],
    share: float,
    salt: str,
    stratum: Stratum,
    compared: Compared,
) -> tuple[list[Record], list[Record]]:
    """Split a share off; a unit that holds the last of a label stays.

    Args:
        records: All records.
        share: Of the records that go into the second part, 0 to 1.
        salt: The seed and the name of the part.
        stratum: What both parts are to be balanced by.
        compared: By which near-duplicates are found.

    Returns:
        What stays, and what is split off, both in the order of the data.
    """
    strata: dict[tuple[str, ...], list[list[int]]] = defaultdict(list)
    staying: Counter[str] = Counter()
    for unit in keep_together(records, compared):
        strata[stratum(records[_first(unit, records)])].append(unit)
        staying.update(_labels(unit, records, stratum))
    taken: set[int] = set()
    owed = 0.0
    for name in sorted(strata):
        members = sorted(strata[name], key=lambda unit: rank(salt, records[_first(unit, records)].id))
        owed += share * sum(map(len, members))
        for unit in members:
            if owed < len(unit) / 2:  # a smaller unit may be due
                continue
            labels = _labels(unit, records, stratum)
            if any(staying[label] == 1 for label in labels):  # a label has to be learnt before it is asked for
                continue
            staying.subtract(labels)
            taken.update(unit)
            owed -= len(unit)
    stays = [record for index, record in enumerate(records) if index not in taken]
    return stays, [record for index, record in enumerate(records) if index in taken]


def _first(unit: Sequence[int], records: Sequence[Record]) -> int:
    """The record that stands for a unit, whatever the order of the data."""
    return min(unit, key=lambda index: records[index].id)


def _labels(unit: Sequence[int], records: Sequence[Record], stratum: Stratum) -> set[str]:
    """The labels in a unit; to have none counts as one."""
    return {label for index in unit for label in stratum(records[index]) or ("",)}


def with_units(records: Sequence[Record], compared: Compared) -> list[Record]:
    """Records that know what they are resampled with: near copies say together what one of them says."""
    found = list(records)
    for unit in keep_together(records, compared):
        name = unit_of(records[_first(unit, records)]) if len(unit) > 1 else None
        for index in unit:
            found[index] = replace(records[index], unit=name)
    return found


def keep_together(records: Sequence[Record], compared: Compared) -> list[list[int]]:
    """Indices of records that must share a split: one group, or near-duplicate texts."""
    parent = list(range(len(records)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first_of: dict[str, int] = {}
    first_with: dict[tuple[str, ...], int] = {}
    for index, record in enumerate(records):
        if record.group is not None:
            parent[root(index)] = root(first_of.setdefault(record.group, index))
        parent[root(index)] = root(first_with.setdefault(compared(record), index))
    inputs = list(first_with)  # of a thousand copies all pairs would be half a million
    for one, other in near_in_all(inputs):
        parent[root(first_with[inputs[one]])] = root(first_with[inputs[other]])
    units: dict[int, list[int]] = defaultdict(list)
    for index in range(len(records)):
        units[root(index)].append(index)
    return [units[key] for key in sorted(units)]
