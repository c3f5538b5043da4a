"""Tiny models with random weights, each saved as its kin on the hub is: its head, its config, its own tokenizer."""

import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers as hf
from tiny import BART, DECODER, DISTIL, ENCODER, GPT2, GROUPED, MODERN, OPT, SEQ2SEQ
from tokenizers import Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import BpeTrainer

Texts = Sequence[str]
MakeTokenizer = Callable[[Texts], Any]

WORDS = 512
"""Tokens of each vocabulary, without those of chat templates."""
LETTERS = " ".join(string.printable.strip())

# ---- tokenizers ---------------------------------------------------------------------------------------------------


def learnt(name: str, begins: bool = False) -> MakeTokenizer:
    """A tokenizer of transformers with words of its own; ``begins`` adds the beginning that the hub's files have."""

    def make(texts: Texts) -> Any:
        tokenizer = getattr(hf, name)().train_new_from_iterator([*texts, *[LETTERS] * 3], WORDS)
        if begins:
            add_ends(tokenizer.backend_tokenizer, tokenizer.bos_token, None)
        return tokenizer

    return make


def of_bytes(first: str, last: str | None = None, **special: str) -> MakeTokenizer:
    """A byte-level tokenizer that no class of transformers stands for, as those of Llama 3 and ModernBERT."""

    def make(texts: Texts) -> Any:
        tokenizer = Tokenizer(BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        letters = pre_tokenizers.ByteLevel.alphabet()
        words = {"vocab_size": WORDS, "special_tokens": [*special.values()], "initial_alphabet": letters}
        tokenizer.train_from_iterator(texts, BpeTrainer(**words, show_progress=False))
        add_ends(tokenizer, first, last)
        return hf.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)

    return make


def add_ends(tokenizer: Tokenizer, first: str, last: str | None) -> None:
    """Let a tokenizer put special tokens around each text."""
    single = f"{first} $A {last}" if last else f"{first} $A"
    tokens = [(token, tokenizer.token_to_id(token)) for token in (first, last) if token]
    tokenizer.post_processor = TemplateProcessing(single=single, pair=f"{single} $B", special_tokens=tokens)


# ---- chat templates -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chat:
    """How a model was taught to chat."""

    template: str
    tokens: tuple[str, ...]
    """Special tokens of the template; the last one closes a turn."""


def turns(before: str, between: str, behind: str, opens: str, start: str = "", speaker: str = "m['role']") -> str:
    """A template with the same form for every turn."""
    said = "{{ " + f"{before!r} + {speaker} + {between!r} + (m['content'] | trim) + {behind!r}" + " }}"
    end = "{% if add_generation_prompt %}{{ " + repr(opens) + " }}{% endif %}"
    return start + "{% for m in messages %}" + said + "{% endfor %}" + end


