"""goodfit preview WORDS: some encoded records: tokens, what is learnt, what is cut."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from goodfit.cli.arguments import Arguments
from goodfit.cli.setting_up import compose_words, open_host
from goodfit.errors import ConfigError
from goodfit.texts.shown import in_one_line

if TYPE_CHECKING:
    from goodfit.data.batches import Example
    from goodfit.runs.prepare import Prepared

COUNT = 3


def run(arguments: Arguments) -> dict[str, Any]:
    """Print the first training examples as the model gets them."""
    composed = compose_words(arguments.words, arguments.config_dir)
    from goodfit.runs.known import read_task
    from goodfit.runs.prepare import prepare

    host = open_host(arguments, composed.conf.plugins)
    data = read_task(composed, host)
    count = arguments.options.get("--count", str(COUNT))
    if not count.isdecimal() or not int(count):
        raise ConfigError(f"--count is '{count}', expected a whole number above 0", "for example --count 3")
    prepared = prepare(data, host)
    encoded = prepared.encoded["train"]
    shown = [_example(example, prepared, example.record in encoded.cut) for example in encoded.examples[: int(count)]]
    if not arguments.json:
        for example in shown:
            print(f"record {in_one_line(example['id'])}{' (CUT)' if example['cut'] else ''}")
            for name in ("reads", "writes", "learns"):
                if example[name]:
                    print(f"  {name}: {in_one_line(' '.join(example[name]))}")
        lengths = sorted(example.length for example in encoded.examples)
        print(
            f"{len(encoded.examples)} examples, {lengths[0]} to {lengths[-1]} tokens, half of them up to "
            f"{lengths[len(lengths) // 2]}; {len(encoded.cut)} records are cut"
        )
    return {"examples": shown, "cut": len(encoded.cut)}


def _example(example: Example, prepared: Prepared, cut: bool) -> dict[str, Any]:
    tokenizer = prepared.coding.tokenizer

    def tokens(ids: Iterable[int]) -> list[str]:
        return [repr(text)[1:-1] for text in tokenizer.convert_ids_to_tokens(list(ids))]

    return {
        "id": prepared.splits.train[example.record].id,
        "reads": tokens(example.inputs),
        "writes": tokens(example.decoder_inputs or ()),
        "learns": prepared.learner.learns(example, tokens),
        "cut": cut,
    }
