"""What verbs that take words share: config folders, plugins, composing."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import warn
from goodfit.commands import command
from goodfit.config.compose import NEEDED, Composed, compose
from goodfit.config.places import ConfRoot, core_root, user_root
from goodfit.errors import ConfigError
from goodfit.plugins.find import installed_plugins
from goodfit.plugins.remembered import is_remembered, not_remembered, remember
from goodfit.ranks import is_first_process
from goodfit.run_files import CONFIG, DIGESTS, LOCK
from goodfit.runs.find import find_run, is_finished
from goodfit.runs.own_config import own_config
from goodfit.schema.plugins import PluginsConf
from goodfit.texts.secrets import redact

if TYPE_CHECKING:
    from goodfit.plugins.host import Host
    from goodfit.plugins.lock import Identity


class _AsWarning(logging.Handler):
    """Warns of what is logged; a run's log has it, too."""

    def __init__(self, noted: list[str], quiet: bool) -> None:
        super().__init__()
        self._noted, self._quiet = noted, quiet

    def emit(self, record: logging.LogRecord) -> None:
        warn([redact(record.getMessage())], self._noted, quiet=self._quiet)


def config_roots(config_dir: str | None = None) -> list[ConfRoot]:
    """goodfit's own folder, those of plugins (none is imported), and the user's, where one is given."""
    roots = [core_root()]
    roots += [ConfRoot(plugin.name, plugin.conf) for plugin in installed_plugins() if plugin.conf is not None]
    if config_dir is not None:
        roots.append(user_root(config_dir))
    return roots


def only_word(arguments: Arguments) -> str:
    """The one word that a verb looks up; empty where none was typed.

    Raises:
        ConfigError: There are more, which would be passed over.
    """
    first, *more = arguments.words or [""]
    if more:
        what = f"{arguments.verb} takes one word at a time, and '{more[0]}' is another"
        raise ConfigError(what, command(arguments.verb, more[0]))
    return first


def compose_words(
    words: Sequence[str], config_dir: str | None = None, needed: Sequence[str] = tuple(NEEDED)
) -> Composed:
    """The words as a checked run."""
    return compose(words, config_roots(config_dir), needed)


def open_host(
    arguments: Arguments,
    conf: PluginsConf | None = None,
    *,
    quiet: bool = False,
    locked: Mapping[str, Identity] | None = None,
) -> Host:
    """The loaded plugins; with ``--trace-plugins``, every call is said on standard error.

    Args:
        arguments: The command line.
        conf: Which plugins take part.
        quiet: Whether nobody is warned of broken ones: the result is about them.
        locked: What the plugins were when the run was made that is used.
    """
    from goodfit.plugins.host import load_plugins  # a typo is answered without it

    noted = [] if quiet else arguments.warnings
    quiet = quiet or arguments.quiet
    say = None
    if "--trace-plugins" in arguments.flags:
        say = partial(print, file=sys.stderr)
    logging.getLogger("goodfit.plugins").handlers = [_AsWarning(noted, quiet)]
    host = load_plugins(conf, say, locked)
    if locked is None and conf is not None and conf.file is not None and is_first_process():
        _remember(conf.file, noted, quiet)
    told = (f"the plugin '{broken.plugin.name}' is broken: {broken.reason}" for broken in host.broken.values())
    warn(told, noted, quiet=quiet)
    return host


def _remember(file: str, noted: list[str], quiet: bool) -> None:
    """Note that a word named a file with hooks: the runs that it takes part in name it in their configs."""
    try:
        remember(file)
    except OSError as error:
        why = error.strerror or error
        warn([f"that {file} was named cannot be noted ({why}): its runs ask for it again"], noted, quiet=quiet)


def open_host_of(arguments: Arguments, run: str) -> Host:
    """The plugins as a run's own config wants them: under the same lock, with the same file of hooks.

    What can be known of the run is looked at first: whoever hands a folder on can write all of it.

    Raises:
        GoodfitError: There is no such run, its config is not what it wrote or cannot be read, or it names code that may
            be a stranger's.
    """
    from goodfit.runs.digests import refuse_changed  # a typo is answered without it
    from goodfit.runs.locked import locked_plugins

    folder = find_run(run)
    if is_finished(folder):
        refuse_changed(folder, CONFIG, LOCK)
    elif (folder / DIGESTS).exists():  # it was killed between its last two files; its lock may have changed since
        refuse_changed(folder, CONFIG)
    conf = own_config(folder)
    if conf.plugins.file is not None:
        _refuse_strange(conf.plugins.file, folder)
        if is_finished(folder):
            from goodfit.runs.lock import refuse_other_config

            refuse_other_config(folder, conf)
    return open_host(arguments, conf.plugins, locked=locked_plugins(folder))


def _refuse_strange(file: str, folder: Path) -> None:
    config = folder / CONFIG
    if _comes_along(file, folder):
        raise ConfigError(
            f"{config} names code that may have come with the run, plugins.file: {file}",
            "no run writes such a place: take a copy from whom you trust",
        )
    if Path(file).is_file() and not is_remembered(file):  # a missing one is told by who loads it
        raise not_remembered(config, file, command("plugins", "list", f"plugins.file={file}"))


def _comes_along(file: str, folder: Path) -> bool:
    """Whether a place is one that whoever hands a run on can name wherever it is unpacked."""
    plain = Path("/", os.path.normpath(file).lstrip("/"))  # normpath keeps two slashes: //proc is /proc all the same
    places = (plain, Path(file).resolve())
    by_process = any(place.is_relative_to(root) for place in places for root in ("/proc", "/dev"))
    return not os.path.isabs(file) or by_process or places[1].is_relative_to(folder)
