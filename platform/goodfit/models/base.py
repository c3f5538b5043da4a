"""The base model before its weights are loaded: where it lies, what family it is, whether it is whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from goodfit.data.hub import hub_is_reachable
from goodfit.errors import ConfigError, HardwareError
from goodfit.files import at_home, file_digest
from goodfit.models.parts import padding_of
from goodfit.schema.model import ModelConf

WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
DECODER_HEADS = ("ForCausalLM", "LMHeadModel")
ENCODER_HEADS = ("ForMaskedLM", "ForPreTraining", "ForSequenceClassification", "ForTokenClassification")

BEHIND_PADDING = frozenset(
    {
        *("camembert", "data2vec-text", "esm", "ibert", "lilt", "longformer", "luke", "mpnet"),
        *("roberta", "roberta-prelayernorm", "xlm-roberta", "xlm-roberta-xl", "xmod"),
    }
)
"""Architectures whose positions start behind the padding index."""


@dataclass(frozen=True, slots=True)
class Adapted:
    """An earlier run's model, whose adapter is put into the weights of its base as these are loaded."""

    base: Base
    folder: Path
    """With PEFT's files."""
    digest: str
    """Of the adapter's weights."""
    conf: ModelConf
    head: str
    outputs: Sequence[str]
    seed: int


@dataclass(frozen=True, slots=True)
class Base:
    """A base model that can be loaded."""

    name: str
    """As the card and the adapter call it: a hub id, or a plugin's name for it."""
    place: str
    """The folder, or the hub id."""
    revision: str | None
    family: str
    config: Any
    """transformers' config of it."""
    digest: str | None
    """``sha256:…`` of the weight file; None where it starts from noise or has not been fetched."""
    offline: bool = False
    """Whether only what was fetched before can be had."""
    layers: int | None = None
    """How many of its layers are used, where that was typed."""
    adapted: Adapted | None = None
    """What its weights are made of, where they are in no file: ``place`` is then what an earlier run began from."""
    licence: str = "unknown"
    """Of the weights, as the plugin that offers them states it."""

    @property
    def identity(self) -> dict[str, Any]:
        """What says which base model it is."""
        cut = {} if self.layers is None else {"layers": self.layers}
        return {"name": self.name, "revision": self.revision, "digest": self.digest, **cut}

    @property
    def depth(self) -> int:
        """How many layers a stack of it has."""
        return int(self.config.get_text_config().num_hidden_layers)

    @property
    def max_length(self) -> int | None:
        """The longest input that its position embeddings allow, in tokens; None where they allow any."""
        length = self._positions("encoder")
        if length is None or self.config.model_type not in BEHIND_PADDING:
            return length
        padding = padding_of(self.config)
        return length - 1 - (1 if padding is None else padding)

    @property
    def max_answer(self) -> int | None:
        """The longest answer that a seq2seq model has positions for, in tokens; None where there is no such limit."""
        return self._positions("decoder") if self.family == "seq2seq" else None

    def _positions(self, part: str) -> int | None:
        config = self.config.get_text_config()  # models that see, too, have one for each sense
        names = [f"max_{part}_position_embeddings", "max_position_embeddings"]
        if self.family != "seq2seq":  # T5's are relative, though its config counts some
            names += ["n_positions", "max_seq_len"]
        return next((length for name in names if (length := getattr(config, name, None))), None)


def find_base(conf: ModelConf, offered: Path | None) -> Base:
    """Read a base model's config and check that it is what the config group says.

    Args:
        conf: The model group.
        offered: The folder that a plugin gave, if ``conf.source`` names one.

    Raises:
        ConfigError: No such model, no weights, another family, or another digest than the pinned one.
        HardwareError: The hub cannot be reached.
    """
    place = _place(conf, offered)
    folder = Path(place) if Path(place).is_dir() else None
    offline = folder is None and not hub_is_reachable()
    if folder is not None:
        _check_folder(folder, conf)
    config = _config(place, conf, offline)
    family = _family(config, place)
    _as_typed(config, conf, family, place)
    name = place if conf.source == "hub" else conf.name or conf.source
    return Base(name, place, conf.revision, family, config, _digest(folder, conf), offline, conf.layers)


