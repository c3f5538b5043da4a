"""Which base model is tuned: ``model=<name>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from goodfit.schema.ranges import Count

Family = Literal["encoder", "decoder", "seq2seq"]
Rate = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]

FOR_SOME_TASKS = ("case_marks", "token_types", "apply_chat_template")
"""How a model is asked, where task and tokenizer have room for it."""


@dataclass(kw_only=True, slots=True)
class ModelConf:
    """Which base model is tuned. Selected with ``model=<name>``."""

    source: str = "hub"
    """``hub`` (a hub id or a local folder in ``model.name``), ``run`` (a finished run's folder in it, typed as
    ``model=run:PATH``), or a model that a plugin offers, ``<plugin>.<model>``."""

    name: str | None = None
    """The hub id, or the folder with ``config.json``, weights and tokenizer."""

    revision: str | None = None
    """The commit on the hub that the name is pinned to."""

    digest: str | None = None
    """``sha256:…`` of the weight file; a base with another digest is refused."""

    family: Family | None = None
    """``encoder`` (BERT), ``decoder`` (GPT, Llama, Qwen) or ``seq2seq`` (T5); when not given, read from the model."""

    architecture: str | None = None
    """What transformers calls its shape (``model_type``), for people: it tells which adapters and precisions fit."""

    chat_template: str | None = None
    """The form of the turns that it was taught to chat in, which its tokenizer writes; null for a model that was not
    taught to."""

    weights: Literal["pretrained", "random"] = "pretrained"
    """``random`` starts from seeded noise: the folder then needs no weights."""

    pooling: Literal["head", "cls", "mean", "mean_normalised"] = "head"
    """How an encoder's states become one vector: its own head's way, the first token, or the mean of all tokens (for
    ``mean_normalised`` scaled to one length, a mean square of 1). It has to be the way the model was trained."""

    max_length: Annotated[int, Field(ge=8)] | None = None
    """The longest input in tokens; when not given, what the model's config says."""

    layers: Count | None = None
    """Use only so many of the base's layers, the lowest ones: each that is left out saves its share of time and memory,
    in training and in use. For models with one stack of layers; when not given, all."""

    case_marks: bool | None = None
    """Whether tokens that its vocabulary has to spare tell an encoder that tags which words have capitals, because its
    tokenizer lowers them; when not given, where they can. Source: docs/decisions/0025."""

    token_types: bool | None = None
    """Whether token types tell an encoder that answers questions where the context begins (Devlin et al. 2019,
    https://arxiv.org/abs/1810.04805, section 4.2); when not given, where its tokenizer and its weights have two."""

    apply_chat_template: bool | None = None
    """Whether a decoder is asked in a turn of its tokenizer's chat template and answers in the next one, also where the
    task is no chat; when not given, where ``model.chat_template`` says that it was taught to."""

    lr: Rate = 5e-5
    """The learning rate to start from when all weights are tuned; used when ``optim.lr`` is not typed."""

    adapter_lr: Rate = 5e-4
    """The learning rate to start from when an adapter or a head is tuned; used when ``optim.lr`` is not typed."""

    epochs: Count = 10
    """The number of epochs to plan for; used when ``training.epochs`` is not typed."""

    parameters_millions: Annotated[float, Field(gt=0)] | None = None
    """Size, in millions of parameters, for people; memory is estimated from the model's own config."""

    licence: str = "unknown"
    """The licence of the weights, as its publisher states it."""

    description: str = ""
    """One line about the model, for people."""
