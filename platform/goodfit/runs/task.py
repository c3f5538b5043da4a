"""A run's task: its names looked up. Imports no machine-learning library."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from goodfit.config.compose import Composed
from goodfit.data.scrub import Scrub
from goodfit.errors import ConfigError, GoodfitError, stop_on, together
from goodfit.evaluation.gates import BUILT_IN
from goodfit.hooks.types import GateSpec, MetricSpec
from goodfit.kinds import KINDS, find_kind
from goodfit.kinds.shape import Kind, refuse_unknown_fields
from goodfit.kinds.text_metrics import OPTIONAL_METRICS
from goodfit.plugins.host import Host
from goodfit.registry import Registry
from goodfit.runs.audit import ChosenAudit
from goodfit.runs.own_config import own_config
from goodfit.runs.privacy import pick_scrub
from goodfit.schema import RunConf


@dataclass(frozen=True, slots=True)
class Task:
    """A task with its names resolved."""

    conf: RunConf
    kind: Kind
    metrics: Sequence[MetricSpec]
    """Those that the task names, beside the kind's own."""
    gates: Sequence[GateSpec]
    scrub: Scrub | None
    """What every text of this task goes through before it is read; None where nothing is scrubbed."""
    audits: Sequence[ChosenAudit] = ()
    """Those of a run that is made; a finished one is used without them."""
    typed: frozenset[str] = frozenset()
    """The settings that were typed; none of a run that was made before."""

    def all_metrics(self, labels: Sequence[str]) -> list[MetricSpec]:
        """All metrics, the kind's own first."""
        return [*self.kind.metrics(labels), *self.metrics]

    def primary(self, labels: Sequence[str]) -> MetricSpec:
        """The metric that decides.

        Raises:
            ConfigError: The task names one that it does not measure.
        """
        specs = {spec.name: spec for spec in self.all_metrics(labels)}
        return Registry("metric of this task", specs).pick(self.conf.task.primary or next(iter(specs)))


def open_task(folder: Path, host: Host, *, measured: bool) -> Task:
    """A finished run's task, from its written config: without gates, which nothing asks any more.

    Args:
        folder: The run's.
        host: The plugins.
        measured: Whether its metrics are asked for; what only answers or reads does not need their plugins.

    Raises:
        GoodfitError: As ``resolve_task``.
    """
    return resolve_task(own_config(folder), host, measured=measured, judged=False)


def resolve_task(conf: RunConf, host: Host, *, measured: bool = True, judged: bool = True) -> Task:
    """Look up what a task names.

    Args:
        conf: Of the run.
        host: The plugins.
        measured: Whether metrics are asked for.
        judged: Whether gates are.

    Raises:
        GoodfitError: Names that nobody offers, plugins that are needed and broken, a key that scrubbing lacks: all
            together.
    """
    if conf.task.kind is None:
        raise ConfigError(f"task={conf.task.name} has no kind", f"add task.kind=…, one of {', '.join(sorted(KINDS))}")
    kind = find_kind(conf.task.kind)
    gates: Registry[GateSpec] = Registry("gate", {**BUILT_IN, **host.gates})
    _, _, _, metrics, chosen, scrub = together(
        partial(refuse_unknown_fields, kind, conf.dataset.fields),
        partial(_refuse_wrong_prompt, conf, kind),
        partial(_refuse_what_others_have, conf, kind),
        partial(_pick_metrics, conf, host) if measured else list,
        partial(host.pick_all, gates, conf.policy.gates if judged else (), "policy.gates"),
        partial(pick_scrub, conf, host),
    )
    return Task(conf, kind, metrics, chosen, scrub)


def _known_metrics(host: Host) -> Registry[MetricSpec]:
    return Registry("metric", {**OPTIONAL_METRICS, **host.metrics})


def _pick_metrics(conf: RunConf, host: Host) -> list[MetricSpec]:
    needed_for = f"task={conf.task.name}"
    known = _known_metrics(host)
    metrics: list[MetricSpec] = host.pick_all(known, conf.task.metrics, needed_for)
    for spec in metrics:
        if conf.task.kind not in spec.kinds:
            raise ConfigError(
                f"the metric '{spec.name}' measures {' and '.join(spec.kinds)}, and {needed_for} is {conf.task.kind}",
                "leave it out: task.metrics=[]",
            )
    return metrics