def adapted_base(conf: ModelConf, adapted: Adapted, config: Any) -> Base:
    """The base that an earlier run's adapter makes of its own base.

    Args:
        conf: The model group.
        adapted: The earlier run's model.
        config: transformers' config of it, with its head.

    Raises:
        ConfigError: It is of another family, has fewer layers, or another digest than the pinned one.
    """
    below, name = adapted.base, conf.name or ""
    _as_typed(config, conf, below.family, name)
    whole = json.dumps([below.identity, adapted.digest], sort_keys=True)
    digest = f"sha256:{hashlib.sha256(whole.encode()).hexdigest()}"
    _refuse_other(digest, conf, name)
    return replace(below, name=name, config=config, digest=digest, layers=conf.layers, adapted=adapted)


def _as_typed(config: Any, conf: ModelConf, family: str, place: str) -> None:
    """Let a config have the layers that are asked for; refuse another family."""
    if conf.family is not None and conf.family != family:
        raise ConfigError(
            f"model.family is {conf.family}, and {place} is a model of the {family} family",
            f"type model.family={family}, or leave it out",
        )
    if conf.layers is not None:
        _cut(config, conf.layers, family, place)


def _place(conf: ModelConf, offered: Path | None) -> str:
    if offered is not None:
        return str(offered)
    if conf.name is None:
        raise ConfigError("model=custom without a name", "add model.name=<hub id or folder>")
    looks_like_folder = conf.name.startswith((".", "/", "~")) or conf.name.count("/") > 1
    path = at_home(conf.name)
    if looks_like_folder and not path.is_dir():
        raise ConfigError(f"the model folder {conf.name} does not exist", "check the path behind model.name=")
    return str(path.absolute()) if path.is_dir() else conf.name


def _check_folder(folder: Path, conf: ModelConf) -> None:
    if not (folder / "config.json").is_file():
        raise ConfigError(f"{folder} has no config.json", "name a folder that save_pretrained wrote")
    if conf.weights == "pretrained" and not any((folder / name).is_file() for name in WEIGHTS):
        fix = "save it with save_pretrained(safe_serialization=True), or start from noise: model.weights=random"
        raise no_safetensors(folder, WEIGHTS[0], fix)


def no_safetensors(folder: Path, wanted: str, fix: str) -> ConfigError:
    """The error for a folder without the weights that are wanted; pickled ones can run code, and are not loaded.

    Args:
        folder: Of a model or an adapter.
        wanted: The file.
        fix: How they come there.
    """
    pickled = " (pickled weights are refused)" if any(folder.glob("*.bin")) else ""
    return ConfigError(f"{folder} has no {wanted}{pickled}", fix)


def weight_files(folder: Path) -> list[Path]:
    """The files that transformers loads a folder's weights from, in the order of names; none where it has no such.

    Args:
        folder: Of a model.

    Raises:
        ConfigError: An index names none, one that is not there, or one that is no safetensors file beside it, which
            transformers would unpickle.
    """
    whole, index = (folder / name for name in WEIGHTS)
    if whole.is_file() or not index.is_file():
        return [whole] if whole.is_file() else []
    try:
        parts = sorted({str(part) for part in json.loads(index.read_bytes())["weight_map"].values()})
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        parts = []
    if not parts:
        raise ConfigError(f"{index} names no files of weights", "fetch the model again")
    for part in parts:
        if Path(part).name != part or not part.endswith(".safetensors"):
            raise ConfigError(
                f"{index} names '{part}', expected safetensors files beside it",
                "save it with save_pretrained(safe_serialization=True)",
            )
        if not (folder / part).is_file():
            raise ConfigError(f"{index} names '{part}', which is not there", "fetch the model again")
    return [folder / part for part in parts]


