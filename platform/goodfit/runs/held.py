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

LOCK = ".lock"

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
        with _opened(path / LOCK, os.O_RDWR | os.O_CREAT) as lock:
            _LOCKS.add(lock)
            try:
                if _is_taken(lock, path):
                    try:
                        yield path
                    finally:
                        # where the folder was moved, another's may lie here
                        if is_same(os.fstat(lock.fileno()), path / LOCK):
                            (path / LOCK).unlink(missing_ok=True)
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
        with _opened(path / LOCK, os.O_RDONLY) as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, ConfigError):
        return False
    except BlockingIOError:
        return True
    return False


def _opened(lock: Path, flags: int) -> IO[bytes]:
    """The file of a lock. It comes along when a folder is handed on: where it leads is not followed, nor waited for.

    Raises:
        ConfigError: It is a link, a pipe or the like.
    """
    try:
        number = os.open(lock, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise _no_lock(lock) from None
        raise
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise _no_lock(lock)
    return os.fdopen(number, "rb")


def _no_lock(lock: Path) -> ConfigError:
    return ConfigError(f"{lock} is no plain file, and goodfit writes no other", "remove it")


def _is_taken(lock: IO[bytes], folder: Path) -> bool:
    """Whether the lock is ours now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return is_same(os.fstat(lock.fileno()), folder / LOCK)  # its holder may have removed it between our two calls


def is_same(then: os.stat_result, path: Path) -> bool:
    """Whether what was seen once, an open file or a folder, is still what lies at a place."""
    try:
        return os.path.samestat(then, path.stat())
    except (FileNotFoundError, NotADirectoryError):
        return False
