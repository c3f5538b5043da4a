"""The command ``goodfit``: runs a verb, turns errors into two lines and an exit code."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TextIO

from goodfit import __version__
from goodfit.calm import calm_libraries
from goodfit.cli.arguments import Arguments, help_text, parse
from goodfit.cli.console import Unread, open_streams
from goodfit.collector import rarely_collecting
from goodfit.data.records import BadRows
from goodfit.errors import (
    GateError,
    GoodfitError,
    HardwareError,
    LostError,
    Mistakes,
    PluginError,
    StoppedError,
    StrayError,
    TrainingError,
)
from goodfit.plugins.threads import end_without_them
from goodfit.ranks import is_first_process, refuse_no_number
from goodfit.runs.told import is_left, told_of
from goodfit.texts.secrets import redact
from goodfit.training.ending import told_by
from goodfit.training.interrupt import ctrl_c_given_back, ignore_ctrl_c

SHOWN_CURSOR = "\x1b[?25h\n"
"""A bar hides it, and has no time to be closed."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; returns the exit code.

    Args:
        argv: The words; without them it is that of the process, which behind it only has to end: Ctrl-C is not heard,
            and no thread of a plugin is waited for.
    """
    if argv is not None:
        with ctrl_c_given_back():
            return _main(list(argv))
    code = _main(sys.argv[1:])
    end_without_them(code)
    return code


def _main(argv: Sequence[str]) -> int:
    open_streams()
    with (
        contextlib.redirect_stderr(Unread(sys.stderr)),  # type: ignore[type-var]
        rarely_collecting(),
        told_by(partial(_tell_at_last, argv=argv, out=sys.stdout)),
    ):
        try:
            try:
                code = _run(parse(argv))
                sys.stdout.flush()
                return code
            finally:
                ignore_ctrl_c()  # here, so that one that comes before it is done is told, too
        except BrokenPipeError:
            _drop_output()
            return 0
        except (Exception, KeyboardInterrupt) as raised:  # noqa: BLE001 (told, and the end)
            ignore_ctrl_c()
            return _tell(raised, argv)


def _tell(raised: Exception | KeyboardInterrupt, argv: Sequence[str]) -> int:
    """Print what went wrong; returns the exit code."""
    if "--traceback" in argv:
        print(redact("".join(_traced(raised))), end="", file=sys.stderr)
    error = _interrupted() if isinstance(raised, KeyboardInterrupt) else told_of(raised)
    further = not is_first_process() and not isinstance(raised, StrayError)
    of_all = isinstance(raised, KeyboardInterrupt | StoppedError | TrainingError | LostError)
    if further and (of_all or is_left(raised)):
        return error.exit_code  # all processes of a run have it, or it was left for the first one, which says it
    try:
        _print_error(error, "--json" in argv and not further)
        sys.stdout.flush()
    except OSError:  # standard output itself is what failed
        _drop_output()
    return error.exit_code


def _traced(error: BaseException, is_foreign: bool = False, told: frozenset[int] = frozenset()) -> Iterator[str]:
    """Where an error arose. Of what a plugin raised its type alone is said: its words may be a record's.

    Args:
        error: Which.
        is_foreign: Whether it is one beneath an error that names a plugin.
        told: The errors above it: foreign code may close a circle.
    """
    beneath = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if beneath is not None and id(beneath) not in told:
        yield from _traced(beneath, is_foreign or isinstance(error, PluginError), told | {id(error)})
        yield "\nDuring handling of the above exception, another exception occurred:\n\n"
    if is_foreign:
        yield "Traceback (most recent call last):\n"
        yield from traceback.format_tb(error.__traceback__)
        yield f"{type(error).__qualname__}\n"
    else:
        yield from traceback.format_exception(error, chain=False)


def _tell_at_last(error: GoodfitError, argv: Sequence[str], out: TextIO) -> int:
    """Print what ends this process in the middle of what it does; returns the exit code."""
    if sys.stderr.isatty():
        sys.stderr.write(SHOWN_CURSOR)
    with contextlib.redirect_stdout(out):
        return _tell(error, argv)


def _interrupted() -> GoodfitError:
    """Ctrl-C came where no run is to be written down as stopped."""
    # where it left an exec of a text, as those of dataclasses, Python notes it as nobody's and ends by the signal; the
    # next such text clears the note: run_eval_code_obj in https://github.com/python/cpython/blob/3.11/Python/pythonrun.c
    exec("")
    error = GoodfitError("interrupted", "the same command starts again")
    error.exit_code = 130
    return error


def _drop_output() -> None:
    """Let what is still to be written to standard output go nowhere: nobody takes it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: Arguments) -> int:
    if "--version" in arguments.flags:
        print(json.dumps({"version": __version__}) if arguments.json else __version__)
        return 0
    if "--help" in arguments.flags or not arguments.verb:
        told = help_text(arguments.verb)
        print(json.dumps({"help": told}) if arguments.json else told)
        return 0
    _refuse_no_docstrings()
    refuse_no_number()
    calm_libraries()
    verb = importlib.import_module(f"goodfit.cli.{arguments.verb}")
    # what a library prints is no part of the one object
    apart: contextlib.AbstractContextManager[object]
    apart = contextlib.redirect_stdout(sys.stderr) if arguments.json else contextlib.nullcontext()
    try:
        with apart:
            result: dict[str, Any] | None = verb.run(arguments)
    except GateError as refused:
        refused.result = _with_warnings(refused.result, arguments.warnings)
        raise
    if arguments.json and result is not None:
        print(json.dumps(_with_warnings(result, arguments.warnings)))
    return int((result or {}).get("exit_code", 0))


def _refuse_no_docstrings() -> None:
    if sys.flags.optimize > 1:
        what = "Python was started without docstrings (PYTHONOPTIMIZE=2 or -OO), and transformers reads its own"
        raise HardwareError(what, "unset PYTHONOPTIMIZE, and leave -OO out")


def _with_warnings(result: Mapping[str, Any], told: Sequence[str]) -> dict[str, Any]:
    """The result of a verb, with what people were warned of before those of the result's own."""
    return {**result, "warnings": [*told, *result.get("warnings", ())]}


def _print_error(error: GoodfitError, as_json: bool) -> None:
    print(redact("\n".join(error.lines())), file=sys.stderr)
    if as_json:
        mistakes = error.mistakes if isinstance(error, Mistakes) else (error,)
        listed = [
            {
                "error": mistake.what,
                "fix": mistake.fix,
                **({"problems": [one.told() for one in mistake.problems]} if isinstance(mistake, BadRows) else {}),
            }
            for mistake in mistakes
        ]
        result = error.result if isinstance(error, GateError) else {}
        print(json.dumps(_without_secrets({**result, "exit_code": error.exit_code, "errors": listed})))


def _without_secrets(value: Any) -> Any:
    """What is to be JSON; there, secrets with quotes or umlauts would be written in another way, and not be found."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {name: _without_secrets(one) for name, one in value.items()}
    return [_without_secrets(one) for one in value] if isinstance(value, list | tuple) else value
