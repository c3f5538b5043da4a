"""Plugins that are broken in all ways that we know: each as the files of its package, and what goodfit says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

HEAD = """
import os
import time
from pathlib import Path

import numpy as np

from goodfit.hooks import hookimpl
from goodfit.hooks.types import (
    AuditSpec, DataSourceSpec, Finding, Found, GateSpec, Limit, MetricSpec, ModelSpec, ScrubberSpec, Verdict
)

HOOK_API = 1


def metric(name, **more):
    about = dict(description="d", kinds=("classification",), greater_is_better=True)
    sums = dict(statistics=lambda items: np.ones((len(items), 2)), reduce=lambda sums: sums[..., 0] / sums[..., 1])
    return MetricSpec(**{"name": name, **about, **sums, **more})


def source(name, files):
    return DataSourceSpec(name=name, description="d", kind="classification", licence="x", origin="o", files=files)


def scrubber(name, **more):
    find = lambda texts: [[Found(start="0", end="2", type="ODD")] for _ in texts]
    return ScrubberSpec(name=name, description="d", measured_on="m", find=find, **more)


def crash(*_):
    raise ValueError("out of order")
"""
TASK = "name: {name}\nkind: classification\ndescription: A task\nprompt: 'Sort: {{text}}'\n"


def offers(things: str, body: str) -> str:
    """A plugin with one offering hook."""
    return f"{HEAD}\n\n@hookimpl\ndef goodfit_register_{things}():\n    {body}\n"


def judges(body: str) -> str:
    """A plugin that judges data."""
    return f"{HEAD}\n\n@hookimpl\ndef goodfit_check_data(task, splits):\n    {body}\n"


@dataclass(frozen=True)
class Broken:
    """A way to be broken."""

    code: str
    needed: str
    """What a run that needs the plugin ends with, the beginning of its line; exit code 4."""
    otherwise: str = "broken"
    """What another run says of it: ``broken`` in a warning, ``finding`` among its findings, ``unseen``: it goes on."""
    task: str = ""
    """More lines of its task's file."""
    words: tuple[str, ...] = ()
    """More words of the run that needs it."""
    conf: Mapping[str, str] = field(default_factory=dict)


def left_out(reason: str) -> str:
    """What is said of a plugin that could not be loaded."""
    return f"task={{name}} needs the plugin '{{name}}', which is broken: {reason}"


def judged(reason: str) -> str:
    """What is said of a plugin that could not judge its own task."""
    return f"the plugin '{{name}}' could not judge its own task: goodfit_check_data raised {reason}"


