"""Load a base model with the head that a kind needs, and refuse one that is not whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.collector import collect_as_usual
from goodfit.errors import ConfigError
from goodfit.models.adapters import with_saved_adapter
from goodfit.models.base import Adapted, Base, unreachable, weight_files
from goodfit.models.marks import marks
from goodfit.models.parts import is_masked, layer_stacks, linear_layers
from goodfit.models.pooling import pool_states
from goodfit.models.quantise import four_bit_settings, keep_exact
from goodfit.schema.model import ModelConf

NOISE_SEED = 20_260_101
"""Models that start from noise start from the same noise, whatever the run's seed: a base is one model."""

VOCABULARIES = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.bpe.model",
)
"""A tokenizer's folder has one of these."""

HEADS = {
    "sequence_classification": "AutoModelForSequenceClassification",
    "token_classification": "AutoModelForTokenClassification",
    "vectors": "AutoModel",
    "masked_text": "AutoModelForMaskedLM",
    "text_of_decoder": "AutoModelForCausalLM",
    "text_of_seq2seq": "AutoModelForSeq2SeqLM",
}
"""What a learner asks for -> transformers' class."""

BUFFERS = ("inv_freq", "position_ids", "masked_bias", "attn.bias", "attention.bias", "cos_cached", "sin_cached")
"""What layers of older files have that is computed today: none of it was learnt."""

POOLED = ("sequence_classification", "vectors")
"""The heads that read one vector of a text, made as ``model.pooling`` says."""


def load_tokenizer(base: Base) -> Any:
    """The base model's tokenizer.

    Raises:
        ConfigError: It has none, or a slow one that cannot say where its tokens stand in the text, or one that has more
            tokens than the model and uses them.
    """
    from transformers import AutoTokenizer

    folder = Path(base.place)
    if folder.is_dir() and not any((folder / name).is_file() for name in VOCABULARIES):
        # transformers would make one without a vocabulary
        raise ConfigError(f"{folder} has no tokenizer that can be read", "add its tokenizer.json")
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            base.place, revision=base.revision, trust_remote_code=False, local_files_only=base.offline
        )
    except (OSError, ValueError) as error:
        if not folder.is_dir():
            raise unreachable(base.place, error) from None
        raise ConfigError(f"{base.place} has no tokenizer that can be read", "add its tokenizer.json") from None
    if not tokenizer.is_fast:
        raise ConfigError(f"the tokenizer of {base.place} has no tokenizer.json", "save it as a fast tokenizer")
    refuse_unknown_tokens(base, tokenizer, marks(tokenizer))
    return tokenizer


def refuse_unknown_tokens(base: Base, tokenizer: Any, used: Iterable[int]) -> None:
    """Refuse tokens that the model has no embedding of.

    A tokenizer may have some that nobody uses, as Gemma 3's for images, or BART's mask.

    Args:
        base: The model.
        tokenizer: Its tokenizer.
        used: Token ids that the model is to read.

    Raises:
        ConfigError: One of them lies beyond its vocabulary; names both sizes.
    """
    known = getattr(base.config.get_text_config(), "vocab_size", None)
    if known is None or len(tokenizer) <= known:
        return
    beyond = next((token for token in used if token >= known), None)
    if beyond is not None:
        raise ConfigError(
            f"the tokenizer of {base.place} has {len(tokenizer)} tokens, and the model embeddings of {known}: "
            f"'{tokenizer.convert_ids_to_tokens(beyond)}' is beyond them",
            "load the model, call resize_token_embeddings(len(tokenizer)), and save both again",
        )


def load_model(
    base: Base, conf: ModelConf, head: str, outputs: Sequence[str], seed: int, four_bits: bool = False
) -> Any:
    """A model that is ready to be tuned, in 32-bit floats.

    Args:
        base: The checked base.
        conf: The model group.
        head: A key of ``HEADS``.
        outputs: What the head's outputs are called.
        seed: Of the new head's weights.
        four_bits: Whether the base is to be frozen in 4 bits.

    Raises:
        ConfigError: Tensors are missing, of another shape, not finite, or of layers that the config does not ask for.
    """
    import torch

    collect_as_usual()
    weights = _merged(base.adapted) if base.adapted else None
    torch.manual_seed(NOISE_SEED if conf.weights == "random" else seed)
    config = _head_config(base, head, outputs)
    cls = _head_class(head, base)
    if conf.weights == "random":
        model = cls.from_config(config)
    else:
        kept = _beside_base(base, head, outputs) if four_bits else None
        known, keeps_head = _outputs_of(base, head), answers(base, conf, head, outputs)
        asked = _head_config(base, head, known) if keeps_head else config
        if weights is not None:  # transformers' automatic classes take files alone
            cls = type(empty_model(base, head, outputs))
        model = _from_pretrained(cls, base, asked, new_head=not keeps_head, kept=kept, weights=weights)
        if four_bits:
            keep_exact(model)
        _refuse_nonfinite(model, base)
        if keeps_head:
            _choose_outputs(model, [known.index(name) for name in outputs], config)
        elif known and len(known) == len(outputs):  # transformers keeps what fits by its shape
            _draw_anew(_last_layer(model))
    return _ready(model, conf, head)


