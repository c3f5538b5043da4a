"""What the files and folders of a run, and of a search, are called, and what each of them holds.

A checkpoint's own files are named in training/checkpoints.py, a trial's in sweeps/outcomes.py.
"""

from __future__ import annotations

SCHEMA = 1
"""Of the JSON files of a run, and of a search: what an older goodfit would misread gets a higher number."""

CONFIG = "config.yaml"
"""The resolved config, written last of what a run begins with: from it on, the folder holds a run."""

OVERRIDES = "overrides.txt"
"""The words that were typed, one a line."""

LOCK = "lock.json"
"""What makes the run what it is: digests of data, base, plugins and code, seed, machine."""

HELD = ".lock"
"""Held by the process that writes to the folder, and gone with it."""

RECORD = "run.json"
"""How the run stands, or how it ended."""

HISTORY = "history.jsonl"
"""The course of the training, a line for each logged step; each checkpoint has it as it was until then."""

LOG = "log.txt"
"""What was said while it trained."""

METRICS = "metrics.json"
"""Figures of the tuned model and of the base, and of both compared."""

FINDINGS = "findings.jsonl"
"""What was found in the data and in the model."""

DIGESTS = "digests.json"
"""The digest of every file that a finished run left."""

JOB = "job.sbatch"
"""The script of a run that is a job of Slurm."""

WANDB_LOG = "wandb.log"
"""What the process said that sends to wandb."""

WANDB = "wandb"
"""Folder that wandb keeps for itself, with links of its own."""

CHECKPOINTS = "checkpoints"
"""Folder of what a run can go on from."""

ADAPTER = "adapter"
"""Folder of the tuned adapter."""

MODEL = "model"
"""Folder of a whole model: instead of an adapter where all weights were tuned, beside it where it was merged."""

TASK = "task.json"
"""In the folder of weights: the task that they were tuned for, with its labels, and their base."""

CARD = "README.md"
"""In the folder of weights: the model card."""

PREDICTIONS = "predictions"
"""Folder of the tuned model's answers: ``<split>.jsonl``."""

DATA = "data"
"""Folder of what became of the data."""

REJECTED = "rejected.jsonl"
"""In the folder of the data: the rows that were set aside."""

SEARCH = "search.json"
"""What a search writes into its folder first: a folder that has it is no run's."""

SWEEP = "sweep.json"
"""What a search came to, at its end and so far."""

REPORT = "report.html"
"""The page about a search."""

TRIALS = "trials"
"""Folder of a search with a folder for each trial."""

CONFIRMATIONS = "confirmations"
"""Folder of a search in which its winner's settings are trained on fresh splits."""

BEST = "best"
"""Folder of a search in which its winner is a run."""

SEALED = (ADAPTER, MODEL, PREDICTIONS, DATA)
"""Folders in which a file that was not written by the run is a fault."""

OF_A_RUN = (METRICS, HISTORY, FINDINGS, DIGESTS, LOG, REPORT, CHECKPOINTS, *SEALED)
"""What a run writes behind its config: where they lie without one, they are somebody else's."""