BROKEN: Mapping[str, Broken] = {
    "bad import": Broken(
        "import no_such_library\n", left_out("ModuleNotFoundError: No module named 'no_such_library'")
    ),
    "syntax error": Broken("def f(:\n", left_out("SyntaxError: ")),
    "raises at import": Broken("1 / 0\n", left_out("ZeroDivisionError: division by zero ({folder}/plugin.py:1)")),
    "exits at import": Broken("raise SystemExit(0)\n", left_out("SystemExit")),
    "hangs at import": Broken("while True: pass\n", left_out("TimeoutError: it took longer than 2 s")),
    "older hook API": Broken("HOOK_API = 0\n", left_out("it was written for hook API 0, and this is 1")),
    "newer hook API": Broken("HOOK_API = 2\n", left_out("it was written for hook API 2, and this is 1")),
    "misspelt hook": Broken(
        f"{HEAD}\n\n@hookimpl\ndef goodfit_chek_data(task):\n    return []\n",
        left_out("it has a hook 'goodfit_chek_data', which does not exist; did you mean 'goodfit_check_data'?"),
    ),
    "misspelt argument": Broken(
        f"{HEAD}\n\n@hookimpl\ndef goodfit_check_data(task, split):\n    return []\n",
        left_out("its hook 'goodfit_check_data' takes 'split', which it is not given; did you mean 'splits'?"),
    ),
    "hook without its mark": Broken(
        f"{HEAD}\n\ndef goodfit_check_data(task):\n    return []\n",
        left_out("its hook 'goodfit_check_data' is not marked"),
    ),
    "hook that wants to be first": Broken(
        f"{HEAD}\n\n@hookimpl(tryfirst=True)\ndef goodfit_check_data(task):\n    return []\n",
        left_out("its hook 'goodfit_check_data' asks for tryfirst"),
    ),
    "hook that is async": Broken(
        f"{HEAD}\n\n@hookimpl\nasync def goodfit_check_data(task):\n    return []\n",
        left_out("its hook 'goodfit_check_data' is async or has a yield"),
    ),
    "hook that is a generator": Broken(judges("yield 1"), left_out("its hook 'goodfit_check_data' is async or has a")),
    "hook that is no function": Broken(
        f"{HEAD}\nimport functools\n\ngoodfit_check_data = functools.partial(crash)\n",
        left_out("its hook 'goodfit_check_data' is a partial, no function"),
    ),
    "argument by place only": Broken(
        f"{HEAD}\n\n@hookimpl\ndef goodfit_check_data(task, /):\n    return []\n",
        left_out("its hook 'goodfit_check_data' takes 'task' by place only"),
    ),
    "cancels at import": Broken(
        "import asyncio\nraise asyncio.CancelledError\n", left_out("RuntimeError: it raised CancelledError")
    ),
    "an error that cannot be read": Broken(
        "class Bad(Exception):\n    def __str__(self):\n        raise ValueError\nraise Bad\n",
        left_out("Bad: its message cannot be read"),
    ),
    "offering hook raises": Broken(offers("gates", "crash()"), left_out("ValueError: out of order")),
    "offers texts": Broken(offers("metrics", "return ['x']"), left_out("TypeError: expected a sequence of MetricSpec")),
    "offers nothing at all": Broken(
        offers("models", "return None"), left_out("TypeError: expected a sequence of ModelSpec, got NoneType")
    ),
    "another plugin's name": Broken(
        offers("metrics", "return [metric('legal.risk_recall')]"),
        left_out("ValueError: it offers 'legal."),
    ),
    "a name twice": Broken(
        offers("metrics", "return [metric(__name__.split('_')[1].split('.')[0] + '.x')] * 2"),
        left_out("ValueError: it offers '{name}.x' twice"),
    ),
    "a field of another type": Broken(
        offers("metrics", "return [metric('{name}.x', greater_is_better='no')]"),
        left_out("TypeError: MetricSpec.greater_is_better: expected bool, got str"),
    ),
    "a text where a list belongs": Broken(
        offers("metrics", "return [metric('{name}.x', kinds='classification')]"),
        left_out("TypeError: MetricSpec.kinds: expected tuple, got str"),
    ),
    "a name that nobody can type": Broken(
        offers("metrics", "return [metric('{name}.x y')]"),
        left_out("ValueError: it offers '{name}.x y'; a name is made of letters, digits"),
    ),
    "a limit that is none": Broken(
        offers("audits", "return [AuditSpec(name='{name}.x', description='d', look_at_data=crash, limits=({},))]"),
        left_out("TypeError: AuditSpec.limits: expected Limit, got dict"),
    ),
    "fixes that are a text": Broken(
        offers("audits", "return [AuditSpec(name='{name}.x', description='d', look_at_data=crash, fixes='{name}.y')]"),
        left_out("TypeError: AuditSpec.fixes: expected tuple, got str"),
    ),
    "a fix of another's finding": Broken(
        offers(
            "audits",
            "return [AuditSpec(name='{name}.x', description='d', look_at_data=crash, "
            "codes=('data.conflict',), fixes=('data.conflict',))]",
        ),
        left_out("ValueError: its audit '{name}.x' has 'data.conflict' in fixes, which is none of its own codes"),
    ),
    "a fix that no finding has": Broken(
        offers("audits", "return [AuditSpec(name='{name}.x', description='d', look_at_data=len, fixes=('{name}.y',))]"),
        left_out("ValueError: its audit '{name}.x' has '{name}.y' in fixes, which is none of its own codes"),
    ),
    "a limit out of its range": Broken(
        offers(
            "audits",
            "return [AuditSpec(name='{name}.x', description='d', look_at_data=crash, "
            "limits=(Limit(name='x', default=7, low=0, high=1, meaning='m'),))]",
        ),
        left_out("ValueError: its limit 'x' is 7, which is not between 0 and 1"),
    ),
    "a limit that nobody can type": Broken(
        offers(
            "audits",
            "return [AuditSpec(name='{name}.x', description='d', look_at_data=crash, "
            "limits=(Limit(name='{name}.y', default=0, low=0, high=1, meaning='m'),))]",
        ),
        left_out("ValueError: its audit '{name}.x' has the limit '{name}.y', which nobody could type"),
    ),
    "an audit that looks at nothing": Broken(
        offers("audits", "return [AuditSpec(name='{name}.x', description='d')]"),
        left_out("ValueError: its audit '{name}.x' looks at neither data nor model"),
    ),
    "a recall that is no share": Broken(
        offers("scrubbers", "return [scrubber('{name}.x', recall={'ODD': 2.0})]"),
        left_out("ValueError: its scrubber '{name}.x' has a recall of 2; it is between 0 and 1, or nan"),
    ),
    "a type in small letters": Broken(
        offers("scrubbers", "return [scrubber('{name}.x', recall={'odd': 0.5})]"),
        left_out("ValueError: its scrubber '{name}.x' finds 'odd'; a type is made of capitals and '_'"),
    ),
    "a type that is ordered and not found": Broken(
        offers("scrubbers", "return [scrubber('{name}.x', recall={'ODD': 0.5}, ordered=('EVEN',))]"),
        left_out("ValueError: its scrubber '{name}.x' orders 'EVEN', which it does not declare to find"),
    ),
    "a type that is repeated and not found": Broken(
        offers("scrubbers", "return [scrubber('{name}.x', recall={'ODD': 0.5}, repeats=('EVEN',))]"),
        left_out("ValueError: its scrubber '{name}.x' repeats 'EVEN', which it does not declare to find"),
    ),
    "places that are no numbers": Broken(
        offers("scrubbers", "return [scrubber('{name}.x', recall={'ODD': 0.5})]"),
        "the plugin '{name}' failed in {name}.x.find: TypeError: Found.start: expected int, got str",
        "unseen",
        words=("privacy=mask", "privacy.scrubbers=[{name}.x]"),
    ),
    "judge raises": Broken(judges("crash()"), judged("ValueError ("), "finding"),
    "judge exits": Broken(judges("raise SystemExit(3)"), judged("SystemExit ("), "finding"),
    "judge returns nothing": Broken(
        judges("return None"), judged("TypeError: expected a sequence of Finding, got NoneType"), "finding"
    ),
    "judge that ends its own test": Broken(
        judges("import pytest; pytest.skip('no')"), judged("RuntimeError: it raised Skipped"), "finding"
    ),
    "severity that there is not": Broken(
        judges("return [Finding(severity='fatal', code='x', message='x')]"),
        judged("TypeError: a finding with severity 'fatal'"),
        "finding",
    ),
    "evidence that cannot be written": Broken(
        judges("return [Finding(severity='info', code='x', message='x', evidence={'ids': {1}})]"),
        judged("TypeError: a finding with evidence that is a set"),
        "finding",
    ),
    "a figure that is no number": Broken(
        judges("return [Finding(severity='info', code='x', message='x', figure=np.nan)]"),
        judged("TypeError: the finding x holds what is no finite number"),
        "finding",
    ),
    "judge hangs": Broken(judges("time.sleep(60)"), judged("TimeoutError: it took longer than 2 s"), "finding"),
    "judge changes a frozen value": Broken(
        judges("splits['train'][0]['text'] = Finding(severity='info', code='x', message='').code = 'x'"),
        judged("FrozenInstanceError ("),
        "finding",
    ),
    "metric raises": Broken(
        offers("metrics", "return [metric('{name}.x', statistics=crash)]"),
        "the plugin '{name}' failed in {name}.x.statistics: ValueError (",
        "unseen",
        "metrics: [{name}.x]\n",
    ),
    "metric returns a list": Broken(
        offers("metrics", "return [metric('{name}.x', statistics=list)]"),
        "the plugin '{name}' failed in {name}.x.statistics: TypeError: expected numpy.ndarray",
        "unseen",
        "metrics: [{name}.x]\n",
    ),
    "metric with a row too few": Broken(
        offers("metrics", "return [metric('{name}.x', statistics=lambda items: np.ones((len(items) - 1, 2)))]"),
        "the plugin '{name}' failed in {name}.x.statistics: ValueError: expected an array of shape (24, k), a row for",
        "unseen",
        "metrics: [{name}.x]\n",
    ),
    "metric of texts": Broken(
        offers("metrics", "return [metric('{name}.x', statistics=lambda items: np.array([['a']] * len(items)))]"),
        "the plugin '{name}' failed in {name}.x.statistics: TypeError: expected real numbers, got <U1",
        "unseen",
        "metrics: [{name}.x]\n",
    ),
    "metric that does not reduce": Broken(
        offers("metrics", "return [metric('{name}.x', reduce=lambda sums: sums)]"),
        "the plugin '{name}' failed in {name}.x.reduce: ValueError: expected an array of shape ",
        "unseen",
        "metrics: [{name}.x]\n",
    ),
    "metric that is infinite": Broken(
        offers("metrics", "return [metric('{name}.x', reduce=lambda sums: sums[..., 0] * np.inf)]"),
        "the plugin '{name}' failed in {name}.x.reduce: ValueError: expected finite numbers, or nan where",
        "unseen",
        "metrics: [{name}.x]\n",
    ),
    "data source without its file": Broken(
        offers("data_sources", "return [source('{name}.x', lambda: {'train': Path('/nowhere/train.jsonl')})]"),
        "the plugin '{name}' failed in {name}.x.files: ValueError: there is no /nowhere/train.jsonl",
        "unseen",
        words=("dataset.source={name}.x",),
    ),
    "data source with a split that there is not": Broken(
        offers("data_sources", "return [source('{name}.x', lambda: {'trian': Path('/nowhere/train.jsonl')})]"),
        "the plugin '{name}' failed in {name}.x.files: ValueError: expected a file for train, and for others of ",
        "unseen",
        words=("dataset.source={name}.x",),
    ),
    "data source of texts": Broken(
        offers("data_sources", "return [source('{name}.x', lambda: {'train': 'train.jsonl'})]"),
        "the plugin '{name}' failed in {name}.x.files: TypeError: expected Path, got str",
        "unseen",
        words=("dataset.source={name}.x",),
    ),
    "model source without its folder": Broken(
        offers(
            "models",
            "return [ModelSpec(name='{name}.x', description='d', licence='x', folder=lambda: Path('/nowhere'))]",
        ),
        "the plugin '{name}' failed in {name}.x.folder: ValueError: there is no folder /nowhere",
        "unseen",
        words=("model.source={name}.x",),
    ),
    "data source raises": Broken(
        offers("data_sources", "return [source('{name}.x', crash)]"),
        "the plugin '{name}' failed in {name}.x.files: ValueError: out of order",
        "unseen",
        words=("dataset.source={name}.x",),
    ),
    "model source returns a text": Broken(
        offers("models", "return [ModelSpec(name='{name}.x', description='d', licence='x', folder=lambda: 'x')]"),
        "the plugin '{name}' failed in {name}.x.folder: TypeError: expected Path, got str",
        "unseen",
        words=("model.source={name}.x",),
    ),
    "offers what its task does not name": Broken(
        offers("metrics", "return [metric('{name}.x')]"),
        "no metric called '{name}.y'",
        "unseen",
        "metrics: [{name}.y]\n",
    ),
}
"""The fault -> the plugin."""


def module_of(broken: Broken, name: str) -> str:
    """Its code under a name."""
    return broken.code.replace("{name}", name)


def task_of(broken: Broken, name: str) -> str:
    """The file of its task."""
    return TASK.format(name=name) + broken.task.replace("{name}", name)
