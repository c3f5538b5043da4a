"""The plugin that is checked: one that is installed, or the wheel of a folder; and what was seen of it in a probe."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from goodfit.errors import ConfigError, PluginError
from goodfit.plugins.find import GROUP, InstalledPlugin, declared_plugins, plugin_of
from goodfit.registry import did_you_mean

PROBE_SECONDS = 120
"""The longest that a plugin may take to be imported, called and tried."""

UNSEEN: Mapping[str, Any] = {"acts": [], "heavy": [], "printed": 0}
"""What is known of a step that did not end."""


@dataclass(frozen=True)
class Subject:
    """A plugin that is checked."""

    plugin: InstalledPlugin
    project: Path | None
    """The folder with its pyproject.toml, where it was named."""
    wheel: Path | None
    """The folder with what its wheel has, where it was built."""
    readme: str
    """Its README, as its package carries it."""

    @functools.cached_property
    def probes(self) -> tuple[Mapping[str, Mapping[str, Any]], ...]:
        """Step -> what was seen, in two processes in which sets have another order."""
        with tempfile.TemporaryDirectory() as folder:
            running = [self._start(Path(folder) / f"{seed}.jsonl", seed) for seed in (1, 2)]
            return tuple(_seen(process, path) for process, path in running)

    @property
    def steps(self) -> Mapping[str, Mapping[str, Any]]:
        """Step -> what was seen, in the first process."""
        return self.probes[0]

    def _start(self, path: Path, seed: int) -> tuple[subprocess.Popen[bytes], Path]:
        temporary = path.with_suffix("")  # each probe has a folder of its own for temporary files, gone afterwards
        temporary.mkdir()
        given = [self.plugin.name, self.plugin.module, str(self.plugin.folder or ""), str(path)]
        places = [str(self.wheel)] if self.wheel is not None else []
        more = {
            "PYTHONHASHSEED": str(seed),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(temporary),
            "PYTHONPATH": os.pathsep.join([*places, *filter(None, sys.path)]),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "goodfit.testing.probe", *given],
            env={**os.environ, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        return process, path


def _seen(process: subprocess.Popen[bytes], path: Path) -> dict[str, Mapping[str, Any]]:
    """Wait for a probe; a step that was begun and did not end is one that hung, or ended the process."""
    why = ""
    try:
        printed, complaints = process.communicate(timeout=PROBE_SECONDS)
        last = complaints.decode(errors="replace").strip().splitlines()[-1:]
        why = f"it ended the process with {process.returncode}: {' '.join(last)}" if process.returncode else ""
    except subprocess.TimeoutExpired:
        process.kill()
        printed, _ = process.communicate()
        why = f"it did not come back within {PROBE_SECONDS} s"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    records = [json.loads(line) for line in lines]
    seen: dict[str, Mapping[str, Any]] = {}
    for record in records:
        seen[record["step"]] = {**UNSEEN, "error": why or "it ended the process"} if record.get("begins") else record
    if not records and why:
        seen["import"] = {**UNSEEN, "error": why}
    if printed:
        seen["the whole process"] = {**UNSEEN, "error": None, "printed": len(printed)}
    return seen


@contextlib.contextmanager
def open_subject(typed: str) -> Iterator[Subject]:
    """The plugin that somebody named: a folder with a pyproject.toml, or the name of an installed plugin.

    Raises:
        GoodfitError: There is none, or its wheel cannot be built.
    """
    project = Path(typed)
    if (project / "pyproject.toml").is_file():
        with tempfile.TemporaryDirectory() as folder:
            wheel = build_wheel(project, Path(folder))
            yield _in_wheel(project, wheel)
        return
    declared = declared_plugins()
    if typed not in declared:
        fix = did_you_mean(typed, declared, "name an installed plugin, or the folder with its pyproject.toml")
        raise ConfigError(f"there is no plugin '{typed}', and no folder with a pyproject.toml", fix)
    plugin = declared[typed][0]
    readme = ""
    with contextlib.suppress(metadata.PackageNotFoundError):
        about = metadata.metadata(plugin.distribution)
        readme = str(about.get_payload() or about.get("Description") or "")
    yield Subject(plugin, None, None, readme)


def build_wheel(project: Path, folder: Path) -> Path:
    """Build a project's wheel and unpack it; returns the folder with its content.

    Raises:
        PluginError: It cannot be built; says why.
    """
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*command, "--wheel-dir", str(folder), str(project.absolute())], capture_output=True, text=True, check=False
    )
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        complaint = next((line for line in done.stderr.splitlines() if "rror" in line), "pip gives no reason")
        raise PluginError(
            f"the wheel of {project} cannot be built: {complaint.strip()}",
            "mend its pyproject.toml; if the build backend is missing: pip install hatchling",
        )
    content = folder / "content"
    with zipfile.ZipFile(wheels[0]) as archive:
        archive.extractall(content)
    return content


def _in_wheel(project: Path, wheel: Path) -> Subject:
    (distribution,) = metadata.distributions(path=[str(wheel)])
    entries = list(distribution.entry_points.select(group=GROUP))
    if len(entries) != 1:
        raise PluginError(
            f"{project} declares {len(entries)} plugins, expected one",
            f'add to its pyproject.toml: [project.entry-points.{GROUP}] with one line, <name> = "<module>"',
        )
    plugin = plugin_of(entries[0], distribution.name, distribution.version, [str(wheel)])
    return Subject(plugin, project, wheel, str(distribution.metadata.get_payload() or ""))
