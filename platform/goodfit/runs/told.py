"""What a user is told of any error, and what a further process of a run leaves for the first one to tell."""

from __future__ import annotations

import errno
import itertools
import json
import traceback
from pathlib import Path

from goodfit.errors import ConfigError, GoodfitError, HardwareError, LostError, StoppedError, is_out_of_memory
from goodfit.files import DISK_FAULTS, write_whole
from goodfit.texts.secrets import redact

LONGEST_SHOWN = 100
"""Characters of a name that an error repeats."""

OF_NAMES = (
    errno.ENOENT,
    errno.EACCES,
    errno.EPERM,
    errno.ENAMETOOLONG,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EROFS,
    errno.ELOOP,
)
"""What a system says of a name that a user may have given."""


def told_of(error: Exception) -> GoodfitError:
    """Any error as one for users."""
    if isinstance(error, GoodfitError):
        return error
    if isinstance(error, OSError) and error.filename and error.errno in OF_NAMES:
        named = str(error.filename)
        shown = named if len(named) <= LONGEST_SHOWN else f"{named[:LONGEST_SHOWN]}…"
        if error.errno == errno.ENOENT:
            return ConfigError(f"{shown} does not exist", "check the path, and that its folder is there")
        return ConfigError(f"the system refuses {shown}: {error.strerror or error}", "name another, or mend its rights")
    if isinstance(error, OSError) and error.errno in DISK_FAULTS and not error.filename:
        return HardwareError(f"the output cannot be written: {error.strerror}", "make room, or write it elsewhere")
    said = next(iter(str(error).splitlines()), "no message")
    if is_out_of_memory(error):
        fix = "free some, or take less: training.batch_size=1, a smaller model; goodfit check WORDS says how much"
        return HardwareError(f"memory ran out: {said}", fix)
    whose = (
        "transformers' own code of this model failed" if _is_of_a_model(error) else "goodfit failed by a bug of its own"
    )
    fix = "add --traceback, and report what it prints, but for texts of yours that stand in it"
    return GoodfitError(f"{whose}: {type(error).__name__}: {said}", fix)


def _is_of_a_model(error: Exception) -> bool:
    """Whether an error arose in what transformers has of one architecture, PyTorch's own functions aside."""
    files = [Path(frame.filename).parts for frame in traceback.extract_tb(error.__traceback__)]
    own = next((parts for parts in reversed(files) if "torch" not in parts), ())
    return ("transformers", "models") in itertools.pairwise(own)


CAUSE = ".cause.json"
"""What a further process left in the folder of a run; the first one takes it away."""

LEFT = "left for the first process, which tells it"


def leave_cause(folder: Path, error: BaseException) -> None:
    """Leave for the first process why this one ends: there it is another process that ended.

    Args:
        folder: Of the run.
        error: Why.
    """
    if not isinstance(error, Exception) or isinstance(error, StoppedError | LostError):
        return
    told = told_of(error)
    shown = {"error": redact(told.what), "fix": redact(told.fix), "exit_code": told.exit_code}
    write_whole(folder / CAUSE, json.dumps(shown).encode())
    error.add_note(LEFT)


def is_left(error: BaseException) -> bool:
    """Whether an error was left for the first process."""
    return LEFT in getattr(error, "__notes__", ())


def take_cause(folder: Path) -> GoodfitError | None:
    """What another process left, once; None where there is nothing."""
    try:
        shown = json.loads((folder / CAUSE).read_text("utf-8"))
    except FileNotFoundError:
        return None
    (folder / CAUSE).unlink()
    error = GoodfitError(shown["error"], shown["fix"])
    error.exit_code = shown["exit_code"]
    return error
