"""goodfit reveal VAULT [TEXT...] [--input FILE]: texts with the values in place of what stands for them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from goodfit.cli.main import Arguments
from goodfit.errors import ConfigError


def run(arguments: Arguments) -> dict[str, Any] | None:
    """Read the vault that ``privacy.vault`` wrote, and put back what stands in it."""
    if not arguments.words:
        raise ConfigError("reveal without a vault", 'goodfit reveal FILE "a text"')
    from goodfit.data.vault import put_back, read_vault

    vault = read_vault(Path(arguments.words[0]))
    texts = arguments.words[1:]
    if texts and "--input" in arguments.options:
        raise ConfigError("reveal has texts and --input", "give one of them")
    if not texts:
        given = arguments.options.get("--input")
        raw = Path(given).read_bytes() if given else sys.stdin.buffer.read()
        texts = raw.decode("utf-8", "replace").splitlines()
    found = [put_back(text, vault) for text in texts]
    if arguments.json:
        return {"texts": [text for text, _ in found], "replaced": sum(count for _, count in found)}
    for text, _ in found:
        print(text.encode("utf-8", "replace").decode())
    return None
