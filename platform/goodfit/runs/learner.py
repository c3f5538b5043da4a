"""How a base model learns a task: the lengths it has room for, and how it is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to ask a model, which a setting of ``FOR_SOME_TASKS`` chooses."""

    fits: bool
    """Whether it is one for this task and family."""
    whom: str
    """For whom it is, where it does not fit."""
    can: Callable[[], bool]
    """Whether this model can be asked so."""
    lacks: str
    """What is missing where it cannot."""
    usual: bool = True
    """Whether it is chosen by itself wherever it can be."""


def how_asked(task: Task, base: Base, tokenizer: Any) -> dict[str, bool | None]:
    """How a model is asked: the typed choice, or what is usual of this model; None where the task has no such way.

    Raises:
        ConfigError: It is to be asked in a way that this task or model does not have.
    """
    kind, is_encoder = task.kind, base.family == "encoder"
    ways = {
        "case_marks": _Way(
            fits=is_encoder and "case_marks" in kind.told,
            whom="they are for an encoder that tags",
            can=lambda: bool(case_marks(tokenizer)),
            lacks="sees capitals or has no token to spare",
        ),
        "token_types": _Way(
            fits=is_encoder and "token_types" in kind.told,
            whom="they are for an encoder that answers questions",
            can=lambda: tells_texts_apart(tokenizer, base.config),
            lacks="has one type for all tokens",
        ),
        "apply_chat_template": _Way(
            fits=base.family == "decoder" and bool(kind.prompted),
            whom="it is for a decoder that is asked by a prompt",
            can=lambda: bool(tokenizer.chat_template),
            lacks="has no chat template",
            # tokenizers of models that nobody taught to chat may have one, too
            usual=task.conf.model.chat_template is not None,
        ),
    }
    found: dict[str, bool | None] = {}
    for name in FOR_SOME_TASKS:
        way, wanted = ways[name], getattr(task.conf.model, name)
        can = way.fits and way.can()
        if wanted and not can:
            why = f"{base.name} {way.lacks}" if way.fits else way.whom
            raise ConfigError(f"model.{name} is true, and {why}", "leave it out")
        found[name] = can and way.usual if way.fits and wanted is None else wanted
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
        apply_chat_template=bool(conf.model.apply_chat_template),  # None where no decoder is asked by a prompt
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
