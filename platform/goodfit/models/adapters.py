"""Which weights are tuned: PEFT adapters, the head alone, or all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from goodfit.errors import ConfigError
from goodfit.models.base import no_safetensors
from goodfit.models.parts import adaptable_layers, head_names, is_masked, layer_stacks
from goodfit.models.pooling import unread_pooler
from goodfit.registry import Registry
from goodfit.schema.adapter import AdapterConf

ADAPTER_WEIGHTS = "adapter_model.safetensors"


def build_adapter(model: Any, conf: AdapterConf) -> Any:
    """The model with only those weights trainable that the config asks for.

    Args:
        model: A loaded model.
        conf: The adapter group.

    Raises:
        ConfigError: PEFT cannot put this adapter on this model.
    """
    if conf.name == "none":
        if conf.top_layers is None:
            model.requires_grad_(True)
            if (pooler := unread_pooler(model)) is not None:  # several devices would wait for its gradient
                pooler.requires_grad_(False)
            return model
        return _tuned(model, [*_upper_layers(model, conf.top_layers), *head_names(model)])
    if conf.name == "head":
        return _head_only(model)
    import peft

    config = adapter_config(model, conf)
    with _refusals(model, conf, AttributeError):  # PEFT looks for weights where experts have theirs in one tensor
        return peft.get_peft_model(model, config)


def with_saved_adapter(model: Any, folder: Path) -> Any:
    """The model with an adapter from a run's ``adapter/`` folder.

    Args:
        model: As the run loaded it.
        folder: With PEFT's files.

    Raises:
        ConfigError: Its weights are pickled, or not there.
    """
    if not (folder / ADAPTER_WEIGHTS).is_file():  # PEFT would take a pickled file, or ask the hub
        raise no_safetensors(folder, ADAPTER_WEIGHTS, "take a copy of the run that is whole, or train it again")
    import peft

    return peft.PeftModel.from_pretrained(model, str(folder), use_safetensors=True)


def adapter_config(model: Any, conf: AdapterConf) -> Any:
    """PEFT's config of an adapter.

    Raises:
        ConfigError: It cannot be on this model.
    """
    with _refusals(model, conf):
        return BUILDERS.pick(conf.name)(model, conf)


@contextlib.contextmanager
def _refusals(model: Any, conf: AdapterConf, *more: type[Exception]) -> Iterator[None]:
    """PEFT's errors in a user's words; ``more`` are those of calls in which nothing but PEFT's code runs."""
    try:
        yield
    except (ValueError, NotImplementedError, TypeError, *more) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConfigError(
            f"adapter={conf.name} does not fit a '{model.config.model_type}' model: {reason}",
            "choose adapter=lora, adapter=none, or other adapter.targets",
        ) from error


def _head_only(model: Any) -> Any:
    heads = [] if is_masked(model) else head_names(model)
    if not heads:
        raise ConfigError(
            "adapter=head tunes the head of an encoder, and this one has none for the task", "choose adapter=lora"
        )
    return _tuned(model, heads)


def _tuned(model: Any, names: Sequence[str]) -> Any:
    """The model with nothing trainable but these modules."""
    model.requires_grad_(False)
    for name in names:
        model.get_submodule(name).requires_grad_(True)
    return model


def _upper_layers(model: Any, count: int) -> list[str]:
    """Names of so many layers at the top of each of the model's stacks.

    Raises:
        ConfigError: It has no such stack, or fewer layers.
    """
    stacks = layer_stacks(model)
    least = min(map(len, stacks.values()), default=0)
    if count > least:
        sort = f"a '{model.config.model_type}' model"
        known = f"{sort} has {least} layers" if stacks else f"{sort} has no list of layers of their own weights"
        fix = "leave it out, or give fewer" if stacks else "leave it out"
        raise ConfigError(f"adapter.top_layers is {count}, and {known}", fix)
    return [f"{name}.{place}" for name, layers in stacks.items() for place in range(len(layers) - count, len(layers))]


def layers_below(model: Any, conf: AdapterConf) -> list[str]:
    """Names of the layers that keep nothing for the backward pass: those below all that is tuned.

    Of two stacks they are in the encoder's, which stands first: the decoder's layers read what the encoder made.
    """
    name, layers = next(iter(layer_stacks(model).items()), ("", ()))
    return [f"{name}.{place}" for place in range(len(layers) - (conf.top_layers or len(layers)))]


