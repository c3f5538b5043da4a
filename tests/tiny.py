"""Shapes of tiny models, random examples for them, and learners of tiny runs."""

import dataclasses
import random

import torch

from goodfit.data.batches import IGNORED, Example

VOCABULARY = 64
SMALL = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
}
ENCODER = {**SMALL, "max_position_embeddings": 64, "num_labels": 3}
DECODER = {**SMALL, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0, "use_cache": False}
GROUPED = {**DECODER, "num_key_value_heads": 2}
SEQ2SEQ = {"vocab_size": VOCABULARY, "d_model": 32, "d_kv": 8, "d_ff": 48, "num_layers": 2, "num_heads": 4}
ENDS = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "cls_token_id": 1, "sep_token_id": 2}
MODERN = {**ENCODER, **ENDS, "local_attention": 16}
DISTIL = {"vocab_size": VOCABULARY, "dim": 32, "n_heads": 4, "n_layers": 2, "hidden_dim": 48, "num_labels": 3}
GPT2 = {"vocab_size": VOCABULARY, "n_embd": 32, "n_head": 4, "n_layer": 2, "bos_token_id": 1, "eos_token_id": 2}
OPT = {"ffn_dim": 48, "word_embed_proj_dim": 32, "max_position_embeddings": 64}
BART = {
    "vocab_size": VOCABULARY,
    "d_model": 32,
    **{f"{side}_{part}": size for side in ("encoder", "decoder") for part, size in
       (("layers", 2), ("attention_heads", 4), ("ffn_dim", 48))},
    "max_position_embeddings": 64,
}  # fmt: skip


def examples_of(what, count=12, seed=0):
    """Random examples of 3 to 39 tokens."""
    chance = random.Random(seed)

    def tokens(length):
        return tuple(chance.randrange(4, VOCABULARY) for _ in range(length))

    def example(number):
        inputs = tokens(chance.randint(3, 39))
        if what == "rows":
            return Example(number, inputs, (chance.randrange(3),))
        if what == "tags":
            return Example(number, inputs, (*(chance.choice((0, 1, 2, IGNORED)) for _ in inputs[:-1]), 1))
        if what == "text":
            read = len(inputs) // 2
            return Example(number, inputs, (IGNORED,) * read + tokens(len(inputs) - read))
        target = tokens(chance.randint(2, 20))
        return Example(number, inputs, target, (0, *target[:-1]))

    return [example(number) for number in range(count)]


ASKED = {
    "classification": ("text",),
    "multilabel": ("text",),
    "token_classification": ("text",),
    "question_answering": ("context", "question"),
    "ranking": ("query",),
    "generation": ("source",),
    "chat": ("messages",),
    "language_modeling": ("text",),
}
"""Kind -> the fields of a row that asks."""


def asked(kind, fields):
    """The fields of a record, or a row, without its answer."""
    found = {name: fields[name] for name in ASKED[kind]}
    return {"messages": found["messages"][:-1]} if kind == "chat" else found


def labels_at(what):
    """Where these examples have their labels."""
    return "rows" if what == "rows" else "tokens"


def with_coding(one, **changes):
    """The same learner, or coder, with other limits."""
    return type(one)(dataclasses.replace(one.coding, **changes))


def learner_of(ready, kind, family, **changes):
    """The learner of a tiny run, with other limits."""
    return with_coding(ready(kind, family)[0].learner, **changes)


def next_logs(model, coder, source, written):
    """Log-probabilities of the next token, by a plain forward pass."""
    with torch.inference_mode():
        if coder.is_decoder:
            return model(input_ids=torch.tensor([[*source, *written]])).logits[0, -1].log_softmax(-1)
        start = [coder.coding.decoder_start_id, *written]
        logits = model(input_ids=torch.tensor([source]), decoder_input_ids=torch.tensor([start])).logits
        return logits[0, -1].log_softmax(-1)
