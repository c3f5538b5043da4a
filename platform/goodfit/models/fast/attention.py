"""Attention over a flat batch: exact, block by block, with a backward pass of its own."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from goodfit.models.fast.dropout import gain_of
from goodfit.models.fast.layout import CURRENT, LONG_ROW, Block, Frame, Layout, Side
from goodfit.models.fast.read import pick, put, read_of

NAME = "goodfit_flat"
"""What transformers knows this attention as. It has no mask function, so that no mask is built."""

FLASH_SIZE = 256
"""Units of a head that the kernel takes at most."""

KNOWN = ("position_ids", "cache_position", "cu_seq_lens_q", "cu_seq_lens_k", "max_length_q", "max_length_k")
"""Tensors that models hand on and this attention does not need."""

SIDES: weakref.WeakKeyDictionary[Any, Side] = weakref.WeakKeyDictionary()
"""Attention module -> what it attends to; filled when a model is wired."""


class NotFlat(RuntimeError):
    """A model that cannot be computed flat asked for something."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a model asks of its attention."""

    scaling: float
    dropout: float
    causal: bool
    window: int | None
    softcap: float | None


def attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    is_causal: bool | None = None,
    position_bias: Tensor | None = None,
    sliding_window: int | None = None,
    softcap: float | None = None,
    **others: Any,
) -> tuple[Tensor, None]:
    """Attention as transformers calls it, of tokens to those of their own row.

    Args:
        module: The attention module, which was tagged with its side.
        query: (1, heads, tokens, size).
        key: (1, key heads, key tokens, size); fewer heads are shared by groups of query heads.
        value: As ``key``.
        attention_mask: Has to be None.
        dropout: Of the probabilities.
        scaling: Of the products; ``size ** -0.5`` when not given.
        is_causal: Whether tokens see earlier ones only; the module's own, when not given.
        position_bias: (1, heads, at least the longest row, same), added to the products.
        sliding_window: How far tokens see, themselves included.
        softcap: Products are squashed into plus and minus this.
        others: Anything else that a model hands on.

    Returns:
        (1, tokens, heads, size), and no probabilities.

    Raises:
        NotFlat: A mask, an unknown tensor, or another shape than the layout's.
    """
    layout, side = CURRENT.layout, SIDES.get(module)
    unknown = [name for name, found in others.items() if isinstance(found, Tensor) and name not in KNOWN]
    if layout is None or side is None or attention_mask is not None or unknown:
        raise NotFlat(f"attention got {unknown or 'a mask or no layout'}")
    queries, keys = (sum(lengths) for lengths in layout.sizes(side))
    if query.shape[0] != 1 or query.shape[2] != queries or key.shape[2] != keys:
        raise NotFlat(f"attention got {tuple(query.shape)} for {queries} tokens")
    device = query.device.type
    if torch.is_autocast_enabled(device):  # rotary models turn queries and keys in 32 bits; the backward pass is ours
        query, key, value = (part.to(torch.get_autocast_dtype(device)) for part in (query, key, value))
    causal = side != "cross" and (module.is_causal if is_causal is None else is_causal)
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    shape = Shape(scale, dropout, causal, sliding_window, softcap)
    CURRENT.windowed |= sliding_window is not None
    bias = None if position_bias is None or side == "cross" else position_bias[0]
    if bias is None and _takes_flash(query, shape, layout):
        parts = (_for_heads(part[0], query.shape[1]) for part in (key, value))
        return _flash(query[0], *parts, layout, side, shape).unsqueeze(0), None
    CURRENT.in_blocks = True
    read = None if side == "cross" or bias is not None else read_of(module)
    if read is None:
        return blockwise(query[0], key[0], value[0], bias, layout.blocks(side), shape).unsqueeze(0), None
    found = blockwise(pick(query[0], read), key[0], value[0], None, layout.blocks(side, read), shape)
    return put(found.unsqueeze(0), read), None


def _takes_flash(query: Tensor, shape: Shape, layout: Layout) -> bool:
    """Whether a GPU's kernel for rows of any lengths computes this; what it drops is drawn for all rows at once."""
    half = query.device.type == "cuda" and query.dtype in (torch.float16, torch.bfloat16)
    alone = not (shape.dropout and layout.owners)
    return half and alone and shape.softcap is None and query.shape[-1] % 8 == 0 and query.shape[-1] <= FLASH_SIZE


