"""Files with hooks that were named by a word on this machine: a run's own config may name such a one, and no other."""

from __future__ import annotations

import os
from pathlib import Path

from goodfit.errors import ConfigError
from goodfit.files import OWNER, at_home, file_digest, text_digest, write_whole

STATE = "XDG_STATE_HOME"
"""Where what a user's programs remember lies: https://specifications.freedesktop.org/basedir-spec/latest/."""


def remember(file: str) -> None:
    """Take a file with hooks, as it is now, for one that this user trusts.

    Raises:
        OSError: The system says no.
    """
    note = _note_of(file)
    if not note.is_file():
        note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(note, f"{os.path.realpath(file)}\n".encode("utf-8", "surrogateescape"), OWNER)


def is_remembered(file: str) -> bool:
    """Whether a file with hooks is at the place, and has the content, that this user once named by a word."""
    try:
        return _note_of(file).is_file()
    except OSError:
        return False


def _note_of(file: str) -> Path:
    """The file that says so; no folder that is handed on has it.

    Raises:
        OSError: The file cannot be read, or the user has no place for notes.
    """
    given = os.environ.get(STATE, "")
    root = Path(given) if os.path.isabs(given) else at_home("~/.local/state")
    if not root.is_absolute():  # what lies where one types may be a stranger's
        raise FileNotFoundError(f"there is no home folder, and {STATE} names none")
    place = os.path.realpath(file)
    return root / "goodfit" / "hooks" / text_digest(f"{place}\0{file_digest(Path(place))}").removeprefix("sha256:")


def not_remembered(config: Path, file: str, named: str) -> ConfigError:
    """The error for a run's config that names another one.

    Args:
        config: The config.
        file: What it names.
        named: A command that names it.
    """
    return ConfigError(
        f"{config} names code, plugins.file: {file}, which nobody has named here as it is now",
        f"where it is your own, name it once: {named}",
    )
