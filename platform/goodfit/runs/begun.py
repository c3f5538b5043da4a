"""A run's folder from its beginning to its end: whether it is still there, and still has what it began with."""

from __future__ import annotations

from pathlib import Path

from goodfit.errors import ConfigError, DiskError
from goodfit.files import file_digest
from goodfit.ranks import is_first_process
from goodfit.run_files import CONFIG, HELD, HISTORY, LOCK, OVERRIDES
from goodfit.runs.find import resume_command
from goodfit.runs.held import is_same
from goodfit.runs.json_files import read_json
from goodfit.runs.lock import identity_of
from goodfit.tracking.history import History

FIRST = (CONFIG, OVERRIDES, LOCK)
"""What lies in a run's folder before the first step, and is the same at its end."""


class Begun:
    """A folder of which the first process holds the lock; another process of the run asks nothing of it.

    Args:
        folder: The run's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._place = folder.stat()
        self._lock = (folder / HELD).stat() if is_first_process() else None
        self._digests: dict[str, str] = {}
        self._history: History | None = None
        self.identity = ""
        """What makes the run what it is, for its checkpoints."""

    def keep(self) -> None:
        """Take what lies there for what the run begins with, or goes on with."""
        self.identity = identity_of(read_json(self.folder / LOCK))
        self._digests = {name: file_digest(self.folder / name) for name in FIRST if (self.folder / name).is_file()}

    def follow(self, history: History) -> None:
        """Hold the course to what its writer wrote, too."""
        self._history = history

    @property
    def is_run(self) -> bool:
        """Whether it came so far that it can go on."""
        return bool(self._digests) or (self.folder / CONFIG).exists()

    @property
    def is_ours(self) -> bool:
        """Whether the lock that lies there is still the one that we hold."""
        return self._lock is None or is_same(self._lock, self.folder / HELD)

    def gone(self) -> DiskError:
        """The error where it is not."""
        if is_same(self._place, self.folder) and (self.folder / CONFIG).is_file():
            return DiskError(
                f"{self.folder / HELD} is not this run's any more: it was removed, or another process has the folder",
                f"when nobody else writes there: {resume_command(self.folder)}",
            )
        return DiskError(
            f"the run's folder {self.folder} was moved or removed while it trained",
            f"go on where it lies now: {resume_command('ITS_NEW_PLACE')}; or train again",
        )

    def refuse_gone(self) -> None:
        """Refuse to write a checkpoint where the run is not any more, or behind a course that others wrote.

        Raises:
            DiskError: The folder, or its config, was moved or removed.
            ConfigError: Its history was changed.
        """
        if not self.is_ours:
            raise self.gone()
        if self._lock is None:
            return
        if CONFIG in self._digests and not (self.folder / CONFIG).is_file():
            raise DiskError(f"{self.folder / CONFIG} was moved or removed while the run trained", "put it back")
        if self._history is not None and self._history.digest is not None:
            self._refuse_other(HISTORY, self._history.digest, "go on behind the last checkpoint")

    def refuse_changed(self) -> None:
        """Refuse to take for the run's what others wrote while it trained.

        Raises:
            DiskError: The folder, or its config, was moved or removed.
            ConfigError: Names a file that was changed.
        """
        self.refuse_gone()
        for name, digest in self._digests.items():
            self._refuse_other(name, digest, "bring that back, then go on with")

    def _refuse_other(self, name: str, digest: str, way: str) -> None:
        path = self.folder / name
        if not path.is_file() or file_digest(path) != digest:
            raise ConfigError(
                f"{path} was changed while the run trained, expected what the run wrote",
                f"{way}: {resume_command(self.folder)}",
            )
