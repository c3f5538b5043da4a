"""Whether going on with pretraining on raw contracts helps to sort contract clauses: with against without.

    python benchmarks/pretraining.py --data ../shared/data --corpus ../shared/corpus

For each model: ``task=language_modeling`` on passages of the corpus, then the clauses from that run
(``model=run:FOLDER``) and from the model as it comes, with the same settings; ``goodfit compare`` gives the paired
difference on the same test records. Writes ``pretraining.md`` beside this file.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
BETWEEN = "\n<|endoftext|>\n"
PASSAGE_WORDS = 180
HELD_OUT = 100
"""Passages for each of validation and test."""

MODELS = {
    "bert": (["adapter=none", "optim.lr=2e-4"], ["adapter=none", "optim.lr=2e-4"]),
    "gpt": (["adapter=none", "optim.lr=1e-3"], ["adapter=none", "optim.lr=1e-3"]),
}
"""Model -> words of the pretraining, words of the tuning."""


def passages(corpus: Path, count: int, out: Path) -> dict[str, Path]:
    """Passages of random contracts, of held-out ones for validation and test."""
    with lzma.open(corpus / "contracts_cuad_train.txt.xz", "rt", encoding="utf-8") as file:
        documents = file.read().split(BETWEEN)
    random.Random(0).shuffle(documents)
    cut = []
    for document in documents:
        words = document.split()
        cut.append([" ".join(words[at : at + PASSAGE_WORDS]) for at in range(0, len(words), PASSAGE_WORDS)])
    held_out = len(cut) // 10
    pools = {"validation": cut[:held_out], "test": cut[held_out : 2 * held_out], "train": cut[2 * held_out :]}
    files = {}
    for split, pool in pools.items():
        chosen = [passage for document in pool for passage in document if len(passage.split()) > PASSAGE_WORDS // 2]
        chosen = random.Random(split).sample(chosen, count if split == "train" else HELD_OUT)
        files[split] = out / f"{split}.jsonl"
        lines = [json.dumps({"id": f"{split}-{number}", "text": text}) for number, text in enumerate(chosen)]
        files[split].write_text("\n".join(lines) + "\n", "utf-8")
    return files


def goodfit(*words: str) -> dict[str, Any]:
    """A verb's answer, with the CPU seconds that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "goodfit", *words, "--json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {**json.loads(done.stdout.splitlines()[-1]), "cpu": spent}


def compared(model: str, options: argparse.Namespace, files: dict[str, Path]) -> str:
    """A line of the table."""
    pretraining, tuning = MODELS[model]
    folders = {name: options.out / f"{model}-{name}" for name in ("pretrained", "with", "without")}
    common = ["tracker=none", "training.patience=0", "--quiet"]
    texts = [f"dataset.{split}={path}" for split, path in files.items()]
    words = ["task=language_modeling", f"model={model}", "dataset=files", *texts, *pretraining, *common]
    words += [f"training.epochs={options.pretraining_epochs}", f"run.dir={folders['pretrained']}"]
    first = goodfit("train", *words)
    clauses = options.data / "legal" / "cuad_clauses"
    words = ["task=classification", "dataset=files", f"dataset.limit={options.limit}", *tuning, *common]
    words += [f"dataset.{split}={clauses / split}.jsonl" for split in ("train", "validation", "test")]
    words += [f"training.epochs={options.epochs}", "training.batch_size=32", "quality.conflicts=report"]
    found = {
        name: goodfit("train", *words, f"model={base}", f"run.dir={folders[name]}")
        for name, base in (("without", model), ("with", f"run:{folders['pretrained']}"))
    }
    paired = goodfit("compare", str(folders["without"]), str(folders["with"]))["others"][0]["paired"]["test/f1_macro"]
    cells = [
        model,
        f"{first['metrics']['test/perplexity']['value']:.1f}",
        *(_figure(found[name]["metrics"]["test/f1_macro"]) for name in ("without", "with")),
        f"{paired['difference']:+.3f} [{paired['low']:+.3f}, {paired['high']:+.3f}]",
        f"{paired['p']:.3f}",
        *(f"{spent['cpu']:.0f}" for spent in (first, found["without"], found["with"])),
    ]
    return f"| {' | '.join(cells)} |"


def _figure(figure: dict[str, float]) -> str:
    return f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"


HEAD = """# Pretraining that goes on

{passages} passages of about {words} words from contracts, {pretraining_epochs} epochs of `task=language_modeling`;
then cuad_clauses with {limit} training records, {epochs} epochs, from that run and from the model as it comes.
f1_macro on the test records with 95 % intervals; the difference is paired. `bert` is the pretrained MiniLM, a sentence
encoder whose head over the vocabulary has to be learnt anew; `gpt` starts from noise.

Made by `python benchmarks/pretraining.py{typed}`.

| model | perplexity | without | with | difference | p | CPU s pretraining | without | with |
|---|---|---|---|---|---|---|---|---|
"""


def main() -> None:
    """Run both models, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    parser.add_argument("--out", type=Path, default=Path("runs/pretraining"))
    parser.add_argument("--passages", type=int, default=4000)
    parser.add_argument("--pretraining-epochs", type=int, default=2)
    parser.add_argument("--limit", type=int, default=1500, help="training records of the clauses")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    files = passages(options.corpus, options.passages, options.out)
    rows = [compared(model, options, files) for model in options.models]
    typed = "".join(
        f" --{name.replace('_', '-')} {' '.join(value) if isinstance(value, list) else value}"
        for name, value in vars(options).items()
        if value != parser.get_default(name) and name not in ("data", "corpus", "out")
    )
    HERE.with_suffix(".md").write_text(
        HEAD.format(**vars(options), words=PASSAGE_WORDS, typed=typed) + "\n".join(rows) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
