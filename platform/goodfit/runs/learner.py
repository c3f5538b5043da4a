"""How a base model learns a task: the lengths it has room for, and what it is told beside words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from goodfit.errors import ConfigError, stop_on
from goodfit.kinds.shape import Coding, Kind, Learner
from goodfit.kinds.units import case_marks
from goodfit.kinds.whole import tells_texts_apart
from goodfit.models.base import Base
from goodfit.models.load import POOLED
from goodfit.runs.task import Task
from goodfit.schema import RunConf
from goodfit.schema.model import FOR_SOME_TASKS
from goodfit.schema.task import TaskConf

FALLBACK_TOKENS = 512
"""The longest input of models without a bound of their own (T5's relative positions)."""


def told_beside_words(task: Task, base: Base, tokenizer: Any) -> dict[str, bool | None]:
    """What an encoder is told beside words: the typed choice, or wherever it can be; None where it reads otherwise.

    Raises:
        ConfigError: It is asked for where it cannot be told.
    """
    ways: dict[str, tuple[str, Callable[[], bool], str]] = {
        "case_marks": (
            "that tags", lambda: bool(case_marks(tokenizer)), "sees capitals or has no token to spare",
        ),
        "token_types": (
            "that answers questions", lambda: tells_texts_apart(tokenizer, base.config), "has one type for all tokens",
        ),
    }  # fmt: skip
    found: dict[str, bool | None] = {}
    for name in FOR_SOME_TASKS:
        whom, can_be_told, lacks = ways[name]
        wanted, fits = getattr(task.conf.model, name), name in task.kind.told and base.family == "encoder"
        can = fits and can_be_told()
        if wanted and not can:
            why = f"{base.name} {lacks}" if fits else f"they are for an encoder {whom}"
            raise ConfigError(f"model.{name} is true, and {why}", "leave it out")
        found[name] = can if fits and wanted is None else wanted
    return found


def build_learner(task: Task, base: Base, tokenizer: Any, labels: Sequence[str]) -> tuple[Learner, Coding]:
    """How this base learns this task."""
    conf = task.conf
    _refuse_lengths(conf, task.kind, base)
    _refuse_unread(conf, task.kind)
    longest = conf.model.max_length or base.max_length or FALLBACK_TOKENS
    answer = base.max_answer or max(longest, conf.task.max_new_tokens)
    if task.kind.copies:
        longest = min(longest, answer)
    coding = Coding(
        tokenizer=tokenizer,
        family=base.family,
        labels=tuple(labels),
        prompt=conf.task.prompt or "\n".join(f"{{{name}}}" for name in task.kind.prompted),
        max_tokens=min(conf.dataset.max_tokens or longest, longest),
        max_new_tokens=min(conf.task.max_new_tokens, answer),
        num_beams=conf.task.num_beams,
        no_repeat_ngram_size=conf.task.no_repeat_ngram_size,
        batch_size=conf.training.evaluation_batch_size,
        decoder_start_id=getattr(base.config, "decoder_start_token_id", None),
        case_marks=bool(conf.model.case_marks),  # None where no head tags
        token_types=bool(conf.model.token_types),  # None where no head answers questions
    )
    learner = task.kind.learners[base.family](coding)
    _refuse_typed_in_vain(task, learner, base.family)
    return learner, coding


def _refuse_unread(conf: RunConf, kind: Kind) -> None:
    """Refuse settings of how an answer is written where the task bounds what may be written."""
    usual = TaskConf()
    for name in ("num_beams", "no_repeat_ngram_size"):
        value = getattr(conf.task, name)
        if not kind.writes_freely and value != getattr(usual, name):
            what = f"task.{name} is {value}, and answers of {kind.name} are not written freely"
            raise ConfigError(what, "leave it out")


def _refuse_typed_in_vain(task: Task, learner: Learner, family: str) -> None:
    """Refuse typed settings that this family does not read of this kind: a silent one would be taken for heard."""
    is_unread = {
        "model.pooling": learner.head not in POOLED,
        "task.prompt": family == "encoder",
        "task.max_new_tokens": family == "encoder" and not task.kind.bounds_spans,
    }
    what = f"{task.kind.name} with {'an' if family == 'encoder' else 'a'} {family} does not read it"
    mistakes = [f"{key} was typed, and {what}" for key, unread in is_unread.items() if unread and key in task.typed]
    stop_on([ConfigError(mistake, "leave it out") for mistake in mistakes])


def _refuse_lengths(conf: RunConf, kind: Kind, base: Base) -> None:
    """Refuse lengths that the model's positions do not have."""
    if base.max_length is None:
        return
    if conf.model.max_length is not None and conf.model.max_length > base.max_length:
        raise ConfigError(
            f"model.max_length is {conf.model.max_length}, and {base.name} has {base.max_length} positions",
            f"choose a value of at most {base.max_length}, or a model with a longer context",
        )
    wanted, answer = conf.task.max_new_tokens, base.max_answer
    if not kind.at_length:
        return
    if answer is not None and wanted > answer:
        raise ConfigError(
            f"task.max_new_tokens is {wanted}, and {base.name} has {answer} positions for an answer",
            f"choose a value of at most {answer}",
        )
    longest = min(conf.dataset.max_tokens or base.max_length, base.max_length)
    if base.family == "decoder" and wanted >= longest:
        whose = "dataset.max_tokens leaves" if longest < base.max_length else f"{base.name} has"
        raise ConfigError(
            f"task.max_new_tokens is {wanted}, and {whose} {longest} positions for prompt and answer together",
            "choose a smaller value, or a longer context",
        )
