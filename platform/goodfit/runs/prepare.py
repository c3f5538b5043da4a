"""Everything of a run between its data and its training: base model, learner, encoding. Loads no weights."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from goodfit.data.batches import Example, TrainingData
from goodfit.data.gather import Splits
from goodfit.errors import ConfigError, DataError, HardwareError
from goodfit.hooks.findings import about
from goodfit.hooks.types import Finding
from goodfit.kinds.passes import pad_id
from goodfit.kinds.shape import Coding, Encoded, Learner
from goodfit.kinds.units import case_marks
from goodfit.kinds.whole import tells_texts_apart
from goodfit.kinds.word_dropout import drop_words
from goodfit.models.base import Base, find_base
from goodfit.models.device import pick_device
from goodfit.models.fast.accept import choose_path
from goodfit.models.fast.linears import onednn_pays
from goodfit.models.fast.path import ComputePath
from goodfit.models.load import answers, load_tokenizer
from goodfit.models.quantise import refuse_four_bits
from goodfit.plugins.host import Host
from goodfit.runs.find import finished_run
from goodfit.runs.json_files import read_json
from goodfit.runs.known import TaskData
from goodfit.runs.task import Task, refuse_family
from goodfit.schema import RunConf
from goodfit.schema.dataset import SPLITS

MUCH = 0.1
"""The share of unknown tokens from which a record is told of."""

FALLBACK_TOKENS = 512
"""The longest input of models without a bound of their own (T5's relative positions)."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that is ready to train."""

    task: Task
    base: Base
    splits: Splits
    learner: Learner
    coding: Coding
    encoded: Mapping[str, Encoded]
    findings: Sequence[Finding]
    asked: Sequence[Mapping[str, Any]]
    """The audits of the data that were asked, for run.json."""
    before: Sequence[Mapping[str, Any]]
    """The runs that the base came from, for run.json and the card."""

    @property
    def conf(self) -> RunConf:
        """The run's config, with its labels filled in."""
        return self.task.conf

    @property
    def base_is_asked(self) -> bool:
        """Whether the base can be asked: it answers with text, or has a head with the task's labels."""
        learner = self.learner
        return not learner.outputs or answers(self.base, self.conf.model, learner.head, learner.outputs)

    @property
    def varies(self) -> bool:
        """Whether a training example differs from one epoch to the next."""
        return self.encoded["train"].vary is not None or self.conf.training.word_dropout > 0


def training_data(prepared: Prepared) -> TrainingData:
    """What a run learns from, encoded.

    Raises:
        ConfigError: It cannot be learnt as the settings say.
    """
    encoded, conf, coding = prepared.encoded["train"], prepared.conf.training, prepared.coding
    if conf.class_weights == "balanced":
        weights = _balanced([record.fields["label"] for record in prepared.splits["train"]])
        weighed = [dataclasses.replace(example, weight=weights[example.record]) for example in encoded.examples]
        encoded = dataclasses.replace(encoded, examples=weighed)
    if conf.word_dropout:
        encoded = drop_words(encoded, coding, conf.word_dropout)
    return TrainingData(encoded.examples, prepared.learner.labels_at, pad_id(coding.tokenizer), encoded.vary)


def _balanced(labels: Sequence[str]) -> list[float]:
    """A weight for each record, with which all labels count alike; their mean is 1.

    ``class_weight="balanced"`` of https://scikit-learn.org/stable/modules/generated/sklearn.utils.class_weight.compute_class_weight.html.
    """
    counts = Counter(labels)
    return [len(labels) / (len(counts) * counts[label]) for label in labels]


def prepare(data: TaskData, host: Host) -> Prepared:
    """Find the base model, settle what depends on the machine, and encode.

    Raises:
        GoodfitError: Whatever can be known without weights.
    """
    conf = settle(data.task.conf)
    base = open_base(conf, host)
    refuse_family(data.task.kind, base.family)
    tokenizer = load_tokenizer(base)
    model = dataclasses.replace(conf.model, **_told(conf, base, tokenizer))
    task = dataclasses.replace(data.task, conf=dataclasses.replace(conf, model=model))
    learner, coding = build_learner(task, base, tokenizer, data.labels)
    encoded = {split: learner.encode(data.splits[split]) for split in SPLITS}
    findings = [*data.findings, *_cuts(encoded, data.splits, conf), *_unknown(encoded, data.splits, coding.tokenizer)]
    _refuse_unsupervised(encoded["train"])
    prepared = Prepared(task, base, data.splits, learner, coding, encoded, findings, data.asked, data.before)
    learnt = training_data(prepared)  # what cannot be kept is refused before weights are read
    if conf.privacy.epsilon is not None:
        from goodfit.training.trainer import guarantee_of

        guarantee_of(conf, learnt)
    return prepared


def settle(conf: RunConf) -> RunConf:
    """Fill in what depends on the machine: precision, accelerator and what multiplies matrices.

    Raises:
        HardwareError: The machine lacks what was asked for.
        ConfigError: The base cannot be held in 4 bits.
    """
    import torch

    if conf.adapter.four_bits:
        refuse_four_bits(conf.model, conf.task.kind, conf.adapter.merge)
    if conf.training.soup > 1 and not conf.hardware.is_one_device:
        raise ConfigError(
            "training.soup trains on one device", "add hardware.devices=1 hardware.strategy=single, or leave it out"
        )
    if conf.hardware.strategy == "fsdp" and conf.optim.name == "adafactor":
        raise ConfigError("PyTorch's Adafactor does not know sharded weights", "optim=adamw, or hardware=ddp")
    device = pick_device(conf.hardware.accelerator)
    name = conf.precision.name
    if name == "auto":
        name = "bf16" if device == "cuda" and torch.cuda.is_bf16_supported() else "32"
    if name == "16" and device == "cpu":
        raise HardwareError("precision=16 needs a GPU: its loss scaling is not made for CPUs", "precision=bf16 or 32")
    accelerator: Any = "gpu" if device == "cuda" else "cpu"
    return dataclasses.replace(
        conf,
        runtime=dataclasses.replace(conf.runtime, linears=_linears(conf, device, name)),
        precision=dataclasses.replace(conf.precision, name=name),
        hardware=dataclasses.replace(conf.hardware, accelerator=accelerator),
    )


def _linears(conf: RunConf, device: str, precision: str) -> Literal["onednn", "torch"]:
    """What multiplies matrices: the typed choice, or the measured one where it is used at all."""
    if conf.runtime.linears == "onednn" and (device != "cpu" or conf.hardware.is_sharded):
        raise ConfigError("runtime.linears=onednn is for whole models on CPUs", "leave it out")
    if conf.runtime.linears != "auto":
        return conf.runtime.linears
    # processes of one run could measure differently
    measured = device == "cpu" and conf.hardware.strategy == "single" and conf.runtime.path != "plain"
    return "onednn" if measured and onednn_pays(precision == "bf16") else "torch"


def _told(conf: RunConf, base: Base, tokenizer: Any) -> dict[str, bool | None]:
    """What an encoder is told beside words: the typed choice, or wherever it can be; None where it reads otherwise.

    Raises:
        ConfigError: It is asked for where it cannot be told.
    """
    ways: dict[str, tuple[str, str, Callable[[], bool], str]] = {
        "case_marks": (
            "token_classification", "that tags",
            lambda: bool(case_marks(tokenizer)), "sees capitals or has no token to spare",
        ),
        "token_types": (
            "question_answering", "that answers questions",
            lambda: tells_texts_apart(tokenizer, base.config), "has one type for all tokens",
        ),
    }  # fmt: skip
    found: dict[str, bool | None] = {}
    for name, (kind, whom, can_be_told, lacks) in ways.items():
        wanted, fits = getattr(conf.model, name), (conf.task.kind, base.family) == (kind, "encoder")
        can = fits and can_be_told()
        if wanted and not can:
            why = f"{base.name} {lacks}" if fits else f"they are for an encoder {whom}"
            raise ConfigError(f"model.{name} is true, and {why}", "leave it out")
        found[name] = can if fits and wanted is None else wanted
    return found


def open_base(conf: RunConf, host: Host) -> Base:
    """The base model that the config names, checked."""
    if conf.model.source == "run":
        return _base_of_run(conf)
    offered = None
    if conf.model.source != "hub":
        offered = host.pick(host.models, conf.model.source, f"model={conf.choices.get('model')}").folder()
    return find_base(conf.model, Path(offered) if offered else None)


def _base_of_run(conf: RunConf) -> Base:
    """The whole model that a run left behind."""
    if conf.model.weights == "random":
        raise ConfigError("model.weights is random, and model=run:PATH takes a run's weights", "leave one of them out")
    run = finished_run(conf.model.name or "")
    folder = run / "model"
    if not folder.is_dir():
        raise ConfigError(
            f"the run in {run} holds an adapter, and no whole model",
            "train it again with adapter.merge=true, or with adapter=none",
        )
    base = find_base(conf.model, folder)
    if base.digest != read_json(folder / "task.json", "digest")["digest"]:
        raise ConfigError(f"the weights in {folder} are not those that were written", "train it again")
    return base


def build_learner(task: Task, base: Base, tokenizer: Any, labels: Sequence[str]) -> tuple[Learner, Coding]:
    """How this base learns this task."""
    conf = task.conf
    _refuse_lengths(conf, base)
    longest = conf.model.max_length or base.max_length or FALLBACK_TOKENS
    answer = base.max_answer or max(longest, conf.task.max_new_tokens)
    if task.kind.name == "token_classification":  # the text is copied
        longest = min(longest, answer)
    coding = Coding(
        tokenizer=tokenizer,
        family=base.family,
        labels=tuple(labels),
        prompt=conf.task.prompt or "\n".join(f"{{{name}}}" for name in task.kind.prompted),
        max_tokens=min(conf.dataset.max_tokens or longest, longest),
        max_new_tokens=min(conf.task.max_new_tokens, answer),
        batch_size=conf.training.evaluation_batch_size,
        decoder_start_id=getattr(base.config, "decoder_start_token_id", None),
        case_marks=bool(conf.model.case_marks),  # None where no head tags
        token_types=bool(conf.model.token_types),  # None where no head answers questions
    )
    return task.kind.learners[base.family](coding), coding


def _refuse_lengths(conf: RunConf, base: Base) -> None:
    """Refuse lengths that the model's positions do not have."""
    if base.max_length is None:
        return
    if conf.model.max_length is not None and conf.model.max_length > base.max_length:
        raise ConfigError(
            f"model.max_length is {conf.model.max_length}, and {base.name} has {base.max_length} positions",
            f"choose a value of at most {base.max_length}, or a model with a longer context",
        )
    wanted, answer = conf.task.max_new_tokens, base.max_answer
    if conf.task.kind == "generation" and answer is not None and wanted > answer:
        raise ConfigError(
            f"task.max_new_tokens is {wanted}, and {base.name} has {answer} positions for an answer",
            f"choose a value of at most {answer}",
        )
    longest = min(conf.dataset.max_tokens or base.max_length, base.max_length)
    if base.family == "decoder" and conf.task.kind == "generation" and conf.task.max_new_tokens >= longest:
        whose = "dataset.max_tokens leaves" if longest < base.max_length else f"{base.name} has"
        raise ConfigError(
            f"task.max_new_tokens is {conf.task.max_new_tokens}, and {whose} {longest} positions for "
            "prompt and answer together",
            "choose a smaller value, or a longer context",
        )


def _cuts(encoded: Mapping[str, Encoded], splits: Splits, conf: RunConf) -> list[Finding]:
    """Records of which the model does not read everything, or may not give the whole answer: reported; refused where
    something is cut of more than a set share."""
    findings: list[Finding] = []
    longest = max((size for part in encoded.values() for size in part.beyond.values()), default=0)
    longer = f"let answers be longer, as far as the model has room for it: task.max_new_tokens={longest}"
    for split, part in encoded.items():
        ids, of = [splits[split][index].id for index in part.cut], len(splits[split])
        share = len(ids) / of
        if share > conf.dataset.max_cut_share:
            fix = (
                "choose a model with a longer context, shorten the records, or allow it: dataset.max_cut_share="
                f"{min(1.0, round(share + 0.01, 2))}"
            )
            writes = any(index in part.beyond for index in part.cut)
            raise DataError(
                f"{len(ids)} of {of} {split} records ({share:.0%}) are longer than the model "
                f"{'reads or writes' if writes else 'reads'}; at most {conf.dataset.max_cut_share:.0%} may be cut",
                f"{longer}; or {fix}" if writes else fix,
            )
        message = f"{len(ids)} of {of} {split} records are cut to the model's length"
        findings += about("data.cut", message, ids, of, split=split)
        ids = [splits[split][index].id for index in part.beyond]
        message = f"{len(ids)} of {of} {split} records have answers longer than any that the model may give"
        findings += about("data.long_answers", message, ids, of, mend=longer, split=split)
    return findings


def _unknown(encoded: Mapping[str, Encoded], splits: Splits, tokenizer: Any) -> list[Finding]:
    """Records of which the model sees little: their characters are not in its vocabulary."""
    findings: list[Finding] = []
    unknown = tokenizer.unk_token_id
    if unknown is None or unknown == tokenizer.eos_token_id:
        return findings
    for split, part in encoded.items():
        sizes = np.zeros((len(splits[split]), 2))
        for example in part.examples:
            sizes[example.record] += example.inputs.count(unknown), len(example.inputs)
        ids = [record.id for record, (gone, whole) in zip(splits[split], sizes, strict=True) if gone > MUCH * whole]
        message = (
            f"{len(ids)} of {len(sizes)} {split} records have more than {MUCH:.0%} tokens that the model does not know"
        )
        mend = "choose a model of these texts' language or signs: docs/models.md"
        findings += about("data.unknown_tokens", message, ids, len(sizes), mend=mend, split=split)
    return findings


def _refuse_unsupervised(encoded: Encoded) -> None:
    empty = sum(not example.supervised for example in encoded.examples)
    if empty == len(encoded.examples):
        raise DataError("no training record has anything to learn", "goodfit preview WORDS shows what is learnt")


def pick_path(prepared: Prepared, model: Any) -> ComputePath:
    """How this model is computed in this run, judged by records of all splits."""
    examples = [example for part in prepared.encoded.values() for example in part.examples]
    conf, keeps = prepared.conf, not prepared.varies
    alone = conf.hardware.strategy == "single" and conf.privacy.epsilon is None
    graphs = conf.runtime.cuda_graphs and alone and conf.precision.name == "bf16"
    return path_of(conf, prepared.learner, prepared.coding, model, examples, keeps, graphs)


def path_of(
    conf: RunConf,
    learner: Learner,
    coding: Coding,
    model: Any,
    examples: Sequence[Example],
    keeps: bool = False,
    graphs: bool = False,
) -> ComputePath:
    """How a model is computed on some examples.

    Args:
        conf: Of the run.
        learner: Of its task.
        coding: Of its task.
        model: On its device, with its trainable weights chosen.
        examples: Of all splits.
        keeps: Whether they come again, so that what is frozen can be kept of each.
        graphs: Whether a GPU may record its training steps.
    """
    if conf.hardware.is_sharded:
        if conf.runtime.path == "fast":
            raise ConfigError(f"runtime=fast, and hardware={conf.hardware.strategy} shards the model", "runtime=auto")
        reason = f"hardware.strategy is {conf.hardware.strategy}"
        return ComputePath(False, False, reason, checkpointing=conf.runtime.gradient_checkpointing)
    own_head = conf.model.pooling == "head"
    padding = pad_id(coding.tokenizer)
    return choose_path(
        model,
        conf.runtime,
        examples,
        padding,
        labels_at=learner.labels_at,
        own_head=own_head,
        keeps=keeps,
        graphs=graphs,
        precision=conf.precision.name,
    )