def _flash(query: Tensor, key: Tensor, value: Tensor, layout: Layout, side: Side, shape: Shape) -> Tensor:
    """All rows in one call: (heads, tokens, size) -> (tokens, heads, size).

    Dao 2023, https://arxiv.org/abs/2307.08691; PyTorch's public ``varlen_attn`` is the same kernel without dropout.
    """
    before = None if shape.window is None else shape.window - 1
    found: Tensor = torch.ops.aten._flash_attention_forward(
        *(part.transpose(0, 1) for part in (query, key, value)),
        *layout.ends(side),
        *layout.bounds(side),
        shape.dropout,
        shape.causal,
        False,
        scale=shape.scaling,
        window_size_left=before,
        window_size_right=0 if shape.causal and before is not None else before,
    )[0]
    return found


def blockwise(
    query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None, blocks: list[Block], shape: Shape
) -> Tensor:
    """(heads, tokens, size), of keys and values perhaps fewer heads -> (tokens, heads, size)."""
    query_tokens, key_tokens = [block.queries.tokens for block in blocks], [block.keys.tokens for block in blocks]
    parts = zip(blocks, query.split(query_tokens, 1), key.split(key_tokens, 1), value.split(key_tokens, 1), strict=True)
    found = []
    for block, queries, keys, values in parts:
        longest = max(block.queries.longest, block.keys.longest)
        near = None if bias is None else bias[:, : block.queries.longest, : block.keys.longest]
        if longest >= LONG_ROW and shape.softcap is None and not shape.dropout:
            found.append(_long(queries, keys, values, near, block, shape))
        else:
            found.append(_Attention.apply(queries, keys, values, near, block, shape))
    return found[0] if len(found) == 1 else torch.cat(found)


