"""The special tokens of a tokenizer: those around texts and turns, and those that are words of an answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from goodfit.errors import ConfigError

ENDS = ("bos", "eos", "pad", "unk", "sep", "cls")


def marks(tokenizer: Any) -> list[int]:
    """Tokens that stand around texts or turns, whatever the texts are; a mask does so in encoders alone."""
    template = str(tokenizer.chat_template or "")
    turns = [token for token, added in tokenizer.added_tokens_decoder.items() if added.content in template]
    ends = [getattr(tokenizer, f"{name}_token_id") for name in ENDS]
    return [*turns, *(token for token in ends if token is not None)]


def hidden_tokens(tokenizer: Any, is_decoder: bool) -> frozenset[int]:
    """Special tokens that are left out of written answers.

    Of a decoder these are its marks and its mask: any other one, as SmolLM2's ``<filename>``, is a word that it learnt
    to write. Those of a seq2seq model are the signs of its pretraining (sentinels, languages), which a model that
    learnt little still writes.
    """
    special = {token for token, added in tokenizer.added_tokens_decoder.items() if added.special}
    return frozenset(special & {*marks(tokenizer), tokenizer.mask_token_id} if is_decoder else special)


def control_tokens(tokenizer: Any, hidden: Iterable[int]) -> list[str]:
    """Special tokens as texts would hold them that begin, end or separate texts or turns, and those that are hidden.

    Args:
        tokenizer: Of the model.
        hidden: See ``hidden_tokens``; none where the model writes no answers.
    """
    known = tokenizer.added_tokens_decoder
    controls = {*marks(tokenizer), *hidden} - {tokenizer.unk_token_id} | {tokenizer.eos_token_id}
    return [added.content for token, added in known.items() if token in controls and added.special]


def no_end(tokenizer: Any) -> ConfigError:
    """The error for a tokenizer that says no end of a text; one in a folder can be mended, mostly as its model says."""
    folder = Path(tokenizer.name_or_path)
    fix = "choose another model"
    if folder.is_dir():
        token = _end_of_model(folder, tokenizer) or "<the token that ends a text>"
        fix = f'add "eos_token": "{token}" to {folder / "tokenizer_config.json"}'
    return ConfigError("the model's tokenizer has no end-of-text token", fix)


def _end_of_model(folder: Path, tokenizer: Any) -> str | None:
    """The token that a model's config says to end a text."""
    try:
        end = json.loads((folder / "config.json").read_bytes()).get("eos_token_id")
    except (OSError, ValueError, AttributeError):
        return None
    end = end[0] if isinstance(end, list) and end else end
    return tokenizer.convert_ids_to_tokens(end) if isinstance(end, int) and 0 <= end < len(tokenizer) else None