def _config(place: str, conf: ModelConf, offline: bool) -> Any:
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(
            place, revision=conf.revision, trust_remote_code=False, local_files_only=offline
        )
    except OSError as error:
        if Path(place).is_dir():
            raise ConfigError(f"{place}/config.json cannot be read", "fetch the model again") from None
        raise unreachable(place, error) from None
    except (ValueError, KeyError) as error:
        raise ConfigError(f"{place}: {str(error).splitlines()[0]}", "choose a model that transformers knows") from None
    if getattr(config, "auto_map", None):
        raise ConfigError(
            f"the config of {place} names code to run (auto_map)", "choose a model without code of its own"
        )
    if Path(place).is_dir() and getattr(config, "transformers_weights", None):  # other ones than have the digest
        raise ConfigError(
            f"the config of {place} names a file of weights of its own (transformers_weights)",
            f"call that file {WEIGHTS[0]}, and take transformers_weights out of config.json",
        )
    return config


def _cut(config: Any, layers: int, family: str, place: str) -> None:
    """Let a config have only so many layers; transformers then leaves the weights of the others where they are."""
    if family == "seq2seq":
        raise ConfigError(
            f"model.layers is for models with one stack of layers, and {place} reads with one and writes with another",
            "leave it out",
        )
    text = config.get_text_config()
    if layers > text.num_hidden_layers:
        raise ConfigError(
            f"model.layers is {layers}, and {place} has {text.num_hidden_layers} layers", "leave it out, or give fewer"
        )
    if getattr(text, "layer_types", None):
        text.layer_types = text.layer_types[:layers]
    text.num_hidden_layers = layers


def unreachable(place: str, error: Exception) -> HardwareError:
    """The error for a hub model that cannot be had."""
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return HardwareError(
        f"the hub could not give '{place}': {reason}",
        "check name and network (HF_ENDPOINT, HF_TOKEN), name a downloaded folder with model=custom "
        "model.name=<folder>, or use model=bert, t5 or gpt",
    )


def _family(config: Any, place: str) -> str:
    if getattr(config, "is_encoder_decoder", False):
        return "seq2seq"
    architectures = list(getattr(config, "architectures", None) or [])
    if any(name.endswith(DECODER_HEADS) for name in architectures):
        return "decoder"
    if any(name.endswith(ENCODER_HEADS) for name in architectures):
        return "encoder"
    from transformers.models.auto.modeling_auto import (
        MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
        MODEL_FOR_MASKED_LM_MAPPING_NAMES,
    )

    if config.model_type in MODEL_FOR_MASKED_LM_MAPPING_NAMES:
        return "encoder"
    if config.model_type in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        return "decoder"
    raise ConfigError(
        f"{place} is a '{config.model_type}', neither encoder, decoder nor seq2seq of texts",
        "goodfit list model shows models that work",
    )


def _digest(folder: Path | None, conf: ModelConf) -> str | None:
    if folder is None or conf.weights == "random":
        return conf.digest
    found = folder_digest(folder)
    _refuse_other(found, conf, str(folder))
    return found


def _refuse_other(found: str, conf: ModelConf, place: str) -> None:
    if conf.digest is not None and conf.digest != found:
        raise ConfigError(
            f"the weights in {place} have the digest {found}, expected {conf.digest}",
            "install the model again; if the new weights are wanted, change model.digest",
        )


def folder_digest(folder: Path) -> str:
    """``sha256:…`` of the weights in a folder; of several files, of their digests in the order of names.

    Raises:
        ConfigError: It has none, or not all of them.
    """
    digests = [file_digest(path) for path in weight_files(folder)]
    if not digests:
        raise no_safetensors(folder, WEIGHTS[0], "save it with save_pretrained(safe_serialization=True)")
    whole = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    return f"sha256:{whole}"
