"""What a plugin may hand over: its hooks are those that exist, and what they return is what they promise."""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any

import pluggy

from goodfit.errors import PluginError
from goodfit.hooks import HOOK_API, specs
from goodfit.hooks.deprecated import OLDEST_API
from goodfit.hooks.types import SEVERITIES, AuditSpec, Finding, ScrubberSpec
from goodfit.plugins.typed import expect_fields
from goodfit.registry import did_you_mean
from goodfit.texts.shown import in_one_line


def all_hooks() -> dict[str, Callable[..., Any]]:
    """Hook -> its spec, in the order in which a run calls them."""
    return {name: hook for name, hook in vars(specs).items() if name.startswith("goodfit_")}


def hooks_of(module: ModuleType) -> list[str]:
    """The hooks that a module has, or believes to have."""
    marked = pluggy.PluginManager("goodfit").parse_hookimpl_opts
    found = []
    for name, value in vars(module).items():
        called_so = name.startswith("goodfit_") and callable(value) and not isinstance(value, type)
        if called_so or (inspect.isroutine(value) and marked(module, name) is not None):
            found.append(name)
    return found


def refuse_other_api(module: ModuleType) -> None:
    """Refuse hooks that were written for another version of the specs; a module without hooks needs none.

    Raises:
        PluginError: Says both versions.
    """
    api = vars(module).get("HOOK_API")
    known = range(OLDEST_API, HOOK_API + 1)
    if api not in known and (api is not None or hooks_of(module)):
        is_newer = isinstance(api, int) and api > HOOK_API
        fix = "pip install --upgrade goodfit" if is_newer else "update the plugin"
        raise PluginError(f"it was written for hook API {api}, and this is {HOOK_API}", fix)


def refuse_wrong_hooks(module: ModuleType) -> None:
    """Refuse a hook that nobody would ever call, or that could not be called.

    Raises:
        PluginError: Names it, and the nearest that exists.
    """
    known = all_hooks()
    for name in hooks_of(module):
        function = vars(module)[name]
        options = pluggy.PluginManager("goodfit").parse_hookimpl_opts(module, name)
        if name not in known:
            if options and options["optionalhook"]:
                continue  # of another version of goodfit
            raise _misspelt(f"it has a hook '{name}', which does not exist", name, known)
        if not inspect.isfunction(function):
            raise PluginError(f"its hook '{name}' is a {type(function).__name__}, no function", "write it with def")
        if options is None:
            raise PluginError(f"its hook '{name}' is not marked", "write @hookimpl above it")
        if asked := ", ".join(option for option, value in options.items() if value and option != "optionalhook"):
            raise PluginError(f"its hook '{name}' asks for {asked}", "write @hookimpl alone: the config sets the order")
        if any(test(function) for test in LATER):
            raise PluginError(f"its hook '{name}' is async or has a yield, and would never run", "write a plain def")
        _refuse_arguments(name, function, inspect.signature(known[name]).parameters)


LATER = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
"""Functions whose call does nothing yet."""


def _refuse_arguments(name: str, function: Callable[..., Any], given: Mapping[str, inspect.Parameter]) -> None:
    for argument in inspect.signature(function).parameters.values():
        if argument.kind in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD):
            raise PluginError(f"its hook '{name}' takes '{argument}'", f"name them: {', '.join(given)}")
        if argument.name not in given:
            what = f"its hook '{name}' takes '{argument.name}', which it is not given"
            raise _misspelt(what, argument.name, given)
        if argument.kind is argument.POSITIONAL_ONLY:
            raise PluginError(f"its hook '{name}' takes '{argument.name}' by place only", "leave the / out")


def arguments_of(function: Callable[..., Any]) -> list[str]:
    """What a hook is given, those with a default among them."""
    return list(inspect.signature(function).parameters)


def _misspelt(what: str, name: str, known: Iterable[str]) -> PluginError:
    fix = did_you_mean(name, known, f"choose of: {', '.join(known) or 'none'}")
    return PluginError(f"{what}; {fix}", fix)


def sequence_of(sort: type, result: Any) -> list[Any]:
    """What a hook returned, as a list.

    Raises:
        TypeError: It is no sequence of the promised sort.
    """
    if not isinstance(result, Sequence) or not all(isinstance(thing, sort) for thing in result):
        raise TypeError(f"expected a sequence of {sort.__name__}, got {type(result).__name__}")
    return list(result)


def sound(finding: Finding) -> Finding:
    """A finding as it is written down: NumPy's numbers become Python's.

    Raises:
        TypeError: It holds something that cannot be written down, or not what it says that it holds.
    """
    texts = {"code": finding.code, "message": finding.message, "mend": finding.mend}
    wrong = [name for name, value in texts.items() if not isinstance(value, str)]
    if wrong:
        raise TypeError(f"a finding whose {wrong[0]} is no text")
    if finding.severity not in SEVERITIES:
        raise TypeError(f"a finding with severity {finding.severity!r}; choose of {', '.join(SEVERITIES)}")
    if isinstance(finding.rows, str) or not all(isinstance(row, str) for row in finding.rows):
        raise TypeError(f"the finding {finding.code} has rows that are no sequence of ids")
    if not isinstance(finding.evidence, Mapping):
        raise TypeError(f"the finding {finding.code} has evidence that is a {type(finding.evidence).__name__}")
    try:
        figure = None if finding.figure is None else float(finding.figure)
        evidence = json.loads(json.dumps(dict(finding.evidence), default=_plain, allow_nan=False))
        json.dumps(figure, allow_nan=False)
    except (ValueError, OverflowError) as error:
        raise TypeError(f"the finding {finding.code} holds what is no finite number") from error
    said = {name: in_one_line(value) for name, value in texts.items()}
    return dataclasses.replace(finding, figure=figure, evidence=evidence, rows=tuple(finding.rows), **said)


