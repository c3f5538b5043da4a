"""log.txt: what goodfit says and libraries warn of while a run goes on."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

from goodfit.texts.secrets import redact


class _WithoutSecrets(logging.Formatter):
    """Takes secrets out of what libraries say."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class _LogFile(logging.FileHandler):
    """A log whose disk may be full: what the run needs is refused there, too, and that is told."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Print no traceback between a user's two lines."""


@contextlib.contextmanager
def logged_to(path: Path) -> Iterator[None]:
    """Write what goodfit logs, and warnings of all libraries, to a file; what goodfit logs goes nowhere else."""
    handler = _LogFile(path, encoding="utf-8")
    handler.setFormatter(_WithoutSecrets("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root, ours = logging.getLogger(), logging.getLogger("goodfit")
    ours.setLevel(logging.INFO)
    ours.propagate = False
    for logger in (root, ours):
        logger.addHandler(handler)
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        for logger in (root, ours):
            logger.removeHandler(handler)
        ours.propagate = True
        with contextlib.suppress(OSError):
            handler.close()
