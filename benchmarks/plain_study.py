"""What a user of transformers and Optuna writes: a study whose trials are processes of their own.

    python benchmarks/plain_study.py '[{"optim.lr": "2e-3", "adapter.rank": "8"}]' --task classification …

The rival of ``search_speed.py``: the trials are given, so that both sides train the same ones. The words behind them
are those of ``plain_trainer.py``, which trains them. Prints the list of their scores.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import optuna

TRAINER = Path(__file__).with_name("plain_trainer.py")


def main() -> None:
    """Queue the trials, and run them."""
    trials, words = json.loads(sys.argv[1]), sys.argv[2:]
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize")
    for trial in trials:
        study.enqueue_trial({"lr": float(trial["optim.lr"]), "rank": int(trial.get("adapter.rank", 16))})

    def objective(trial: optuna.Trial) -> float:
        rate, rank = trial.suggest_float("lr", 1e-6, 1.0, log=True), trial.suggest_int("rank", 1, 64)
        command = [sys.executable, str(TRAINER), *words, "--lr", str(rate), "--rank", str(rank)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        return float(json.loads(done.stdout.splitlines()[-1])["metrics"]["validation"])

    study.optimize(objective, n_trials=len(trials))
    print(json.dumps([trial.value for trial in study.trials]))


if __name__ == "__main__":
    main()
