"""What is to be learnt: ``task=<name>``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from goodfit.schema.privacy import Mode
from goodfit.schema.ranges import Count

KindName = Literal[
    "classification",
    "multilabel",
    "token_classification",
    "question_answering",
    "ranking",
    "generation",
    "chat",
    "language_modeling",
]


@dataclass(kw_only=True, slots=True)
class TaskConf:
    """What is to be learnt. Selected with ``task=<name>``; departments bring theirs."""

    name: str = ""
    """The name of the task, as typed after ``task=``."""

    kind: KindName | None = None
    """The shape of the task; each kind has its own fields, see docs/data.md."""

    description: str = ""
    """One line that says what the task is, for people."""

    source: str | None = None
    """The data source that comes with the task, as ``<plugin>.<source>``; none for the generic tasks."""

    labels: list[str] | None = None
    """The label set; when not given, the labels of the training data, sorted."""

    prompt: str = ""
    """What decoder and seq2seq models read; ``{field}`` stands for a field of the record."""

    metrics: list[str] = field(default_factory=list)
    """Metrics beside the kind's own: a plugin's as ``<plugin>.<metric>``, or one that goodfit has for texts."""

    privacy: Mode = "none"
    """What ``privacy=auto`` does to the task's texts, see ``privacy.mode``."""

    privacy_keep: list[str] = field(default_factory=list)
    """Types that ``privacy=auto`` leaves in the texts, because the task is about them."""

    privacy_scrubbers: list[str] = field(default_factory=list)
    """Scrubbers that look at its texts wherever they are scrubbed, before those of the privacy option:
    ``<plugin>.<scrubber>``. ``privacy.scrubbers``, where it is typed, is all."""

    primary: str | None = None
    """The metric that gates and sweeps look at, and early stopping where answers are quick to make: models that write
    theirs are stopped by their held-out loss. When not given, the kind's first."""

    audits: list[str] | None = None
    """Audits without which this task is not trained: one as ``<plugin>.<audit>``, or a plugin's light ones by its name;
    when not given, the light ones of every installed plugin are asked, and one that fails is reported."""

    max_new_tokens: Annotated[int, Field(ge=1, le=8192)] = 96
    """The longest text that a generated answer may have, in tokens; a run keeps what it was trained with."""

    num_beams: Count = 1
    """Of a text that is written freely: how many beginnings are kept beside each other, of which the most probable
    whole is the answer; 1 takes the most probable token each time."""

    no_repeat_ngram_size: Annotated[int, Field(ge=0)] = 0
    """Of a text that is written freely: no run of so many tokens is written twice, while what is read may be
    copied; 0 forbids nothing."""
