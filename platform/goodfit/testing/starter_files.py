"""What the tests of a plugin ask of its starter data: the records, what was planted in them, and who writes them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goodfit.hooks.types import DataSourceSpec
from goodfit.plugins.declared import declared_sources
from goodfit.testing.starter_data import DUPLICATES, LEAKS, SIZES, fault_counts

Row = dict[str, Any]
MANIFEST = "planted.json"
NAMES = frozenset({*(f"{split}.jsonl" for split in SIZES), MANIFEST})
"""The files that ``write_starter_data`` writes."""
COPIES = frozenset({"duplicate", "leak"})
"""Faults that are records of their own."""


@dataclass(frozen=True, slots=True)
class StarterFiles:
    """The starter data of one task, as ``starter_data.write_starter_data`` leaves them."""

    source: DataSourceSpec

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.source.files()["train"].parent

    def faults(self) -> list[Row]:
        """What was planted: ``{"fault": "leak", "split": "train", "id": …, "of": …}``."""
        found: list[Row] = json.loads((self.folder / MANIFEST).read_text("utf-8"))["faults"]
        return found

    def records(self, split: str, without: Collection[str] = ()) -> list[Row]:
        """The records of a split, in their order.

        Args:
            split: ``train``, ``validation`` or ``test``.
            without: Sorts of faults, as the manifest calls them; the records that have one are left out.
        """
        left_out = {fault["id"] for fault in self.faults() if fault["fault"] in without}
        with self.source.files()[split].open(encoding="utf-8") as lines:
            rows: list[Row] = [json.loads(line) for line in lines]
        return [row for row in rows if row["id"] not in left_out]

    def right(self, split: str) -> list[Row]:
        """The records of a split without those that were given a wrong answer."""
        return self.records(split, without={"noisy_label"})

    def misplanted(self, sizes: Mapping[str, int] = SIZES) -> list[str]:
        """What is not as ``write_starter_data`` leaves it; nothing where all is.

        Each file has its clean records and ``train`` the copies behind them, no id stands there twice, the manifest
        lists as many faults of each sort as are planted, each in the file that it names, and no other record is called
        a copy.

        Args:
            sizes: Split -> clean records.
        """
        ids = {split: [row["id"] for row in self.records(split)] for split in sizes}
        expected = {split: size + (DUPLICATES + LEAKS) * (split == "train") for split, size in sizes.items()}
        found = [
            f"{split} has {len(ids[split])} records, expected {size}"
            for split, size in expected.items()
            if len(ids[split]) != size
        ]
        times = Counter(one for own in ids.values() for one in own)
        found += [f"the id {one} stands there {count} times" for one, count in times.items() if count > 1]
        faults = self.faults()
        planted, wanted = Counter(fault["fault"] for fault in faults), fault_counts(self.source.kind, sizes)
        if planted != wanted:
            found.append(f"the manifest lists {dict(planted)}, expected {wanted}")
        copies = {fault["id"] for fault in faults if fault["fault"] in COPIES}
        found += [
            f"the {fault['fault']} {fault['id']} is not in {fault['split']}"
            for fault in faults
            if fault["id"] not in ids.get(fault["split"], [])
        ]
        called = {one for one in times if any(f"-{sort}-" in one for sort in COPIES)}
        return found + [f"{one} is called a copy and the manifest lists none" for one in sorted(called - copies)]

    def repeated(self, read: Callable[[Row], Hashable]) -> list[str]:
        """Ids of records that read like an earlier one, in whichever split; planted copies aside.

        Args:
            read: A record -> what a model reads of it.
        """
        seen, found = set(), []
        for row in (row for split in SIZES for row in self.records(split, without=COPIES)):
            text = read(row)
            found += [row["id"]] if text in seen else []
            seen.add(text)
        return found

    def splits_that_say(self, words: str, read: Callable[[Row], str] = str) -> set[str]:
        """Splits of which a record says something; leaks, which are test records, aside.

        Args:
            words: In small letters; a record may have capitals.
            read: A record -> the text in which they are looked for; all of it where this is left out.
        """
        return {split for split in SIZES for row in self.records(split, without={"leak"}) if words in read(row).lower()}

    def written_otherwise(self, generator: Path) -> list[str]:
        """Names of files that a generator does not write as they lie here, byte for byte; nothing where it does.

        Files that are not to be there, here or from the generator, are named, too.

        Args:
            generator: A script that calls ``starter_data.generate``.

        Raises:
            CalledProcessError: It fails.
        """
        with tempfile.TemporaryDirectory() as made:
            subprocess.run([sys.executable, generator, made], check=True)
            new = {path.name: path.read_bytes() for path in Path(made).iterdir()}
        old = {path.name: path.read_bytes() for path in self.folder.glob("*.json*")}
        right = {name for name in NAMES & set(new) if new[name] == old.get(name)}
        return sorted({*NAMES, *new, *old} - right)


def starter_files(plugin: str, package: Path) -> dict[str, StarterFiles]:
    """Task -> the starter data that a plugin declares for it in ``data/<task>/``.

    Args:
        plugin: Its name.
        package: The folder of its package: ``Path(goodfit_hr.__file__).parent``.

    Raises:
        ConfigError: An ``about.yaml`` is not what it has to be, or there is no training file beside it.
    """
    return {spec.name.partition(".")[2]: StarterFiles(spec) for spec in declared_sources(plugin, package)}
