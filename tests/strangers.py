"""What a stranger's plugin is written of, as text."""

HEAD = """
from goodfit.hooks import hookimpl
from goodfit.hooks.types import DataSourceSpec, Finding, GateSpec, Item, MetricSpec, Verdict

HOOK_API = 1


def metric(name):
    return MetricSpec(
        name=name,
        description="Share of right answers",
        kinds=("classification",),
        greater_is_better=True,
        statistics=lambda items: __import__("numpy").array([[i.answer == i.fields["label"], 1.0] for i in items]),
        reduce=lambda sums: sums[..., 0] / sums[..., 1],
    )
"""
TASK = "name: {name}\nkind: classification\ndescription: A task\nprompt: 'Sort: {{text}}'\n"
"""A task's YAML."""


def with_task(words, task):
    """The words of a run with its task replaced."""
    return [f"task={task}", *words[1:]]