def refuse_hopeless_gates(task: Task, host: Host) -> None:
    """Refuse gates that no model can pass, whatever it learns.

    Raises:
        ConfigError: A gate reads a metric that the task does not measure, or a value that is not set.
    """
    conf, measured = task.conf, {spec.name for spec in task.all_metrics(())}
    known = _known_metrics(host)
    mistakes: list[GoodfitError] = []
    for gate in task.gates:
        fix = f"leave the gate out: policy.gates=[{','.join(one.name for one in task.gates if one is not gate)}]"
        lacking = [name.removeprefix("test/") for name in gate.metrics if name.removeprefix("test/") not in measured]
        if lacking:
            what = f"the gate '{gate.name}' reads {', '.join(lacking)}, which task={conf.task.name} does not measure"
            if all(name in known and task.kind.name in known[name].kinds for name in lacking):
                fix = f"add task.metrics=[{','.join([*conf.task.metrics, *lacking])}]"
            mistakes.append(ConfigError(what, fix))
        if gate.name == "min_value" and conf.policy.min_value is None:
            what = "the gate 'min_value' asks for policy.min_value, which is not set"
            mistakes.append(ConfigError(what, f"add policy.min_value=<number>, or {fix}"))
    stop_on(mistakes)


def _refuse_wrong_prompt(conf: RunConf, kind: Kind) -> None:
    """A prompt without the record's own text would let a model answer from nothing, and one with the answer from it."""
    left_out = [f"{{{name}}}" for name in kind.prompted if f"{{{name}}}" not in conf.task.prompt]
    if conf.task.prompt and not kind.prompted:
        raise ConfigError(f"task.prompt is '{conf.task.prompt}', and {kind.name} has no prompt", "leave it out")
    if conf.task.prompt and left_out:
        raise ConfigError(
            f"task.prompt is '{conf.task.prompt}', which leaves the record out", f"put {' and '.join(left_out)} into it"
        )
    for name in re.findall(r"{(\w+)}", conf.task.prompt or ""):
        if name not in kind.prompted:  # the answer, or nothing that a record has
            known = " and ".join(f"{{{one}}}" for one in kind.prompted)
            raise ConfigError(f"task.prompt asks for {{{name}}}, expected {known} alone", "take it out of task.prompt")


def _refuse_what_others_have(conf: RunConf, kind: Kind) -> None:
    """Refuse ways to train that a task of this kind cannot have."""
    merged = "adapter.merge" if conf.adapter.merge else kind.name
    found = (
        (
            conf.training.class_weights != "none" and not kind.one_label,
            f"training.class_weights={conf.training.class_weights} is for classification, not for {kind.name}",
            "add training.class_weights=none",
        ),
        (
            conf.adapter.four_bits and (conf.adapter.merge or kind.leaves_whole),
            f"adapter=qlora holds the base in 4 bits, and {merged} leaves a whole model for others",
            "choose adapter=lora",
        ),
        (
            conf.privacy.epsilon is not None and kind.of_pairs,
            f"privacy.epsilon needs a loss of each record, and {kind.name} has one of pairs",
            "leave it out",
        ),
    )
    stop_on([ConfigError(what, fix) for is_wrong, what, fix in found if is_wrong])


def need_plugins(composed: Composed, host: Host) -> None:
    """Stop a run whose options come from a broken plugin.

    Raises:
        GoodfitError: Names each plugin and the option.
    """
    choices = composed.conf.choices
    owners = {group: owner for group, owner in composed.owners.items() if owner not in ("goodfit", "user")}
    together(*(partial(host.need, owner, f"{group}={choices[group]}") for group, owner in owners.items()))


def refuse_family(kind: Kind, family: str | None) -> None:
    """Refuse a family that cannot learn a kind, naming models that can."""
    if family is not None and family not in kind.learners:
        raise ConfigError(
            f"{kind.name} cannot be learnt by an {family}: it answers with text, and an {family} has only heads",
            f"choose a {' or '.join(sorted(kind.learners))} model, such as model=t5 or model=gpt",
        )
