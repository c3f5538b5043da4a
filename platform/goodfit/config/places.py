"""Where options are found: goodfit's own conf/, each plugin's, and a folder that the user names."""

from __future__ import annotations

import functools
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import goodfit
from goodfit.config.settings import groups
from goodfit.errors import ConfigError, PluginError

MAIN = "config.yaml"
"""In which order options are merged."""

USER = "user"
"""Who owns the folder that ``--config-dir`` names."""

SEARCHES = "sweeps"
"""The folder of a plugin's, or a user's, conf that holds no group but searches with a name."""


@dataclass(frozen=True, slots=True)
class ConfRoot:
    """A folder with a subfolder per group."""

    owner: str
    """``goodfit``, a plugin's name, or ``user``."""
    folder: Path


@dataclass(frozen=True, slots=True)
class Option:
    """A file that can be chosen in a group."""

    name: str
    owner: str
    folder: Path
    """The group's folder that it lies in."""

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / f"{self.name}.yaml"


Options = Mapping[str, Mapping[str, Option]]
"""Group -> option name -> option."""


@functools.cache
def core_root() -> ConfRoot:
    """goodfit's own conf/: in the installed package, else beside ``platform/`` in a checkout."""
    package = Path(goodfit.__file__).parent
    candidates = [package / "conf", package.parents[1] / "conf"]
    for folder in candidates:
        if (folder / MAIN).is_file():
            return ConfRoot("goodfit", folder)
    raise ConfigError(f"goodfit's own conf/ is missing from {package}", "install goodfit again")


def user_root(folder: str) -> ConfRoot:
    """A folder that the user names with ``--config-dir``."""
    path = Path(folder).resolve()
    if not path.is_dir():
        raise ConfigError(f"--config-dir {folder} is not a folder", "name a folder with a subfolder per config group")
    return ConfRoot(USER, path)


def config_folders(roots: Sequence[ConfRoot]) -> list[str]:
    """What is typed so that options are found there again: the user's own folder."""
    return [str(part) for root in roots if root.owner == USER for part in ("--config-dir", root.folder)]


def option_names(options: Options) -> frozenset[str]:
    """What options are called, whatever their groups."""
    return frozenset(name for named in options.values() for name in named)


EXAMPLES = {"encoder": ("bert", "bert-base"), "seq2seq": ("t5", "t5-small")}
"""Family -> models that commands name where none was typed: the one of goodfit's plugin, then goodfit's own option."""


def example_model(options: Options, families: Container[str] = ("encoder",)) -> str:
    """A model that is offered here, of the first of these families that has examples."""
    names = next(names for family, names in EXAMPLES.items() if family in families)
    return next(name for name in names if name in options["model"])


def find_options(roots: Sequence[ConfRoot]) -> Options:
    """All options of all roots.

    Raises:
        ConfigError: The user's folder offers a name that is taken.
        PluginError: Two plugins offer the same name.
    """
    found: dict[str, dict[str, Option]] = {group: {} for group in groups()}
    for root in roots:
        for group, options in found.items():
            base = root.folder / group
            for path in sorted(base.rglob("*.yaml")):
                option = Option(path.relative_to(base).with_suffix("").as_posix(), root.owner, base)
                if option.name in options:
                    raise clash(f"{group}={option.name}", options[option.name].owner, option.owner, option.path)
                options[option.name] = option
    return found


def clash(option: str, old: str, new: str, path: Path) -> ConfigError | PluginError:
    """The error for an option that is offered twice.

    Args:
        option: As it is typed.
        old: Who offers it already.
        new: Who offers it, too.
        path: The file of the new one.
    """
    what = f"{option} is offered twice, by {old} and by {new}"
    if new == USER:
        return ConfigError(what, f"rename {path}")
    return PluginError(what, f"uninstall one of them: pip uninstall goodfit-{new}")
