"""Threads that somebody's code left running, for which Python would wait for ever."""

from __future__ import annotations

import os
import threading
import time

WAIT_SECONDS = 10.0
"""How long the end of the process waits for them: those of libraries end in order meanwhile."""


def lasting_threads() -> list[threading.Thread]:
    """Those beside the main one that keep the process from its end."""
    return [one for one in threading.enumerate() if not one.daemon and one is not threading.main_thread()]


def end_without_them(code: int) -> None:
    """See to it that the process, of which nothing is to be done any more, ends: with its exit code, and soon."""
    if lasting_threads():
        threading.Thread(target=_end, args=(code,), daemon=True).start()


def _end(code: int) -> None:
    ends = time.monotonic() + WAIT_SECONDS
    while left := lasting_threads():  # none: Python is about to end in order
        if time.monotonic() > ends:
            names = ", ".join(f"'{one.name}'" for one in left)
            told = f"warning: ended without waiting any longer for what a plugin or a library left running: {names}\n"
            os.write(2, told.encode(errors="replace"))  # whatever the threads do with sys.stderr
            os._exit(code)
        time.sleep(0.1)
