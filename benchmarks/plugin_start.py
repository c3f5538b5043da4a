"""What thirty more installed plugins cost at the start of a command: CPU and wall seconds, beside none more.

    python benchmarks/plugin_start.py [--plugins 30] [--repeats 5]

The plugins are what ``goodfit plugins new`` writes, under names of their own. All commands run in turn, so that what
else the machine does hits all alike. Writes ``plugin_start.md`` beside this file.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from goodfit.schema import RunConf
from goodfit.testing.new import PARTS, new_plugin

HERE = Path(__file__).resolve()
GOODFIT = str(Path(sys.executable).with_name("goodfit"))
COMMANDS = (
    "--help",
    "train task=leagl model=t5",
    "show task=legal model=t5",
    "list task",
    "list metrics",
    "plugins lock --output /dev/null",
)


def write_plugins(folder: Path, count: int) -> str:
    """Write plugins and their metadata; returns the path to import them from."""
    site = folder / "site"  # one folder, as pip leaves it
    site.mkdir()
    for number in range(count):
        name = f"department{number:02}"
        new_plugin(name, RunConf(), PARTS, None, folder)
        info = site / f"goodfit_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: goodfit-{name}\nVersion: 1.0\n", "utf-8")
        (info / "entry_points.txt").write_text(f"[goodfit]\n{name} = goodfit_{name}.plugin\n", "utf-8")
        (folder / f"goodfit-{name}" / f"goodfit_{name}").rename(site / f"goodfit_{name}")
    return str(site)


def cost(command: str, path: str) -> tuple[float, float]:
    """CPU and wall seconds of a command."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    env = {**os.environ, "PYTHONPATH": path}
    subprocess.run(
        [GOODFIT, *command.split()], check=False, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plugins", type=int, default=30)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    found: dict[tuple[str, bool], list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        site = write_plugins(Path(folder), options.plugins)
        for _ in range(options.repeats + 1):
            for command in COMMANDS:
                for more in (False, True):
                    found.setdefault((command, more), []).append(cost(command, site if more else ""))
    lines = [f"# What {options.plugins} more plugins cost at the start", ""]
    lines += ["Seconds of whole processes, beside the plugins of this repository alone; medians of"]
    lines += [f"{options.repeats} after one that warms the disk. Made by `python benchmarks/plugin_start.py`.", ""]
    lines += ["| command | CPU without | CPU with | ratio | wall without | wall with |", "|---|---|---|---|---|---|"]
    for command in COMMANDS:
        cpu, wall = (
            [statistics.median(one[part] for one in found[command, more][1:]) for more in (False, True)]
            for part in (0, 1)
        )
        figures = (f"{cpu[0]:.2f}", f"{cpu[1]:.2f}", f"{cpu[1] / cpu[0]:.2f}", f"{wall[0]:.2f}", f"{wall[1]:.2f}")
        lines.append(f"| `goodfit {command}` | {' | '.join(figures)} |")
    HERE.with_suffix(".md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
