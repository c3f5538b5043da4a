"""Whether the hub can be reached: asked once, quickly, before its libraries retry for most of a minute."""

from __future__ import annotations

import functools
import os
import socket
from urllib.parse import urlsplit
from urllib.request import getproxies

TIMEOUT_SECONDS = 3.0


def is_offline() -> bool:
    """Whether the hub's libraries were told to ask nobody."""
    return os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on")


@functools.cache
def hub_is_reachable() -> bool:
    """Whether a connection to the hub opens; with a proxy, the libraries have to find out themselves."""
    if is_offline():
        return False
    if getproxies():
        return True
    endpoint = urlsplit(os.environ.get("HF_ENDPOINT", "https://huggingface.co"))
    port = endpoint.port or (80 if endpoint.scheme == "http" else 443)
    try:
        with socket.create_connection((endpoint.hostname or "", port), TIMEOUT_SECONDS):
            return True
    except (OSError, RuntimeError):  # a RuntimeError where a sandbox forbids sockets
        return False
