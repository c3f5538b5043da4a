"""Where each row of a flat batch begins and ends, and which rows attention computes together."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from goodfit.data.batches import sent
from goodfit.models.fast.dropout import Draws

if TYPE_CHECKING:
    from torch import Tensor

    from goodfit.data.batches import Batch

Side = Literal["inputs", "decoder", "cross"]
"""Attention of the inputs to themselves, of the decoder inputs to themselves, of the decoder inputs to the inputs."""

BLOCK_COST = 1500
PAIR_COST = 1 / 8
TOKEN_COST = 2
"""What a block, a pair of tokens and a token cost beside each other; only speed depends on them."""

LONG_ROW = 384
"""Rows from here on are attended to by PyTorch: a block would keep their probabilities."""

BORDERS = 64
"""A batch is cut into blocks at this many places at most."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The rows of a block, padded to the longest of them."""

    rows: int
    longest: int
    tokens: int
    gather: Tensor | None
    """(rows * longest,): the token at each place, any token at padding; None where nothing is padded."""
    scatter: Tensor | None
    """(tokens,): the place of each token."""
    padding: Tensor | None
    """(rows, longest), true at padding."""
    places: Tensor | None = None
    """(rows, longest): where in its row each token is, if not at its own place here; 0 at padding."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A model that has rows in a batch of several models, see ``pack``."""

    rows: int
    draws: Draws
    """Of its dropout."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of near-equal length, which attention computes at once."""

    queries: Frame
    keys: Frame
    draws: Draws
    """Of its dropout."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The rows of a flat batch: tokens per row of the inputs and, of seq2seq models, of the decoder inputs."""

    lengths: tuple[int, ...]
    decoder_lengths: tuple[int, ...] | None = None
    owners: tuple[Owner, ...] = ()
    """Whose rows these are, in this order, the last row aside; blocks do not mix them."""
    draws: Draws = field(default_factory=Draws)
    """Of the dropout of all rows without an owner."""
    device: Any = "cpu"
    """Where its tensors are."""
    longest: int | None = None
    """What no row is longer than, where it is not the longest row itself."""
    turn: int | None = None
    """Positions begin anew behind so many tokens: a row of filling may be longer than a model can count."""
    _there: dict[Hashable, tuple[Callable[[Layout], Tensor] | None, Tensor]] = field(default_factory=dict)
    _blocks: dict[tuple[Side, bool], list[Block]] = field(default_factory=dict)

    def sizes(self, side: Side) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Tokens per row of queries and of keys."""
        decoder = self.decoder_lengths or ()
        return {
            "inputs": (self.lengths, self.lengths),
            "decoder": (decoder, decoder),
            "cross": (decoder, self.lengths),
        }[side]

    def ends(self, side: Side) -> tuple[Tensor, Tensor]:
        """Where each row of queries and of keys ends, and before them 0: (rows + 1,), 32-bit integers."""
        queries: Side = "inputs" if side == "inputs" else "decoder"
        keys: Side = "decoder" if side == "decoder" else "inputs"
        return self._ends(queries), self._ends(keys)

    def _ends(self, side: Side) -> Tensor:
        return self.there(("ends", side), lambda rows: _ends(rows.sizes(side)[0]))

    def bounds(self, side: Side) -> tuple[int, int]:
        """What no row of queries, and none of keys, is longer than."""
        queries, keys = self.sizes(side)
        return self.longest or max(queries), self.longest or max(keys)

    def positions(self, offset: int) -> Tensor:
        """The position of each token of the inputs in its row, from ``offset``: (tokens,)."""
        return self.there(("positions", offset), lambda rows: positions(rows.lengths, offset, rows.turn))

    def row_starts(self) -> Tensor:
        """The first token of each row of the inputs: (rows,)."""
        return self.there("row starts", lambda rows: row_starts(rows.lengths))

    def row_sizes(self) -> Tensor:
        """Tokens of each row of the inputs: (rows,), floats."""
        return self.there("row sizes", lambda rows: _floats(rows.lengths))

    def row_of_tokens(self, side: Side) -> Tensor:
        """The row of each token of the inputs, or of the decoder inputs: (tokens,)."""
        return self.there(("row of tokens", side), lambda rows: row_of_tokens(rows.sizes(side)[0]))

    def there(self, name: Hashable, make: Callable[[Layout], Tensor], follows: bool = True) -> Tensor:
        """A tensor on the device, made once.

        Args:
            name: Its own.
            make: What it is of a layout.
            follows: Whether it is another one for other rows of as many tokens.
        """
        if name not in self._there:
            self._there[name] = make if follows else None, sent(make(self), self.device)
        return self._there[name][1]

    def become(self, other: Layout) -> None:
        """Let all tensors that were made be, where they are, what they are of other rows of as many tokens."""
        for make, tensor in self._there.values():
            if make is not None:
                tensor.copy_(sent(make(other), self.device))

    def blocks(self, side: Side, read: Tensor | None = None) -> list[Block]:
        """What attention computes at once, in the order of the rows; all layers share it.

        Args:
            side: Whose attention.
            read: The queries, where they are not all tokens: (places,), the same at each call.
        """
        key = side, read is not None
        if key not in self._blocks:
            queries, keys = self.sizes(side)
            places: tuple[Tensor, ...] = ()
            if read is not None:
                rows = self.row_of_tokens(side)[read]
                queries = tuple(rows.bincount(minlength=len(keys)).tolist())
                places = (read - row_starts(keys)[rows]).split(queries)
            ends = list(itertools.accumulate(owner.rows for owner in self.owners))
            draws = [*(owner.draws for owner in self.owners), self.draws]
            self._blocks[key] = [
                _block(queries[rows], keys[rows], side, places[rows], drawn, self.device)
                for start, end, drawn in zip([0, *ends], [*ends, len(queries)], draws, strict=True)
                if start < end
                for first, last in itertools.pairwise(borders(queries[start:end], keys[start:end]))
                for rows in [slice(start + first, start + last)]
            ]
        return self._blocks[key]


class _Current:
    """The layout of the batch that is computed; it stays until the next one, for recomputed forward passes."""

    layout: Layout | None = None
    answered: Batch | None = None
    """The batch, where nothing but its answers is read."""
    in_blocks: bool = False
    """Whether attention was computed block by block since somebody set this to False."""
    windowed: bool = False
    """Whether a model handed on a window since somebody set this to False."""


CURRENT = _Current()


def _ends(lengths: Sequence[int]) -> Tensor:
    import torch

    return torch.tensor([0, *itertools.accumulate(lengths)], dtype=torch.int32)


def _floats(lengths: Sequence[int]) -> Tensor:
    import torch

    return torch.tensor(lengths, dtype=torch.float32)


def positions(lengths: Sequence[int], offset: int, turn: int | None = None) -> Tensor:
    """The position of each token in its row, from ``offset``: (tokens,); see ``Layout.turn``."""
    import torch

    return torch.cat([torch.arange(length) % (turn or length) for length in lengths]) + offset


def row_of_tokens(lengths: Sequence[int]) -> Tensor:
    """The row of each token: (tokens,)."""
    import torch

    return torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths))


def row_starts(lengths: Sequence[int]) -> Tensor:
    """The first token of each row: (rows,)."""
    import torch

    sizes = torch.tensor(lengths)
    return sizes.cumsum(0) - sizes


@functools.lru_cache(maxsize=4096)
def borders(queries: tuple[int, ...], keys: tuple[int, ...]) -> tuple[int, ...]:
    """Where to cut rows into blocks so that padding and calls together cost least: by dynamic programming.

    Returns:
        Row numbers, from 0 to the number of rows.
    """
    count = len(queries)
    places = sorted({*range(0, count, max(1, -(-count // BORDERS))), count})
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(places)):
        longest_query = longest_key = 0
        found = (float("inf"), 0)
        for start in range(end - 1, -1, -1):
            rows = slice(places[start], places[start + 1])
            longest_query = max(longest_query, *queries[rows])
            longest_key = max(longest_key, *keys[rows])
            pairs = PAIR_COST * longest_query * longest_key + TOKEN_COST * (longest_query + longest_key)
            cost = best[start][0] + BLOCK_COST + (places[end] - places[start]) * pairs
            found = min(found, (cost, start))
        best.append(found)
    cuts, place = [count], len(places) - 1
    while place:
        place = best[place][1]
        cuts.append(places[place])
    return tuple(reversed(cuts))


def _block(
    queries: Sequence[int], keys: Sequence[int], side: Side, places: Sequence[Tensor], draws: Draws, device: Any
) -> Block:
    from torch.nn.utils.rnn import pad_sequence

    frame = _frame(queries, device)
    if not places:
        return Block(frame, _frame(keys, device) if side == "cross" else frame, draws)
    padded = pad_sequence(list(places), batch_first=True)
    return Block(replace(frame, places=padded), _frame(keys, device), draws)


def _frame(lengths: Sequence[int], device: Any) -> Frame:
    import torch

    longest, tokens = max(lengths), sum(lengths)
    if longest * len(lengths) == tokens:
        return Frame(len(lengths), longest, tokens, None, None, None)
    places = torch.arange(longest)
    there = places < torch.tensor(lengths)[:, None]
    gather = torch.where(there, row_starts(lengths)[:, None] + places, 0).flatten()
    parts = (gather, there.flatten().nonzero()[:, 0], ~there)
    return Frame(len(lengths), longest, tokens, *(sent(part, device) for part in parts))
