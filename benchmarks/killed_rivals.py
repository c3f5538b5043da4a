"""The rivals of ``kills.py``: a classifier as a user of transformers' Trainer, and of plain Lightning, writes it.

Both save at each step and go on from their own newest checkpoint, as their documentation says to do; both end by
writing ``weights.safetensors`` into their folder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rows import read_rows

EPOCHS, BATCH, RATE, SEED = 2, 8, 1e-3, 42
"""As goodfit's runs beside it, but for the rate."""
WEIGHTS, BEGAN = "weights.safetensors", "began"

Record = Callable[[int, Sequence[str]], None]
"""(step, ids of the records that it is made from)."""


class Rows:
    """A map-style data set of encoded records, each with its number."""

    def __init__(self, train: Path, model: Path) -> None:
        import transformers as hf

        self.rows = read_rows(train)
        labels = sorted({row["label"] for row in self.rows})
        tokenizer = hf.AutoTokenizer.from_pretrained(model)
        encoded = tokenizer([row["text"] for row in self.rows], padding=True)
        self._items = [
            {
                "input_ids": encoded["input_ids"][number],
                "attention_mask": encoded["attention_mask"][number],
                "labels": labels.index(row["label"]),
                "number": number,
            }
            for number, row in enumerate(self.rows)
        ]
        self.classes = len(labels)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._items)

    def __getitem__(self, index: int) -> dict[str, Any]:
        """One of them."""
        return self._items[index]

    def ids(self, numbers: Any) -> list[str]:
        """The records of a batch."""
        return [self.rows[number]["id"] for number in numbers.tolist()]


def _model(folder: Path, classes: int) -> Any:
    import transformers as hf

    return hf.AutoModelForSequenceClassification.from_pretrained(folder, num_labels=classes)


def _finish(model: Any, folder: Path) -> None:
    from safetensors.torch import save_file

    save_file({name: weights.detach().contiguous() for name, weights in model.named_parameters()}, folder / WEIGHTS)


def trainer(folder: Path, train: Path, model: Path, record: Record) -> None:
    """transformers' Trainer with ``resume_from_checkpoint``."""
    import torch
    import transformers as hf
    from transformers.trainer_utils import get_last_checkpoint

    torch.set_num_threads(1)
    hf.set_seed(SEED)
    rows = Rows(train, model)

    class Recording(hf.Trainer):
        def training_step(self, module: Any, inputs: dict[str, Any], *more: Any, **named: Any) -> Any:
            record(self.state.global_step, rows.ids(inputs.pop("number")))
            return super().training_step(module, inputs, *more, **named)

    arguments = hf.TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=EPOCHS,
        per_device_train_batch_size=BATCH,
        learning_rate=RATE,
        save_strategy="steps",
        save_steps=1,
        save_total_limit=2,
        seed=SEED,
        use_cpu=True,
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
    )
    made = Recording(_model(model, rows.classes), arguments, train_dataset=rows, data_collator=hf.default_data_collator)
    last = get_last_checkpoint(str(folder)) if folder.exists() else None
    folder.mkdir(exist_ok=True)
    (folder / BEGAN).touch()
    made.train(resume_from_checkpoint=last)
    _finish(made.model, folder)


def lightning(folder: Path, train: Path, model: Path, record: Record) -> None:
    """A LightningModule, a shuffling loader, a ModelCheckpoint and ``ckpt_path="last"``."""
    import logging

    import pytorch_lightning as pl
    import torch
    import transformers as hf
    from pytorch_lightning.callbacks import ModelCheckpoint

    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    torch.set_num_threads(1)
    pl.seed_everything(SEED, verbose=False)
    rows = Rows(train, model)

    class Plain(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model = _model(model, rows.classes)

        def training_step(self, batch: dict[str, Any], _: int) -> Any:
            record(self.global_step, rows.ids(batch.pop("number")))
            return self.model(**batch).loss

        def configure_optimizers(self) -> Any:
            return torch.optim.AdamW(self.parameters(), lr=RATE)

    loader = torch.utils.data.DataLoader(
        rows,  # type: ignore[arg-type]
        batch_size=BATCH,
        shuffle=True,
        collate_fn=hf.default_data_collator,
    )
    checkpoint = ModelCheckpoint(folder / "checkpoints", every_n_train_steps=1, save_last=True)
    made = pl.Trainer(
        max_epochs=EPOCHS,
        accelerator="cpu",
        logger=False,
        callbacks=[checkpoint],
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    module = Plain()
    going_on = (folder / "checkpoints" / "last.ckpt").exists()
    folder.mkdir(exist_ok=True)
    (folder / BEGAN).touch()
    made.fit(module, loader, ckpt_path="last" if going_on else None)
    _finish(module.model, folder)
