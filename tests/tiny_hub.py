"""Tiny models with random weights, each in a folder like its kin on the hub: its head, its config, its own tokenizer."""

import random
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch
import transformers as hf
from conftest import ROWS
from tiny import BART, DECODER, DISTIL, ENCODER, GPT2, GROUPED, MODERN, OPT, SEQ2SEQ
from tokenizers import Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import BpeTrainer

WORDS = 320
"""Tokens of each vocabulary."""
POSITIONS = {"max_position_embeddings": 160}


@cache
def texts() -> list[str]:
    """What the tokenizers learn from: the texts of the tests, and every letter."""
    chance = random.Random(0)
    rows = [make(number, chance) for make in ROWS.values() for number in range(40)]
    letters = " ".join(string.printable.strip())
    return [value for row in rows for value in row.values() if isinstance(value, str)] + [letters] * 3


def learnt(name: str, begins: bool = False) -> Callable[[], Any]:
    """A tokenizer of transformers with a vocabulary of its own, and the beginning that the hub's files add."""

    def make() -> Any:
        tokenizer = getattr(hf, name)().train_new_from_iterator(texts(), WORDS)
        if begins:
            add_ends(tokenizer.backend_tokenizer, tokenizer.bos_token, None)
        return tokenizer

    return make


def add_ends(tokenizer: Tokenizer, first: str | None, last: str | None) -> None:
    """Let a tokenizer put special tokens around each text."""
    ends = [token for token in (first, last) if token]
    single = " ".join(part for part in (first, "$A", last) if part)
    tokenizer.post_processor = TemplateProcessing(
        single=single,
        pair=f"{single} $B",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in ends],
    )


def of_bytes(first: str | None = None, last: str | None = None, **special: str) -> Callable[[], Any]:
    """A byte-level tokenizer that no class of transformers stands for, as those of Llama 3 and ModernBERT."""

    def make() -> Any:
        tokenizer = Tokenizer(BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = BpeTrainer(
            vocab_size=WORDS, special_tokens=[*special.values()], initial_alphabet=alphabet, show_progress=False
        )
        tokenizer.train_from_iterator(texts(), trainer)
        add_ends(tokenizer, first, last)
        return hf.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)

    return make


@dataclass(frozen=True)
class Tiny:
    """How a model of the hub is made small."""

    family: str
    head: type
    """What its publisher saved."""
    config: type
    sizes: dict[str, Any]
    tokenizer: Callable[[], Any]
    ends: dict[str, str] = field(default_factory=dict)
    """Fields of the config that name special tokens -> the tokenizer's name for them."""


CLS = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]"}
LLAMA3 = {"bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>"}
PAD = {"pad_token_id": "pad_token_id"}
ENDS = {"bos_token_id": "bos_token_id", "eos_token_id": "eos_token_id"}
T5_ENDS = {**PAD, "eos_token_id": "eos_token_id", "decoder_start_token_id": "pad_token_id"}
BART_ENDS = {**PAD, **ENDS, "decoder_start_token_id": "eos_token_id"}
GEMMA = {**GROUPED, "head_dim": 8, **POSITIONS}

