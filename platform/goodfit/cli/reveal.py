"""goodfit reveal VAULT [TEXT...] [--input FILE]: texts with the values in place of what stands for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import standard_input, warn
from goodfit.errors import ConfigError
from goodfit.files import refuse_special
from goodfit.texts.shown import json_line


def run(arguments: Arguments) -> dict[str, Any] | None:
    """Read the vault that ``privacy.vault`` wrote, and put back what stands in it."""
    if not arguments.words:
        raise ConfigError("reveal without a vault", 'goodfit reveal FILE "a text"')
    from goodfit.data.vault import read_vault
    from goodfit.runs.inputs import lines_of

    vault = read_vault(Path(arguments.words[0]))
    texts = arguments.words[1:]
    if texts and "--input" in arguments.options:
        raise ConfigError("reveal has texts and --input", "give one of them")
    if not texts:
        given = arguments.options.get("--input")
        if given:
            refuse_special(Path(given))
        text = Path(given).read_bytes().decode("utf-8", "replace") if given else standard_input()
        *texts, last = lines_of(text)
        texts += [last] * bool(last)
    found = [_line_put_back(text, vault) for text in texts]
    if several := {stand_in for _, told in found for stand_in in told if len(_persons(vault[stand_in])) > 1}:
        told = f"{len(several)} stand-ins stand for several values, of which the most frequent is put back"
        warn([told], arguments.warnings)
    if arguments.json:
        return {"texts": [text for text, _ in found], "replaced": sum(len(told) for _, told in found)}
    for text, _ in found:
        print(text.encode("utf-8", "replace").decode())
    return None


Vault = Mapping[str, list[tuple[str, int]]]


def _line_put_back(line: str, vault: Vault) -> tuple[str, list[str]]:
    """A line with its values, and the stand-ins that stood in it; of JSON, each text in it by itself."""
    from goodfit.data.vault import put_back

    try:
        value = json.loads(line)
    except ValueError:
        return put_back(line, vault)
    if not isinstance(value, dict | list):
        return put_back(line, vault)
    told: list[str] = []

    def whole(part: Any) -> Any:
        if isinstance(part, str):
            text, found = put_back(part, vault)
            told.extend(found)
            return text
        if isinstance(part, dict):
            return {whole(name): _with_places(whole(one), one, part.get("read"), vault) for name, one in part.items()}
        return [whole(one) for one in part] if isinstance(part, list) else part

    return json_line(whole(value)), told


def _with_places(done: Any, before: Any, read: Any, vault: Vault) -> Any:
    """What stands in a line beside the text ``read``: where it is a list of places in that text, those of the text with
    its values.

    Args:
        done: With the values in it.
        before: Without them.
        read: The text without them, if it is one.
        vault: What stands for what.
    """
    from goodfit.data.vault import put_back_with

    if not isinstance(read, str) or not isinstance(before, list) or not all(_is_place(one, read) for one in before):
        return done
    text, _, places = put_back_with(read, before, vault)
    return [
        {**one, "start": place["start"], "end": place["end"]}
        | ({"text": text[place["start"] : place["end"]]} if "text" in one else {})
        for one, place in zip(done, places, strict=True)
    ]


def _is_place(value: Any, text: str) -> bool:
    """Whether it is ``{start, end, …}`` of a text, and what it may call its text is what stands there."""
    if not isinstance(value, dict) or not {"start", "end"} <= set(value):
        return False
    start, end = value["start"], value["end"]
    within = isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= len(text)
    return within and value.get("text", text[start:end]) == text[start:end]


def _persons(values: list[tuple[str, int]]) -> set[str]:
    """Values that differ in more than their letters' case."""
    return {value.casefold() for value, _ in values}