def _merged(adapted: Adapted) -> dict[str, Any]:
    """The weights of a base with an adapter in them."""
    model = load_model(adapted.base, adapted.conf, adapted.head, adapted.outputs, adapted.seed)
    merged: Any = with_saved_adapter(model, adapted.folder).merge_and_unload()
    return dict(merged.state_dict())


def config_with_head(base: Base, head: str, outputs: Sequence[str]) -> Any:
    """The config that transformers writes for a base with a head."""
    model = empty_model(base, head, outputs)
    model.config.architectures = [type(model).__name__]
    return model.config


def answers(base: Base, conf: ModelConf, head: str, outputs: Sequence[str]) -> bool:
    """Whether a base has a trained head with all of these outputs, so that it can be asked before it is tuned."""
    return conf.weights == "pretrained" and bool(outputs) and set(outputs) <= set(_outputs_of(base, head))


def _outputs_of(base: Base, head: str) -> list[str]:
    """What the outputs of a base's own head are called; none where it has no such head."""
    own = HEADS[head].removeprefix("AutoModel")
    if not head.endswith("classification") or not any(one.endswith(own) for one in base.config.architectures or ()):
        return []
    names = base.config.id2label
    return [names.get(place, f"LABEL_{place}") for place in range(base.config.num_labels)]


def _choose_outputs(model: Any, places: Sequence[int], config: Any) -> None:
    """Let a head have only the outputs at these places, in their order."""
    import torch

    last = _last_layer(model)
    for name, weights in list(last.named_parameters()):
        setattr(last, name, torch.nn.Parameter(weights.detach()[list(places)]))
    last.out_features = model.num_labels = len(places)
    model.config.id2label, model.config.label2id = config.id2label, config.label2id


def _draw_anew(last: Any) -> None:
    import torch

    last.reset_parameters()
    if last.bias is not None:
        torch.nn.init.zeros_(last.bias)


def load_saved(base: Base, conf: ModelConf, head: str, outputs: Sequence[str], folder: Path) -> Any:
    """A tuned model from a run's ``model/`` folder."""
    from dataclasses import replace

    saved = replace(base, place=str(folder), revision=None, adapted=None)
    config = _head_config(base, head, outputs)
    return _ready(_from_pretrained(_head_class(head, base), saved, config, new_head=False), conf, head)


def empty_model(base: Base, head: str, outputs: Sequence[str]) -> Any:
    """The model without its weights (PyTorch's meta device): to count and to try adapters, at no cost."""
    import torch

    with torch.device("meta"):
        return _head_class(head, base).from_config(_head_config(base, head, outputs))


def _head_config(base: Base, head: str, outputs: Sequence[str]) -> Any:
    from copy import deepcopy

    config = deepcopy(base.config)
    if head.endswith("classification"):
        config.id2label = dict(enumerate(outputs))
        config.label2id = {label: index for index, label in enumerate(outputs)}
        config.problem_type = None
    return config


def _head_class(head: str, base: Base) -> Any:
    import transformers

    cls = getattr(transformers, HEADS[head])
    if type(base.config) not in cls._model_mapping:
        raise ConfigError(
            f"transformers has no {HEADS[head]} for '{base.config.model_type}'",
            "goodfit list model shows models that work",
        )
    return cls


def _beside_base(base: Base, head: str, outputs: Sequence[str]) -> list[str]:
    """Full names of the linear layers that are no part of the base: heads."""
    import torch

    model = empty_model(base, head, outputs)
    inside = set(linear_layers(model))
    return [
        name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear) and name not in inside
    ]


