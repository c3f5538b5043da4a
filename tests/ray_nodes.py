"""A Ray cluster of several nodes on this machine, and a node of it that dies."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS = 60


class RayNodes:
    """A head with one core, and further nodes with one core each; ``environment`` is what a search there needs."""

    def __init__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))  # a socket's path has at most 107 characters
        self.environment = {
            **os.environ,
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
        }
        self._nodes = []
        self.add("--head", "--port=0", "--include-dashboard=false", f"--temp-dir={self._folder}")
        (port,) = (self._folder / "session_latest").glob("gcs_server_port_*")
        self.environment["RAY_ADDRESS"] = f"127.0.0.1:{port.read_text().strip()}"

    def add(self, *options):
        """Start a node, and wait until it stands."""
        options = options or (f"--address={self.environment['RAY_ADDRESS']}",)
        words = [Path(sys.executable).with_name("ray"), "start", *options, "--num-cpus=1", "--block"]
        before = self._count()
        node = subprocess.Popen(
            words, env=self.environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._nodes.append(node)
        ends = time.monotonic() + SECONDS
        while self._count() <= before:
            if time.monotonic() > ends or node.poll() is not None:
                raise RuntimeError(f"no Ray node in {SECONDS} s")
            time.sleep(0.2)

    def _count(self):
        return len(list(self._folder.glob("session_latest/sockets/raylet*")))

    def kill(self):
        """The last node dies as a machine does that loses its power: all its processes at once."""
        _end(self._nodes.pop())

    def close(self):
        """Nothing is left of them."""
        while self._nodes:
            self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


def _end(node):
    """Kill a node's processes, which lie in several sessions."""
    family, found = [node.pid], []
    while family:
        pid = family.pop()
        found.append(pid)
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            family += map(int, children.read_text().split())
    for pid in found:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    node.wait()