def _plain(value: Any) -> Any:
    """NumPy's numbers and arrays as Python's."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a finding with evidence that is a {type(value).__name__}")


def named(things: Sequence[Any], plugin: str) -> dict[str, Any]:
    """Things by name.

    Raises:
        TypeError: One has a field of another type than the promised one.
        ValueError: A name without the plugin's before it, or twice, or that nobody could type; an audit that looks at
            nothing, or whose fixes are none of its codes, a limit or a recall that is out of its range, a limit that
            two audits mean differently, a scrubber that says how a type is treated which it does not find.
    """
    found: dict[str, Any] = {}
    for thing in things:
        expect_fields(thing)
        if not thing.name.startswith(f"{plugin}."):
            raise ValueError(f"it offers '{thing.name}'; its names have to start with '{plugin}.'")
        if thing.name in found:
            raise ValueError(f"it offers '{thing.name}' twice")
        if not TYPED.fullmatch(thing.name):
            raise ValueError(f"it offers '{thing.name}'; a name is made of letters, digits, '_', '-', '@' and '.'")
        if isinstance(thing, AuditSpec):
            _refuse_blind(thing)
            refuse_taken_limits([thing], [other for other in found.values() if other is not thing])
        if isinstance(thing, ScrubberSpec):
            _refuse_wrong_types(thing)
        found[thing.name] = thing
    return found


TYPED = re.compile(r"[\w.@-]+")
"""Names that can stand in a word of the command line without quotes."""
SORT = re.compile(r"[A-Z][A-Z0-9_]*")
"""A type that a scrubber finds."""


def _refuse_blind(audit: AuditSpec) -> None:
    if audit.look_at_data is None and audit.look_at_model is None:
        raise ValueError(f"its audit '{audit.name}' looks at neither data nor model")
    for code in audit.fixes:
        if code not in (audit.codes or ()) or not code.startswith(f"{audit.name.split('.', 1)[0]}."):
            raise ValueError(f"its audit '{audit.name}' has '{code}' in fixes, which is none of its own codes")
    for limit in audit.limits:
        if not TYPED.fullmatch(limit.name) or "." in limit.name:  # in a word, what a dot divides are two names
            raise ValueError(f"its audit '{audit.name}' has the limit '{limit.name}', which nobody could type")
        if not limit.low <= limit.default <= limit.high:
            raise ValueError(
                f"its limit '{limit.name}' is {limit.default:g}, which is not between {limit.low:g} and {limit.high:g}"
            )


def unknown_limits(setter: str, limits: Iterable[str], known: Collection[str]) -> list[tuple[str, str]]:
    """What is wrong with limits that are set, and how it is mended.

    Args:
        setter: What sets them, as it is typed.
        limits: They.
        known: Those that audits have.
    """
    return [
        (
            f"{setter} sets the limit '{limit}', which is one of no installed audit",
            did_you_mean(limit, known, "goodfit list limits"),
        )
        for limit in sorted(set(limits) - set(known))
    ]


def refuse_taken_limits(audits: Iterable[AuditSpec], others: Iterable[AuditSpec]) -> None:
    """Refuse a limit whose name stands for another one already: ``policy.limits`` would set both, in the range of one.
    Audits of one plugin may share a limit.

    Raises:
        ValueError: Names both audits.
    """
    taken = {limit.name: (limit, other) for other in others for limit in other.limits}
    for audit in audits:
        for limit in audit.limits:
            known, other = taken.get(limit.name, (limit, audit))
            if known != limit or audit.name.split(".", 1)[0] != other.name.split(".", 1)[0]:
                raise ValueError(
                    f"its audit '{audit.name}' has the limit '{limit.name}', which '{other.name}' has already"
                )


def _refuse_wrong_types(scrubber: ScrubberSpec) -> None:
    for sort, share in scrubber.recall.items():
        if not SORT.fullmatch(sort):
            raise ValueError(f"its scrubber '{scrubber.name}' finds '{sort}'; a type is made of capitals and '_'")
        if not (math.isnan(share) or 0 <= share <= 1):
            raise ValueError(f"its scrubber '{scrubber.name}' has a recall of {share:g}; it is between 0 and 1, or nan")
    for does, sorts in (("orders", scrubber.ordered), ("repeats", scrubber.repeats)):
        if strange := [sort for sort in sorts if sort not in scrubber.recall]:
            raise ValueError(f"its scrubber '{scrubber.name}' {does} '{strange[0]}', which it does not declare to find")
