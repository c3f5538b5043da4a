"""The folder of a search: whose it is, and what was begun in it, so that no other search goes on there."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.commands import command
from goodfit.config.compose import as_tree
from goodfit.config.search import MAY_CHANGE, Search
from goodfit.config.words import key_of, typed_again, without
from goodfit.errors import ConfigError
from goodfit.files import part_of, text_digest
from goodfit.run_files import HELD, SCHEMA, SEARCH
from goodfit.runs.folder import make_folder, refuse_links, run_path
from goodfit.runs.held import held
from goodfit.runs.json_files import read_json, write_json
from goodfit.runs.lock import drift, said
from goodfit.runs.machine import measured_linears
from goodfit.sweeps.propose import ADAPTIVE, ASKED, read_constraint


def again(search: Search, folder: Path, more: Sequence[str] = ()) -> str:
    """What is typed to go on with a search; ``more`` words replace those that were typed."""
    typed: Sequence[str] = search.typed
    for word in more:
        typed = [*without(typed, key_of(word)), word]
    return command("sweep", *typed_again(typed, search.first.roots, folder))


@contextlib.contextmanager
def search_folder(search: Search) -> Iterator[Path]:
    """The search's folder, locked for as long as it goes on.

    Raises:
        ConfigError: It is being searched already, or holds something else.
    """
    conf, named = search.first.conf, search.first.conf.run.dir is not None
    path = run_path(conf)
    with held(make_folder(path if named else path.with_name(f"{path.name}-sweep"), named)) as folder:
        yield folder


def is_begun(search: Search) -> bool:
    """Whether the folder that was named holds something: a search that goes on, or what refuses this one."""
    conf = search.first.conf
    if conf.run.dir is None:
        return False
    path = run_path(conf)
    return path.exists() and (not path.is_dir() or any(path.iterdir()))


def with_linears(search: Search) -> Search:
    """The search with one choice of what multiplies matrices, for all of its trainings and its winner's words: timed
    anew in each process, or beside other work, another one could be found, which makes another model.

    Returns:
        With the choice that it began with, else with what this machine measures; as it was where its trials differ in
        what is measured, or where they may run on another sort of machine.
    """
    conf = search.first.conf
    others = [composed.conf for composed in search.options.values()]
    apart = any(one.key.partition(".")[0] in ("runtime", "precision") for one in search.space)
    apart |= any((one.runtime, one.precision) != (conf.runtime, conf.precision) for one in others)
    if apart or (search.conf.executor != "processes" and conf.hardware.accelerator == "auto"):
        return search
    begun = None if conf.run.dir is None else run_path(conf) / SEARCH
    linears = measured_linears(conf)
    if linears is not None and begun is not None and begun.exists():
        linears = read_json(begun).get("linears")
    if linears in (None, "auto"):  # it began where nothing is measured
        return search
    settled = dataclasses.replace(conf, runtime=dataclasses.replace(conf.runtime, linears=linears))
    first = dataclasses.replace(search.first, conf=settled)
    return dataclasses.replace(search, fixed=(*search.fixed, f"runtime.linears={linears}"), first=first)


def write_search(search: Search, folder: Path, data: Mapping[str, Any]) -> str:
    """Write down what is searched, the first time; later, refuse another search.

    Returns:
        What the search is called, wherever its folder lies.

    Raises:
        ConfigError: The folder holds something else, a link, or a search of other words, settings or records.
    """
    path = folder / SEARCH
    if not path.exists():
        others = {one.name for one in folder.iterdir()} - {HELD, part_of(path).name}
        if others:
            raise ConfigError(f"{folder} holds other files ('{min(others)}')", "choose another run.dir")
        name = f"{folder.name}-{secrets.token_hex(6)}"
        found = {"schema": SCHEMA, "name": name, "words": search.typed, "meaning": search.meaning, "data": data}
        linears = search.first.conf.runtime.linears
        write_json(path, found | {"linears": linears, "settings": _settings(search)})
        return name
    refuse_links(folder)
    before = read_json(path, "name", "words", "meaning", "data", "settings")
    if tuple(before["meaning"]) != search.meaning:
        new = [f"'{line}' is new" for line in search.meaning if line not in before["meaning"]]
        gone = [f"'{line}' is gone" for line in before["meaning"] if line not in search.meaning]
        on = "bring the named search back"  # whose file says other words now, where the same were typed
        once, now = (
            [word for word in typed if key_of(word) not in MAY_CHANGE] for typed in (before["words"], search.typed)
        )
        if once != now:
            words = typed_again(before["words"], search.first.roots, folder)
            on = f"go on with that search: {command('sweep', *words)}"
        raise ConfigError(
            f"{folder} holds a search of other words: {', '.join([*new, *gone]) or 'their order is another'}",
            f"choose another run.dir, or {on}",
        )
    if found := drift(before["settings"], _settings(search)):  # by the file of an option
        raise ConfigError(
            f"the search in {folder} began with other settings: {said(found)}",
            "bring them back, or choose another run.dir",
        )
    if changed := [split for split in data if before["data"].get(split) != data[split]]:
        raise ConfigError(
            f"the {' and '.join(changed)} records are not those that the search in {folder} began with",
            "bring them back, or choose another run.dir",
        )
    return str(before["name"])


def _settings(search: Search) -> dict[str, Any]:
    """What a trial of the search is made with, but for what may be typed anew and what the machine says."""
    made = {word: _lasting(as_tree(composed.conf)) for word, composed in search.options.items()}
    for tree in made.values():
        del tree["sweep"]  # the same with each option
    digests = {word: text_digest(json.dumps(tree, sort_keys=True)) for word, tree in made.items()}
    return _lasting(as_tree(search.first.conf)) | {"options": digests}


def _lasting(tree: dict[str, Any]) -> dict[str, Any]:
    bounds = tree["sweep"]["constraints"]
    for name in (*MAY_CHANGE, "runtime.threads"):
        group, _, setting = name.partition(".")
        del tree[group][setting]
    if tree["sweep"]["sampler"] not in ADAPTIVE:  # no trial was proposed by them, and only what they ask for lasts
        bounds = sorted({read_constraint(text)[0] for text in bounds} & set(ASKED))
    return tree | {"sweep": tree["sweep"] | {"constraints": bounds}}