def _for_heads(part: Tensor, heads: int) -> Tensor:
    """(key heads, …) -> (heads, …): neighbouring heads share one."""
    return part if len(part) == heads else part.repeat_interleave(heads // len(part), 0)


def _hidden(block: Block, shape: Shape, device: Any) -> Tensor | None:
    """True where a query does not see a key: (rows or 1, queries, keys)."""
    hidden = None
    if shape.causal or shape.window is not None:
        places = block.queries.places
        if places is None:
            places = torch.arange(block.queries.longest, device=device)[None]
        far = places[:, :, None] - torch.arange(block.keys.longest, device=device)
        if shape.causal:
            hidden = far < 0
        if shape.window is not None:
            beyond = (far if shape.causal else far.abs()) >= shape.window
            hidden = beyond if hidden is None else hidden | beyond
    if block.keys.padding is not None and not shape.causal:  # behind a row no token of it looks
        padding = block.keys.padding[:, None]
        hidden = padding if hidden is None else hidden | padding
        if shape.window is not None and block.queries.padding is not None:
            # a query at padding may see nothing, and its NaN would spread
            hidden = hidden.masked_fill(block.queries.padding[:, :, None], False)
    return hidden


def _padded(flat: Tensor, frame: Frame, clear: bool = False) -> Tensor:
    """(heads, tokens, size) -> (heads * rows, longest, size); ``clear`` puts zeros at padding."""
    heads, _, size = flat.shape
    if frame.gather is None:
        return flat.reshape(heads * frame.rows, frame.longest, size)
    found = flat.index_select(1, frame.gather).view(heads, frame.rows, frame.longest, size)
    if clear:
        found.masked_fill_(frame.padding[:, :, None], 0.0)  # type: ignore[index]
    return found.view(heads * frame.rows, frame.longest, size)


def _flat(padded: Tensor, frame: Frame, heads: int) -> Tensor:
    """(heads * rows, longest, size) -> (heads, tokens, size)."""
    rows = padded.view(heads, frame.rows * frame.longest, padded.shape[-1])
    return rows if frame.scatter is None else rows.index_select(1, frame.scatter)


class _Attention(torch.autograd.Function):
    """softmax(scaling * Q K^T + bias) V of a block (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, eq. 1)."""

    @staticmethod
    def forward(
        ctx: Any, query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None, block: Block, shape: Shape
    ) -> Tensor:
        heads = query.shape[0], key.shape[0]
        queries, keys = _padded(query, block.queries), _padded(key, block.keys)
        values = _padded(value, block.keys)
        probabilities, squashed = _probabilities(queries, _shared(keys, heads), bias, block, shape)
        kept = block.draws.kept(probabilities, shape.dropout) if shape.dropout else None
        used = probabilities if kept is None else probabilities * kept
        found = _flat(torch.bmm(used, _shared(values, heads)), block.queries, heads[0])
        ctx.again = max(block.queries.longest, block.keys.longest) >= LONG_ROW
        if ctx.again:  # a long row's pairs would fill the memory: a bit of each is kept, and the rest computed again
            ctx.save_for_backward(queries, keys, values, bias, None if kept is None else kept.bool())
        else:
            ctx.save_for_backward(queries, keys, values, probabilities, kept, squashed)
        ctx.block, ctx.shape, ctx.heads = block, shape, heads
        return found.transpose(0, 1).contiguous()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        block, shape, heads = ctx.block, ctx.shape, ctx.heads
        if ctx.again:
            queries, keys, values, near, bits = ctx.saved_tensors
            keys = _shared(keys, heads)
            probabilities, squashed = _probabilities(queries, keys, near, block, shape)
            kept = None if bits is None else bits.float().mul_(gain_of(shape.dropout)).to(probabilities.dtype)
        else:
            queries, keys, values, probabilities, kept, squashed = ctx.saved_tensors
            keys = _shared(keys, heads)
        outer = _padded(gradients[0].transpose(0, 1), block.queries, clear=True)
        used = probabilities if kept is None else probabilities * kept
        value = torch.bmm(used.transpose(1, 2), outer)
        inner = torch.bmm(outer, _shared(values, heads).transpose(1, 2))
        if kept is not None:
            inner.mul_(kept)
        wide = _wide(probabilities)
        products = torch._softmax_backward_data(_wide(inner), wide, -1, wide.dtype).to(probabilities.dtype)
        bias = None
        if ctx.needs_input_grad[3]:
            bias = products.view(heads[0], block.queries.rows, *products.shape[1:]).sum(1)
        if squashed is not None:
            products = products * (1 - squashed * squashed)
        query = torch.bmm(products, keys).mul_(shape.scaling)
        key = torch.bmm(products.transpose(1, 2), queries).mul_(shape.scaling)
        return (
            _flat(query, block.queries, heads[0]),
            _flat(_summed(key, heads), block.keys, heads[1]),
            _flat(_summed(value, heads), block.keys, heads[1]),
            bias,
            None,
            None,
        )


def _shared(part: Tensor, heads: tuple[int, int]) -> Tensor:
    """(key heads * rows, …) -> (heads * rows, …), of the numbers of heads and of key heads."""
    if heads[0] == heads[1]:
        return part
    return _for_heads(part.view(heads[1], -1, *part.shape[1:]), heads[0]).view(-1, *part.shape[1:])


def _summed(gradient: Tensor, heads: tuple[int, int]) -> Tensor:
    """(heads * rows, …) -> (key heads * rows, …): what heads that share keys have for them."""
    if heads[0] == heads[1]:
        return gradient
    return gradient.view(heads[1], heads[0] // heads[1], -1, *gradient.shape[1:]).sum(1).view(-1, *gradient.shape[1:])


def _probabilities(
    queries: Tensor, keys: Tensor, bias: Tensor | None, block: Block, shape: Shape
) -> tuple[Tensor, Tensor | None]:
    """Of a block's pairs, (heads * rows, queries, keys), and with a softcap what its squashing gave."""
    products = torch.bmm(queries, keys.transpose(1, 2)).mul_(shape.scaling)
    squashed = None
    if shape.softcap is not None:
        squashed = torch.tanh_(products.div_(shape.softcap))
        products = squashed * shape.softcap
    by_row = products.view(-1, block.queries.rows, block.queries.longest, block.keys.longest)
    if bias is not None:
        by_row += bias[:, None]
    hidden = _hidden(block, shape, queries.device)
    if hidden is not None:
        by_row.masked_fill_(hidden, float("-inf"))
    return torch.softmax(_wide(products), -1).to(queries.dtype), squashed


def _wide(states: Tensor) -> Tensor:
    """In 32 bits at least, as transformers' own softmax; on a CPU it is faster so, too."""
    return states.float() if states.element_size() < torch.float32.itemsize else states


def _long(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None, block: Block, shape: Shape) -> Tensor:
    """A block of long rows by PyTorch's attention, which keeps no pairs if none is dropped: (tokens, heads, size)."""
    heads = query.shape[0]
    key, value = _for_heads(key, heads), _for_heads(value, heads)
    queries, keys = _padded(query, block.queries), _padded(key, block.keys)
    values = _padded(value, block.keys)
    rows = (heads, block.queries.rows)
    parts = [part.view(*rows, *part.shape[1:]).transpose(0, 1) for part in (queries, keys, values)]
    plainly_causal = shape.causal and shape.window is None and bias is None and block.queries is block.keys
    hidden = None if plainly_causal else _hidden(block, shape, query.device)
    mask = None if bias is None else bias[None]
    if hidden is not None:
        nothing = torch.zeros((), dtype=query.dtype, device=query.device)
        mask = (nothing if mask is None else mask).masked_fill(hidden[:, None], float("-inf"))
    found = functional.scaled_dot_product_attention(
        *parts, attn_mask=mask, is_causal=plainly_causal, scale=shape.scaling
    )
    padded = found.transpose(0, 1).reshape(heads * block.queries.rows, block.queries.longest, query.shape[-1])
    return _flat(padded, block.queries, heads).transpose(0, 1)
