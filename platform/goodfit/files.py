"""Files that are there whole or not at all, their digests, and faults of a disk."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from goodfit.errors import ConfigError, DataError, DiskError, GoodfitError

DISK_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG, errno.EACCES, errno.EPERM}


def at_home(path: str) -> Path:
    """A path as typed, with ``~`` as a home folder where there is one."""
    try:
        return Path(path).expanduser()
    except RuntimeError:  # of a user that does not exist
        return Path(path)


def ending(path: Path) -> str:
    """The ending of a file's name, with its dot and in lower case; nothing where it has none."""
    return path.suffix.lower()


def refuse_special(path: Path, sort: type[GoodfitError] = DataError) -> None:
    """Refuse to read a pipe, a device or the like, be it behind a link: it may never begin, or never end, and what is
    read of it is gone. What is not there, is for the one who reads to say.

    Args:
        path: What somebody named.
        sort: Of the error.

    Raises:
        GoodfitError: It is such.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise sort(f"{path} is no plain file", "write what it gives to a file first, and name that")


EVERYBODY, OWNER = 0o666, 0o600
"""Who may read a new file, as far as the umask lets them."""


def write_whole(path: Path, content: bytes, rights: int = EVERYBODY) -> None:
    """Write a file so that it is there whole or not at all: temporary file beside it, fsync, rename, fsync.

    Raises:
        OSError: The system says no; what was there before still is, and nothing beside it.
    """
    temporary = part_of(path)
    try:
        write_synced(temporary, content, rights)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextlib.contextmanager
def to_output(path: Path) -> Iterator[None]:
    """What the system says of a file that ``--output`` names, as an error for people."""
    try:
        yield
    except OSError as error:
        raise unwritten(path, str(error.strerror)) from None


def unwritten(path: Path, reason: str) -> ConfigError:
    """The error for a file that ``--output`` names and that cannot be written."""
    return ConfigError(f"{path} cannot be written: {reason}", "choose another --output")


def part_of(path: Path) -> Path:
    """The temporary file that becomes a file; a process that was killed leaves it."""
    return path.with_name(f".{path.name}.part")


def write_synced(path: Path, content: bytes, rights: int = EVERYBODY) -> None:
    """Write a file and wait until the disk has it; what lies there, or what it links to, is no part of it.

    Raises:
        OSError: The system says no.
    """
    if os.path.lexists(path):  # as a killed process leaves it; its rights would be those of the new file
        path.unlink(missing_ok=True)
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW, rights)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def share_like(path: Path, other: Path) -> None:
    """Let a file be read by those who may read another new one: safetensors writes its own for their owner alone."""
    os.chmod(path, stat.S_IMODE(other.stat().st_mode))


def sync_folder(folder: Path) -> None:
    """Wait until the disk has what was renamed in a folder: https://man7.org/linux/man-pages/man2/fsync.2.html."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def file_digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def text_digest(text: str) -> str:
    """``sha256:…`` of a text, halves of surrogate pairs among it."""
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def to_go_on(error: BaseException, what: str, folder: Path, again: str) -> BaseException:
    """The fault of a disk as the error that says how to go on; any other error as it is.

    Args:
        error: What arose.
        what: What was being written.
        folder: Where.
        again: What to type to go on.
    """
    if isinstance(error, OSError) and error.errno in DISK_FAULTS:
        error = disk_fault(error, what, folder)
    if isinstance(error, DiskError):
        error.fix = f"{error.mend}, then go on with: {again}"
    return error


def disk_fault(error: Exception, what: str, folder: Path) -> DiskError:
    """The error for a disk that does not take something."""
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return DiskError(f"{what} could not be written to {folder}: {reason}")