HUB = {
    "bert": Tiny("encoder", hf.BertForPreTraining, hf.BertConfig, ENCODER, learnt("BertTokenizer"), PAD),
    "distilbert": Tiny(
        "encoder", hf.DistilBertForMaskedLM, hf.DistilBertConfig, DISTIL, learnt("DistilBertTokenizer"), PAD
    ),
    "electra": Tiny(
        "encoder",
        hf.ElectraForPreTraining,
        hf.ElectraConfig,
        {**ENCODER, "embedding_size": 16},
        learnt("ElectraTokenizer"),
        PAD,
    ),
    "roberta": Tiny(
        "encoder", hf.RobertaForMaskedLM, hf.RobertaConfig, ENCODER, learnt("RobertaTokenizer"), {**PAD, **ENDS}
    ),
    "xlm-roberta": Tiny(
        "encoder",
        hf.XLMRobertaForMaskedLM,
        hf.XLMRobertaConfig,
        ENCODER,
        learnt("XLMRobertaTokenizer"),
        {**PAD, **ENDS},
    ),
    "mpnet": Tiny("encoder", hf.MPNetForMaskedLM, hf.MPNetConfig, ENCODER, learnt("MPNetTokenizer"), {**PAD, **ENDS}),
    "deberta-v2": Tiny(
        "encoder",
        hf.DebertaV2Model,
        hf.DebertaV2Config,
        {**ENCODER, "relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_buckets": 32,
         "norm_rel_ebd": "layer_norm", "share_att_key": True, "position_biased_input": False, "type_vocab_size": 0},
        learnt("DebertaV2Tokenizer"),
        PAD,
    ),
    "modernbert": Tiny(
        "encoder", hf.ModernBertForMaskedLM, hf.ModernBertConfig, MODERN, of_bytes("[CLS]", "[SEP]", **CLS),
        {**PAD, "cls_token_id": "cls_token_id", "sep_token_id": "sep_token_id"},
    ),
    "gpt2": Tiny("decoder", hf.GPT2LMHeadModel, hf.GPT2Config, GPT2, learnt("GPT2Tokenizer"), ENDS),
    "gpt_neox": Tiny("decoder", hf.GPTNeoXForCausalLM, hf.GPTNeoXConfig, DECODER, learnt("GPTNeoXTokenizer"), ENDS),
    "opt": Tiny(
        "decoder", hf.OPTForCausalLM, hf.OPTConfig, {**DECODER, **OPT, **POSITIONS}, learnt("GPT2Tokenizer", True), ENDS
    ),
    "llama": Tiny("decoder", hf.LlamaForCausalLM, hf.LlamaConfig, GROUPED,
                  of_bytes("<|begin_of_text|>", **LLAMA3), ENDS),
    "mistral": Tiny(
        "decoder", hf.MistralForCausalLM, hf.MistralConfig, GROUPED, learnt("LlamaTokenizer", True), ENDS
    ),
    "qwen2": Tiny("decoder", hf.Qwen2ForCausalLM, hf.Qwen2Config, GROUPED, learnt("Qwen2Tokenizer"), PAD),
    "qwen3": Tiny(
        "decoder", hf.Qwen3ForCausalLM, hf.Qwen3Config, {**GROUPED, "head_dim": 8}, learnt("Qwen2Tokenizer"), PAD
    ),
    "phi3": Tiny("decoder", hf.Phi3ForCausalLM, hf.Phi3Config, GROUPED, learnt("LlamaTokenizer", True), ENDS),
    "phi": Tiny("decoder", hf.PhiForCausalLM, hf.PhiConfig, {**GROUPED, **POSITIONS}, learnt("GPT2Tokenizer"), ENDS),
    "smollm3": Tiny("decoder", hf.SmolLM3ForCausalLM, hf.SmolLM3Config, GROUPED,
                    of_bytes("<|begin_of_text|>", **LLAMA3), ENDS),
    "gemma": Tiny("decoder", hf.GemmaForCausalLM, hf.GemmaConfig, GEMMA, learnt("GemmaTokenizer", True), {**PAD, **ENDS}),
    "gemma2": Tiny(
        "decoder", hf.Gemma2ForCausalLM, hf.Gemma2Config, {**GEMMA, "sliding_window": 8}, learnt("GemmaTokenizer", True),
        {**PAD, **ENDS},
    ),
    "gemma3_text": Tiny(
        "decoder", hf.Gemma3ForCausalLM, hf.Gemma3TextConfig, {**GEMMA, "sliding_window": 8},
        learnt("GemmaTokenizer", True), {**PAD, **ENDS},
    ),
    "t5": Tiny("seq2seq", hf.T5ForConditionalGeneration, hf.T5Config, SEQ2SEQ, learnt("T5Tokenizer"), T5_ENDS),
    "mt5": Tiny("seq2seq", hf.MT5ForConditionalGeneration, hf.MT5Config, SEQ2SEQ, learnt("T5Tokenizer"), T5_ENDS),
    "bart": Tiny("seq2seq", hf.BartForConditionalGeneration, hf.BartConfig, {**BART, **POSITIONS}, learnt("BartTokenizer"), BART_ENDS),
}
"""transformers' name of the architecture (``model_type``) -> how it is made small."""


def save_tiny(name: str, folder: Any) -> None:
    """Write a tiny model with its tokenizer, as its publisher would."""
    tiny = HUB[name]
    tokenizer = tiny.tokenizer()
    ends = {key: getattr(tokenizer, value) for key, value in tiny.ends.items()}
    torch.manual_seed(0)
    config = tiny.config(**{**tiny.sizes, "vocab_size": len(tokenizer), **ends})
    tiny.head(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
