"""One process has a folder at a time, for as long as it lives."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from goodfit.errors import ConfigError
from goodfit.files import EVERYBODY
from goodfit.run_files import HELD

PATIENCE = 5.0
"""Seconds after which a process that waits for another one says so."""

_LOCKS: set[IO[bytes]] = set()


def _let_go() -> None:
    for lock in _LOCKS:
        lock.close()


os.register_at_fork(after_in_child=_let_go)  # a loader's worker outlives its killed run by some seconds


@contextlib.contextmanager
def held(path: Path, wait: bool = False) -> Iterator[Path]:
    """Hold the lock of a run's folder; the system frees it when the process ends, however it ends.

    Args:
        path: The folder.
        wait: Wait for as long as another process holds it.

    Raises:
        ConfigError: Another process holds it, and we do not wait; or something else lies in its place.
    """
    told = time.monotonic() + PATIENCE
    while True:
        with open_plain(path / HELD, os.O_RDWR | os.O_CREAT) as lock:
            _LOCKS.add(lock)
            try:
                if is_taken(lock, path / HELD):
                    try:
                        yield path
                    finally:
                        # where the folder was moved, another's may lie here
                        if is_same(os.fstat(lock.fileno()), path / HELD):
                            (path / HELD).unlink(missing_ok=True)
                    return
            finally:
                _LOCKS.discard(lock)
        if not wait:
            raise ConfigError(f"another run is writing to {path}", "wait for its end, or train into another run.dir")
        if time.monotonic() > told:
            logging.getLogger(__name__).warning("waiting for another process that writes to %s", path)
            told = float("inf")
        time.sleep(0.2)


def is_held(path: Path) -> bool:
    """Whether some process holds the lock of a run's folder now."""
    try:
        with open_plain(path / HELD, os.O_RDONLY) as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, ConfigError):
        return False
    except BlockingIOError:
        return True
    return False


def open_plain(path: Path, flags: int, rights: int = EVERYBODY, mode: str = "rb") -> IO[bytes]:
    """Open a file of ours. It comes along when a folder is handed on: where it leads is not followed, nor waited for.

    Args:
        path: The file.
        flags: Of the system call.
        rights: Of a new one.
        mode: Of the opened file.

    Raises:
        ConfigError: It is a link, a pipe or the like.
        OSError: The system says no.
    """
    try:
        number = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, rights)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise _no_plain_file(path) from None
        raise
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise _no_plain_file(path)
    return os.fdopen(number, mode)


def _no_plain_file(path: Path) -> ConfigError:
    return ConfigError(f"{path} is no plain file, and goodfit writes no other", "remove it")


def is_taken(file: IO[bytes], path: Path) -> bool:
    """Whether the lock of an opened file is ours now, and the file still lies at its place."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return is_same(os.fstat(file.fileno()), path)  # its holder may have removed it between our two calls


def is_same(then: os.stat_result, path: Path) -> bool:
    """Whether what was seen once, an open file or a folder, is still what lies at a place."""
    try:
        return os.path.samestat(then, path.stat())
    except (FileNotFoundError, NotADirectoryError):
        return False
