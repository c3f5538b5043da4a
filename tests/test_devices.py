"""Several devices: two processes that share the work make the model that one would have made."""

import json
import subprocess
import sys

import torch
from safetensors.torch import load_file


def test_two_processes_make_the_steps_of_one(goodfit, tmp_path, tiny_words, write_rows):
    targets = ["a", "one two three four five six", "b", "c d e f g h i", "x", "y z", "seven words stand here", "q"]
    rows = [{"id": str(n), "source": f"row {n}", "target": target} for n, target in enumerate(targets)]
    words = [*tiny_words("generation", "seq2seq"), f"dataset.train={write_rows(tmp_path / 'train.jsonl', rows)}"]
    words += ["adapter=none", "optim=sgd", "optim.lr=0.1", "optim.clip_norm=0", "schedule.warmup_share=0"]
    assert goodfit("train", *words, "training.batch_size=8", "run.dir=one", "--quiet").code == 0
    two = ["training.batch_size=4", "hardware=ddp", "hardware.accelerator=cpu", "hardware.devices=2", "run.dir=two"]
    argv = [sys.executable, "-m", "goodfit", "train", *words, *two, "--json"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (result,) = map(json.loads, done.stdout.splitlines())  # one process answers
    assert result["status"] == "finished"
    records = [json.loads((tmp_path / name / "run.json").read_text("utf-8")) for name in ("one", "two")]
    assert [record["steps"] for record in records] == [2, 2]
    lines = (tmp_path / "two" / "history.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == len((tmp_path / "one" / "history.jsonl").read_text("utf-8").splitlines())
    one, other = (load_file(tmp_path / name / "model" / "model.safetensors") for name in ("one", "two"))
    for name, weights in one.items():
        torch.testing.assert_close(other[name], weights, rtol=1e-4, atol=1e-6)
