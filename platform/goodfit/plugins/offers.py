"""What a plugin may hand over: its hooks are those that exist, and what they return is what they promise."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import Any

import pluggy

from goodfit.errors import PluginError
from goodfit.hooks import HOOK_API, specs
from goodfit.hooks.deprecated import OLDEST_API
from goodfit.registry import did_you_mean


def all_hooks() -> dict[str, Callable[..., Any]]:
    """Hook -> its spec, in the order in which a run calls them."""
    return {name: hook for name, hook in vars(specs).items() if name.startswith("goodfit_")}


def hooks_of(module: ModuleType) -> list[str]:
    """The hooks that a module has, or believes to have."""
    marked = pluggy.PluginManager("goodfit").parse_hookimpl_opts
    found = []
    for name, value in vars(module).items():
        if inspect.isroutine(value) and (name.startswith("goodfit_") or marked(module, name) is not None):
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
        raise PluginError(f"it was written for hook API {api}, and this is {HOOK_API}", "update the plugin")


def refuse_wrong_hooks(module: ModuleType) -> None:
    """Refuse a hook that nobody would ever call, or that could not be called.

    Raises:
        PluginError: Names it, and the nearest that exists.
    """
    known = all_hooks()
    for name in hooks_of(module):
        if name not in known:
            raise _misspelt(f"it has a hook '{name}', which does not exist", name, known)
        options = pluggy.PluginManager("goodfit").parse_hookimpl_opts(module, name)
        if options is None:
            raise PluginError(f"its hook '{name}' is not marked", "write @hookimpl above it")
        if any(options.values()):
            asked = ", ".join(option for option, value in options.items() if value)
            raise PluginError(f"its hook '{name}' asks for {asked}", "write @hookimpl alone: the config sets the order")
        arguments = inspect.signature(known[name]).parameters
        for argument in inspect.signature(vars(module)[name]).parameters:
            if argument not in arguments:
                raise _misspelt(f"its hook '{name}' takes '{argument}', which it is not given", argument, arguments)


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


def named(things: Sequence[Any], plugin: str) -> dict[str, Any]:
    """Things by name.

    Raises:
        ValueError: A name without the plugin's before it, or twice.
    """
    found: dict[str, Any] = {}
    for thing in things:
        if not thing.name.startswith(f"{plugin}."):
            raise ValueError(f"it offers '{thing.name}'; its names have to start with '{plugin}.'")
        if thing.name in found:
            raise ValueError(f"it offers '{thing.name}' twice")
        found[thing.name] = thing
    return found