CHATML = turns("<|im_start|>", "\n", "<|im_end|>\n", "<|im_start|>assistant\n")
GEMMA = turns(
    "<start_of_turn>",
    "\n",
    "<end_of_turn>\n",
    "<start_of_turn>model\n",
    "{{ bos_token }}",
    "('model' if m['role'] == 'assistant' else m['role'])",
)
LLAMA3 = turns(
    "<|start_header_id|>",
    "<|end_header_id|>\n\n",
    "<|eot_id|>",
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "{{ bos_token }}",
)
MISTRAL = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] + '[/INST]' }}"
    "{% elif m['role'] == 'assistant' %}{{ ' ' + (m['content'] | trim) + eos_token }}"
    "{% else %}{{ raise_exception('only user and assistant') }}{% endif %}{% endfor %}"
)
CHATS = {
    "chatml": Chat(CHATML, ("<|im_start|>", "<|im_end|>")),
    "gemma": Chat(GEMMA, ("<start_of_turn>", "<end_of_turn>")),
    "llama3": Chat(LLAMA3, ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")),
    "mistral": Chat(MISTRAL, ("[INST]", "[/INST]")),
    "phi4": Chat(
        turns("<|im_start|>", "<|im_sep|>", "<|im_end|>", "<|im_start|>assistant<|im_sep|>"),
        ("<|im_start|>", "<|im_sep|>", "<|im_end|>"),
    ),
}
"""As ``model.chat_template`` names them."""


# ---- models -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tiny:
    """How an architecture is made small."""

    family: str
    head: type
    """What its publisher saved."""
    config: type
    sizes: dict[str, Any]
    tokenizer: MakeTokenizer
    chat: str | None = None
    """Of ``CHATS``; a model for chats has it in its tokenizer."""


CLS = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]"}
BEGIN = "<|begin_of_text|>"
LLAMA3_TOKENIZER = of_bytes(BEGIN, bos_token=BEGIN, eos_token="<|end_of_text|>")
LLAMA2_TOKENIZER = learnt("LlamaTokenizer", begins=True)
GEMMA_TOKENIZER = learnt("GemmaTokenizer", begins=True)
LONG = {"max_position_embeddings": 160}
HEADS = {**GROUPED, **LONG, "head_dim": 8}
SLIDING = {**HEADS, "sliding_window": 8}
DEBERTA = {
    **ENCODER,
    "relative_attention": True,
    "pos_att_type": ["p2c", "c2p"],
    "position_buckets": 32,
    "norm_rel_ebd": "layer_norm",
    "share_att_key": True,
    "position_biased_input": False,
    "type_vocab_size": 0,
}
MIXED = {"num_local_experts": 4, "n_routed_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 24}
EXPERTS = {**HEADS, **MIXED, "intermediate_size_mlp": 48}
LATENT = {
    **DECODER, "q_lora_rank": 16, "kv_lora_rank": 16, "n_group": 1, "topk_group": 1, "first_k_dense_replace": 1,
    "qk_rope_head_dim": 8, "qk_nope_head_dim": 8, "v_head_dim": 8,
}  # fmt: skip
NEXT = {
    **HEADS, **MIXED, "num_hidden_layers": 4, "num_experts": 4, "shared_expert_intermediate_size": 24,
    "linear_num_value_heads": 4, "linear_num_key_heads": 2, "linear_key_head_dim": 8, "linear_value_head_dim": 8,
}  # fmt: skip
"""One layer of four attends, the others are recurrent."""
MAMBA = {**DECODER, "state_size": 8, "expand": 2}

HUB = {
    "bert": Tiny("encoder", hf.BertForPreTraining, hf.BertConfig, ENCODER, learnt("BertTokenizer")),
    "distilbert": Tiny("encoder", hf.DistilBertForMaskedLM, hf.DistilBertConfig, DISTIL, learnt("DistilBertTokenizer")),
    "electra": Tiny(
        "encoder",
        hf.ElectraForPreTraining,
        hf.ElectraConfig,
        {**ENCODER, "embedding_size": 16},
        learnt("ElectraTokenizer"),
    ),
    "roberta": Tiny("encoder", hf.RobertaForMaskedLM, hf.RobertaConfig, ENCODER, learnt("RobertaTokenizer")),
    "xlm-roberta": Tiny(
        "encoder", hf.XLMRobertaForMaskedLM, hf.XLMRobertaConfig, ENCODER, learnt("XLMRobertaTokenizer")
    ),
    "mpnet": Tiny("encoder", hf.MPNetForMaskedLM, hf.MPNetConfig, ENCODER, learnt("MPNetTokenizer")),
    "deberta-v2": Tiny("encoder", hf.DebertaV2Model, hf.DebertaV2Config, DEBERTA, learnt("DebertaV2Tokenizer")),
    "modernbert": Tiny(
        "encoder", hf.ModernBertForMaskedLM, hf.ModernBertConfig, MODERN, of_bytes("[CLS]", "[SEP]", **CLS)
    ),
    "gpt2": Tiny("decoder", hf.GPT2LMHeadModel, hf.GPT2Config, GPT2, learnt("GPT2Tokenizer")),
    "gpt_neox": Tiny("decoder", hf.GPTNeoXForCausalLM, hf.GPTNeoXConfig, DECODER, learnt("GPTNeoXTokenizer")),
    "opt": Tiny("decoder", hf.OPTForCausalLM, hf.OPTConfig, {**DECODER, **OPT, **LONG}, learnt("GPT2Tokenizer", True)),
    "llama": Tiny("decoder", hf.LlamaForCausalLM, hf.LlamaConfig, GROUPED, LLAMA3_TOKENIZER, "llama3"),
    "mistral": Tiny("decoder", hf.MistralForCausalLM, hf.MistralConfig, GROUPED, LLAMA2_TOKENIZER, "mistral"),
    "qwen2": Tiny("decoder", hf.Qwen2ForCausalLM, hf.Qwen2Config, GROUPED, learnt("Qwen2Tokenizer"), "chatml"),
    "qwen3": Tiny("decoder", hf.Qwen3ForCausalLM, hf.Qwen3Config, HEADS, learnt("Qwen2Tokenizer"), "chatml"),
    "phi": Tiny("decoder", hf.PhiForCausalLM, hf.PhiConfig, {**GROUPED, **LONG}, learnt("GPT2Tokenizer")),
    "phi3": Tiny("decoder", hf.Phi3ForCausalLM, hf.Phi3Config, GROUPED, learnt("GPT2Tokenizer"), "phi4"),
    "smollm3": Tiny("decoder", hf.SmolLM3ForCausalLM, hf.SmolLM3Config, GROUPED, LLAMA3_TOKENIZER, "chatml"),
    "gemma": Tiny("decoder", hf.GemmaForCausalLM, hf.GemmaConfig, HEADS, GEMMA_TOKENIZER, "gemma"),
    "gemma2": Tiny("decoder", hf.Gemma2ForCausalLM, hf.Gemma2Config, SLIDING, GEMMA_TOKENIZER, "gemma"),
    "gemma3_text": Tiny("decoder", hf.Gemma3ForCausalLM, hf.Gemma3TextConfig, SLIDING, GEMMA_TOKENIZER, "gemma"),
    "deepseek_v3": Tiny(
        "decoder", hf.DeepseekV3ForCausalLM, hf.DeepseekV3Config, {**MIXED, **LATENT}, LLAMA3_TOKENIZER
    ),
    "llama4_text": Tiny("decoder", hf.Llama4ForCausalLM, hf.Llama4TextConfig, EXPERTS, LLAMA3_TOKENIZER),
    "qwen3_next": Tiny("decoder", hf.Qwen3NextForCausalLM, hf.Qwen3NextConfig, NEXT, learnt("Qwen2Tokenizer")),
    "falcon": Tiny("decoder", hf.FalconForCausalLM, hf.FalconConfig, DECODER, learnt("GPT2Tokenizer")),
    "falcon_mamba": Tiny("decoder", hf.FalconMambaForCausalLM, hf.FalconMambaConfig, MAMBA, learnt("GPT2Tokenizer")),
    "t5": Tiny("seq2seq", hf.T5ForConditionalGeneration, hf.T5Config, SEQ2SEQ, learnt("T5Tokenizer")),
    "mt5": Tiny("seq2seq", hf.MT5ForConditionalGeneration, hf.MT5Config, SEQ2SEQ, learnt("T5Tokenizer")),
    "bart": Tiny("seq2seq", hf.BartForConditionalGeneration, hf.BartConfig, {**BART, **LONG}, learnt("BartTokenizer")),
    "mbart": Tiny("seq2seq", hf.MBartForConditionalGeneration, hf.MBartConfig, {**BART, **LONG}, learnt("T5Tokenizer")),
    "pegasus": Tiny(
        "seq2seq", hf.PegasusForConditionalGeneration, hf.PegasusConfig, {**BART, **LONG}, learnt("T5Tokenizer")
    ),
    "marian": Tiny("seq2seq", hf.MarianMTModel, hf.MarianConfig, {**BART, **LONG}, learnt("T5Tokenizer")),
}
"""Architecture, as transformers calls it (``model_type``) -> how it is made small."""


def tokenizer_of(name: str, texts: Texts) -> Any:
    """The tokenizer of a tiny model; where its kin chats, with the template."""
    tiny = HUB[name]
    tokenizer = tiny.tokenizer(texts)
    if tiny.chat is not None:
        chat = CHATS[tiny.chat]
        tokenizer.add_tokens(list(chat.tokens), special_tokens=True)
        tokenizer.chat_template = chat.template
        if tiny.chat in ("chatml", "llama3", "phi4"):
            tokenizer.eos_token = chat.tokens[-1]
    return tokenizer


def config_of(name: str, tokenizer: Any) -> Any:
    """The config of a tiny model."""
    tiny = HUB[name]
    ends = ("pad", "bos", "eos", "cls", "sep")
    known = {f"{end}_token_id": getattr(tokenizer, f"{end}_token_id", None) for end in ends}
    if tiny.family == "seq2seq":
        known["decoder_start_token_id"] = known["eos_token_id" if "bart" in name else "pad_token_id"]
    given = {key: value for key, value in known.items() if value is not None}
    return tiny.config(**{**tiny.sizes, "pad_token_id": None, **given, "vocab_size": len(tokenizer)})


def save_tiny(name: str, texts: Texts, folder: Path) -> Path:
    """Write a tiny model with its tokenizer, as its publisher would."""
    tokenizer = tokenizer_of(name, texts)
    torch.manual_seed(0)
    HUB[name].head(config_of(name, tokenizer)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
