"""Runs that are killed: in a forked process, at a chosen file event or after some time."""

import contextlib
import os
import signal
import sys
from pathlib import Path

from conftest import run_main

WALL_CLOCK = {"run.json", "log.txt", "digests.json"}
OF_THE_FOLDER = {"config.yaml", "overrides.txt"}


def in_child(work):
    """Do something in a forked process; its exit code, negative for a signal."""
    child = os.fork()
    if not child:
        code = 99
        with contextlib.suppress(BaseException):
            code = int(work() or 0)
        os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def die_at(event, part, count=1, number=signal.SIGKILL):
    """Send this process a signal when it does something with a file for the n-th time: see ``act_at``."""
    act_at(lambda: os.kill(os.getpid(), number), event, part, count)


def act_at(act, event, part, count=1):
    """Do something, once, when this process does something with a file for the n-th time.

    Args:
        act: What is done.
        event: ``open``, ``os.rename``, ...: https://docs.python.org/3/library/audit_events.html
        part: Of the path.
        count: Which time.
    """
    seen = 0

    def hook(name, arguments):
        nonlocal seen
        if name == event and arguments and part in str(arguments[0]):
            seen += 1
            if seen == count:
                act()

    sys.addaudithook(hook)


def killed(argv, folder, *moment, number=signal.SIGKILL):
    """Run a command line in a forked process that gets a signal at an event: (event, part of the path, count)."""

    def work():
        die_at(*moment, number=number)
        return run_main(argv, folder).code

    return in_child(work)


def different(one: Path, other: Path) -> list[str]:
    """Files of two runs that are not equal in their bytes, or that only one has; not those that name the folder."""
    files = [
        {
            path.relative_to(run).as_posix(): path.read_bytes()
            for path in run.rglob("*")
            if path.is_file() and path.name not in WALL_CLOCK | OF_THE_FOLDER
        }
        for run in (one, other)
    ]
    return sorted(name for name in files[0].keys() | files[1].keys() if files[0].get(name) != files[1].get(name))
