"""Every hook, in the order in which a run calls them.

A hook that *offers* returns a sequence of specs, a hook that *judges* returns findings, a hook that *watches* returns
nothing. A plugin changes nothing in a run but what the config asks for by name.

A run on several devices has a process for each, of which the first judges and writes; so has a search for each worker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pluggy

from goodfit.hooks.types import (
    AuditSpec,
    DataSourceSpec,
    Finding,
    GateSpec,
    Item,
    MetricSpec,
    ModelSpec,
    RunFacts,
    ScrubberSpec,
)

HOOK_API = 1
"""The version of the hooks in this file; a plugin says which one it was written for."""

hookspec = pluggy.HookspecMarker("goodfit")
hookimpl = pluggy.HookimplMarker("goodfit")


@hookspec
def goodfit_register_data_sources() -> Sequence[DataSourceSpec]:
    """Offer data that have to be found or made; files in ``data/<name>/`` need no hook, only an ``about.yaml``.

    A task names its source (``source: legal.clauses``), or the user types ``dataset.source=…``.

    When: once, before any data is read.     Process: each of a run.
    Errors: one that offers a name twice is left out; a run that needs it stops.
    Since: hook API 1.     Used by: plugins/legal.
    """


@hookspec
def goodfit_register_scrubbers() -> Sequence[ScrubberSpec]:
    """Offer scrubbers. ``privacy.scrubbers`` names those that read a run's texts, and their order.

    When: once, before any data is read.     Process: each of a run.
    Errors: one that offers a name twice is left out; a run that needs it stops, and so does one whose scrubber
    raises or names no place.
    Since: hook API 1.     Used by: plugins/privacy.
    """


@hookspec
def goodfit_register_metrics() -> Sequence[MetricSpec]:
    """Offer metrics. A task names those that it wants beside its kind's own (``metrics: [legal.risk_recall]``).

    When: once, before any data is read.     Process: each of a run.
    Errors: one that offers a name twice is left out; a run that needs it stops.
    Since: hook API 1.     Used by: plugins/content, plugins/finance, plugins/legal, plugins/medical, plugins/support.
    """


@hookspec
def goodfit_register_models() -> Sequence[ModelSpec]:
    """Offer base models. ``conf/model/*.yaml`` names them in ``source:``.

    When: once, before a model is loaded.     Process: each of a run.
    Errors: one that offers a name twice is left out; a run that needs it stops.
    Since: hook API 1.     Used by: plugins/starters.
    """


@hookspec
def goodfit_register_gates() -> Sequence[GateSpec]:
    """Offer gates. ``policy.gates`` names those that judge a run.

    When: once, before any data is read.     Process: each of a run.
    Errors: one that offers a name twice is left out; a run that needs it stops. A gate that raises says no.
    Since: hook API 1.     Used by: plugins/content, plugins/fairness, plugins/legal, plugins/medical, plugins/privacy.
    """


@hookspec
def goodfit_register_audits() -> Sequence[AuditSpec]:
    """Offer audits of data and of tuned models. ``task.audits`` and ``policy.audits`` name those that a run needs.

    When: once, before any data is read; the audits themselves after splitting, and after evaluation.
    Process: each of a run; audits of a tuned model are called in the first.
    Errors: one that offers a name twice is left out; a run that needs it stops. An audit that raises stops the runs
    that need it; for others it is reported.
    Since: hook API 1.     Used by: plugins/fairness, plugins/privacy, plugins/quality.
    """


@hookspec
def goodfit_check_data(task: str, splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> Sequence[Finding]:
    """Judge the records of a run before anything is trained.

    When: after reading and splitting.     Process: each of a run.
    Errors: an exception stops the run when the task is the plugin's own, else it is reported.
    Since: hook API 1.     Used by: plugins/finance, plugins/legal, plugins/medical, plugins/support.
    """


@hookspec
def goodfit_on_run_start(run: RunFacts) -> None:
    """Hear that a run begins to train, or goes on.

    When: after the data are checked, before a weight is loaded.     Process: the first.
    Errors: an exception is told, and the run goes on.
    Since: hook API 1.     Used by: plugins/register.
    """


@hookspec
def goodfit_check_answers(task: str, items: Sequence[Item]) -> Sequence[Finding]:
    """Judge the tuned model's answers on the test split.

    When: after evaluation, before the gates.     Process: the first.
    Errors: an exception stops the run when the task is the plugin's own, else it is reported.
    Since: hook API 1.     Used by: plugins/content, plugins/finance, plugins/legal, plugins/medical, plugins/support.
    """


@hookspec
def goodfit_on_run_end(run: RunFacts) -> None:
    """Hear how a run ended: ``run.record["status"]`` is ``finished``, ``failed`` or ``preempted``.

    When: when everything is written down.     Process: the first.
    Errors: an exception is told, and the run ends as it would.
    Since: hook API 1.     Used by: plugins/register.
    """
