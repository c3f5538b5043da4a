"""The processes that a run starts on its machine, and what the first one does where another is lost."""

from __future__ import annotations

import threading
import time
from typing import Any

from pytorch_lightning.strategies.launchers.subprocess_script import _SubprocessScriptLauncher

from goodfit.errors import LostError
from goodfit.training.ending import POLL_SECONDS, Ending


def lost(trainer: Any, fix: str) -> LostError:
    """The error for a process that is not there any more.

    Args:
        trainer: Where this process is.
        fix: What to type to go on.
    """
    return LostError(
        f"at step {trainer.global_step} another process of the run ended, or cannot be reached",
        f"look at what it says, and for memory that ran out; then go on with: {fix}",
    )


def watch_children(trainer: Any, ending: Ending, fix: str) -> None:
    """Let a trainer that starts processes tell it where one of them is lost: Lightning's kills itself without a word.

    Args:
        trainer: Before its training.
        ending: Ends the run.
        fix: What to type to go on.
    """
    launcher = trainer.strategy.launcher
    if isinstance(launcher, _SubprocessScriptLauncher):
        trainer.strategy._launcher = _Launcher(launcher, trainer, ending, fix)


class _Launcher(_SubprocessScriptLauncher):
    """Lightning's, with another one that watches what it starts."""

    def __init__(self, plain: _SubprocessScriptLauncher, trainer: Any, ending: Ending, fix: str) -> None:
        super().__init__(plain.cluster_environment, plain.num_processes, plain.num_nodes)
        self._trainer = trainer
        self._ending = ending
        self._fix = fix
        self._done = False

    def launch(self, *args: Any, **kwargs: Any) -> Any:
        """Start processes, call a function, and watch them as long as it takes."""
        result = super().launch(*args, **kwargs)
        self._done = True  # what comes behind training needs none of them
        return result

    def _call_children_scripts(self) -> None:
        super()._call_children_scripts()
        # Lightning's own observer ends where it has none to look at
        self._ending.children, self.procs = self.procs, []
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self._done:
            if any(child.poll() for child in self._ending.children):
                self._ending.at_last(lost(self._trainer, self._fix))
                return
            time.sleep(POLL_SECONDS)
