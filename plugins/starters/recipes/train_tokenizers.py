"""Train the tokenizers of the t5 and gpt starters from text files: ``python recipes/train_tokenizers.py FILE…``.

Only the vocabularies leave this recipe, never a line of the texts. The same files, seed and amount give the same
bytes. Not called ``tokenizers.py``: as a script it would then shadow the library of that name.
"""

import argparse
import lzma
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

MODELS = Path(__file__).resolve().parents[1] / "goodfit_starters" / "models"
VOCABULARY = 8192
DOCUMENT_END = "<|endoftext|>"
LINES_AT_ONCE = 2000

# Words, single digits and runs of punctuation keep apart, so that the end of a name or an amount is always the end of
# a token, and numbers are copied digit by digit. After GPT-2 (Radford 2019), with single digits as in Llama (2023).
PIECES = Regex(r"\n| ?[\p{L}\p{M}]+| ?\p{N}| ?[^\s\p{L}\p{M}\p{N}]+|[^\S\n]+(?!\S)|[^\S\n]")

# Characters that get a token of their own in t5 even where the texts seldom have them; others are spelt as bytes.
ALPHABET = [
    *map(chr, range(0x20, 0x7F)),
    *"\n\t£€§©®°±×½¼¶·•–—‘’“”…†™",
    *"àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿœß",
]

T5_SPECIAL = ["<pad>", "</s>", "<unk>", *(f"<extra_id_{number}>" for number in range(100))]
T5_BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
# Far below every learnt piece: bytes are for characters that no piece spells, not for the text "<0x41>".
BYTE_SCORE = -100.0


def main() -> None:
    """Train both tokenizers and write them into the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path, help="UTF-8 text, .txt or .txt.xz")
    parser.add_argument("--megabytes", type=float, default=24.0, help="text to read in all, in equal parts (24)")
    parser.add_argument("--seed", type=int, default=0, help="which lines are drawn (0)")
    parser.add_argument("--output", type=Path, default=MODELS, help="folder that holds t5/ and gpt/")
    words = parser.parse_args()
    lines = draw_lines(sorted(words.files), int(words.megabytes * 1e6), words.seed)
    write(train_t5(lines), words.output / "t5")
    write(train_gpt(lines), words.output / "gpt")


def draw_lines(files: Sequence[Path], budget_bytes: int, seed: int) -> list[str]:
    """Draw lines from every file at random, to an equal number of bytes each (or all of a small file)."""
    drawn = []
    for file in files:
        lines = [line for line in read_lines(file) if line.strip() != DOCUMENT_END]
        random.Random(seed).shuffle(lines)
        left = budget_bytes // len(files)
        for line in lines:
            left -= len(line.encode())
            if left < 0:
                break
            drawn.append(line)
    return drawn


def read_lines(file: Path) -> Iterator[str]:
    """Give the lines of a text file, packed or not, with their line ends."""
    opener: Callable = lzma.open if file.suffix == ".xz" else open
    with opener(file, "rt", encoding="utf-8", newline="\n") as text:
        yield from text


def train_t5(lines: Sequence[str]) -> Tokenizer:
    """Train a Unigram model (Kudo 2018) that spells unknown characters as bytes and ends every text with ``</s>``.

    The pieces are found by BPE and scored by how often they are used. UnigramTrainer gives other scores at every call
    (it adds in the order of a hash map), and 12 % more tokens on contracts (1.65 per word, this 1.48).
    """
    # No normaliser: NFKC would turn ½ into 1⁄2 and a copied span would no longer be in the text.
    splitter = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(PIECES, "isolated"),
            pre_tokenizers.Metaspace(prepend_scheme="first", split=False),
        ]
    )
    draft = Tokenizer(models.BPE())
    draft.pre_tokenizer = splitter
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(T5_SPECIAL) - len(T5_BYTES),
        initial_alphabet=[character.replace(" ", "▁") for character in ALPHABET],
        limit_alphabet=len(ALPHABET),  # no others: the trainer breaks ties between rare ones by chance
        show_progress=False,
    )
    draft.train_from_iterator(lines, trainer)
    tokenizer = Tokenizer(
        models.Unigram(
            [(token, 0.0) for token in T5_SPECIAL]
            + [(token, BYTE_SCORE) for token in T5_BYTES]
            + score_pieces(draft, lines),
            unk_id=T5_SPECIAL.index("<unk>"),
            byte_fallback=True,
        )
    )
    tokenizer.add_special_tokens(T5_SPECIAL)
    tokenizer.pre_tokenizer = splitter
    tokenizer.decoder = decoders.Sequence(
        [decoders.ByteFallback(), decoders.Metaspace(prepend_scheme="first", split=False)]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", T5_SPECIAL.index("</s>"))]
    )
    return tokenizer


def score_pieces(draft: Tokenizer, lines: Sequence[str]) -> list[tuple[str, float]]:
    """Give every piece with the logarithm of its share of all pieces in the lines (add-one smoothing)."""
    uses: Counter[int] = Counter()
    for start in range(0, len(lines), LINES_AT_ONCE):
        for encoding in draft.encode_batch(lines[start : start + LINES_AT_ONCE]):
            uses.update(encoding.ids)
    total = uses.total() + draft.get_vocab_size()
    pieces = sorted(draft.get_vocab().items(), key=lambda item: item[1])
    return [(piece, round(math.log((uses[index] + 1) / total), 4)) for piece, index in pieces]


def train_gpt(lines: Sequence[str]) -> Tokenizer:
    """Train byte-level BPE (Radford 2019) with a pad token of its own.

    Were pad the end token, hiding padding from the loss would hide the end, and the model would never learn to stop.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(PIECES, "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[DOCUMENT_END, "<|pad|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer


def write(tokenizer: Tokenizer, folder: Path) -> None:
    """Write ``tokenizer.json`` into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))


if __name__ == "__main__":
    main()
