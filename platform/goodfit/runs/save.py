"""What a run leaves behind: the adapter or the model, and what it needs to be used."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from goodfit.files import disk_fault, file_digest, share_like
from goodfit.kinds.decoding import own_runs, settings_of
from goodfit.kinds.shape import Talker
from goodfit.kinds.text import Writer, prompt_of_others
from goodfit.models.adapters import ADAPTER_WEIGHTS
from goodfit.models.base import folder_digest
from goodfit.run_files import ADAPTER, CARD, MODEL, SCHEMA, TASK
from goodfit.runs.json_files import write_json
from goodfit.runs.prepare import Prepared


def save_weights(prepared: Prepared, model: Any, folder: Path, review: Mapping[str, Any] | None) -> Path:
    """Write ``adapter/``, or ``model/`` where base weights were tuned; returns the folder.

    What went on with pretraining is a base for others: its adapter is merged into a ``model/`` besides, as is one that
    ``adapter.merge`` asks it of.

    Args:
        prepared: The run.
        model: As it was tuned.
        folder: Of the run.
        review: As metrics.json has it; None where it says nothing of which answers need review.
    """
    if not hasattr(model, "peft_config"):
        return _save_whole(prepared, model, folder, review)
    target = folder / ADAPTER
    for config in model.peft_config.values():
        config.base_model_name_or_path = _name_for_others(prepared)
        config.revision = prepared.base.revision
        for name, value in vars(config).items():
            if isinstance(value, set):  # its order is another one in each process, and would be written
                setattr(config, name, sorted(value))
    card = target / CARD
    _save_tensors(model, target)
    card.unlink(missing_ok=True)
    if isinstance(prepared.learner, Writer):
        _save_tokenizer(prepared, target)
    _save_settings(prepared, target)
    write_json(target / TASK, _task(prepared, target, review))
    if prepared.task.kind.leaves_whole or prepared.conf.adapter.merge:
        _save_whole(prepared, copy.deepcopy(model).merge_and_unload(), folder, review)
    return target


def _save_whole(prepared: Prepared, model: Any, folder: Path, review: Mapping[str, Any] | None) -> Path:
    target = folder / MODEL
    if prepared.learner.head == "sequence_classification" and not prepared.task.kind.one_label:
        model.config.problem_type = "multi_label_classification"  # else transformers deals shares out among labels
    _save_tensors(model, target)
    _save_tokenizer(prepared, target)
    _save_settings(prepared, target)
    write_json(target / TASK, _task(prepared, target, review))
    return target


def _save_tensors(model: Any, target: Path) -> None:
    """Write a model as its library does.

    Raises:
        DiskError: There is no room, or the disk fails.
    """
    from safetensors import SafetensorError

    try:
        model.save_pretrained(target, safe_serialization=True)
    except SafetensorError as error:
        raise disk_fault(error, "the weights", target) from error
    for path in target.glob("*.safetensors"):
        share_like(path, next(target.glob("*config.json")))


def _save_tokenizer(prepared: Prepared, target: Path) -> None:
    """Write the tokenizer, with the form of turns that the model reads."""
    tokenizer, learner = prepared.coding.tokenizer, prepared.learner
    if isinstance(learner, Talker) and (template := learner.chat_template()):
        tokenizer = copy.deepcopy(tokenizer)
        tokenizer.chat_template = template
    tokenizer.save_pretrained(target)


def _save_settings(prepared: Prepared, target: Path) -> None:
    """Write how answers were written when they were measured; the base's own settings would write others."""
    learner = prepared.learner
    if isinstance(learner, Writer):
        settings_of(learner.coder, learner.room).save_pretrained(target)


def _task(prepared: Prepared, target: Path, review: Mapping[str, Any] | None) -> Mapping[str, Any]:
    conf, coding = prepared.conf, prepared.coding
    weights = target / ADAPTER_WEIGHTS
    digest = f"sha256:{file_digest(weights)}" if weights.exists() else folder_digest(target)
    coder = prepared.learner.coder if isinstance(prepared.learner, Writer) else None
    runs = own_runs(coder) if coder else 0
    return {
        "schema": SCHEMA,
        "task": conf.task.name,
        "kind": prepared.task.kind.name,
        "family": prepared.base.family,
        "labels": list(coding.labels),
        "prompt": prompt_of_others(coding, prepared.task.kind.searches),
        **({"apply_chat_template": True} if coding.apply_chat_template else {}),
        "pooling": conf.model.pooling,
        "max_tokens": coding.max_tokens,
        "max_new_tokens": coding.max_new_tokens,
        **({"no_repeat_ngram_size": runs} if runs else {}),
        **({"hidden_tokens": sorted(coder.hidden)} if coder and coder.is_decoder else {}),
        "base": {**prepared.base.identity, "name": _name_for_others(prepared)},
        **({} if review is None else {"trusted_from": review["confidence"]}),
        "digest": digest,
    }


def _name_for_others(prepared: Prepared) -> str:
    """What loads the base without goodfit: of a run that is the folder of its model, where it left one."""
    base = prepared.base
    return base.place if prepared.conf.model.source == "run" and base.adapted is None else base.name
