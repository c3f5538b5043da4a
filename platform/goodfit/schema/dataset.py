"""Where the records come from and how they are checked: ``dataset=<name>``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from goodfit.schema.ranges import Count

SPLITS = ("train", "validation", "test")
"""What the records are parted into; each is a setting of files, and a name on the hub."""

SUFFIXES = (".jsonl", ".json", ".ndjson", ".csv", ".tsv", ".parquet")
"""How the names of files end that hold records."""

Share = Annotated[float, Field(ge=0, le=0.9)]


@dataclass(kw_only=True, slots=True)
class DatasetConf:
    """Where the records come from. Selected with ``dataset=<name>``."""

    source: str = "task"
    """``task`` (the data that come with the task), ``files``, ``hub``, or a plugin's ``<plugin>.<source>``."""

    train: str | None = None
    """The training file (JSONL, CSV, Parquet), or a folder of texts or of ``datasets``, for ``dataset=files``."""

    validation: str | None = None
    """The validation file; when not given, a share of the training records is split off."""

    test: str | None = None
    """The test file; when not given, a share of the training records is split off."""

    name: str | None = None
    """The data set's id on the hub, for ``dataset=hub``."""

    config: str | None = None
    """The configuration of the hub data set, if it has several."""

    revision: str | None = None
    """The commit of the hub data set; when not given, the newest one, which is recorded."""

    fields: dict[str, str | None] = field(default_factory=dict)
    """Renamed fields: the field's name in goodfit -> its name in the data, ``dataset.fields.text=utterance``;
    of slices the columns that are one each, ``'dataset.fields.slices=ward;sex'``; ``null`` where the data have none,
    whatever their columns are called: ``dataset.fields.id=null`` numbers the rows."""

    on_bad_rows: Literal["stop", "quarantine"] = "stop"
    """What a bad row does: end the run with all of them named, or go to ``data/rejected.jsonl``, counted."""

    without: str | None = None
    """A file with ids, one a line: these records are left out of every split, as if they had never been there."""

    validation_share: Share = 0.15
    """The share of the records that goodfit splits off for validation where no file is given: of those that the test
    left, so that 0.15 are 0.1275 of all where the test took 0.15 of them."""

    test_share: Share = 0.15
    """The share of the records that goodfit splits off for the test where no file is given."""

    limit: Count | None = None
    """At most this many training records, the first of a seeded shuffle; for a quick look."""

    max_tokens: Annotated[int, Field(ge=8)] | None = None
    """The longest input in tokens; when not given, what the model allows."""

    max_cut_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    """The run stops when more than this share of a split's records is longer than the model reads;
    below it such records are cut, counted and named."""