def _from_pretrained(
    cls: Any,
    base: Base,
    config: Any,
    new_head: bool,
    kept: Sequence[str] | None = None,
    weights: Mapping[str, Any] | None = None,
) -> Any:
    import torch
    from safetensors import SafetensorError

    if weights is None:
        weight_files(Path(base.place))  # refuses what transformers would unpickle
    try:
        model, info = cls.from_pretrained(
            base.place if weights is None else None,
            state_dict=weights,
            revision=base.revision,
            config=config,
            dtype=torch.float32,
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=base.offline,
            ignore_mismatched_sizes=new_head,  # a classifier's head for other labels is made anew, see below
            quantization_config=None if kept is None else four_bit_settings(kept),
            output_loading_info=True,
        )
    except OSError as error:
        if Path(base.place).is_dir():
            reason = str(error).splitlines()[0]
            raise ConfigError(f"{base.place} cannot be loaded: {reason}", "fetch the model again") from None
        raise unreachable(base.place, error) from None
    except (RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f"{base.place} does not fit its config: {reason}", "fetch the model again") from None
    except SafetensorError as error:
        raise ConfigError(f"the weights in {base.place} are damaged: {error}", "fetch the model again") from None
    missing = [key for key in info["missing_keys"] if not _may_be_new(key, model, new_head)]
    if _lacks_text_head(missing, model):
        missing = []  # a sentence encoder has none: its head over the vocabulary is learnt anew
        model.text_head_is_new = True
    other = [key for key, *_ in info["mismatched_keys"] if not _may_be_new(key, model, new_head)]
    if missing or other:
        wrong = sorted(missing) or sorted(other)
        raise ConfigError(
            f"{base.place} lacks {len(wrong)} tensors that its config asks for, such as {wrong[0]}",
            "fetch the model again; transformers would have filled them with noise",
        )
    _refuse_unread(info["unexpected_keys"], model, base)
    if any(key.startswith(f"{model.base_model_prefix}.pooler.") for key in info["missing_keys"]):
        model.base_model.pooler_is_new = True  # an attribute, so that a copy of the model knows
    positions = getattr(config, "position_embedding_type", None) or ""
    if positions.startswith("relative") and not any("distance" in name for name, _ in model.named_parameters()):
        raise ConfigError(
            f"{base.place} was trained with positions of the type '{positions}', which transformers computes no more",
            "choose another model: goodfit list model shows some",
        )
    return model


def _refuse_unread(keys: Iterable[str], model: Any, base: Base) -> None:
    """Refuse weights of layers that the config does not ask for; heads beside the layers may be other ones."""
    prefix = f"{model.base_model_prefix}."
    stacks = {f"{name}.".removeprefix(prefix): len(stack) for name, stack in layer_stacks(model).items()}
    ahead = getattr(base.config.get_text_config(), "num_nextn_predict_layers", None) or 0  # behind the last one
    unread = []
    for key in sorted(keys):
        inside = key.removeprefix(prefix)
        stack = next((name for name in stacks if inside.startswith(name)), None)
        if stack is None or key.endswith(BUFFERS):
            continue
        number = inside.removeprefix(stack).split(".")[0]
        beyond = int(number) - stacks[stack] if number.isdigit() else 0
        if beyond < 0 or (beyond >= ahead and base.layers is None):
            unread.append(key)
    if unread:
        raise ConfigError(
            f"{base.place} has {len(unread)} tensors in its layers that its config does not ask for, such as "
            f"{unread[0]}",
            "mend its config.json, or fetch the model again; to use its lowest layers alone type model.layers=<number>",
        )


def _may_be_new(key: str, model: Any, new_head: bool) -> bool:
    """Heads lie beside the base; a pooler inside it is a head, too, or is not read, see ``head_names``."""
    if model.base_model is model:
        return key.startswith("pooler.")  # not used, see ``_ready``
    return new_head and ((not _is_inside(key, model) and not _makes_text(model)) or ".pooler." in key)


def _is_inside(key: str, model: Any) -> bool:
    return key.startswith(model.base_model_prefix + ".")


def _makes_text(model: Any) -> bool:
    return model.get_output_embeddings() is not None


def _lacks_text_head(missing: Sequence[str], model: Any) -> bool:
    """Whether what an encoder lacks is the whole of its head over the vocabulary, and nothing of its base."""
    if not missing or model.base_model is model or not is_masked(model):
        return False
    own = {key for key in model.state_dict() if not _is_inside(key, model)}
    tied = set(model.all_tied_weights_keys)
    return not any(_is_inside(key, model) for key in missing) and own - tied <= set(missing)


def _refuse_nonfinite(model: Any, base: Base) -> None:
    for name, weights in model.named_parameters():
        if not weights.isfinite().all():
            raise ConfigError(f"{base.place} has NaN or infinite values in {name}", "fetch the model again")


def _ready(model: Any, conf: ModelConf, head: str) -> Any:
    from transformers import PreTrainedModel

    if head == "vectors":
        model.pooler = None  # made for another head; vectors are the mean of the states where nothing else is said
        pool_states(model, "mean" if conf.pooling == "head" else conf.pooling)
    elif head == "sequence_classification" and conf.pooling != "head":
        pool_states(model, conf.pooling)
    configs = [part.config for part in model.modules() if isinstance(part, PreTrainedModel)]
    for config in configs:  # T5's decoder has a copy of its own
        if hasattr(config, "use_cache"):
            config.use_cache = False
    return model


def start_head(model: Any, log_odds: Sequence[float]) -> None:
    """Let a classifier's new head start from how probable its outputs are."""
    import torch

    last = _last_layer(model)
    if last.bias is not None:
        with torch.no_grad():
            last.bias.copy_(torch.tensor(log_odds))


def _last_layer(model: Any) -> Any:
    """The linear layer that a head's outputs come from."""
    import torch

    count = model.config.num_labels
    return [part for part in model.modules() if isinstance(part, torch.nn.Linear) and part.out_features == count][-1]