def _targets(model: Any, conf: AdapterConf) -> list[str]:
    """Names of the modules that get an adapter.

    Raises:
        ValueError: None of the uppermost layers has one.
    """
    if conf.top_layers is None:
        return conf.targets or adaptable_layers(model)
    layers = tuple(f"{name}." for name in _upper_layers(model, conf.top_layers))
    asked = tuple(f".{name}" for name in conf.targets or ())
    names = (
        [name for name, _ in model.named_modules() if f".{name}".endswith(asked)] if asked else adaptable_layers(model)
    )
    found = [name for name in names if name.startswith(layers)]
    if not found:
        raise ValueError(f"no module of its uppermost layers is called {' or '.join(conf.targets or ())}")
    return found


def _common(model: Any, conf: AdapterConf) -> dict[str, Any]:
    """What all methods share."""
    return {
        "target_modules": _targets(model, conf),
        "modules_to_save": head_names(model) or None,
        "task_type": _task_type(model),
    }


def _is_turned(model: Any) -> bool:
    """Whether the model's linear layers hold their weights as (in, out), as GPT-2's do."""
    from transformers.pytorch_utils import Conv1D

    return any(isinstance(module, Conv1D) for module in model.modules())


def _task_type(model: Any) -> str:
    """What PEFT calls the model's task: an adapter that names it is loaded by whoever has only its folder."""
    name = model.__class__.__name__
    if name.endswith("ForSequenceClassification"):
        return "SEQ_CLS"
    if name.endswith("ForTokenClassification"):
        return "TOKEN_CLS"
    if is_masked(model) or model.base_model is model:
        return "FEATURE_EXTRACTION"
    return "SEQ_2_SEQ_LM" if model.config.is_encoder_decoder else "CAUSAL_LM"


def _lora(**extra: Any) -> Callable[[Any, AdapterConf], Any]:
    def build(model: Any, conf: AdapterConf) -> Any:
        import peft

        if extra.get("init_lora_weights") == "olora" and _is_turned(model):
            raise ValueError("PEFT's OLoRA takes weights for (out, in), and this model's are (in, out)")
        return peft.LoraConfig(
            r=conf.rank,
            lora_alpha=conf.alpha,
            lora_dropout=conf.dropout,
            fan_in_fan_out=_is_turned(model),
            **_common(model, conf),
            **extra,
        )

    return build


def _by_rank(name: str) -> Callable[[Any, AdapterConf], Any]:
    def build(model: Any, conf: AdapterConf) -> Any:
        import peft

        return getattr(peft, name)(r=conf.rank, alpha=conf.alpha, module_dropout=conf.dropout, **_common(model, conf))

    return build


def _vera(model: Any, conf: AdapterConf) -> Any:
    import peft

    return peft.VeraConfig(
        r=conf.rank, vera_dropout=conf.dropout, fan_in_fan_out=_is_turned(model), **_common(model, conf)
    )


def _oft(model: Any, conf: AdapterConf) -> Any:
    import peft

    return peft.OFTConfig(r=0, oft_block_size=conf.rank, module_dropout=conf.dropout, **_common(model, conf))


def _ia3(model: Any, conf: AdapterConf) -> Any:
    import peft

    common = _common(model, conf) | {"target_modules": conf.targets}
    if conf.targets:
        common["feedforward_modules"] = []  # PEFT asks for both or none; these scale what a layer puts out
    return peft.IA3Config(fan_in_fan_out=_is_turned(model), **common)


BUILDERS: Registry[Callable[[Any, AdapterConf], Any]] = Registry(
    "adapter",
    {
        "lora": _lora(),
        "qlora": _lora(),
        "dora": _lora(use_dora=True),
        "rslora": _lora(use_rslora=True),
        "pissa": _lora(init_lora_weights="pissa"),
        "olora": _lora(init_lora_weights="olora"),
        "vera": _vera,
        "loha": _by_rank("LoHaConfig"),
        "lokr": _by_rank("LoKrConfig"),
        "oft": _oft,
        "ia3": _ia3,
    },
)
"""Adapter name -> PEFT config."""
