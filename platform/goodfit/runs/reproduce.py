"""Making a run again from what it recorded, and comparing every file; or making it without some of its records."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodfit.commands import command
from goodfit.config.compose import Composed
from goodfit.config.written import read_config
from goodfit.data.erase import listed_ids
from goodfit.errors import ConfigError, GoodfitError
from goodfit.plugins.deeds import took_part
from goodfit.plugins.host import Host
from goodfit.plugins.lock import since_then
from goodfit.run_files import CHECKPOINTS, CONFIG, LOCK, METRICS, MODEL, OVERRIDES, RECORD
from goodfit.runs.digests import changed_files, plain, read_digests
from goodfit.runs.find import find_run, finished_run, is_finished, resume_command
from goodfit.runs.folder import refuse_taken_folder, run_path
from goodfit.runs.json_files import read_json
from goodfit.runs.locked import locked_plugins
from goodfit.schema import RunConf

if TYPE_CHECKING:
    from goodfit.training.watch import Progress

TOLERANCE = 0.01
"""Between machine classes: no metric may differ by more. Other kernels change the last bits of a sum, and training
carries them on; twice the spread that threads and instruction sets made on small tasks."""


@dataclass(frozen=True, slots=True)
class Reproduced:
    """A run that was made again."""

    folder: Path
    again: Path
    files: Mapping[str, str]
    """File -> ``equal``, ``differs``, ``missing`` or ``new``."""
    machine: Mapping[str, tuple[Any, Any]]
    """What of the machine and the packages is not the same: place in the lock -> (then, now)."""
    largest: float
    """The largest difference of a metric of the tuned model."""
    plugins: Sequence[str]
    """How plugins that took part are others than when the run was made."""

    @property
    def equal(self) -> bool:
        """Whether it is the same run: in its bytes, or in another machine class within the tolerance."""
        if self.machine:
            return self.largest <= TOLERANCE
        return set(self.files.values()) == {"equal"}


def reproduce_run(typed: str, into: str | None, host: Host, progress: Progress) -> Reproduced:
    """Run again in a new folder and compare; in one where that was stopped, go on with it.

    Args:
        typed: The run's folder.
        into: The new folder; beside the run's where none is given.
        host: The plugins.
        progress: Shows it.

    Raises:
        ConfigError: The run is not finished or was changed, or what it was made from is not here.
    """
    from goodfit.runs.engine import carry_out
    from goodfit.runs.lock import MACHINE, drift, refuse_other_inputs, said

    folder, conf = _opened(typed)
    if conf.privacy.epsilon is not None:
        raise ConfigError(
            f"{folder} was trained with differential privacy, whose noise is in no file: it cannot be made again",
            f"goodfit verify {typed} shows whether it is as it was left",
        )

    read_json(folder / METRICS, "tuned")  # what cannot be compared is told before anything is trained
    composed = _again(folder, conf, into)
    again = run_path(composed.conf)
    resumed = again if _was_begun(again, folder) else None

    def check(now: Mapping[str, Any]) -> None:
        refuse_other_inputs(folder, now)
        if resumed and (found := drift(read_json(resumed / LOCK), now)):
            what = f"{resumed} was begun otherwise than it would go on: {said(found)}"
            raise ConfigError(what, "bring that back, or choose another --output")
        _warn_of_others(folder, now, progress)

    with _as_typed(again, command("reproduce", typed, "--output", again)):
        if not resumed:
            refuse_taken_folder(composed.conf)
        carry_out(composed, host, progress, resumed=resumed, check=check, reproduces=True)
    now = read_json(again / LOCK)
    changed = drift(read_json(folder / LOCK), now)
    machine = {place: pair for place, pair in changed.items() if place.split(".")[0] in MACHINE}
    plugins = _other_plugins(folder, now, folder, again)
    return Reproduced(folder, again, compare_files(folder, again), machine, _largest(folder, again), plugins)


def erase_from_run(
    typed: str, ids: str, into: str | None, host: Host, progress: Progress
) -> tuple[Path, Path, list[str]]:
    """Make the model that never saw some records.

    Returns:
        The run's folder, the new one, and how plugins that took part are others than when the run was made.

    Raises:
        GoodfitError: The run is not finished or was changed, or an id is in no record.
    """
    from goodfit.runs.engine import carry_out

    folder, conf = _opened(typed)
    listed = str(Path(ids).absolute())
    _refuse_fewer(folder, conf.dataset.without, listed)
    conf = dataclasses.replace(conf, dataset=dataclasses.replace(conf.dataset, without=listed))

    def check(now: Mapping[str, Any]) -> None:
        _warn_of_others(folder, now, progress)

    composed = _again(folder, conf, into)
    again = run_path(composed.conf)
    with _as_typed(again, resume_command(again)):
        refuse_taken_folder(composed.conf)
        carry_out(composed, host, progress, check=check, reproduces=True)
    return folder, again, _other_plugins(folder, read_json(again / LOCK), folder, again)


def _was_begun(again: Path, folder: Path) -> bool:
    """Whether a folder has a run in it that was to make another one again, and was stopped."""
    from goodfit.runs.lock import identity_of

    if not (again / CONFIG).exists() or not (again / LOCK).exists() or is_finished(again):
        return False
    return identity_of(read_json(again / LOCK)) == identity_of(read_json(folder / LOCK))


@contextmanager
def _as_typed(again: Path, going_on: str) -> Iterator[None]:
    """Errors say what goes on with the new run, and name the option by which its folder is given."""
    try:
        yield
    except GoodfitError as error:
        error.fix = error.fix.replace(resume_command(again), going_on).replace("run.dir", "--output")
        raise


def _warn_of_others(folder: Path, now: Mapping[str, Any], progress: Progress) -> None:
    """Say before anything is trained that plugins are others than when a run was made."""
    for line in _other_plugins(folder, now, folder):
        progress.say(f"warning: {line}")


def _other_plugins(folder: Path, now: Mapping[str, Any], *deeds_of: Path) -> list[str]:
    """How the plugins that took part are others than when a run was made.

    Args:
        folder: The run's.
        now: The lock of the run that is made again.
        deeds_of: Finished runs: a plugin that did something in one of them took part.
    """
    then, here = locked_plugins(folder), now["plugins"]
    deeds = [read_json(run / RECORD).get("plugins", {}) for run in deeds_of]
    acting = {name for run in deeds for name, deed in run.items() if took_part(deed)}
    told = [since_then(name, then.get(name), here.get(name)) for name in sorted(acting)]
    return [line for line in told if line is not None]


def _refuse_fewer(folder: Path, before: str | None, listed: str) -> None:
    """Refuse a list that lacks what an earlier erasure left out: those records would come back."""
    if before is None:
        return
    gone, named = (listed_ids(Path(file)) for file in (before, listed))
    if lacking := len(gone - named):
        raise ConfigError(
            f"{listed} lacks {lacking} ids that {folder} was made without: the new model would learn these records",
            f"name all of them in one file, those of {before}, too",
        )


def _opened(typed: str) -> tuple[Path, RunConf]:
    from goodfit.runs.lock import started_with

    folder = find_run(typed)
    # checkpoints are not read: a run may be made again without them
    if found := {name: what for name, what in changed_files(folder).items() if not name.startswith(f"{CHECKPOINTS}/")}:
        raise ConfigError(
            f"{folder} is not as the run left it: {'; '.join(f'{name}: {what}' for name, what in found.items())}",
            "take a copy that is whole",
        )
    conf = started_with(folder)
    _refuse_unpinned(folder, conf)
    return folder, conf


def _refuse_unpinned(folder: Path, conf: RunConf) -> None:
    """Refuse a base of which nobody can tell whether it is the same; below an adapter in a base lies another one."""
    if conf.model.source == "run" and not (Path(conf.model.name or "") / MODEL).is_dir():
        before = finished_run(conf.model.name or "")
        return _refuse_unpinned(before, read_config(before))
    hub = conf.model.source == "hub" and not Path(conf.model.name or "").is_dir()
    if hub and read_json(folder / LOCK)["base"]["digest"] is None and conf.model.revision is None:
        raise ConfigError(
            f"the base {conf.model.name} was taken from the hub without a revision, and cannot be verified",
            "train with model.revision=<commit>",
        )
    return None


def _again(folder: Path, conf: RunConf, into: str | None) -> Composed:
    target = Path(into).absolute() if into else folder.with_name(f"{folder.name}-again")
    if into is None and target.exists():
        target = target.with_name(f"{target.name}-{secrets.token_hex(2)}")
    words = (folder / OVERRIDES).read_bytes().decode().split("\n")[:-1]  # a word may hold other ends of lines
    conf = dataclasses.replace(conf, run=dataclasses.replace(conf.run, dir=str(target)))
    return Composed(conf, {}, {}, tuple(words))


def compare_files(one: Path, other: Path) -> dict[str, str]:
    """Each file of two finished runs: whether it is the same, but for the folder's name and the seconds."""
    mine, theirs = read_digests(one), read_digests(other)
    found = {}
    for name in sorted(mine.keys() | theirs.keys()):
        if name not in theirs:
            found[name] = "missing"
        elif name not in mine:
            found[name] = "new"
        else:
            same = mine[name] == theirs[name] or plain(one, name) == plain(other, name)
            found[name] = "equal" if same else "differs"
    return found


def _largest(one: Path, other: Path) -> float:
    """The largest difference of a metric of the tuned models."""
    figures = [read_json(folder / METRICS, "tuned")["tuned"] for folder in (one, other)]
    if figures[0].keys() != figures[1].keys():
        return float("inf")
    pairs = [(figure["value"], figures[1][name]["value"]) for name, figure in figures[0].items()]
    return max((abs(mine - theirs) for mine, theirs in pairs if None not in (mine, theirs)), default=0.0)
