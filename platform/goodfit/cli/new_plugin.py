"""goodfit plugins new NAME: the package of a new plugin, with placeholders or a department's own rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.console import counted
from goodfit.cli.setting_up import compose_words, open_host
from goodfit.config.words import key_of
from goodfit.errors import ConfigError

if TYPE_CHECKING:
    from goodfit.data.scrub import Scrub

OF_RECORDS = ("task", "dataset", "seed")
"""The groups that say how a task is made of records."""


def write_plugin(arguments: Arguments, words: Sequence[str]) -> dict[str, Any]:
    """Write a new plugin's package."""
    if not words or "=" in words[0]:
        raise ConfigError("plugins new wants a name", "goodfit plugins new hr")
    from goodfit.runs.privacy import pick_scrub
    from goodfit.testing.new import new_plugin, parts_of

    name, *settings = words
    options = arguments.options
    composed = compose_words(settings, arguments.config_dir, needed=())
    conf = composed.conf
    if "--from-data" not in options:
        _refuse_unread(settings)
    is_typed = conf.choices["privacy"] != "auto" or "privacy.mode" in composed.typed()
    data = Path(options["--from-data"]) if "--from-data" in options else None
    place = Path(options.get("--output", "."))
    host = open_host(arguments, conf.plugins) if data is not None or conf.privacy.takes_out else None
    scrub = pick_scrub(conf, host) if host is not None else None

    def scrub_of(privacy: str) -> Scrub | None:
        typed_nothing = compose_words([f"task.privacy={privacy}"], arguments.config_dir, needed=())  # as a run of it
        return pick_scrub(typed_nothing.conf, host) if host is not None else None

    made = new_plugin(
        name,
        conf,
        parts_of(options.get("--include")),
        data,
        place,
        privacy=conf.privacy.mode if is_typed else None,
        scrub=scrub,
        scrub_of=scrub_of,
    )
    if not arguments.json:
        print(f"made {made['folder']}: {len(made['files'])} files, task={made['task']}, {made['kind']}")
        print(f"records: {counted(made['records'])} ({made['because']})")
        if made["rejected"]:
            print(f"warning: bad rows were set aside: {len(made['rejected'])}, the first {made['rejected'][0]}")
        if made["scrubbed"] is not None:
            print(f"scrubbed by privacy={conf.privacy.mode}: places in {made['scrubbed']} records")
        elif data is not None:
            print("personal data that stands in them is in the package, too: privacy=mask takes it out")
        for few in made["few"]:
            print(f"warning: {few}")
        if made["labels"]:
            print(f"labels: {', '.join(made['labels'])}")
        print(f"\nnext: pip install -e {made['folder']}")
        print(f"      goodfit train task={name} model={made['model']}")
        print(f"      goodfit plugins check {name}")
    return made


def _refuse_unread(words: Sequence[str]) -> None:
    """Refuse words that placeholders do not read."""
    for word in words:
        key = key_of(word)
        if key.partition(".")[0] in OF_RECORDS:
            what = f"{key} was typed, and a task of placeholders does not read it"
            raise ConfigError(what, "name the records that the task is made of: --from-data FILE")
